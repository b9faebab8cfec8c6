import {
  canonicalJson,
  changeService,
  decide,
  emptyService,
  rowHash,
  type ActorState,
  type AuditView,
  type Crypto,
  type JournalEntry,
  type JournalRow,
  type JsonObject,
  type Kernel,
  type LawEvent,
  type LawFacts,
  type Lifecycle,
  type ServiceState,
  type Signal,
  type Step,
  type Store,
} from '@opschart/core'

import { deciderOf } from './steps.ts'

const page = 500

/** What an audit reads and decides by. */
export interface AuditSources {
  readonly store: Store
  readonly crypto: Crypto
  readonly lifecycle: Lifecycle
  readonly kernelOf: (decider: string) => Kernel
  readonly definitionOf: (decider: string) => string
}

/**
 * Checks the journal from its first row: the chain of hashes, and each decision again from what its row holds. Names the
 * first row that was altered, removed, or does not lead to the same state to the byte [D6] [D10].
 */
export async function audit(sources: AuditSources, against?: { sequence: number; hash: string }): Promise<AuditView> {
  const { store, crypto } = sources
  const states = new Map<string, { version: number; state: ActorState }>()
  const services = new Map<string, ServiceState>()
  const head = await store.head()
  let hash = ''
  let sequence = 0
  const broken = (at: number, what: string): AuditView => ({ rows: sequence, head, sound: false, fault: { sequence: at, what } })

  for (;;) {
    const rows = await store.history({ from: sequence + 1, limit: page })
    if (rows.length === 0) break
    for (const row of rows) {
      if (row.sequence !== sequence + 1) return broken(sequence + 1, 'the row is missing')
      const { hash: stored, ...rest } = row
      const right = rowHash(crypto, hash, rest)
      if (stored !== right) return broken(row.sequence, 'the row, or one before it, was altered')
      hash = right
      sequence = row.sequence
      if (against?.sequence === sequence && against.hash !== hash) return broken(sequence, 'the head that was kept is another one')
      const fault = replay(sources, row, states, services)
      if (fault !== undefined) return broken(row.sequence, fault)
    }
  }
  if (against !== undefined && against.sequence > sequence) return broken(sequence + 1, 'rows up to the head that was kept are missing')
  const fault = await compareStored(sources, states, services)
  return { rows: sequence, head, sound: fault === undefined, fault: fault === undefined ? null : { sequence, what: fault } }
}

function replay(
  sources: AuditSources,
  row: JournalRow,
  states: Map<string, { version: number; state: ActorState }>,
  services: Map<string, ServiceState>,
): string | undefined {
  const entry = row.entry as unknown as JournalEntry
  const known = states.get(row.actor)
  if (row.version !== (known?.version ?? 0) + 1) return `${row.actor} goes from version ${known?.version ?? 0} to ${row.version}`
  const service = services.get(entry.service) ?? emptyService(entry.service)
  let state = known?.state ?? { snapshot: {}, children: {} }
  // A row of another definition is checked by the chain alone: it was decided by a law that is no longer here.
  if (entry.decider !== 'none' && entry.decider !== 'system' && row.definition === sources.definitionOf(entry.decider)) {
    const again = decideAgain(sources, row, entry, known?.state, service)
    if (typeof again === 'string') return again
    if (canonicalJson(again?.effects ?? []) !== canonicalJson(entry.effects)) return 'the same decision asks for other effects'
    state = again?.state ?? state
  } else if (entry.decider === 'system') state = (entry.event['state'] ?? {}) as unknown as ActorState
  states.set(row.actor, { version: row.version, state })
  services.set(entry.service, entry.changes.reduce(changeService, service))
  return undefined
}

function decideAgain(
  sources: AuditSources,
  row: JournalRow,
  entry: JournalEntry,
  state: ActorState | undefined,
  service: ServiceState,
): Extract<Step, { kind: 'stepped' }> | undefined | string {
  const at = { id: row.actor, version: row.version, now: row.at }
  const kernel = sources.kernelOf(entry.decider)
  const { type: _, ...input } = entry.event
  if (entry.kind === 'opened') {
    const given = entry.decider === 'lifecycle' ? input : ((entry.event['input'] ?? {}) as JsonObject)
    const step = kernel.initial(given, at)
    return step.kind === 'stepped' ? step : `it cannot be opened again: ${step.reason}`
  }
  if (state === undefined) return `${row.actor} was never opened`
  const facts: LawFacts | undefined = entry.facts === null ? undefined : { ...entry.facts, service }
  if (entry.kind === 'signal') {
    const signal = entry.event['signal'] as unknown as Signal
    const event: LawEvent = {
      type: signal.type,
      signal,
      facts: facts!,
      now: row.at,
      ...(entry.operation === null ? {} : { operation: entry.operation }),
    }
    const decided = decide(sources.lifecycle, state, event, at)
    if (canonicalJson(decided.verdict) !== canonicalJson(entry.verdict)) return 'the same signal gets another verdict'
    return decided.step
  }
  if (entry.verdict !== null) return undefined
  const event = { ...entry.event, ...(facts === undefined ? {} : { facts: facts as unknown as JsonObject }) }
  const step = kernel.step(state, event as JsonObject & { type: string }, at)
  return step.kind === 'stepped' ? step : `it breaks now: ${step.reason}`
}

async function compareStored(
  sources: AuditSources,
  states: Map<string, { version: number; state: ActorState }>,
  services: Map<string, ServiceState>,
): Promise<string | undefined> {
  for (const [actor, replayed] of states) {
    const stored = await sources.store.actor(actor)
    if (stored === undefined || actor.startsWith('ledger:')) continue
    if (stored.version !== replayed.version) return `${actor} is stored at version ${stored.version}, the journal ends at ${replayed.version}`
    const known = stored.definition === sources.definitionOf(deciderOf(actor)) || actor === 'system'
    if (known && canonicalJson(stored.state) !== canonicalJson(replayed.state)) return `${actor} is not stored as the journal leads to it`
  }
  for (const [service, replayed] of services) {
    const [fact] = await sources.store.facts([`service:${service}`])
    if (fact !== undefined && canonicalJson(fact.value) !== canonicalJson(replayed)) return `the facts of ${service} are not what the journal leads to`
  }
  return undefined
}
