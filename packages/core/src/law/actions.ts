import type { OperationFailure } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import type { OperationInput } from '../release.ts'
import type { Severity } from '../signal.ts'
import { operationAsked } from './allowed.ts'
import type { Emission } from './emission.ts'
import { plainText } from './plain-text.ts'
import type { LawEvent, LawFacts } from './law-event.ts'
import { operationOf, warrantOf, type LifecycleContext, type OperationRecord } from './lifecycle-context.ts'

/** What the lifecycle's machine is handed by the private path: results, timers, ended workflows. */
export interface PrivateEvent {
  readonly type: string
  readonly now: number
  readonly facts: LawFacts
  readonly operation?: string
  readonly output?: Json
  readonly error?: Json
  readonly actorId?: string
}

/** What an action may do, and nothing else: note, emit, start and end children, set and take back timers. */
export interface Hands {
  readonly context: LifecycleContext
  readonly event: LawEvent & PrivateEvent
  readonly note: (change: (draft: LifecycleContext) => void) => void
  readonly emit: (emission: Emission) => void
  readonly start: (run: string, workflow: string, input: JsonObject) => void
  readonly tell: (run: string, event: { type: string }) => void
  readonly end: (run: string) => void
  readonly timer: (id: string, delay: number, event: { type: string; operation: string }) => void
  readonly cancelTimer: (id: string) => void
}

/** A named action of the law: a pure function of what it is handed. */
export type Action<Parameters = unknown> = (hands: Hands, parameters: Parameters) => void

/** Lets the operation in that the signal asks for: it runs, asks a person, or is only noted, as its autonomy says. */
export const admit: Action = ({ context, event, note, emit, timer, cancelTimer }) => {
  const asked = operationAsked(event.signal.data)
  const facts = event.facts.operation
  if (asked === undefined) return
  if (facts === undefined) throw new Error(`nothing was read about what ${asked.agent}.${asked.task} may do`)
  const known = operationOf(context, asked.id)
  if (known?.status === 'waiting') cancelTimer(`expiry:${asked.id}`)
  if (event.facts.condition_holds === false) {
    note((draft) => void delete draft.operations[asked.id])
    emit({
      type: 'settle',
      operation: asked.id,
      failure: failure('expired', 'its condition no longer holds'),
    })
    return
  }
  if (facts.autonomy === 'observe' && facts.changes !== 'nothing') {
    note((draft) => void delete draft.operations[asked.id])
    emit({
      type: 'settle',
      operation: asked.id,
      failure: {
        ...failure('observed', 'autonomy is observe: decided and recorded, not done'),
        detail: { changes: facts.changes },
      },
    })
    return
  }
  const asks = facts.autonomy === 'ask'
  const expires = asks ? event.now + event.facts.approval_limit : null
  note((draft) => {
    draft.operations[asked.id] = record(event, known, asks ? 'awaiting_approval' : 'running', expires)
  })
  if (asks) {
    timer(`approval:${asked.id}`, event.facts.approval_limit, {
      type: 'approval.expired',
      operation: asked.id,
    })
    const why = facts.because === undefined ? '' : ` (${facts.because})`
    emit({
      type: 'escalate',
      about: asked.id,
      text: `${asked.agent}.${asked.task} for ${context.id} awaits approval${why}`,
      severity: 'HIGH',
    })
  } else emit({ type: 'run', operation: asked.id })
}

/** Keeps the operation until a phase admits it, or until it expires. */
export const waitForPhase: Action<{ nearest: (agent: string) => string | undefined }> = (
  { context, event, note, emit, timer, cancelTimer },
  { nearest },
) => {
  const asked = operationAsked(event.signal.data)
  if (asked === undefined) return
  const known = operationOf(context, asked.id)
  if (known?.until_move === true) {
    cancelTimer(`expiry:${asked.id}`)
    note((draft) => void delete draft.operations[asked.id])
    emit({ type: 'settle', operation: asked.id, failure: failure('expired', 'the release moved on') })
    return
  }
  const phase = nearest(asked.agent)
  note((draft) => {
    const expires = known?.expires ?? event.now + event.facts.waiting_limit
    draft.operations[asked.id] = {
      ...record(event, known, 'waiting', expires),
      awaiting: `awaiting_${phase}`,
    }
  })
  if (known === undefined) {
    timer(`expiry:${asked.id}`, event.facts.waiting_limit, { type: 'operation.expired', operation: asked.id })
  }
}

function record(
  event: LawEvent,
  known: OperationRecord | undefined,
  status: OperationRecord['status'],
  expires: number | null,
): OperationRecord {
  const data = event.signal.data
  const asked = operationAsked(data)!
  const condition = known?.condition ?? data['condition']
  return {
    id: asked.id,
    agent: asked.agent,
    task: asked.task,
    status,
    requested_by: known?.requested_by ?? event.signal.by,
    requested_at: known?.requested_at ?? event.now,
    severity: known?.severity ?? event.signal.severity,
    warrant: asked.warrant,
    plan: event.facts.operation?.plan ?? known?.plan ?? '',
    expires,
    ...((known?.until_move ?? data['until_move']) === true ? { until_move: true } : {}),
    ...(typeof condition === 'string' ? { condition } : {}),
    input: (known?.input ?? data['input']) as unknown as OperationInput,
  }
}

const named = (event: LawEvent & PrivateEvent): string => {
  const id = event.operation ?? event.signal?.data['operation']
  return typeof id === 'string' ? id : ''
}

/** A person's yes: the operation runs. An approval is used once: the next one finds nothing that awaits it. */
export const approve: Action = ({ event, note, emit, cancelTimer }) => {
  const id = named(event)
  cancelTimer(`approval:${id}`)
  note((draft) => {
    const operation = draft.operations[id]
    if (operation === undefined) return
    operation.status = 'running'
    operation.expires = null
  })
  emit({ type: 'run', operation: id })
}

/** Ends an open operation without its result: rejected, cancelled, expired. */
export const drop: Action<{ code: string; message: string; escalates?: boolean }> = (
  { context, event, note, emit, cancelTimer },
  { code, message, escalates },
) => {
  const id = named(event)
  const operation = operationOf(context, id)
  if (operation === undefined) return
  forget({ note, emit, cancelTimer }, operation)
  emit({ type: 'settle', operation: id, failure: failure(code, message) })
  if (escalates === true) {
    const text = `${operation.agent}.${operation.task} for ${context.id} was not done: ${message}`
    emit({ type: 'escalate', about: id, text, severity: 'HIGH' })
  }
}

/** Takes an operation off the list: its result has come, or its workflow has left it. */
export const settled: Action<{ withdraw: boolean }> = (
  { context, event, note, emit, cancelTimer },
  { withdraw },
) => {
  const operation = operationOf(context, named(event))
  if (operation === undefined) return
  if (withdraw) forget({ note, emit, cancelTimer }, operation)
  else note((draft) => void delete draft.operations[operation.id])
}

/** Ends what no warrant lets survive when a lifecycle retires: operations that wait for a phase expire with it [L3]. */
export const expireWaiting: Action = ({ context, note, emit, cancelTimer }) => {
  for (const operation of Object.values(context.operations)) {
    if (operation.warrant !== null || operation.status === 'running') continue
    forget({ note, emit, cancelTimer }, operation)
    emit({ type: 'settle', operation: operation.id, failure: failure('expired', 'its release was retired') })
  }
}

function forget(
  { note, emit, cancelTimer }: Pick<Hands, 'note' | 'emit' | 'cancelTimer'>,
  operation: OperationRecord,
): void {
  if (operation.status === 'waiting') cancelTimer(`expiry:${operation.id}`)
  if (operation.status === 'awaiting_approval') cancelTimer(`approval:${operation.id}`)
  if (operation.status === 'running') emit({ type: 'withdraw', operation: operation.id })
  note((draft) => void delete draft.operations[operation.id])
}

const hour = 3_600_000

/** Starts an arrow's workflow under a warrant [L2]. */
export const start: Action<{
  workflow: string
  phase: string
  tasks: readonly string[]
  exclusive: boolean
  remedy: boolean
}> = ({ context, event, note, emit, start: spawn }, { workflow, phase, tasks, exclusive, remedy }) => {
  const run = `${workflow}:${event.signal.id}`
  const { id, type, time, data, by, depth = 0 } = event.signal
  note((draft) => {
    draft.workflows[workflow] = 'running'
    draft.warrants[run] = { run, workflow, arrow: type, phase, by, tasks: [...tasks], exclusive, depth }
  })
  spawn(run, workflow, {
    lifecycle: context.id,
    run,
    workflow,
    signal: { id, type, time, data, depth },
    severity: event.signal.severity,
  })
  if (exclusive) emit({ type: 'service', change: { kind: 'take', lifecycle: context.id, run } })
  if (remedy)
    emit({
      type: 'service',
      change: { kind: 'remedy', workflow, at: event.now, within: event.facts.oscillation_limit ?? hour },
    })
}

/** Leaving a phase: the runs that were started in it end, except for their steps that survive [L8]. */
export const leave: Action<{ phase: string }> = ({ context, tell }, { phase }) => {
  for (const warrant of Object.values(context.warrants))
    if (warrant.phase === phase) tell(warrant.run, { type: 'workflow.left' })
}

/** Entering a phase: what waited for it asks again [L3]. */
export const enter: Action = ({ context, emit }) => {
  for (const operation of Object.values(context.operations)) {
    if (operation.status === 'waiting') emit({ type: 'readmit', operation: operation.id })
  }
}

/** A workflow has ended: its warrant closes, and its outcome becomes the signal that it declares. */
export const conclude: Action<{ failed: boolean }> = (
  { context, event, note, emit, end, cancelTimer },
  { failed },
) => {
  const run = event.actorId ?? event.type.replace(/^xstate\.(?:done|error)\.actor\./, '')
  const warrant = warrantOf(context, run)
  end(run)
  if (warrant === undefined) return
  const output = (failed ? null : event.output) as {
    outcome?: 'succeeded' | 'failed' | 'cancelled'
    signal?: JsonObject | null
    failure?: { message: string } | null
  } | null
  for (const operation of Object.values(context.operations)) {
    if (operation.warrant === run) forget({ note, emit, cancelTimer }, operation)
  }
  note((draft) => {
    draft.workflows[warrant.workflow] = output?.outcome ?? 'failed'
    delete draft.warrants[run]
  })
  if (event.facts.service.exclusive?.run === run)
    emit({ type: 'service', change: { kind: 'give_back', run } })
  if ((output?.outcome ?? 'failed') === 'failed') {
    const reason = output?.failure?.message ?? 'it broke'
    const text = `${warrant.workflow} of ${context.id} failed: ${plainText(reason)}`
    emit({ type: 'escalate', about: run, text, severity: 'MEDIUM' })
  }
  const signal = output?.signal as { type: string; data: JsonObject; severity?: Severity } | null | undefined
  if (signal !== null && signal !== undefined)
    emit({ type: 'signal', signal, by: `workflow:${warrant.workflow}` })
}

const failure = (code: string, message: string): OperationFailure => ({ code, message, retry: false })
