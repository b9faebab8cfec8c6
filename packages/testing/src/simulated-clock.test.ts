// Properties:
//   - Only its own functions move the clock. What becomes due on the way is called in order, each at its time.
//   - What a callback sets off, promises and immediates, is done before the next callback.

import { setImmediate as turn } from 'node:timers/promises'

import { wait } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { simulatedClock } from './simulated-clock.ts'

describe('a simulated clock', () => {
  it('stands still until it is moved', async () => {
    const clock = simulatedClock(1000)
    let called = false
    clock.at(1001, () => (called = true))
    await turn()
    expect([clock.now(), called]).toEqual([1000, false])
    await clock.advance(1)
    expect([clock.now(), called]).toEqual([1001, true])
  })

  it('calls back in order of time, then of asking, each at its time and once', async () => {
    const clock = simulatedClock(0)
    const calls: [string, number][] = []
    for (const [name, at] of [
      ['c', 30],
      ['a', 10],
      ['d', 30],
      ['b', 20],
      ['late', 41],
    ] as const) {
      clock.at(at, () => calls.push([name, clock.now()]))
    }
    await clock.advance(40)
    await clock.advance(0)
    expect(calls).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 30],
      ['d', 30],
    ])
    expect(clock.now()).toBe(40)
  })

  it('calls back what callbacks ask for on the way', async () => {
    const clock = simulatedClock(0)
    const times: number[] = []
    const tick = () => {
      times.push(clock.now())
      clock.at(clock.now() + 10, tick)
    }
    clock.at(10, tick)
    await clock.advance(45)
    expect(times).toEqual([10, 20, 30, 40])
  })

  it('lets what a callback set off be done before the next callback', async () => {
    const clock = simulatedClock(0)
    const steps: string[] = []
    clock.at(10, () => {
      void (async () => {
        for (let left = 5; left > 0; left -= 1) {
          await turn()
          await Promise.resolve()
        }
        steps.push('first is done')
      })()
    })
    clock.at(10, () => steps.push('second'))
    await clock.advance(10)
    expect(steps).toEqual(['first is done', 'second'])
  })

  it('calls back what is past in a later turn, without being moved', async () => {
    const clock = simulatedClock(1000)
    const calls: string[] = []
    clock.at(1000, () => calls.push('now'))
    clock.at(5, () => calls.push('past'))
    clock.at(5, () => calls.push('taken back'))()
    expect(calls).toEqual([])
    await turn()
    expect(calls).toEqual(['now', 'past'])
    await clock.advance(10)
    expect(calls).toEqual(['now', 'past'])
  })

  it('does not call back what was taken back, not even on the way', async () => {
    const clock = simulatedClock(0)
    const calls: string[] = []
    const takeBack = clock.at(20, () => calls.push('20'))
    clock.at(10, takeBack)
    await clock.advance(100)
    expect(calls).toEqual([])
  })

  it('jumps forward, and calls back at the new time what became due', async () => {
    const clock = simulatedClock(0)
    const calls: [string, number][] = []
    clock.at(20, () => calls.push(['b', clock.now()]))
    clock.at(10, () => calls.push(['a', clock.now()]))
    await clock.set(1000)
    expect(calls).toEqual([
      ['a', 1000],
      ['b', 1000],
    ])
  })

  it('jumps back, and waits on for what is to come', async () => {
    const clock = simulatedClock(1000)
    let called = 0
    clock.at(1010, () => (called += 1))
    await clock.set(500)
    expect([clock.now(), called]).toEqual([500, 0])
    await clock.advance(509)
    expect(called).toBe(0)
    await clock.advance(1)
    expect(called).toBe(1)
  })

  it('tells what a callback throws, and does not go back by itself', async () => {
    const clock = simulatedClock(0)
    clock.at(10, () => {
      throw new Error('from the callback')
    })
    await expect(clock.advance(20)).rejects.toThrow('from the callback')
    await expect(clock.advance(-1)).rejects.toThrow(RangeError)
  })

  it('is what wait() waits by', async () => {
    const clock = simulatedClock(0)
    let done = false
    const waiting = wait(clock, 500).then(() => (done = true))
    await clock.advance(499)
    expect(done).toBe(false)
    await clock.advance(1)
    await waiting
  })
})
