import { resolve } from 'node:path'

import {
  OpschartError,
  type Cancellation,
  type Clock,
  type Json,
  type Report,
  type SignalDraft,
  type Store,
  type Watcher,
  type WatcherContext,
} from '@opschart/core'

import { plainLine } from '../plain-text.ts'
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

  async function contextOf(
    { watcher, service }: WatcherPlace,
    state?: WatcherState,
  ): Promise<WatcherContext> {
    const place = placeName(watcher, service)
    const saved = (await store.checkpoint(place)) as { watcher: Json; measures?: Json } | undefined
    if (service !== null) rules.restore(service, place, saved?.measures)
    const cancel: Cancellation = controller.signal
    return {
      root: sources.root,
      checkpoint: saved?.watcher,
      clock,
      cancel,
      isOwnWrite: (path) => sources.isOwnWrite(service, resolve(sources.root, path)),
      async report(report) {
        try {
          await take(watcher, service, report)
        } catch (error) {
          if (state !== undefined) Object.assign(state, { state: 'failing', problem: messageOf(error) })
          throw error
        }
        if (state === undefined) return
        state.state = 'watching'
        delete state.problem
      },
    }
  }

  /** Signals carry ids: when the checkpoint is not reached, they are reported again, and are duplicates. */
  async function take(watcher: Watcher, service: string | null, report: Report): Promise<void> {
    for (const draft of report.signals ?? []) {
      await sources.take(watcher.name, service, draft).catch(async (error: unknown) => {
        // A malformed one will be so for ever: it must not keep back what comes after it.
        if (!(error instanceof OpschartError) || error.code !== 'input') throw error
        await sources.tell(watcher.name, service, `a signal was not understood: ${error.message}`)
      })
    }
    for (const problem of report.problems ?? []) await sources.tell(watcher.name, service, problem)
    const place = placeName(watcher, service)
    const entries = service === null ? [] : (report.entries ?? [])
    const measures = service === null ? [] : rules.folded(service, place, entries)
    if (report.checkpoint !== undefined) {
      const value = { watcher: report.checkpoint, ...(measures.length === 0 ? {} : { measures }) }
      await store.commit([{ decisions: [], checkpoints: [{ watcher: place, value: value as Json }] }])
    }
    // Only what is saved counts: entries whose checkpoint was not written are reported again.
    if (service !== null && entries.length > 0) rules.put(service, place, measures)
  }

  return {
    states: states as readonly Readonly<WatcherState>[],
    /** Starts a watcher; when it breaks, that is said, and the others go on. */
    start(place: WatcherPlace): void {
      const state: WatcherState = { name: placeName(place.watcher, place.service), state: 'watching' }
      states.push(state)
      const end = contextOf(place, state)
        .then((context) => (controller.signal.aborted ? undefined : place.watcher.watch(context)))
        .catch((error: unknown) => {
          if (controller.signal.aborted) return
          state.problem = plainLine(messageOf(error), 500)
          sources.problem(`watcher ${state.name} has ended: ${state.problem}`)
        })
        .finally(() => (state.state = 'ended'))
      ends.push(end)
    },
    /** Looks once, for a `tick` without a daemon. */
    async poll(place: WatcherPlace): Promise<void> {
      await place.watcher.poll(await contextOf(place))
    },
    async close(): Promise<void> {
      controller.abort(new OpschartError('closed', 'the runtime is closing'))
      await Promise.allSettled(ends)
    },
  }
}

const placeName = (watcher: Watcher, service: string | null) => `${watcher.name}:${service ?? ''}`

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Runs watchers. */
export type WatcherHost = ReturnType<typeof createWatcherHost>
