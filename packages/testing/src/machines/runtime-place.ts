import {
  entryOf,
  type ActorView,
  type Clock,
  type Crypto,
  type Json,
  type JsonObject,
  type Store,
  type StoredWork,
} from '@opschart/core'
import { isDeepStrictEqual } from 'node:util'
import { fromPromise, type AnyStateMachine } from 'xstate'

import { repeatableCrypto } from '../repeatable-crypto.ts'
import type { RunningRuntime } from '../runtime-case.ts'
import { simulatedClock } from '../simulated-clock.ts'
import type { DurablePlace } from './compare-with-live.ts'
import { pickOf } from './live-run.ts'
import type { StepLiteral } from './machine-literal.ts'
import { machineOf } from './machine-of.ts'
import { plain, type Observation, type SeenActor } from './observation.ts'

/** Opens one store, again and again. */
export interface StoreKeeper {
  /** A runtime closes what it was given. */
  open(): Store
  /** Clears it away. */
  end(): Promise<void>
}

/** What a runtime is made of here. */
export interface MachineRuntimeSetup {
  readonly store: Store
  readonly clock: Clock
  readonly crypto: Crypto
  readonly machines: Readonly<Record<string, AnyStateMachine>>
  readonly owner: string
  readonly isOwnerDead: (owner: string) => boolean
  readonly concurrency: number
  readonly others: number
  readonly onProblem: (text: string) => void
}

/** A runtime, as far as it is used here. */
export type MachineRuntime = Pick<RunningRuntime, 'as' | 'actor' | 'audit' | 'on' | 'close'>

/** A place of durable runs on one kind of stores. */
export interface RuntimePlaceOptions {
  /** `createRuntime` of `@opschart/runtime`. */
  readonly createRuntime: (setup: MachineRuntimeSetup) => Promise<MachineRuntime>
  /** Gives a fresh store. */
  readonly keep: () => StoreKeeper
}

const actorId = 'root/1'
/** How often it is looked whether anything is still going on. */
const mostRests = 100

/** As XState's own actors are named: one that is told to end while it is at work has another beside it, marked with a plus. */
const publicName = (actor: string) =>
  actor
    .replace(/^machine:/, '')
    .replace(actorId, 'root')
    .replaceAll('+', '')

interface Attempt {
  readonly resolve: (output: Json) => void
  readonly reject: (error: Error) => void
}

/**
 * Durable runs on a runtime that is closed or left alone after every single step, and opened again on what the store holds:
 * nothing else is left of it. Operations that are under way are begun again each time. At the end the journal is replayed.
 */
export function runtimePlace({ createRuntime, keep }: RuntimePlaceOptions): DurablePlace {
  return async (literal, input) => {
    const keeper = keep()
    const clock = simulatedClock(0)
    const crypto = repeatableCrypto('equal')
    const attempts = new Map<string, Attempt>()
    const operation = () =>
      fromPromise<Json>((given) => {
        const { key, signal } = given as unknown as { key: string; signal: AbortSignal }
        return new Promise((resolve, reject) => {
          attempts.set(key, { resolve, reject })
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        })
      })
    const machine = machineOf(literal, operation)
    let opened = 0
    let told = 0

    async function session<Result>(
      act: (runtime: MachineRuntime, store: Store) => Promise<Result>,
    ): Promise<Result> {
      opened += 1
      const owner = `process ${opened}`
      const problems: string[] = []
      const store = keeper.open()
      let isAlive = true
      attempts.clear()
      const runtime = await createRuntime({
        store,
        clock: { now: () => clock.now(), at: (at, call) => clock.at(at, () => isAlive && call()) },
        crypto,
        machines: { root: machine },
        owner,
        isOwnerDead: (other) => other !== owner,
        concurrency: 1_000,
        others: 0,
        onProblem: (text) => void (isAlive && problems.push(text)),
      })
      const result = await act(runtime, store)
      // Each second one is closed; the others end as a process that is killed does: nothing of it is heard again.
      if (opened % 2 === 0) await runtime.close()
      isAlive = false
      if (opened % 2 !== 0) await store.close()
      if (problems.length > 0) throw new Error(`the runtime told of problems: ${problems.join('; ')}`)
      return result
    }

    const step = (act: (runtime: MachineRuntime, store: Store) => Promise<unknown>): Promise<Observation> =>
      session(async (runtime, store) => {
        const heard: { actor: string; event: Json }[] = []
        runtime.on('emitted', ({ actor, event }) => void heard.push({ actor: publicName(actor), event }))
        await rest(store)
        await act(runtime, store)
        await rest(store)
        const seen = await observe(runtime, store)
        if (isDeepStrictEqual(heard, seen.emitted)) return seen
        throw new Error(`heard was ${JSON.stringify(heard)}, journaled ${JSON.stringify(seen.emitted)}`)
      })

    /** Until nothing more is written and all work is at work. */
    async function rest(store: Store): Promise<void> {
      let before = -1
      for (let left = mostRests; left > 0; left -= 1) {
        await clock.advance(0)
        const now = await store.changeCounter()
        const works = await store.work()
        if (now === before && works.every(({ status, key }) => status === 'running' && attempts.has(key)))
          return
        before = now
      }
      throw new Error('it never comes to rest')
    }

    /** Time goes on from timer to timer: what one sets off is written before the next is due, however slow the store is. */
    async function pass(store: Store, until: number): Promise<void> {
      for (
        let next = await store.nextTimer();
        next !== undefined && next <= until;
        next = await store.nextTimer()
      ) {
        await clock.advance(Math.max(0, next - clock.now()))
        await rest(store)
      }
      await clock.advance(until - clock.now())
    }

    async function observe(runtime: MachineRuntime, store: Store): Promise<Observation> {
      const rows = await store.history({ from: told + 1, limit: Number.POSITIVE_INFINITY })
      told = rows.at(-1)?.sequence ?? told
      const works = await store.work()
      const timers = await store.timersDue(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
      return {
        emitted: rows.flatMap((row) =>
          entryOf(row).effects.flatMap((effect) =>
            effect.kind === 'emit' ? [{ actor: publicName(row.actor), event: effect.event as Json }] : [],
          ),
        ),
        actors: await look(runtime, store, actorId, 'root'),
        operations: works.map(workOf),
        timers: timers.map(({ actor, id, due, event }) => ({
          actor: publicName(actor),
          id: id.startsWith(`${actor}:`) ? null : id,
          due,
          event: (event as JsonObject)['event'] ?? null,
        })),
      }
    }

    const started = await step((runtime) => runtime.as({ person: 'ann' }).start(actorId, { input }))
    return {
      started,
      take: (given: StepLiteral) =>
        step(async (runtime, store) => {
          if ('send' in given) {
            const data = given.x === undefined ? {} : { x: given.x }
            return runtime.as({ person: 'ann' }).send(actorId, { type: given.send, data })
          }
          if ('advance' in given) return pass(store, clock.now() + given.advance)
          const work = pickOf(given.settle, await store.work())
          const attempt = work === undefined ? undefined : attempts.get(work.key)
          if ('output' in given) attempt?.resolve(given.output)
          else attempt?.reject(new Error(given.error))
          return work === undefined ? false : attempts.delete(work.key)
        }),
      async close() {
        try {
          const { sound, fault } = await session((runtime) => runtime.audit())
          if (!sound)
            throw new Error(`the journal does not give what the store holds: ${JSON.stringify(fault)}`)
        } finally {
          await keeper.end()
        }
      },
    }
  }
}

async function look(
  runtime: MachineRuntime,
  store: Store,
  id: string,
  name: string,
): Promise<Record<string, SeenActor>> {
  const view = await runtime.actor(id)
  const stored = await store.actor(`machine:${id}`)
  if (view === undefined || stored === undefined) throw new Error(`there is no actor ${id}`)
  if (view.parked !== null) throw new Error(`${id} is parked: ${view.parked.reason}`)
  const children = view.status === 'active' ? view.children : []
  const below = await Promise.all(
    children.flatMap(({ id: child, actor }) =>
      actor === null ? [] : [look(runtime, store, actor, `${name}~${child}`)],
    ),
  )
  return Object.assign({ [name]: seenActor(view, stored.state as JsonObject) }, ...below) as Record<
    string,
    SeenActor
  >
}

function seenActor(
  { status, value, context, output, error, tags, children }: ActorView,
  state: JsonObject,
): SeenActor {
  const { historyValue } = state['snapshot'] as {
    historyValue: Record<string, readonly { readonly id: string }[]>
  }
  return {
    status,
    value,
    context: plain(context),
    output: plain(output),
    error: plain(error),
    tags,
    history: Object.fromEntries(
      Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((node) => node.id)]),
    ),
    children: (status === 'active' ? children : []).map(({ id }) => id).toSorted(),
  }
}

function workOf({ actor, task }: StoredWork): Observation['operations'][number] {
  const { name, src, input = null } = task as unknown as { name: string; src: string; input?: Json }
  return { actor: `${publicName(actor)}~${name}`, src, input }
}
