import type { Json } from '@opschart/core'
import { setImmediate as turn } from 'node:timers/promises'
import {
  createActor,
  fromPromise,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type InspectionEvent,
} from 'xstate'

import { createLiveClock } from './_live-clock.ts'
import { createLiveWatch, nameOf } from './_live-watch.ts'
import { machineOf } from './machine-of.ts'
import type { MachineLiteral, StepLiteral } from './machine-literal.ts'
import { plain, type Observation, type SeenActor } from './observation.ts'

/** XState's own actor at work, under a clock that stands still between steps. Nothing ever interrupts it. */
export interface LiveRun {
  /** What could be seen when it had started. */
  readonly started: Observation
  take(step: StepLiteral): Promise<Observation>
  /**
   * Why the run says nothing, if so: it goes on for ever, sends to a child that is not there (a mistake in the machine), or
   * comes to where XState itself gets lost, or where something is written down as different.
   */
  useless(): string | undefined
  stop(): void
}

export interface LiveOptions {
  readonly input?: Json
  /** Sees what XState tells of itself. */
  readonly inspect?: (event: InspectionEvent) => void
}

interface Pending {
  readonly self: AnyActorRef
  readonly src: string
  readonly input: Json
  readonly resolve: (output: Json) => void
  readonly reject: (error: Error) => void
}

/** Starts XState's own actor of a literal, named `root`; its clock shows 0. */
export async function liveRun(literal: MachineLiteral, options: LiveOptions = {}): Promise<LiveRun> {
  const clock = createLiveClock(0)
  const watch = createLiveWatch()
  let pending: Pending[] = []

  const operation = (src: string) =>
    fromPromise<Json, unknown>(
      ({ input, self, signal }) =>
        new Promise((resolve, reject) => {
          const entry = { self, src, input: plain(input), resolve, reject }
          pending.push(entry)
          signal.addEventListener('abort', () => {
            pending = pending.filter((other) => other !== entry)
          })
        }),
    )

  const root = createActor(machineOf(literal, operation), {
    id: 'root',
    input: (options.input ?? null) as never,
    clock: clock.clock,
    logger: () => {},
    inspect(event) {
      options.inspect?.(event)
      watch.inspect(event)
    },
  })
  clock.watch(root)
  // Without an observer of errors, XState would throw them out of a timer.
  root.subscribe({ error: () => {} })

  async function over(): Promise<void> {
    await turn()
    watch.check(root)
  }

  /** Lets what has been set off come to its end, with delays of nothing. */
  async function settle(): Promise<void> {
    do {
      await turn()
      clock.pass(clock.now())
      await over()
    } while (clock.isDue(clock.now()) && watch.useless() === undefined)
  }

  function observe(): Observation {
    const actors: Record<string, SeenActor> = {}
    look(root, 'root', actors)
    return {
      emitted: watch.takeEmitted(),
      actors,
      operations: pending.map(({ self, src, input }) => ({ actor: nameOf(self), src, input })),
      timers: clock.timers().map(({ source, ...timer }) => ({ actor: nameOf(source), ...timer })),
    }
  }

  async function take(step: StepLiteral): Promise<void> {
    if ('send' in step) return root.send({ type: step.send, ...(step.x !== undefined && { x: step.x }) })
    if ('advance' in step) return clock.advance(step.advance, over)
    const picked = pickOf(step.settle, pending)
    if (picked === undefined) return
    pending = pending.filter((other) => other !== picked)
    if ('error' in step) picked.reject(new Error(step.error))
    else picked.resolve(step.output)
    await turn()
  }

  root.start()
  await settle()
  const started = observe()
  return {
    started,
    useless: watch.useless,
    stop: () => void root.stop(),
    async take(step) {
      await take(step)
      await settle()
      return observe()
    },
  }
}

/** The one that a step means, of those that are under way in the order in which they were asked for. */
export function pickOf<Item>(which: 'oldest' | 'newest' | number, items: readonly Item[]): Item | undefined {
  return which === 'newest' ? items.at(-1) : items[which === 'oldest' ? 0 : which % items.length]
}

function look(actor: AnyActorRef, name: string, actors: Record<string, SeenActor>): void {
  const snapshot = actor.getSnapshot() as AnyMachineSnapshot
  const { status, value, context, output, error, tags } = snapshot
  const children = status === 'active' ? Object.entries(snapshot.children) : []
  const history = snapshot.historyValue as Record<string, readonly { readonly id: string }[]>
  actors[name] = {
    status,
    value: plain(value),
    context: plain(context),
    output: plain(output),
    error: plain(error),
    tags: [...tags].toSorted(),
    history: Object.fromEntries(
      Object.entries(history).map(([id, nodes]) => [id, nodes.map((node) => node.id)]),
    ),
    children: children.map(([id]) => id).toSorted(),
  }
  for (const [id, child] of children) {
    const ref = child as AnyActorRef | undefined
    if (ref !== undefined && 'machine' in (ref.getSnapshot() as object)) look(ref, `${name}~${id}`, actors)
  }
}
