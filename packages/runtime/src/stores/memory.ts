import {
  OpschartError,
  type Crypto,
  type Json,
  type Store,
  type StoredActor,
  type StoredWork,
  type UnitOutcome,
} from '@opschart/core'

import { nodeCrypto } from '../node-crypto.ts'
import { memoryJournal } from './_memory-journal.ts'
import { memoryPruning, type MemoryBases } from './_memory-pruning.ts'
import { memoryTimers } from './_memory-timers.ts'
import { memoryTransfer, type MemoryActor } from './_memory-transfer.ts'
import { memoryWork } from './_memory-work.ts'
import { preparedUnit, type PreparedUnit } from './_prepared-unit.ts'
import { refusal } from './_refusal.ts'
import { listed } from './_memory-actors.ts'
import { compareText } from './_text.ts'

/**
 * A store that lives as long as the process: for tests, demonstrations and whoever needs nothing kept. It makes the
 * promises of every store but durability, and hands out copies, so that what is read can be changed without harm.
 */
export function memoryStore(options: { readonly crypto?: Pick<Crypto, 'sha256'> } = {}): Store {
  const crypto = options.crypto ?? nodeCrypto
  const journal = memoryJournal(crypto)
  const actors = new Map<string, MemoryActor>()
  const facts = new Map<string, { version: number; value: string }>()
  const checkpoints = new Map<string, string>()
  const work = memoryWork()
  const timers = memoryTimers()
  const bases: MemoryBases = new Map()
  let changes = 0
  let closed = false

  const present = {
    signal: journal.signal,
    pruned: () => journal.beginning().sequence,
    actorVersion: (actor: string) => actors.get(actor)?.version ?? 0,
    factVersion: (name: string) => facts.get(name)?.version ?? 0,
    attempt: (key: string) => work.attempt(key),
  }

  function append(decision: PreparedUnit['decisions'][number]): void {
    const { actor, version, definition, state, shard, ended } = decision
    journal.append(decision)
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
    return { kind: 'written', sequence: unit.decisions.length > 0 ? journal.head().sequence : 0 }
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
    actors: (filter) => answer(() => listed(actors.values(), filter).map(actorOf)),
    seen: (source, id) => answer(() => journal.row(journal.signal(source, id))),
    history: (query) => answer(() => journal.history(query)),
    head: () => answer(() => journal.head()),
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
    transfer: memoryTransfer({ journal, actors, facts, checkpoints, work, timers, bases }, answer, () => {
      changes += 1
    }),
    pruning: memoryPruning({ journal, bases }, answer, write),
    async close() {
      closed = true
    },
  }
}

function actorOf({ state, ...actor }: MemoryActor): StoredActor {
  return { ...actor, state: JSON.parse(state) as Json }
}
