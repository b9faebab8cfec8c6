import type { Clock, FeedbackLoop, Json, JsonObject, Kernel, LogEntry, LoopContext, MeasureView, Store } from '@opschart/core'

import { ruleActor } from '../driver/names.ts'
import type { Turns } from '../driver/turn.ts'
import { createMeasures, type Measures } from './measures.ts'

/** Milliseconds between two looks at the measures while nothing new is read: clearing and `for` do not wait for traffic. */
const rhythm = 1_000

/** Takes the measures of every service, and hands those that would move a rule to its actor. */
export function createRuleHost(sources: {
  store: Store
  clock: Clock
  turns: Turns
  loops: readonly FeedbackLoop[]
  kernels: ReadonlyMap<string, Kernel>
  services: readonly string[]
  problem: (text: string) => void
  after: () => void
}) {
  const { store, clock, turns, loops, kernels } = sources
  const longest = Math.max(60_000, ...loops.map(({ window }) => window))
  const measures = new Map<string, Measures>()
  let takeBack: (() => void) | undefined
  let closed = false
  let busy: Promise<void> | undefined

  const measuresOf = (service: string): Measures => {
    let known = measures.get(service)
    if (known === undefined) measures.set(service, (known = createMeasures(longest)))
    return known
  }

  async function evaluate(service: string): Promise<void> {
    for (const loop of loops) {
      const now = clock.now()
      const { value, samples, since } = measuresOf(service).errorRate(now, loop.window)
      const event: JsonObject & { type: string } = { type: 'measure', value, samples, now, since }
      const id = ruleActor(loop.name, service)
      const kernel = kernels.get(loop.name)!
      const stored = await store.actor(id)
      const at = { id, version: (stored?.version ?? 0) + 1, now }
      const state = stored?.state as Parameters<Kernel['step']>[0] | undefined
      const before = state ?? openingState(kernel, service, at)
      if (before === undefined) continue
      const step = kernel.step(before, event, at)
      // Measures that move nothing are not journaled: signals are edges [L14].
      if (step.kind !== 'stepped' || !step.handled) continue
      await turns.take(service, [{ kind: 'measure', rule: loop.name, service, event }])
      sources.after()
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

  function check(): Promise<void> {
    busy ??= look()
      .catch((error: unknown) => sources.problem(`rules could not be evaluated: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => (busy = undefined))
    return busy
  }

  return {
    /** Folds new log entries into the measures of a service. */
    add(service: string, entries: readonly LogEntry[]): void {
      if (entries.length === 0 || loops.length === 0) return
      measuresOf(service).add(entries)
      void check()
      schedule()
    },
    /** The measures, to be saved with the watcher's checkpoint; and put back at the next start. */
    save: (service: string): Json => measures.get(service)?.save() ?? null,
    restore(service: string, saved: Json): void {
      if (saved === null) return
      measures.set(service, createMeasures(longest, saved))
      schedule()
    },
    check,
    async view(service: string): Promise<MeasureView[]> {
      const views: MeasureView[] = []
      for (const loop of loops) {
        const stored = await store.actor(ruleActor(loop.name, service))
        const snapshot = (stored?.state as { snapshot?: JsonObject } | undefined)?.snapshot
        const context = snapshot?.['context'] as unknown as LoopContext | undefined
        const { value, samples } = measuresOf(service).errorRate(clock.now(), loop.window)
        const state = (snapshot?.['value'] as MeasureView['state'] | undefined) ?? 'ok'
        const few = samples < loop.min_samples ? `${samples} of ${loop.min_samples} samples` : null
        views.push({ rule: loop.name, state, value, samples, threshold: loop.threshold, held: context?.held ?? few })
      }
      return views
    },
    close(): void {
      closed = true
      takeBack?.()
    },
  }
}

function openingState(kernel: Kernel, service: string, at: { id: string; version: number; now: number }) {
  const first = kernel.initial({ service }, at)
  return first.kind === 'stepped' ? first.state : undefined
}

/** Takes measures. */
export type RuleHost = ReturnType<typeof createRuleHost>
