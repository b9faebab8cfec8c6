import {
  OpschartError,
  rowHashOfText,
  type Crypto,
  type HistoryQuery,
  type Json,
  type JournalRow,
  type Store,
  type StoredActor,
  type StoredWork,
  type UnitOutcome,
} from '@opschart/core'

import { nodeCrypto } from '../node-crypto.ts'
import { memoryTimers } from './_memory-timers.ts'
import { memoryWork } from './_memory-work.ts'
import { preparedUnit, type PreparedUnit } from './_prepared-unit.ts'
import { refusal } from './_refusal.ts'
import { compareText } from './_text.ts'

/** Values are kept as text: what was handed over, or handed out, may be changed by whoever has it. */
interface Row {
  readonly row: Omit<JournalRow, 'entry'>
  readonly entry: string
}
type Actor = Omit<StoredActor, 'state'> & { readonly state: string }

/**
 * A store that lives as long as the process: for tests, demonstrations and whoever needs nothing kept. It makes the
 * promises of every store but durability, and hands out copies, so that what is read can be changed without harm.
 */
export function memoryStore(options: { readonly crypto?: Pick<Crypto, 'sha256'> } = {}): Store {
  const crypto = options.crypto ?? nodeCrypto
  const journal: Row[] = []
  const bySignal = new Map<string, number>()
  const byActor = new Map<string, Row[]>()
  const actors = new Map<string, Actor>()
  const facts = new Map<string, { version: number; value: string }>()
  const checkpoints = new Map<string, string>()
  const work = memoryWork()
  const timers = memoryTimers()
  let changes = 0
  let closed = false

  const present = {
    signal: (source: string, id: string) => bySignal.get(signalKey(source, id)),
    actorVersion: (actor: string) => actors.get(actor)?.version ?? 0,
    factVersion: (name: string) => facts.get(name)?.version ?? 0,
    attempt: (key: string) => work.attempt(key),
  }

  function append(decision: PreparedUnit['decisions'][number]): void {
    const { actor, version, definition, at, key, entry, state, shard, ended } = decision
    const sequence = journal.length + 1
    const row = { sequence, actor, version, definition, at, key }
    const previous = journal.at(-1)?.row.hash ?? ''
    const hash = rowHashOfText(crypto, previous, { ...row, entry })
    const appended = { row: { ...row, hash }, entry }
    journal.push(appended)
    grouped(byActor, actor).push(appended)
    if (key) bySignal.set(signalKey(key.source, key.id), sequence)
    const before = actors.get(actor)
    actors.set(actor, {
      actor,
      version,
      definition,
      shard,
      state: state ?? before?.state ?? 'null',
      ended: ended ?? before?.ended ?? false,
    })
  }

  function write(unit: PreparedUnit): UnitOutcome {
    const refused = refusal(unit, present)
    if (refused) return refused
    for (const decision of unit.decisions) append(decision)
    for (const { name, version, value } of unit.facts) facts.set(name, { version, value })
    for (const { key } of unit.settled) work.remove(key)
    for (const key of unit.withdrawn) work.remove(key)
    for (const item of unit.work) work.add(item)
    for (const timer of unit.timersGone) timers.remove(timer)
    for (const timer of unit.timers) timers.set(timer)
    for (const { watcher, value } of unit.checkpoints) checkpoints.set(watcher, value)
    changes += 1
    return { kind: 'written', sequence: unit.decisions.length > 0 ? journal.length : 0 }
  }

  function rows({ from = 1, to = Infinity, actor, limit = 1000, backwards }: HistoryQuery): JournalRow[] {
    const all = actor !== undefined ? byActor.get(actor) : journal
    const found: JournalRow[] = []
    // The first wanted row is found by halving, so that reading on from there costs the same in a long journal.
    const first = countBefore(all ?? [], ({ row: { sequence } }) =>
      backwards ? sequence <= to : sequence < from,
    )
    const step = backwards ? -1 : 1
    for (let index = backwards ? first - 1 : first; found.length < limit; index += step) {
      const item = all?.[index]
      if (!item || item.row.sequence < from || item.row.sequence > to) break
      found.push(rowOf(item))
    }
    return found
  }

  /** Every answer passes here: a closed store answers nothing. */
  async function answer<T>(give: () => T): Promise<T> {
    if (closed)
      throw new OpschartError('closed', 'The store in memory is closed. Make a new one; this one is gone.')
    return give()
  }

  return {
    commit: (units) => answer(() => units.map(preparedUnit).map(write)),
    actor: (actor) =>
      answer(() => {
        const found = actors.get(actor)
        return found && actorOf(found)
      }),
    actors: ({ shard, prefix = '', ended = false, notUnder } = {}) =>
      answer(() =>
        [...actors.values()]
          .filter((actor) => actor.ended === ended && actor.actor.startsWith(prefix))
          .filter((actor) => shard === undefined || actor.shard === shard)
          .filter((actor) => notUnder?.includes(actor.definition) !== true)
          .toSorted((one, other) => compareText(one.actor, other.actor))
          .map(actorOf),
      ),
    seen: (source, id) =>
      answer(() => {
        const row = journal[(bySignal.get(signalKey(source, id)) ?? 0) - 1]
        return row && rowOf(row)
      }),
    history: (query) => answer(() => rows(query)),
    head: () => answer(() => ({ sequence: journal.length, hash: journal.at(-1)?.row.hash ?? '' })),
    facts: (names) =>
      answer(() =>
        names.flatMap((name) => {
          const fact = facts.get(name)
          return fact ? [{ name, version: fact.version, value: JSON.parse(fact.value) as Json }] : []
        }),
      ),
    factsBeginning: (prefix) =>
      answer(() =>
        [...facts]
          .filter(([name]) => name.startsWith(prefix))
          .toSorted(([one], [other]) => compareText(one, other))
          .map(([name, { version, value }]) => ({ name, version, value: JSON.parse(value) as Json })),
      ),
    checkpoint: (watcher) =>
      answer(() => {
        const value = checkpoints.get(watcher)
        return value === undefined ? undefined : (JSON.parse(value) as Json)
      }),
    work: (filter) => answer(() => work.list(filter)),
    claim: (claim) =>
      answer(() => {
        const claimed: StoredWork | undefined = work.claim(claim)
        if (claimed) changes += 1
        return claimed
      }),
    renew: (renewal) =>
      answer(() => {
        const renewed = work.renew(renewal)
        if (renewed) changes += 1
        return renewed
      }),
    timersDue: (now, limit) => answer(() => timers.due(now, limit)),
    nextTimer: () => answer(() => timers.next()),
    timers: (actor) => answer(() => timers.of(actor)),
    changeCounter: () => answer(() => changes),
    async close() {
      closed = true
    },
  }
}

/** How many items come before the first for which `before` is false. */
function countBefore<T>(items: readonly T[], before: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (before(items[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}

function signalKey(source: string, id: string): string {
  // The length keeps `a` + `bc` and `ab` + `c` apart.
  return `${source.length}:${source}${id}`
}

function grouped<T>(groups: Map<string, T[]>, group: string): T[] {
  const found = groups.get(group) ?? []
  if (found.length === 0) groups.set(group, found)
  return found
}

function actorOf({ state, ...actor }: Actor): StoredActor {
  return { ...actor, state: JSON.parse(state) as Json }
}

function rowOf({ row, entry }: Row): JournalRow {
  return { ...row, key: row.key && { ...row.key }, entry: JSON.parse(entry) as Json }
}
