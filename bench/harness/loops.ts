import { setImmediate as turn } from 'node:timers/promises'

import { openWindow, ownCpu, type Sample } from './sample.ts'

/** How long a window is, in seconds. */
export interface Times {
  readonly warm: number
  readonly seconds: number
}

/** How an engine is driven: its actors, each known by its number from 0, and how one of them is handed an event. */
export interface Driven {
  /** Makes an actor, before the window begins; where it is absent, actors need no making. */
  readonly begin?: (actor: number) => Promise<void>
  /** Hands an actor its nth event, from 1; resolves when the engine has acknowledged it. */
  send(actor: number, n: number): Promise<void>
  /** Checks that an actor is what so many events make of it. */
  check(actor: number, events: number): Promise<void>
  /** Processor seconds used so far; this process's own when absent. */
  readonly cpuNow?: () => number
}

/** Each actor gets its next event when its last was acknowledged. What each became is checked afterwards. */
export async function closedLoop(driven: Driven, actors: number, times: Times): Promise<Sample> {
  await beginAll(driven, actors)
  const window = openWindow(times, driven.cpuNow ?? ownCpu)
  const sent = await Promise.all(
    Array.from({ length: actors }, async (_, actor) => {
      let n = 0
      while (performance.now() < window.until) {
        n += 1
        const from = performance.now()
        await driven.send(actor, n)
        window.acknowledged(from)
      }
      return n
    }),
  )
  const sample = window.sample()
  for (const [actor, events] of sent.entries()) await driven.check(actor, events)
  return sample
}

/** Makes the actors, all at once. */
export async function beginAll(driven: Driven, actors: number): Promise<void> {
  const { begin } = driven
  if (begin !== undefined) await Promise.all(Array.from({ length: actors }, (_, actor) => begin(actor)))
}

/**
 * Events arrive by the clock, whether or not the last ones were acknowledged, at times drawn as independent senders
 * would choose them. Each one's time counts from when it was due, so that what waits in line is not left out.
 */
export async function openLoop(
  driven: Driven,
  actors: number,
  perSecond: number,
  times: Times,
): Promise<Sample> {
  await beginAll(driven, actors)
  const window = openWindow(times, driven.cpuNow ?? ownCpu, 'due')
  const random = repeatable(20_260_101)
  const sent = Array.from({ length: actors }, () => 0)
  let under = 0
  let failed: unknown
  for (let due = performance.now(); due < window.until && failed === undefined;) {
    const now = performance.now()
    for (; due <= now && due < window.until; due += (-Math.log(1 - random()) * 1_000) / perSecond) {
      const actor = Math.floor(random() * actors)
      const n = (sent[actor] = sent[actor]! + 1)
      const from = due
      under += 1
      void driven
        .send(actor, n)
        .then(
          () => window.acknowledged(from),
          (error: unknown) => void (failed ??= error),
        )
        .then(() => void (under -= 1))
    }
    await turn()
  }
  while (under > 0) await turn()
  if (failed !== undefined) throw failed
  const sample = window.sample()
  for (const [actor, events] of sent.entries()) await driven.check(actor, events)
  return sample
}

/** Runs a step that does not wait, again and again, in batches between which the clock is read. */
export function tightLoop(step: () => void, times: Times, batch = 50): Sample {
  const window = openWindow(times, ownCpu)
  let steps = 0
  let began = 0
  const begin = performance.now() + times.warm * 1_000
  let from = performance.now()
  while (from < window.until) {
    for (let left = batch; left > 0; left -= 1) step()
    const now = performance.now()
    window.acknowledged(from)
    if (from >= begin) {
      steps += batch
      began ||= from
    }
    from = now
  }
  const sample = window.sample()
  return {
    ...sample,
    count: steps,
    perSecond: steps / ((from - began) / 1_000),
    p50: sample.p50 / batch,
    p99: sample.p99 / batch,
    cpu: sample.cpu / batch,
  }
}

/** Numbers in [0, 1) that are the same in each run: what is compared meets the same arrivals. */
function repeatable(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
