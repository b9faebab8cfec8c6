// Models of what a journal may say of operations and timers: folds of its rows, apart from the driver that wrote them.

import { entryOf, type JournalRow } from '@opschart/core'

/** What an operation has done outside: its key, the attempt, and what it was about. */
export type LedgerLine = readonly [key: string, attempt: number, job: string]

/** Each key is completed at most once, and only after it was done outside; each job has one key, whatever the attempt. */
export function operationFindings(rows: readonly JournalRow[], ledger: readonly LedgerLine[]) {
  const faults: string[] = []
  const asked = new Set<string>()
  const stopped = new Set<string>()
  const completed = new Map<string, number>()
  for (const row of rows) {
    const { kind, cause, effects } = entryOf(row)
    for (const effect of effects) {
      if (effect.kind === 'spawn' && ['file', 'charge', 'post'].includes(effect.src)) asked.add(effect.key)
      if (effect.kind === 'stop') stopped.add(effect.child)
    }
    if (kind === 'result') completed.set(cause!, (completed.get(cause!) ?? 0) + 1)
  }
  const attempts = new Map<string, Set<number>>()
  const keys = new Map<string, string>()
  for (const [key, attempt, job] of ledger) {
    const seen = attempts.get(key) ?? new Set()
    if (seen.has(attempt)) faults.push(`attempt ${attempt} under ${key} was made twice`)
    attempts.set(key, seen.add(attempt))
    const before = keys.get(job)
    if (before !== undefined && before !== key)
      faults.push(`${job} was done under ${before} and under ${key}`)
    keys.set(job, key)
    if (!asked.has(key)) faults.push(`${key} was done, and nobody asked for it`)
  }
  for (const key of asked) {
    const times = completed.get(key) ?? 0
    if (times > 1) faults.push(`${key} was completed ${times} times`)
    if (times === 0 && !stopped.has(key)) faults.push(`${key} was never completed`)
    if (times > 0 && !attempts.has(key)) faults.push(`${key} was completed, and never done`)
  }
  for (const key of completed.keys())
    if (!asked.has(key)) faults.push(`${key} was completed, and nobody asked for it`)
  const repeated = [...attempts.values()].filter(({ size }) => size > 1).length
  return { faults, completed: completed.size, repeated }
}

interface Pending {
  readonly due: number
  /** Whether it is for another actor: then nothing is written when that has gone. */
  readonly away: boolean
}

/**
 * Each timer fires once, at its time or later, and not long after it as far as anything lived. One that was replaced, taken
 * back, or whose actor has ended does not fire.
 */
export function timerFindings(
  rows: readonly JournalRow[],
  lives: readonly (readonly [opened: number, died: number])[],
  bound = 5_000,
) {
  const faults: string[] = []
  const pending = new Map<string, Map<string, Pending>>()
  let fired = 0
  let latest = 0
  /** Milliseconds of [from, to] in which a process lived. */
  const lived = (from: number, to: number) =>
    lives.reduce((sum, [opened, died]) => sum + Math.max(0, Math.min(to, died) - Math.max(from, opened)), 0)

  for (const row of rows) {
    const { kind, cause, effects, event } = entryOf(row)
    const own = pending.get(row.actor) ?? new Map<string, Pending>()
    pending.set(row.actor, own)
    if (kind === 'timer') {
      const owner = own.has(cause!) ? own : [...pending.values()].find((others) => others.get(cause!)?.away)
      const timer = owner?.get(cause!)
      if (timer === undefined) faults.push(`row ${row.sequence}: ${cause} fires, and is not set`)
      else {
        owner!.delete(cause!)
        fired += 1
        if (row.at < timer.due)
          faults.push(`row ${row.sequence}: ${cause} fires ${timer.due - row.at} ms before its time`)
        const late = lived(timer.due, row.at)
        latest = Math.max(latest, late)
        if (late > bound) faults.push(`row ${row.sequence}: ${cause} fires ${late} ms late`)
      }
    }
    for (const effect of effects) {
      if (effect.kind === 'cancel_timer') own.delete(effect.id)
      if (effect.kind === 'timer')
        own.set(effect.id, { due: effect.due, away: effect.to !== undefined && effect.to !== '#_internal' })
    }
    // One that is told to end exits nothing: its timers go with it.
    if (event.type === 'xstate.stop') own.clear()
  }
  for (const [actor, timers] of pending) {
    for (const [id, { away }] of timers) if (!away) faults.push(`${id} of ${actor} has never fired`)
  }
  return { faults, fired, latest }
}
