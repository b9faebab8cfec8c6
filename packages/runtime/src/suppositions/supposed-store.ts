import {
  canonicalJson,
  type ActorState,
  type Decision,
  type Fact,
  type Json,
  type JournalRow,
  type StoredActor,
  type StoredWork,
  type Timer,
  type Unit,
  type UnitOutcome,
} from '@opschart/core'

import type { DecisionStore } from '../driver/lines.ts'
import type { Ground } from './ground.ts'

/** A row that would have been written, with what its actor would have been after it. */
export interface SupposedRow {
  readonly row: JournalRow
  readonly state: ActorState
}

/** A store over what was there before: what is written stays in it, and is gone with it. */
export interface SupposedStore extends DecisionStore {
  /** Whom decisions were asked of so far, and facts of which names: what the answer rests on. */
  readonly read: ReadonlySet<string>
  /** Every row that was written, in order. */
  readonly rows: readonly SupposedRow[]
}

/** Makes one. One turn at a time writes to it, so that nobody is ever first. */
export function supposedStore(ground: Ground): SupposedStore {
  const actors = new Map<string, StoredActor | undefined>()
  const facts = new Map<string, Fact | undefined>()
  const timers = new Map<string, Timer[]>()
  const works: StoredWork[] = []
  /** Keys of work that has ended or was taken back. */
  const gone = new Set<string>()
  const rows: SupposedRow[] = []

  async function actor(id: string): Promise<StoredActor | undefined> {
    if (!actors.has(id)) actors.set(id, await ground.actor(id))
    return actors.get(id)
  }

  async function fact(name: string): Promise<Fact | undefined> {
    if (!facts.has(name)) facts.set(name, await ground.fact(name))
    return facts.get(name)
  }

  async function timersOf(id: string): Promise<Timer[]> {
    if (!timers.has(id)) timers.set(id, [...(await ground.timers(id))])
    return timers.get(id)!
  }

  async function append(decision: Decision): Promise<void> {
    const { shard, state: next, ended, ...written } = decision
    const { definition, version, actor: id } = written
    const before = await actor(id)
    const state = next === undefined ? (before?.state ?? null) : copied(next)
    actors.set(id, { actor: id, version, definition, shard, state, ended: ended ?? before?.ended ?? false })
    const sequence = ground.sequence + rows.length + 1
    const row = { ...written, entry: copied(written.entry), sequence, hash: '' }
    rows.push({ row, state: state as unknown as ActorState })
  }

  async function write({ decisions, ...unit }: Unit): Promise<UnitOutcome> {
    for (const { key } of decisions) {
      const first = key && rows.find(({ row }) => row.key?.source === key.source && row.key.id === key.id)
      if (first) return { kind: 'duplicate', sequence: first.row.sequence }
    }
    for (const decision of decisions) await append(decision)
    for (const { name, version, value } of unit.facts ?? [])
      facts.set(name, { name, version, value: copied(value) })
    for (const { key } of unit.settled ?? []) gone.add(key)
    for (const key of unit.withdrawn ?? []) gone.add(key)
    for (const work of unit.work ?? [])
      works.push({ ...work, status: 'queued', attempt: 0, owner: null, until: null })
    for (const { actor: id, id: timer } of [...(unit.timersGone ?? []), ...(unit.timers ?? [])])
      timers.set(
        id,
        (await timersOf(id)).filter((set) => set.id !== timer),
      )
    for (const timer of unit.timers ?? []) (await timersOf(timer.actor)).push(timer)
    return { kind: 'written', sequence: decisions.length > 0 ? ground.sequence + rows.length : 0 }
  }

  return {
    rows,
    get read() {
      return new Set([...actors.keys(), ...facts.keys()])
    },
    async commit(units) {
      const outcomes: UnitOutcome[] = []
      for (const unit of units) outcomes.push(await write(unit))
      return outcomes
    },
    async actor(id) {
      const found = await actor(id)
      return found && { ...found, state: copied(found.state) }
    },
    facts: async (names) =>
      (await Promise.all(names.map(fact)))
        .filter((found) => found !== undefined)
        .map((found) => ({ ...found, value: copied(found.value) })),
    history: ({ from = 1, to = Infinity }) =>
      Promise.resolve(
        rows.map(({ row }) => row).filter(({ sequence }) => sequence >= from && sequence <= to),
      ),
    timers: async (id) => [...(await timersOf(id))],
    work: async ({ actor: id }) =>
      [...(await ground.work(id)), ...works.filter((work) => work.actor === id)].filter(
        ({ key }) => !gone.has(key),
      ),
  }
}

/** A copy: what is handed over, or handed out, may be changed by whoever has it. */
const copied = (value: Json): Json => JSON.parse(canonicalJson(value)) as Json
