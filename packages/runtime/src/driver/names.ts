/** Between a lifecycle's id and its workflow's run: a character that no branch name can hold. */
const separator = '~'

/** The id of the actor of a workflow's run. */
export function workflowActor(lifecycle: string, run: string): string {
  return `${lifecycle}${separator}${run}`
}

/** The lifecycle that an actor or an operation belongs to. */
export function lifecycleOf(id: string): string {
  return id.split(/[~:]/, 1)[0]!
}

/** The service of a lifecycle: what stands before the first slash. */
export function serviceOf(lifecycle: string): string {
  return lifecycle.split('/', 1)[0]!
}

/** The service of an actor of the law, whatever it is: what of it is folded is what it is decided by. */
export function serviceOfActor(actor: string): string {
  return /^(?:rule|ledger):/.test(actor) ? actor.slice(actor.lastIndexOf(':') + 1) : serviceOf(actor)
}

/** The id of a rule's actor. */
export function ruleActor(rule: string, service: string): string {
  return `rule:${rule}:${service}`
}

/** Rows that concern no lifecycle go to the ledger of their service. */
export function ledgerActor(service: string): string {
  return `ledger:${service}`
}

/** The one actor of what people switch. */
export const systemActor = 'system'

/** The name of a service's durable fact. */
export function serviceFact(service: string): string {
  return `service:${service}`
}

/** The name of the fact that counts a service's turns: whoever decides on what another process has moved since, conflicts. */
export function orderFact(service: string): string {
  return `order:${service}`
}

/** Whether a text can be a lifecycle's id: `service/name`, with nothing in it that separates. */
export function isLifecycleId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\/[^\s~:\\^?*[\p{Cc}]{1,250}$/u.test(id)
}

/** Whether an actor is a lifecycle, and no workflow's run, rule, ledger or the system. */
export function isLifecycleActor(actor: string): boolean {
  return actor !== systemActor && !/^(?:rule|ledger|machine):/.test(actor) && !actor.includes(separator)
}

/** Which kernel decides for an actor, from its id. */
export function deciderOf(actor: string): string {
  if (actor === systemActor) return 'system'
  if (actor.startsWith('ledger:')) return 'none'
  if (actor.startsWith('machine:')) return 'machine'
  if (actor.startsWith('rule:')) return actor.slice(0, actor.lastIndexOf(':'))
  const tilde = actor.indexOf(separator)
  if (tilde < 0) return 'lifecycle'
  return `workflow:${actor.slice(tilde + 1).split(':', 1)[0]!}`
}

/** The shard that an actor belongs to: its service. */
export function shardOf(actor: string): string {
  return actor.startsWith('rule:') ? actor.slice(actor.lastIndexOf(':') + 1) : serviceOf(lifecycleOf(actor))
}

/** The actor whose step asked for an operation: what stands before its key's version and index. */
export function actorOfOperation(operation: string): string {
  return operation.replace(/:\d+:[^:]+$/, '')
}

/** The id of an operation that somebody outside asked for: no effect's key, so that no step's result can be forged by it. */
export function outsideOperation(lifecycle: string, hash: string): string {
  return `${lifecycle}:0:${hash}`
}
