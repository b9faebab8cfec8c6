import type {
  Clock,
  FeedbackLoop,
  Json,
  JsonObject,
  Kernel,
  LogEntry,
  LoopContext,
  MeasureView,
  Store,
} from '@opschart/core'

import { ruleActor } from '../driver/names.ts'
import type { TurnOutcome } from '../driver/lines.ts'
import type { Turns } from '../driver/turn.ts'
import { errorRate, foldRequests, savedBuckets, type Bucket, type Sample } from './measures.ts'

/** Milliseconds between two looks at the measures while nothing new is read: clearing and `for` do not wait for traffic. */
const rhythm = 1_000

/** Takes the measures of every service, and hands those that would move a rule to its actor. */
export function createRuleHost(sources: {
  store: Store
  clock: Clock
  turns: Turns
  loops: readonly FeedbackLoop[]
  kernels: ReadonlyMap<string, Kernel>
  problem: (text: string) => void
  after: (outcome: TurnOutcome) => void
}) {
  const { store, clock, turns, loops, kernels } = sources
  const longest = Math.max(60_000, ...loops.map(({ window }) => window))
  /** Counts by service, and by the watcher that they came from: each saves its own. */
  const measures = new Map<string, Map<string, readonly Bucket[]>>()
  let takeBack: (() => void) | undefined
  let closed = false
  let busy: Promise<void> | undefined
  let next: Promise<void> | undefined

  /** What was measured before the live release changed says nothing about the one that is live now. */
  const sample = (service: string, window: number, state: Json | undefined): Sample => {
    const context = (state as { snapshot?: { context?: LoopContext } } | undefined)?.snapshot?.context
    return errorRate(measures.get(service)?.values() ?? [], clock.now(), window, context?.since)
  }

  async function evaluate(service: string): Promise<void> {
    for (const loop of loops) {
      const now = clock.now()
      const id = ruleActor(loop.name, service)
      const kernel = kernels.get(loop.name)!
      const stored = await store.actor(id)
      const { value, samples, since } = sample(service, loop.window, stored?.state)
      const event: JsonObject & { type: string } = { type: 'measure', value, samples, now, since }
      const at = { id, version: (stored?.version ?? 0) + 1, now }
      const state = stored?.state as Parameters<Kernel['step']>[0] | undefined
      const before = state ?? openingState(kernel, service, at)
      if (before === undefined) continue
      const step = kernel.step(before, event, at)
      // Measures that move nothing are not journaled: signals are edges [L14].
      if (step.kind !== 'stepped' || !step.handled) continue
      sources.after(await turns.take(service, [{ kind: 'measure', rule: loop.name, service, event }]))
    }
  }

  async function look(): Promise<void> {
    for (const service of measures.keys()) if (!closed) await evaluate(service)
  }

  function schedule(): void {
    if (closed || loops.length === 0 || measures.size === 0 || takeBack !== undefined) return
    takeBack = clock.at(clock.now() + rhythm, () => {
      takeBack = undefined
      void check().finally(schedule)
    })
  }

  /** Takes every measure once; what it finds is durable when it resolves. One look at a time. */
  function check(): Promise<void> {
    if (busy === undefined) return (busy = lookOnce())
    // Whatever came while one was under way is looked at by the one after it.
    next ??= busy.then(() => {
      next = undefined
      return check()
    })
    return next
  }

  const lookOnce = (): Promise<void> =>
    look()
      .catch((error: unknown) => {
        if (!closed)
          sources.problem(
            `rules could not be evaluated: ${error instanceof Error ? error.message : String(error)}`,
          )
      })
      .finally(() => (busy = undefined))

  const bucketsOf = (service: string, place: string): readonly Bucket[] =>
    measures.get(service)?.get(place) ?? []

  function put(service: string, place: string, buckets: readonly Bucket[]): void {
    const own = measures.get(service) ?? new Map<string, readonly Bucket[]>()
    measures.set(service, own.set(place, buckets))
    schedule()
  }

  return {
    /** A watcher's counts with new log entries in them: to be saved with its checkpoint, and then put. */
    folded: (service: string, place: string, entries: readonly LogEntry[]): readonly Bucket[] =>
      loops.length === 0
        ? []
        : foldRequests(bucketsOf(service, place), entries, { now: clock.now(), keep: longest }),
    /** Takes over what is saved now, and looks whether it moves a rule. */
    put(service: string, place: string, buckets: readonly Bucket[]): void {
      if (loops.length === 0 || (buckets.length === 0 && bucketsOf(service, place).length === 0)) return
      put(service, place, buckets)
      void check()
    },
    /** Goes on from what a checkpoint holds. */
    restore(service: string, place: string, saved: Json | undefined): void {
      const buckets = savedBuckets(saved)
      if (buckets.length > 0 && loops.length > 0) put(service, place, buckets)
    },
    check,
    async view(service: string): Promise<MeasureView[]> {
      const views: MeasureView[] = []
      for (const loop of loops) {
        const stored = await store.actor(ruleActor(loop.name, service))
        const snapshot = (stored?.state as { snapshot?: JsonObject } | undefined)?.snapshot
        const context = snapshot?.['context'] as unknown as LoopContext | undefined
        const { value, samples } = sample(service, loop.window, stored?.state)
        const state = (snapshot?.['value'] as MeasureView['state'] | undefined) ?? 'ok'
        const few = samples < loop.min_samples ? `${samples} of ${loop.min_samples} samples` : null
        const above = value !== null && few === null && value > loop.threshold
        const held = state === 'ok' && above ? (context?.held ?? null) : few
        views.push({ rule: loop.name, state, value, samples, threshold: loop.threshold, held })
      }
      return views
    },
    async close(): Promise<void> {
      closed = true
      takeBack?.()
      await busy
    },
  }
}

function openingState(kernel: Kernel, service: string, at: { id: string; version: number; now: number }) {
  const first = kernel.initial({ service }, at)
  return first.kind === 'stepped' ? first.state : undefined
}

/** Takes measures. */
export type RuleHost = ReturnType<typeof createRuleHost>
