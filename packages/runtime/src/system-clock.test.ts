// Properties:
//   - A callback comes once, when the clock shows its time: not before, not within the call, however long it takes.
//   - What was set for a time comes at that time, though the clock is set forward or back meanwhile.
//   - What is taken back does not come, and keeps nothing alive.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { systemClock } from './system-clock.ts'

const start = 1_767_225_600_000
const day = 86_400_000

describe('the clock of the system', () => {
  const called: number[] = []
  const call = () => called.push(Date.now() - start)

  beforeEach(() => {
    called.length = 0
    vi.useFakeTimers({ now: start })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('shows the time', () => {
    expect(systemClock.now()).toBe(start)
  })

  it('calls back at its time, once', () => {
    systemClock.at(start + 500, call)
    vi.advanceTimersByTime(499)
    expect(called).toEqual([])
    vi.advanceTimersByTime(day)
    expect(called).toEqual([500])
  })

  it.each([0, -1, -day, -start])('calls back later, not at once, for a time that is %j from now', (away) => {
    systemClock.at(start + away, call)
    expect(called).toEqual([])
    vi.advanceTimersByTime(1)
    expect(called.length).toBe(1)
  })

  it('[D4] calls back after 25 days and more, at which a timer of the system would overflow', () => {
    systemClock.at(start + 60 * day, call)
    vi.advanceTimersByTime(60 * day - 1)
    expect(called).toEqual([])
    vi.advanceTimersByTime(1)
    expect(called).toEqual([60 * day])
  })

  it('waits on when the clock was set back', () => {
    systemClock.at(start + 1000, call)
    vi.setSystemTime(start - 5000)
    vi.advanceTimersByTime(5999)
    expect(called).toEqual([])
    vi.advanceTimersByTime(1)
    expect(called).toEqual([1000])
  })

  it('calls back within a minute when the clock was set forward, or the machine was suspended', () => {
    systemClock.at(start + 8 * 3_600_000, call)
    vi.advanceTimersByTime(1000)
    vi.setSystemTime(start + day)
    vi.advanceTimersByTime(60_000)
    expect(called.length).toBe(1)
  })

  it('does not call back what was taken back, and has no timer left', () => {
    const takeBack = systemClock.at(start + 3 * 60_000, call)
    systemClock.at(start + 90_000, () => takeBack())
    vi.advanceTimersByTime(100_000)
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(day)
    expect(called).toEqual([])
    takeBack()
  })
})
