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

/** Whether a text can be a lifecycle's id: `service/name`, with nothing in it that separates. */
export function isLifecycleId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*\/[^\s~:\\^?*[\u0000-\u001f\u007f]{1,250}$/.test(id)
}
