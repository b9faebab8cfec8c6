import { resolve } from 'node:path'

import type { Cancellation, Clock, Json, Report, SignalDraft, Store, Watcher, WatcherContext } from '@opschart/core'
import { OpschartError } from '@opschart/core'

import type { RuleHost } from './rule-host.ts'

/** A watcher and the service whose world it watches; null: what it reports says itself whose it is (the inbox). */
export interface WatcherPlace {
  readonly watcher: Watcher
  readonly service: string | null
}

/** How a watcher does. */
export interface WatcherState {
  readonly name: string
  state: 'watching' | 'failing' | 'ended'
  problem?: string
}

/** Runs the watchers, and makes what they report durable. */
export function createWatcherHost(sources: {
  root: string
  store: Store
  clock: Clock
  rules: RuleHost
  /** Takes one report's signal; resolves when it is durable. */
  take: (watcher: string, service: string | null, draft: SignalDraft) => Promise<void>
  tell: (watcher: string, service: string | null, problem: string) => Promise<void>
  isOwnWrite: (service: string | null, path: string) => boolean
  problem: (text: string) => void
}) {
  const { store, clock, rules } = sources
  const controller = new AbortController()
  const states: WatcherState[] = []
  const ends: Promise<void>[] = []

  async function contextOf({ watcher, service }: WatcherPlace, cancel: Cancellation): Promise<WatcherContext> {
    const place = `${watcher.name}:${service ?? ''}`
    const saved = (await store.checkpoint(place)) as { watcher: Json; measures?: Json } | undefined
    if (service !== null && saved?.measures !== undefined) rules.restore(service, saved.measures)
    const state = states.find(({ name }) => name === place)
    return {
      root: sources.root,
      checkpoint: saved?.watcher,
      clock,
      cancel,
      isOwnWrite: (path) => sources.isOwnWrite(service, resolve(sources.root, path)),
      async report(report: Report) {
        try {
          for (const draft of report.signals ?? []) await sources.take(watcher.name, service, draft)
          for (const problem of report.problems ?? []) await sources.tell(watcher.name, service, problem)
          if (report.checkpoint !== undefined) {
            // Signals carry ids: when the checkpoint is not reached, they are reported again, and are duplicates.
            const before = service === null ? null : rules.save(service)
            if (service !== null) rules.add(service, report.entries ?? [])
            const value = { watcher: report.checkpoint, ...(service === null ? {} : { measures: rules.save(service) }) }
            try {
              await store.commit([{ decisions: [], checkpoints: [{ watcher: place, value: value as Json }] }])
            } catch (error) {
              if (service !== null) rules.restore(service, before)
              throw error
            }
          } else if (service !== null) rules.add(service, report.entries ?? [])
          if (state !== undefined) {
            state.state = 'watching'
            delete state.problem
          }
        } catch (error) {
          if (state !== undefined) {
            state.state = 'failing'
            state.problem = error instanceof Error ? error.message : String(error)
          }
          throw error
        }
      },
    }
  }

  return {
    states: states as readonly Readonly<WatcherState>[],
    /** Starts a watcher; when it breaks, that is said, and the others go on. */
    start(place: WatcherPlace): void {
      const state: WatcherState = { name: `${place.watcher.name}:${place.service ?? ''}`, state: 'watching' }
      states.push(state)
      const end = contextOf(place, controller.signal)
        .then((context) => place.watcher.watch(context))
        .catch((error: unknown) => {
          if (controller.signal.aborted) return
          state.problem = error instanceof Error ? error.message : String(error)
          sources.problem(`watcher ${state.name} has ended: ${state.problem}`)
        })
        .finally(() => (state.state = 'ended'))
      ends.push(end as Promise<void>)
    },
    /** Looks once, for a `tick` without a daemon. */
    async poll(place: WatcherPlace): Promise<void> {
      await place.watcher.poll(await contextOf(place, controller.signal))
    },
    async close(): Promise<void> {
      controller.abort(new OpschartError('closed', 'the runtime is closing'))
      await Promise.allSettled(ends)
    },
  }
}

/** Runs watchers. */
export type WatcherHost = ReturnType<typeof createWatcherHost>
