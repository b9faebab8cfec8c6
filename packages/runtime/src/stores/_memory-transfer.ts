import {
  canonicalJson,
  type BaseState,
  type Json,
  type StoreRecord,
  type StoredActor,
  type Transfer,
} from '@opschart/core'

import { notEmpty, standsTwice, withoutActor } from './_filling.ts'
import type { memoryJournal } from './_memory-journal.ts'
import type { MemoryBases } from './_memory-pruning.ts'
import type { memoryTimers } from './_memory-timers.ts'
import type { memoryWork } from './_memory-work.ts'
import { compareStored } from './_text.ts'

/** An actor, its state as text: what was handed over, or handed out, may be changed by whoever has it. */
export type MemoryActor = Omit<StoredActor, 'state'> & { readonly state: string }

/** What a store in memory is made of. */
export interface MemoryParts {
  readonly journal: ReturnType<typeof memoryJournal>
  readonly actors: Map<string, MemoryActor>
  readonly facts: Map<string, { version: number; value: string }>
  readonly checkpoints: Map<string, string>
  readonly work: ReturnType<typeof memoryWork>
  readonly timers: ReturnType<typeof memoryTimers>
  readonly bases: MemoryBases
}

/** Moves what a store in memory holds; `answer` refuses when the store is closed. */
export function memoryTransfer(
  parts: MemoryParts,
  answer: <T>(give: () => T) => Promise<T>,
  changed: () => void,
): Transfer {
  return {
    async *contents() {
      yield* await answer(() => recordsOf(parts))
    },
    async fill(records) {
      await answer(() => checkEmpty(parts))
      const given: StoreRecord[] = []
      for await (const record of records) given.push(record)
      await answer(() => {
        checkEmpty(parts)
        checkNames(given)
        for (const record of given) put(parts, record)
        changed()
      })
    },
  }
}

/** The records as they are now: what they are made of is taken at once, each is made when it is asked for. */
function recordsOf(parts: MemoryParts): Iterable<StoreRecord> {
  const { journal, actors, facts, checkpoints, work, timers, bases } = parts
  const [head, beginning, pruned] = [journal.head(), journal.beginning(), journal.pruned()]
  const base = bases.get(0) ?? []
  const rows = journal.rows()
  const listed = sorted(actors)
  const [known, places] = [sorted(facts), sorted(checkpoints)]
  const [works, set] = [work.written(), timers.written()]
  return (function* () {
    yield { kind: 'head', ...head, beginning }
    for (const text of base) {
      const { kind, ...state } = JSON.parse(text) as BaseState
      yield { kind: 'base', of: kind, ...state }
    }
    for (const [hash, sequence] of pruned) yield { kind: 'known', hash, sequence }
    for (const row of rows) yield { kind: 'row', ...row }
    for (const [, actor] of listed) yield { kind: 'actor', ...actor, state: JSON.parse(actor.state) as Json }
    for (const [name, { version, value }] of known)
      yield { kind: 'fact', name, version, value: JSON.parse(value) as Json }
    for (const [watcher, value] of places)
      yield { kind: 'checkpoint', watcher, value: JSON.parse(value) as Json }
    for (const { status: _, ...item } of works) yield { kind: 'work', ...item }
    for (const timer of set) yield { kind: 'timer', ...timer }
  })()
}

function sorted<T>(values: ReadonlyMap<string, T>): [string, T][] {
  return [...values].sort(([one], [other]) => compareStored(one, other))
}

function checkEmpty({ journal, actors, facts, checkpoints, work, timers }: MemoryParts): void {
  const sizes = [journal.head().sequence, actors.size, facts.size, checkpoints.size]
  if ([...sizes, work.written().length, timers.written().length].some((size) => size > 0))
    throw notEmpty('The store in memory')
}

/** Before anything is put anywhere: it is whole or not at all. */
function checkNames(records: readonly StoreRecord[]): void {
  const met = new Set<string>()
  for (const record of records) {
    const name = nameOf(record)
    if (name === undefined) continue
    if (met.has(name)) throw standsTwice(name)
    met.add(name)
  }
  for (const record of records) {
    if (record.kind === 'row' && !met.has(`actor ${record.actor}`)) throw withoutActor(record.actor)
  }
}

function nameOf(record: StoreRecord): string | undefined {
  switch (record.kind) {
    case 'actor':
      return `actor ${record.actor}`
    case 'fact':
      return `fact ${record.name}`
    case 'checkpoint':
      return `checkpoint ${record.watcher}`
    case 'work':
      return `work ${record.key}`
    case 'timer':
      return `timer ${canonicalJson([record.actor, record.id])}`
    case 'head':
    case 'base':
    case 'known':
    case 'row':
      return undefined
  }
}

function put(parts: MemoryParts, record: StoreRecord): void {
  const { journal, actors, facts, checkpoints, work, timers, bases } = parts
  switch (record.kind) {
    case 'head':
      return journal.begin(record.beginning)
    case 'base': {
      const { of, name, version, state } = record
      const states = bases.get(0) ?? []
      states.push(JSON.stringify({ kind: of, name, version, state }))
      bases.set(0, states)
      return
    }
    case 'known':
      return journal.know(record.hash, record.sequence)
    case 'row': {
      const { kind: _, entry, ...row } = record
      return journal.add(row, canonicalJson(entry))
    }
    case 'actor': {
      const { kind: _, state, ...actor } = record
      actors.set(actor.actor, { ...actor, state: JSON.stringify(state) })
      return
    }
    case 'fact':
      facts.set(record.name, { version: record.version, value: canonicalJson(record.value) })
      return
    case 'checkpoint':
      checkpoints.set(record.watcher, canonicalJson(record.value))
      return
    case 'work': {
      const { kind: _, task, ...item } = record
      return work.restore({ ...item, task: canonicalJson(task) })
    }
    case 'timer': {
      const { kind: _, event, ...timer } = record
      return timers.set({ ...timer, event: canonicalJson(event) })
    }
  }
}
