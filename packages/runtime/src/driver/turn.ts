import {
  OpschartError,
  type ActorState,
  type Clock,
  type JournalEntry,
  type ServiceState,
  type Store,
  type Unit,
  type Verdict,
} from '@opschart/core'

import type { KernelSources } from './kernels.ts'
import type { FactSources } from './law-facts.ts'
import { keyOf, type Message } from './message.ts'
import { createSteps, type Steps } from './steps.ts'
import { openWorld } from './world.ts'

/** What came of a turn. */
export interface TurnOutcome {
  /** The verdict on the first message, when it was a signal. */
  readonly verdict: Verdict | undefined
  /** The last row's sequence; 0 when nothing was written. */
  readonly sequence: number
  /** Work that the turn cancelled. */
  readonly withdrawn: readonly string[]
  /** True when an attempt that was to be settled is no longer the running one. */
  readonly late: boolean
}

/** What turns are taken with. */
export interface TurnSources extends FactSources, KernelSources {
  readonly store: Store
  readonly clock: Clock
  /** Tasks (`[agent, task]`) by signal. */
  readonly triggers: Readonly<Record<string, readonly (readonly [agent: string, task: string])[]>>
  readonly definitionOf: (decider: string) => string
}

/** Work that ended, under the attempt it ran as: settled in the same commit. */
type Settled = NonNullable<Unit['settled']>

const nothing: TurnOutcome = { verdict: undefined, sequence: 0, withdrawn: [], late: false }

/** The most steps that one turn may take: a chain that is longer is a loop. */
const longestTurn = 500
const mostTries = 50

/** Takes turns: each one signal and all that follows from it between a service's actors, committed whole [D1]. */
export function createTurns(sources: TurnSources, onService: (service: ServiceState) => void = () => {}) {
  const lines = new Map<string, Promise<unknown>>()

  async function attempt(shard: string, first: readonly Message[], settled: Settled) {
    const world = await openWorld(sources.store, shard)
    const queue = [...first]
    const steps = createSteps(sources, world, (message) => void queue.push(message))
    let verdict: Verdict | undefined
    for (let taken = 0; queue.length > 0; taken += 1) {
      if (taken >= longestTurn) {
        throw new OpschartError(
          'configuration',
          `one signal led to more than ${longestTurn} steps in ${shard}: the law goes round in a circle`,
        )
      }
      const given = await takeStep(steps, queue.shift()!)
      if (taken === 0) verdict = given
    }
    return { world, verdict, unit: { ...world.unit(), settled } }
  }

  async function turn(shard: string, first: readonly Message[], settled: Settled): Promise<TurnOutcome> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { world, verdict, unit } = await attempt(shard, first, settled)
      const [outcome] = await sources.store.commit([unit])
      if (outcome?.kind === 'written') {
        onService(world.service)
        return {
          verdict: stamped(verdict, unit, outcome.sequence),
          sequence: outcome.sequence,
          withdrawn: world.withdrawn,
          late: false,
        }
      }
      if (outcome?.kind === 'duplicate') return known(first, outcome.sequence)
      const on = outcome?.kind === 'conflict' ? outcome.on : undefined
      if (settled.some(({ key }) => key === on)) return { ...nothing, late: true }
    }
    throw new OpschartError(
      'conflict',
      `another process moved ${shard} first, ${mostTries} times in a row; try again`,
    )
  }

  /** A signal that was journaled before gets its first verdict again [D2]. */
  async function known(first: readonly Message[], sequence: number): Promise<TurnOutcome> {
    const [row] = await sources.store.history({ from: sequence, to: sequence })
    const key = keyOf(first[0])
    if (key === undefined || row?.key?.source !== key.source || row.key.id !== key.id) {
      const what = `${row?.key?.source ?? ''} ${row?.key?.id ?? ''}`
      throw new OpschartError(
        'conflict',
        `what follows from this was journaled before, as ${what} in row ${sequence}`,
      )
    }
    const { verdict } = row.entry as unknown as JournalEntry
    return {
      ...nothing,
      verdict: verdict === null ? undefined : { ...verdict, sequence, duplicate: true },
      sequence,
    }
  }

  return {
    /**
     * Takes a turn of a service. Turns of one service follow one another; those of different services do not wait.
     *
     * @throws OpschartError `storage` when nothing could be written: the turn was not taken, and may be taken again.
     */
    take(shard: string, first: readonly Message[], settled: Settled = []): Promise<TurnOutcome> {
      const before = lines.get(shard) ?? Promise.resolve()
      const mine = before.then(() => turn(shard, first, settled))
      const quiet = mine
        .catch(() => undefined)
        .then(() => {
          if (lines.get(shard) === quiet) lines.delete(shard)
        })
      lines.set(shard, quiet)
      return mine
    },
    /** Under which name an actor's child was started as that effect; undefined when it is no longer at work. */
    async childOf(actor: string, key: string): Promise<string | undefined> {
      const stored = await sources.store.actor(actor)
      const children = (stored?.state as unknown as ActorState | undefined)?.children ?? {}
      return Object.entries(children).find(([, started]) => started === key)?.[0]
    },
    isIdle: () => lines.size === 0,
    /** Resolves when no turn is under way. */
    async idle(): Promise<void> {
      while (lines.size > 0) await Promise.all(lines.values())
    },
  }
}

/** Takes turns. */
export type Turns = ReturnType<typeof createTurns>

function takeStep(steps: Steps, message: Message): Promise<Verdict | undefined> {
  switch (message.kind) {
    case 'signal':
      return steps.signal(message)
    case 'routed':
      return steps.routed(message)
    case 'private':
      return steps.private(message)
    case 'start':
      return steps.start(message)
    case 'measure':
      return steps.measure(message)
    case 'told':
      return steps.told(message)
  }
}

/** The verdict with its row's place in the journal; the unit's rows end at `last`. */
function stamped(verdict: Verdict | undefined, unit: Unit, last: number): Verdict | undefined {
  if (verdict === undefined) return undefined
  const index = unit.decisions.findIndex(({ entry }) => (entry as { verdict?: unknown }).verdict === verdict)
  return { ...verdict, sequence: last - unit.decisions.length + 1 + Math.max(0, index) }
}
