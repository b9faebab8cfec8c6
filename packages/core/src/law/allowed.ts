import type { Json } from '../json.ts'
import { kindOf, nameOf, type Principal } from '../principal.ts'
import type { Gate, GateQuestion } from './gates.ts'
import type { LawEvent } from './law-event.ts'
import { plainText } from './plain-text.ts'
import { operationOf, warrantOf, type LifecycleContext } from './lifecycle-context.ts'

/** Parameters of the one guard, `allowed`: data, so that the chart can be read, drawn and explained. */
export interface AllowedParameters {
  /** Who may send the signal; absent: anyone. */
  readonly by?: readonly string[]
  /** Agents that the phase allows, with those allowed everywhere. */
  readonly agents?: readonly string[]
  readonly gates?: readonly string[]
  /** The signal's `phase` must be this one (ADOPTED, MOVE_REQUESTED). */
  readonly phase?: string
  /** How an operation is let in: its agent is of `agents`, its warrant is open, or a later phase admits it. */
  readonly admits?: 'agent' | 'warrant' | 'later'
}

/** Channels where anyone can write: as senders they must be named to be allowed. */
export const openChannels: readonly string[] = ['watcher:inbox', 'watcher:http']

/** Words of `by` that mean a kind of sender, and so never an agent. */
export const kinds: readonly string[] = ['person', 'watcher', 'rule', 'system', 'workflow', 'agent']

/** Whether a principal is one that `by` names. Says nothing of an agent's phase. */
export function isNamedIn(by: readonly string[] | undefined, principal: Principal): boolean {
  if (by === undefined) return !openChannels.includes(principal)
  const kind = kindOf(principal)
  return by.some(
    (entry) =>
      entry === principal ||
      (kind === 'agent' && !kinds.includes(entry) && entry === nameOf(principal)) ||
      (kind !== 'agent' && kind !== 'workflow' && entry === kind && !openChannels.includes(principal)),
  )
}

/** Why a principal may not send this signal along this arrow; undefined when it may. */
export function refusalOfSender(
  parameters: AllowedParameters,
  context: LifecycleContext,
  event: LawEvent,
): string | undefined {
  const principal = event.signal.by
  if (!isNamedIn(parameters.by, principal)) {
    const list = parameters.by === undefined ? 'those who see for themselves' : parameters.by.join(', ')
    return `only ${list} may send it, not ${principal}`
  }
  if (kindOf(principal) !== 'agent') return undefined
  const agent = nameOf(principal)
  if (parameters.agents?.includes(agent) === true || carriesWarrant(context, event, agent)) return undefined
  return `${agent} may not act in this phase; only ${parameters.agents?.join(', ') || 'no agent'} may`
}

/** Whether an agent's message came with the token of an operation of its own that runs under an open warrant. */
function carriesWarrant(context: LifecycleContext, event: LawEvent, agent: string): boolean {
  const operation = operationOf(context, event.operation)
  if (operation === undefined || operation.agent !== agent || operation.status !== 'running') return false
  return warrantOf(context, operation.warrant) !== undefined
}

/** What OPERATION_REQUESTED asks for, as far as the law reads it. */
export interface OperationAsked {
  readonly id: string
  readonly agent: string
  readonly task: string
  readonly warrant: string | null
}

const longestId = 1_000
const longestName = 100

/** The operation that a signal asks for; undefined when its data is not of that form. */
export function operationAsked(data: {
  readonly [key: string]: Json | undefined
}): OperationAsked | undefined {
  const { id, agent, task, warrant } = data
  if (typeof id !== 'string' || typeof agent !== 'string' || typeof task !== 'string') return undefined
  // An id becomes a key of the context; one that means something to every object would change all of it.
  if (id === '' || id.length > longestId || id in Object.prototype) return undefined
  if (agent.length > longestName || task.length > longestName) return undefined
  return { id, agent, task, warrant: typeof warrant === 'string' ? warrant : null }
}

/** Why an operation's warrant does not let it in; undefined when it does [L2]. */
export function refusalOfWarrant(
  context: LifecycleContext,
  event: LawEvent,
  asked: OperationAsked,
): string | undefined {
  if (asked.warrant === null) return 'it carries no warrant'
  const warrant = warrantOf(context, asked.warrant)
  if (warrant === undefined) return `its warrant ${plainText(asked.warrant)} is not open`
  const owner: Principal = `workflow:${warrant.workflow}`
  const known = operationOf(context, asked.id)?.warrant === asked.warrant
  if (event.signal.by !== owner && !(event.signal.by === 'system' && known)) {
    return `the warrant ${asked.warrant} is ${owner}’s, not ${event.signal.by}’s`
  }
  if (!warrant.tasks.includes(`${asked.agent}.${asked.task}`)) {
    return `the warrant ${asked.warrant} does not name ${asked.agent}.${asked.task}`
  }
  return undefined
}

/** The answer of the one guard: undefined when the arrow may be taken, else the reason. Throws what a gate throws. */
export function refusalOf(
  parameters: AllowedParameters,
  context: LifecycleContext,
  event: LawEvent,
  gates: Readonly<Record<string, Gate>>,
  nearest: (agent: string) => string | undefined,
): string | undefined {
  if (parameters.admits !== undefined) return refusalOfAdmission(parameters, context, event, nearest)
  const sender = refusalOfSender(parameters, context, event)
  if (sender !== undefined) return sender
  if (parameters.phase !== undefined && event.signal.data['phase'] !== parameters.phase) {
    return `its data names ${named(event.signal.data['phase'])}, which is no phase to go to`
  }
  for (const name of parameters.gates ?? []) {
    const gate = Object.hasOwn(gates, name) ? gates[name] : undefined
    if (gate === undefined) throw new Error(`gate ${name} is not defined`)
    const answer = ask(name, gate, { context, event })
    if (answer === true) continue
    if (typeof answer === 'string') return `gate ${name}: ${answer}`
    throw new Error(
      `gate ${name} gave ${answer instanceof Promise ? 'a promise' : typeof answer}; gates are synchronous and give true or a reason`,
    )
  }
  return undefined
}

function ask(name: string, gate: Gate, question: GateQuestion): unknown {
  try {
    return gate(question)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`gate ${name} broke: ${plainText(why)}`, { cause: error })
  }
}

/** Operations without a warrant that may be open in one lifecycle. */
const mostWithoutWarrant = 50

const withoutWarrant = ({ operations }: LifecycleContext) =>
  Object.values(operations).filter(({ warrant }) => warrant === null).length

function refusalOfAdmission(
  parameters: AllowedParameters,
  context: LifecycleContext,
  event: LawEvent,
  nearest: (agent: string) => string | undefined,
): string | undefined {
  const asked = operationAsked(event.signal.data)
  if (asked === undefined) return 'it does not say which operation is asked for'
  const by = event.signal.by
  if (kindOf(by) === 'agent' && nameOf(by) !== asked.agent)
    return `${nameOf(by)} may not ask for another agent’s work`
  if (kindOf(by) === 'watcher') return 'a watcher reports; it does not ask for work'
  const open = operationOf(context, asked.id)
  if (by === 'system' && open === undefined) return 'no such operation waits'
  // Listed with the release, they are read and written with each of its signals.
  if (open === undefined && asked.warrant === null && withoutWarrant(context) >= mostWithoutWarrant)
    return `${mostWithoutWarrant} operations are open here already that no workflow has asked for`
  // One that is open is asked for again by the system alone, and only as it was: its phase may have come.
  if (open !== undefined && (by !== 'system' || open.status !== 'waiting')) {
    return `the operation ${asked.id} has been asked for already; it is ${open.status}`
  }
  if (
    open !== undefined &&
    (open.agent !== asked.agent || open.task !== asked.task || open.warrant !== asked.warrant)
  ) {
    return `the operation ${asked.id} was asked for as ${open.agent}.${open.task}`
  }
  if (parameters.admits === 'warrant') return refusalOfWarrant(context, event, asked)
  // A step whose warrant is gone is not let in by another door: it was cancelled with its workflow.
  if (asked.warrant !== null) {
    const refusal = refusalOfWarrant(context, event, asked)
    if (refusal !== undefined) return refusal
  }
  if (parameters.admits === 'agent') {
    return parameters.agents?.includes(asked.agent) === true
      ? undefined
      : `${asked.agent} may not act in this phase`
  }
  return nearest(asked.agent) === undefined ? `no phase that can be reached allows ${asked.agent}` : undefined
}

const named = (phase: Json | undefined) =>
  typeof phase === 'string' ? `the phase ${plainText(phase, 64)}` : 'no phase'
