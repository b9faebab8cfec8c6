import {
  OpschartError,
  writtenEntry,
  type Decision,
  type Effect,
  type EntryKind,
  type Fact,
  type JournalEntry,
  type Json,
  type JsonObject,
  type Principal,
  type Timer,
  type Unit,
  type Verdict,
  type Work,
} from '@opschart/core'

import type { SignalKey } from '../driver/lines.ts'
import { childActor, publicId } from './actor-names.ts'
import type { Chart } from './charts.ts'
import type { MovedTimer } from './fit-moves.ts'
import type { Letter, MachineState } from './machine-state.ts'
import type { TreeReads } from './tree-reads.ts'

export type EventJson = JsonObject & { readonly type: string }

/** An actor as one turn sees it. Never changed: a step gives another one. */
export interface Node {
  readonly actor: string
  readonly chart: Chart
  readonly version: number
  readonly state: MachineState
  readonly ended: boolean
  /** There when its state was brought to its chart of today, which the journal does not know yet; with its timers that moved. */
  readonly migrated?: readonly MovedTimer[]
  /**
   * Why it cannot take a step: what is stored of it does not fit the chart that is here, or there is none. Its timers and
   * operations wait: another process may have what it fits, or this one will be mended.
   */
  readonly misfit?: string
}

/** What comes for an actor. */
export interface Mail {
  readonly kind: 'signal' | Letter['kind'] | 'stop'
  readonly event: EventJson
  readonly by?: Principal
  readonly key?: SignalKey
  readonly cause?: string
}

/** The most steps that one turn may take: a chain that is longer is a loop. */
const longestTurn = 10_000

/** What one turn reads and moves. */
export interface TreeWorld {
  /** The actors that it has moved, as it leaves them. */
  readonly moved: ReadonlyMap<string, Node>
  /** The actor as this turn has it; undefined when there is none. */
  node(actor: string): Node | undefined
  record(node: Node, row: RowOf): void
  work(work: Work): void
  /** Whether an actor's operation has not ended. */
  isAtWork(actor: string, key: string): boolean
  withdraw(key: string): void
  timer(timer: Timer): void
  timerGone(actor: string, id: string): void
  /** Whether this turn has taken a timer back, or has given it another id. */
  isTimerGone(actor: string, id: string): boolean
  /** Whether a timer is still the one that was set: it may have been replaced or taken back meanwhile. */
  isSet(timer: Timer): boolean
  /** Takes back every timer of an actor that has ended. */
  timersGone(actor: string): void
  /** Writes a durable value beside the actors. */
  fact(name: string, value: Json): void
  unit(): Unit
}

/** What a row says besides whose it is. */
export interface RowOf {
  readonly kind: EntryKind
  readonly event: EventJson
  readonly by?: Principal | undefined
  readonly verdict?: Verdict
  readonly effects?: readonly Effect[]
  readonly cause?: string | undefined
  readonly key?: SignalKey | undefined
  /** The state that it leaves; absent when it is the same. */
  readonly state?: MachineState
  readonly ended?: boolean
}

/** Opens what one turn of a tree reads and moves. Nothing is written before its unit is committed. */
export function openTreeWorld(root: string, now: number, reads: TreeReads): TreeWorld {
  const moved = new Map<string, Node>()
  /** What was read, as it was found: whoever moves one of them meanwhile makes the turn be taken again. */
  const read = new Map<string, number>()
  // No list: what waits for a flush is no literal.
  const decisions = new Set<Decision>()
  const works: Work[] = []
  const withdrawn: string[] = []
  const timers = new Map<string, Timer>()
  const timersGone = new Map<string, { actor: string; id: string }>()
  const facts = new Map<string, Fact>()
  const timerName = (actor: string, id: string) => `${actor.length}:${actor}${id}`

  const world: TreeWorld = {
    moved,
    node(actor) {
      const own = moved.get(actor)
      if (own !== undefined) return own
      const found = reads.node(actor)
      if (!read.has(actor)) read.set(actor, found?.version ?? 0)
      return found?.migrated === undefined ? found : migrated(found, found.migrated)
    },
    record(node, row) {
      if (decisions.size >= longestTurn) {
        throw new OpschartError(
          'configuration',
          `one event led to more than ${longestTurn} steps in ${publicId(root)}: its machines go round in a circle`,
        )
      }
      const version = node.version + 1
      const state = row.state ?? node.state
      const ended = row.ended ?? node.ended
      const fresh = node.version === 0
      const own = { actor: node.actor, version, at: now, key: row.key ?? null }
      decisions.add({
        ...own,
        definition: node.chart.definition,
        entry: writtenEntry(entryOfRow(node.chart, row), own),
        shard: root,
        ...(fresh || row.state !== undefined ? { state: state as unknown as Json } : {}),
        ...(row.ended === undefined ? {} : { ended: row.ended }),
      })
      moved.set(node.actor, { ...node, version, state, ended })
    },
    work: (work) => void works.push(work),
    isAtWork: (actor, key) =>
      !withdrawn.includes(key) && [...works, ...reads.workOf(actor)].some((work) => work.key === key),
    withdraw(key) {
      const index = works.findIndex((work) => work.key === key)
      if (index >= 0) works.splice(index, 1)
      else withdrawn.push(key)
    },
    timer(timer) {
      const name = timerName(timer.actor, timer.id)
      timersGone.delete(name)
      // Taken out first, so that one that is set again is the last of those due together.
      timers.delete(name)
      timers.set(name, timer)
    },
    timerGone(actor, id) {
      const name = timerName(actor, id)
      timers.delete(name)
      timersGone.set(name, { actor, id })
    },
    isTimerGone: (actor, id) => timersGone.has(timerName(actor, id)),
    isSet: ({ actor, id, version }) =>
      reads.timersOf(actor).some((timer) => timer.id === id && timer.version === version),
    timersGone(actor) {
      for (const { id } of reads.timersOf(actor)) world.timerGone(actor, id)
      const mine = Array.from(timers.values()).filter((timer) => timer.actor === actor)
      for (const { id } of mine) world.timerGone(actor, id)
    },
    fact(name, value) {
      const version = facts.get(name)?.version ?? reads.factVersion(name) + 1
      facts.set(name, { name, version, value })
    },
    unit: () => ({
      decisions: [...decisions],
      facts: [...facts.values()],
      read: readOnly(),
      work: works,
      withdrawn,
      timers: [...timers.values()],
      timersGone: [...timersGone.values()],
    }),
  }

  function readOnly(): { actor: string; version: number }[] {
    const only: { actor: string; version: number }[] = []
    for (const [actor, version] of read) if (!moved.has(actor)) only.push({ actor, version })
    return only
  }

  /** Before anything else: from here on the journal can be replayed under the new definition. */
  function migrated(given: Node, by: readonly MovedTimer[]): Node {
    const { migrated: _, ...node } = given
    const { state } = node
    for (const { from, to } of by) {
      world.timerGone(node.actor, from)
      world.timer(to)
    }
    world.record(node, {
      kind: 'migrated',
      event: { type: 'migrated', state: state as unknown as Json },
      state,
    })
    return moved.get(node.actor)!
  }

  return world
}

/** The child that was started under a key. One that is told to end while it is at work has another beside it for a while. */
export function childNode(
  world: TreeWorld,
  parent: Node,
  id: string,
  key: string | undefined,
): Node | undefined {
  for (let actor = childActor(parent.actor, id); ; actor += '+') {
    const node = world.node(actor)
    if (node === undefined || node.state.born === key) return node
  }
}

function entryOfRow(chart: Chart, row: RowOf): JournalEntry {
  return {
    kind: row.kind,
    decider: `machine:${chart.path}`,
    service: '',
    event: row.event,
    by: row.by ?? null,
    severity: null,
    facts: null,
    operation: null,
    verdict: row.verdict ?? null,
    moved: null,
    effects: row.effects ?? [],
    changes: [],
    cause: row.cause ?? null,
  }
}
