import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Clock, Json, LogEntry, Report, SignalDraft, WatcherContext } from '@opschart/core'
import { onTestFinished } from 'vitest'

/** A folder of its own for one test, removed after it. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'watchers-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A value that should be a text, as one: anything else is empty. */
export function word(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(at, callback) {
    const timer = setTimeout(callback, Math.max(0, at - Date.now()))
    return () => clearTimeout(timer)
  },
}

/** A clock that moves only when told to. */
export function simulatedClock(start: number = Date.now()): Clock & { advance(milliseconds: number): void } {
  let now = start
  let waiting: { at: number; callback: () => void }[] = []
  return {
    now: () => now,
    at(at, callback) {
      const entry = { at, callback }
      waiting.push(entry)
      return () => {
        waiting = waiting.filter((other) => other !== entry)
      }
    },
    advance(milliseconds) {
      now += milliseconds
      const due = waiting.filter((entry) => entry.at <= now)
      waiting = waiting.filter((entry) => entry.at > now)
      for (const entry of due) entry.callback()
    },
  }
}

/** A runtime as a watcher sees it: saves reports and checkpoints, or fails to. */
export interface Recorder {
  readonly reports: Report[]
  /** The next this many reports are rejected. */
  failures: number
  /** Reports that were rejected. */
  readonly rejected: Report[]
  own: (path: string) => boolean
  /** A context that starts from the last checkpoint saved. */
  context(): WatcherContext
  cancel(): void
  checkpoint(): Json | undefined
  signals(): SignalDraft[]
  entries(): LogEntry[]
  problems(): string[]
  /** Resolves when the condition holds; looked at after each report. */
  until(condition: () => boolean): Promise<void>
}

/** A recorder for the project at `root`. */
export function recorder(root: string, clock: Clock = systemClock): Recorder {
  let controller = new AbortController()
  let waiting: { condition: () => boolean; resolve: () => void }[] = []
  const self: Recorder = {
    reports: [],
    failures: 0,
    rejected: [],
    own: () => false,
    context() {
      controller = new AbortController()
      const saved = self.checkpoint()
      return {
        root,
        checkpoint: saved === undefined ? undefined : (JSON.parse(JSON.stringify(saved)) as Json),
        clock,
        cancel: controller.signal,
        isOwnWrite: (file) => self.own(file),
        async report(report) {
          await Promise.resolve()
          if (self.failures > 0) {
            self.failures -= 1
            self.rejected.push(report)
            throw new Error('the store is full')
          }
          self.reports.push(report)
          const done = waiting.filter(({ condition }) => condition())
          waiting = waiting.filter((entry) => !done.includes(entry))
          for (const { resolve } of done) resolve()
        },
      }
    },
    cancel: () => controller.abort(new Error('cancelled')),
    checkpoint: () => self.reports.findLast((report) => report.checkpoint !== undefined)?.checkpoint,
    signals: () => self.reports.flatMap((report) => report.signals ?? []),
    entries: () => self.reports.flatMap((report) => report.entries ?? []),
    problems: () => self.reports.flatMap((report) => report.problems ?? []),
    until(condition) {
      if (condition()) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ condition, resolve }))
    },
  }
  return self
}
