import { setImmediate as turn } from 'node:timers/promises'

import {
  entryOf,
  canonicalJson,
  changeService,
  decide,
  emptyService,
  foldContext,
  OpschartError,
  rowHash,
  type ActorState,
  type AuditView,
  type Crypto,
  type JournalEntry,
  type JournalRow,
  type JsonObject,
  type LawEvent,
  type LawFacts,
  type ServiceState,
  type Signal,
  type Step,
  type Store,
} from '@opschart/core'

import { isMachineActor } from '../machines/actor-names.ts'
import type { MachineState } from '../machines/machine-state.ts'
import { replayMachine } from '../machines/replay.ts'
import { everyActor } from '../stores/pages.ts'
import { kernelOf, type KernelSources } from './kernels.ts'
import { deciderOf, serviceFact } from './names.ts'
import { openReplayed, type Fault, type Replayed } from './replayed.ts'

const page = 500
/** How often a journal that is being written to is compared again with what is stored. */
const mostTries = 100

/** What an audit reads and decides by. */
export interface AuditSources extends KernelSources {
  readonly store: Store
  readonly crypto: Crypto
  readonly definitionOf: (decider: string) => string
}

/** The state of what has none: a ledger's rows only tell. */
const noState: ActorState = { snapshot: {}, children: {} }

/** How an audit is made. */
export interface AuditOptions {
  /** A head that was kept elsewhere. */
  readonly head?: { readonly sequence: number; readonly hash: string } | undefined
  /** Called with each row before it is replayed, and what was replayed so far. */
  readonly beforeRow?: (row: JournalRow, replayed: Replayed) => void
}

/**
 * Checks the journal from its first row: the chain of hashes, and each decision again from what its row holds. Names the
 * first row that was altered, removed, or does not lead to the same state to the byte [D6] [D10]; then whether what is
 * stored is what the journal leads to. May be asked for while rows are written.
 */
export async function audit(sources: AuditSources, options: AuditOptions = {}): Promise<AuditView> {
  const { store } = sources
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { replayed, fault } = await openReplayed(sources)
    checkHead(options.head, replayed)
    const found = fault ?? (await checked(sources, replayed, options))
    // Where somebody has pruned meanwhile, rows are missing for a good reason: it is begun again from there.
    const { sequence: pruned } = replayed.beginning
    if (((await store.pruning?.beginning())?.sequence ?? 0) !== pruned) continue
    return {
      rows: replayed.sequence - pruned,
      pruned,
      head: await store.head(),
      sound: found === undefined,
      fault: found ?? null,
    }
  }
  throw tooMuchGoesOn()
}

const tooMuchGoesOn = () =>
  new OpschartError(
    'conflict',
    'the journal grows faster than it can be compared; ask again when less is going on',
  )

function checkHead(head: AuditOptions['head'], { beginning }: Replayed): void {
  if (head === undefined || head.sequence > beginning.sequence) return
  if (head.sequence === beginning.sequence && head.hash === beginning.hash) return
  throw new OpschartError(
    'input',
    head.sequence === beginning.sequence
      ? `row ${head.sequence} was pruned, and its hash was ${beginning.hash}: the head that was kept is another one`
      : `the head that was kept is of row ${head.sequence}, which was pruned; compare with one of row ${beginning.sequence} or later`,
  )
}

/** Replays all that there is, and compares it with what is stored; gives what does not hold. */
async function checked(
  sources: AuditSources,
  replayed: Replayed,
  options: AuditOptions,
): Promise<Fault | undefined> {
  const { head } = options
  for (let tries = 0; tries < mostTries; tries += 1) {
    const broken = await replayOn(sources, replayed, options)
    if (broken !== undefined) return broken
    if (head !== undefined && head.sequence > replayed.sequence)
      return { sequence: replayed.sequence + 1, what: 'rows up to the head that was kept are missing' }
    const fault = await compareStored(sources, replayed)
    // Rows that were written meanwhile are no fault: those are replayed first.
    if (fault === undefined || (await sources.store.head()).sequence <= replayed.sequence) return fault
  }
  throw tooMuchGoesOn()
}

/** Rows that are replayed before others have their turn. */
const atOnce = 50

/** Replays the rows from there to the end; gives the first that does not hold. */
async function replayOn(
  sources: AuditSources,
  replayed: Replayed,
  { head, beforeRow }: AuditOptions,
): Promise<Fault | undefined> {
  for (;;) {
    const next = replayed.sequence + 1
    const rows = await readFrom(sources.store, next)
    if (rows.length === 0) return undefined
    for (const row of rows) {
      const at = replayed.sequence + 1
      // A journal may have a million rows, and a gate must not wait for all of them.
      if (at % atOnce === 0) await turn()
      if (row === 'unreadable') return { sequence: at, what: 'the row cannot be read' }
      if (row.sequence !== at) return { sequence: at, what: 'the row is missing' }
      const { hash: stored, ...rest } = row
      const right = rowHash(sources.crypto, replayed.hash, rest)
      if (stored !== right) return { sequence: at, what: 'the row, or one before it, was altered' }
      beforeRow?.(row, replayed)
      replayed.hash = right
      replayed.sequence = at
      if (head?.sequence === at && head.hash !== right) {
        return { sequence: at, what: 'the head that was kept is another one' }
      }
      const what = replayRow(sources, row, replayed)
      if (what !== undefined) return { sequence: at, what }
      if (!isMachineActor(row.actor)) replayed.context = foldContext(replayed.context, entryOf(row)).context
    }
  }
}

/** A page of rows; where one of them cannot be read, those before it, and then it. */
async function readFrom(store: Store, from: number): Promise<(JournalRow | 'unreadable')[]> {
  try {
    return await store.history({ from, limit: page })
  } catch (error) {
    if (!(error instanceof OpschartError) || error.code !== 'storage') throw error
    const rows: (JournalRow | 'unreadable')[] = []
    for (let at = from; rows.length < page; at += 1) {
      const [row] = await store.history({ from: at, to: at }).catch((): 'unreadable'[] => ['unreadable'])
      // A number that is not there is found by the row after it.
      if (row !== undefined) rows.push(row)
      if (row === 'unreadable') return rows
    }
    return rows
  }
}

/** Decides a row again, and puts what comes of it in its place; gives what does not hold. */
export function replayRow(
  sources: AuditSources,
  row: JournalRow,
  { states, services }: Pick<Replayed, 'states' | 'services'>,
): string | undefined {
  const entry = entryOf(row)
  const { sequence, version } = row
  const known = states.get(row.actor)
  if (version !== (known?.version ?? 0) + 1)
    return `${row.actor} goes from version ${known?.version ?? 0} to ${version}`
  const service = services.get(entry.service)?.state ?? emptyService(entry.service)
  const before = known === undefined ? undefined : known.state
  let state = before === undefined ? noState : before
  if (entry.decider === 'system') state = (entry.event['state'] ?? {}) as unknown as ActorState
  else if (entry.decider !== 'none') {
    const path = /^machine:(.*)$/s.exec(entry.decider)?.[1]
    const chart = path === undefined ? undefined : sources.charts.of(path)
    // A row of another definition is checked by the chain alone: it was decided by a law that is no longer here.
    if (row.definition !== sources.definitionOf(entry.decider)) state = null
    else if (chart !== undefined) {
      // What opens an actor, or brings its state along, needs nothing that was there before.
      if (before !== null || entry.kind === 'opened' || entry.kind === 'migrated') {
        const again = replayMachine(chart, row, entry, before ?? undefined)
        if ('fault' in again) return again.fault
        state = again.state
      }
    } else if (entry.kind === 'migrated') state = entry.event['state'] as unknown as ActorState
    else if (before !== null) {
      const again = decideAgain(sources, row, entry, before, service)
      if (typeof again === 'string') return again
      if (canonicalJson(again?.effects ?? []) !== canonicalJson(entry.effects))
        return 'the same decision asks for other effects'
      state = again?.state ?? state
    }
  }
  states.set(row.actor, { version, state, sequence })
  if (entry.changes.length > 0)
    services.set(entry.service, { state: entry.changes.reduce(changeService, service), sequence })
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
  const kernel = kernelOf(sources, entry.decider)
  if (kernel === undefined) return `nothing decides for ${entry.decider} any more`
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
    if (canonicalJson(decided.verdict) !== canonicalJson(entry.verdict))
      return 'the same signal gets another verdict'
    return decided.step
  }
  if (entry.verdict !== null) return undefined
  const event = { ...entry.event, ...(facts === undefined ? {} : { facts: facts as unknown as JsonObject }) }
  const step = kernel.step(state, event as JsonObject & { type: string }, at)
  return step.kind === 'stepped' ? step : `it breaks now: ${step.reason}`
}

/** Whether what is stored is what the journal leads to; named is the last row that speaks of it. */
async function compareStored(
  sources: AuditSources,
  { states, services, sequence }: Replayed,
): Promise<Fault | undefined> {
  const { store, definitionOf } = sources
  const known = new Set<string>()
  for await (const { actor, version, definition, state } of everyActor(store)) {
    known.add(actor)
    const replayed = states.get(actor)
    if (replayed?.version !== version) {
      const what = `${actor} is stored at version ${version}, the journal ends at ${replayed?.version ?? 0}`
      return { sequence: replayed?.sequence ?? sequence, what }
    }
    const decider = isMachineActor(actor)
      ? `machine:${(state as unknown as MachineState).chart}`
      : deciderOf(actor)
    const isKnown = replayed.state !== null && definition === definitionOf(decider)
    if (isKnown && !actor.startsWith('ledger:') && canonicalJson(state) !== canonicalJson(replayed.state)) {
      return { sequence: replayed.sequence, what: `${actor} is not stored as the journal leads to it` }
    }
  }
  for (const [actor, replayed] of states) {
    if (!known.has(actor))
      return { sequence: replayed.sequence, what: `${actor} is in the journal, but not stored` }
  }
  const facts = await store.factsBeginning(serviceFact(''))
  for (const { name, value } of facts) {
    const service = name.slice(serviceFact('').length)
    const replayed = services.get(service)
    if (canonicalJson(value) !== canonicalJson(replayed?.state ?? emptyService(service))) {
      return {
        sequence: replayed?.sequence ?? sequence,
        what: `the facts of ${service} are not what the journal leads to`,
      }
    }
  }
  for (const [service, replayed] of services) {
    if (facts.some(({ name }) => name === serviceFact(service))) continue
    return { sequence: replayed.sequence, what: `the facts of ${service} are in the journal, but not stored` }
  }
  return undefined
}
