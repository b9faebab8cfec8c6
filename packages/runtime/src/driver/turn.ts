import { OpschartError, type ActorState, type Clock, type JsonObject, type Kernel, type Lifecycle, type Principal, type ServiceChange, type ServiceState, type Signal, type Store, type Unit, type Verdict } from '@opschart/core'

import type { FactSources } from './law-facts.ts'
import { createSteps, type Steps } from './steps.ts'
import { openWorld, type World } from './world.ts'

/** What a turn begins with, and what follows from it within the turn. */
export type Message =
  /** A signal for a lifecycle (opened first when `open` is set). */
  | { readonly kind: 'signal'; readonly lifecycle: string; readonly signal: Signal; readonly operation?: string; readonly open?: { readonly branch: string | null } }
  /** A signal for whatever its service's directory says. */
  | { readonly kind: 'routed'; readonly signal: Signal }
  /** The private path: timers, results, messages between actors. Nothing from outside comes along here [L5]. */
  | {
      readonly kind: 'private'
      readonly entry: 'message' | 'timer' | 'result'
      readonly actor: string
      readonly event: JsonObject & { readonly type: string }
      readonly changes?: readonly ServiceChange[]
      readonly cause?: string
      /** What must still be so: a timer not replaced, a child not restarted. Else the event is late, and changes nothing. */
      readonly fence?: {
        readonly timer?: { readonly id: string; readonly version: number }
        readonly child?: { readonly id: string; readonly key: string }
      }
    }
  | { readonly kind: 'start'; readonly actor: string; readonly workflow: string; readonly input: JsonObject; readonly cause: string }
  /** A measure that would move a rule. */
  | { readonly kind: 'measure'; readonly rule: string; readonly service: string; readonly event: JsonObject & { readonly type: string } }
  /** A row that only tells. */
  | { readonly kind: 'told'; readonly entry: 'problem' | 'act' | 'signal'; readonly type: string; readonly by: Principal; readonly data: JsonObject; readonly verdict?: Verdict; readonly key?: { source: string; id: string } }

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
export interface TurnSources extends FactSources {
  readonly store: Store
  readonly clock: Clock
  readonly lifecycle: Lifecycle
  /** The kernels of rules, by name. */
  readonly rules: ReadonlyMap<string, Kernel>
  /** Tasks (`[agent, task]`) by signal. */
  readonly triggers: Readonly<Record<string, readonly (readonly [agent: string, task: string])[]>>
  readonly definitionOf: (decider: string) => string
}

/** The most steps that one turn may take: a chain that is longer is a loop. */
const longestTurn = 500
const mostTries = 50

/** Takes turns: each one signal and all that follows from it between a service's actors, committed whole [D1]. */
export function createTurns(sources: TurnSources, onService: (service: ServiceState) => void = () => {}) {
  const lines = new Map<string, Promise<unknown>>()

  async function attempt(shard: string, first: readonly Message[], extra: Partial<Unit>) {
    const world = await openWorld(sources.store, shard)
    const queue = [...first]
    const steps = createSteps(sources, world, (message) => void queue.push(message))
    let verdict: Verdict | undefined
    for (let taken = 0; queue.length > 0; taken += 1) {
      if (taken >= longestTurn) {
        throw new OpschartError('configuration', `one signal led to more than ${longestTurn} steps in ${shard}: the law goes round in a circle`)
      }
      const given = await takeStep(steps, queue.shift()!)
      if (taken === 0) verdict = given
    }
    return { world, verdict, unit: joined(world, extra) }
  }

  async function turn(shard: string, first: readonly Message[], extra: Partial<Unit>): Promise<TurnOutcome> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { world, verdict, unit } = await attempt(shard, first, extra)
      const [outcome] = await sources.store.commit([unit])
      if (outcome?.kind === 'written') {
        onService(world.service)
        return { verdict: stamped(verdict, unit, outcome.sequence), sequence: outcome.sequence, withdrawn: world.withdrawn, late: false }
      }
      if (outcome?.kind === 'duplicate') {
        const [row] = await sources.store.history({ from: outcome.sequence, to: outcome.sequence })
        const entry = row?.entry as { verdict?: Verdict } | undefined
        const before = entry?.verdict
        return { verdict: before && { ...before, sequence: outcome.sequence, duplicate: true }, sequence: outcome.sequence, withdrawn: [], late: false }
      }
      const attempts = (extra.settled ?? []).map(({ key }) => key)
      const on = outcome?.kind === 'conflict' ? outcome.on : ''
      if (attempts.some((key) => on.includes(key))) return { verdict: undefined, sequence: 0, withdrawn: [], late: true }
    }
    throw new OpschartError('conflict', `another process moved ${shard} first, ${mostTries} times in a row; try again`)
  }

  return {
    /**
     * Takes a turn of a service. Turns of one service follow one another; those of different services do not wait.
     *
     * @throws OpschartError `storage` when nothing could be written: the turn was not taken, and may be taken again.
     */
    take(shard: string, first: readonly Message[], extra: Partial<Unit> = {}): Promise<TurnOutcome> {
      const before = lines.get(shard) ?? Promise.resolve()
      const mine = before.then(() => turn(shard, first, extra))
      const quiet = mine.catch(() => undefined).then(() => {
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
      return steps.routed(message.signal)
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

function joined(world: World, extra: Partial<Unit>): Unit {
  const unit = world.unit()
  return {
    ...unit,
    ...(extra.settled === undefined ? {} : { settled: extra.settled }),
    ...(extra.checkpoints === undefined ? {} : { checkpoints: extra.checkpoints }),
    timersGone: [...(unit.timersGone ?? []), ...(extra.timersGone ?? []).filter((gone) => !(unit.timers ?? []).some(({ actor, id }) => actor === gone.actor && id === gone.id))],
  }
}

/** The verdict with its row's place in the journal; the unit's rows end at `last`. */
function stamped(verdict: Verdict | undefined, unit: Unit, last: number): Verdict | undefined {
  if (verdict === undefined) return undefined
  const index = unit.decisions.findIndex(({ entry }) => (entry as { verdict?: unknown }).verdict === verdict)
  return { ...verdict, sequence: last - unit.decisions.length + 1 + Math.max(0, index) }
}

