import { OpschartError, type ActorState, type Clock, type ServiceState, type Verdict } from '@opschart/core'

import type { KernelSources } from './kernels.ts'
import type { FactSources } from './law-facts.ts'
import { createLines, type Attempted, type DecisionStore, type Settled, type TurnOutcome } from './lines.ts'
import { keyOf, type Message } from './message.ts'
import { createSteps, type Steps } from './steps.ts'
import { openWorld } from './world.ts'

/** What turns are taken with. */
export interface TurnSources extends FactSources, KernelSources {
  readonly store: DecisionStore
  readonly clock: Clock
  /** Tasks (`[agent, task]`) by signal. */
  readonly triggers: Readonly<Record<string, readonly (readonly [agent: string, task: string])[]>>
  readonly definitionOf: (decider: string) => string
  /** How many turns of one service may wait; see {@link createLines}. */
  readonly longestLine?: number
}

/** The most steps that one turn may take: a chain that is longer is a loop. */
const longestTurn = 500

/** Takes turns of the law: the shard is a service, and its actors are lifecycles, workflow runs and rules. */
export function createTurns(sources: TurnSources, onService: (service: ServiceState) => void = () => {}) {
  async function attempt(shard: string, first: readonly Message[], settled: Settled): Promise<Attempted> {
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
    return { verdict, unit: { ...world.unit(), settled }, written: () => onService(world.service) }
  }

  const lines = createLines<readonly Message[]>({
    store: sources.store,
    attempt,
    keyOf: ([first]) => keyOf(first),
    ...(sources.longestLine === undefined ? {} : { longest: sources.longestLine }),
  })

  return {
    /** Takes a turn of a service, beginning with these messages; see {@link createLines}. */
    take: (shard: string, first: readonly Message[], settled?: Settled): Promise<TurnOutcome> =>
      lines.take(shard, first, settled),
    /** What would come of a turn if it were taken now. Nothing is written. */
    foresee: (shard: string, first: readonly Message[]): Promise<TurnOutcome> => lines.foresee(shard, first),
    /** Under which name an actor's child was started as that effect; undefined when it is no longer at work. */
    async childOf(actor: string, key: string): Promise<string | undefined> {
      const stored = await sources.store.actor(actor)
      const children = (stored?.state as unknown as ActorState | undefined)?.children ?? {}
      return Object.entries(children).find(([, started]) => started === key)?.[0]
    },
    isIdle: lines.isIdle,
    idle: () => lines.idle(),
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
