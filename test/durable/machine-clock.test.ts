// Properties:
//   - [D4] A machine's timers are points of absolute time: none fires before the clock shows its time, each fires once, those due
//     together in the order in which they were set, whether the clock goes on, is set forward or back, or nothing runs meanwhile.
//   - The hour that is left out or comes twice when clocks change for summer makes no difference.
//   - No delay is too short or too long: nothing, 40 days, 10 years.

import { memoryStore, createRuntime, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import {
  compareWithLive,
  repeatableCrypto,
  simulatedClock,
  type CaseLiteral,
  type StoreKeeper,
} from '@opschart/testing'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import { inFile, inMemory } from './stores.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
/** The first of January 2026, 00:00 in Greenwich. */
const newYear = 1_767_225_600_000

/** Counts the rings of three timers: `short` and `long` after so many milliseconds, and `chain` after each other. */
const machine = setup({
  types: {} as { context: { rung: string[]; input: Input }; input: Input },
  delays: {
    short: ({ context }) => context.input.short,
    long: ({ context }) => context.input.long,
  },
  actions: {
    note: assign({ rung: ({ context }, { name }: { name: string }) => [...context.rung, name] }),
  },
}).createMachine({
  id: 'clock',
  context: ({ input }) => ({ rung: [], input }),
  type: 'parallel',
  states: {
    one: {
      initial: 'waiting',
      states: {
        waiting: {
          after: { short: { target: 'over', actions: { type: 'note', params: { name: 'short' } } } },
        },
        over: {
          after: { short: { target: 'end', actions: { type: 'note', params: { name: 'chain' } } } },
        },
        end: {},
      },
    },
    two: {
      initial: 'waiting',
      states: {
        waiting: { after: { long: { target: 'end', actions: { type: 'note', params: { name: 'long' } } } } },
        end: {},
      },
    },
  },
})

interface Input {
  readonly short: number
  readonly long: number
}

/** A runtime on a clock that is set by hand; it can be stopped, and started again on what it left. */
async function underClock(keep: () => StoreKeeper, start: number, input: Input) {
  const keeper = keep()
  const clock = simulatedClock(start)
  const crypto = repeatableCrypto('clock')
  const open = (): Promise<Runtime> =>
    createRuntime({ store: keeper.open(), clock, crypto, others: 0, machines: { clock: machine } })
  let runtime = await open()
  await runtime.as({ person: 'ann' }).start('clock/a', { input: { ...input } })
  return {
    clock,
    async rung(): Promise<unknown> {
      await runtime.idle()
      return (await runtime.actor('clock/a'))!.context['rung']
    },
    async due(): Promise<number[]> {
      return (await runtime.actor('clock/a'))!.timers.map(({ due }) => due - start)
    },
    async restart(): Promise<void> {
      await runtime.close()
      runtime = await open()
      await runtime.idle()
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const { sound, fault } = await runtime.audit()
      await runtime.close()
      await keeper.end()
      expect({ sound, fault }).toEqual({ sound: true, fault: null })
    },
  }
}

const memory = (): StoreKeeper => {
  const store = memoryStore()
  return { open: () => ({ ...store, close: () => Promise.resolve() }), end: () => store.close() }
}
const file = (): StoreKeeper => {
  const folder = mkdtempSync(path.join(tmpdir(), 'opschart-clock-'))
  return {
    open: () => sqliteStore(path.join(folder, 'state.db')),
    end: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  }
}

describe.each([
  ['in memory', memory],
  ['in a file', file],
])('[D4] timers of machines, with a store %s', (_, keep) => {
  it('fire at once, the earliest first, when the clock is set forward; what they set counts from then', async () => {
    await using world = await underClock(keep, newYear, { short: 10 * minute, long: 25 * minute })
    await world.clock.set(newYear + hour)
    expect(await world.rung()).toEqual(['short', 'long'])
    expect(await world.due()).toEqual([hour + 10 * minute])
    await world.clock.set(newYear + hour + 10 * minute - 1)
    expect(await world.rung()).toEqual(['short', 'long'])
    await world.clock.set(newYear + 3 * hour)
    expect(await world.rung()).toEqual(['short', 'long', 'chain'])
  })

  it('wait for their time when the clock is set back, and fire once', async () => {
    await using world = await underClock(keep, newYear, { short: 10 * minute, long: 25 * minute })
    await world.clock.advance(9 * minute)
    await world.clock.set(newYear - 5 * hour)
    expect(await world.rung()).toEqual([])
    await world.restart()
    await world.clock.advance(5 * hour + 10 * minute - 1)
    expect(await world.rung()).toEqual([])
    await world.clock.advance(1)
    expect(await world.rung()).toEqual(['short'])
    // What has fired does not fire again when its time comes again.
    await world.clock.set(newYear)
    await world.clock.advance(20 * minute)
    expect(await world.rung()).toEqual(['short', 'chain'])
    await world.clock.advance(5 * minute)
    expect(await world.rung()).toEqual(['short', 'chain', 'long'])
  })

  it('fire at the next start when the clock was set forward while nothing ran', async () => {
    await using world = await underClock(keep, newYear, { short: 10 * minute, long: 40 * day })
    await world.clock.set(newYear + 41 * day)
    await world.restart()
    expect(await world.rung()).toEqual(['short', 'long'])
  })

  it.each([
    ['is left out', Date.UTC(2026, 2, 28, 23, 30)],
    ['comes twice', Date.UTC(2026, 9, 24, 23, 30)],
  ])('do not mind the hour that %s in a night of the year', async (__, start) => {
    const zone = process.env['TZ']
    process.env['TZ'] = 'Europe/Berlin'
    try {
      // The clocks on the wall do change, else this would say nothing.
      const offset = (time: number) => new Date(time).getTimezoneOffset()
      expect(Math.abs(offset(start) - offset(start + 6 * hour))).toBe(60)
      await using world = await underClock(keep, start, { short: 3 * hour, long: 6 * hour })
      await world.clock.advance(3 * hour - 1)
      expect(await world.rung()).toEqual([])
      await world.clock.advance(1)
      expect(await world.rung()).toEqual(['short'])
      await world.restart()
      await world.clock.advance(3 * hour - 1)
      expect(await world.rung()).toEqual(['short'])
      await world.clock.advance(1)
      expect(await world.rung()).toEqual(['short', 'long', 'chain'])
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  it('of no delay fire before anything else, without the clock going on', async () => {
    await using world = await underClock(keep, newYear, { short: 0, long: 1 })
    expect(await world.rung()).toEqual(['short', 'chain'])
    expect(world.clock.now()).toBe(newYear)
    await world.clock.advance(1)
    expect(await world.rung()).toEqual(['short', 'chain', 'long'])
  })

  it.each([
    ['40 days', 40 * day],
    ['10 years', 3_652 * day],
  ])('fire after %s to the millisecond, over restarts', async (__, long) => {
    await using world = await underClock(keep, newYear, { short: long, long })
    await world.clock.advance(30 * day)
    await world.restart()
    await world.clock.advance(long - 30 * day - 1)
    expect(await world.rung()).toEqual([])
    await world.restart()
    expect(await world.rung()).toEqual([])
    await world.clock.advance(1)
    expect(await world.rung()).toEqual(['short', 'long'])
    expect(await world.due()).toEqual([2 * long])
  })
})

describe('[D11] delays of nothing, 40 days and 10 years', () => {
  const given: CaseLiteral = {
    machine: {
      id: 'root',
      initial: 'k',
      on: { '*': [{ actions: [{ note: 'heard' }] }] },
      states: {
        k: {
          entry: [
            { raise: 'NEXT', delay: 10 * 365 * day, id: 'later' },
            { raise: 'BACK', delay: 40 * day },
            { send: 'GO', to: 'self', delay: 0 },
          ],
          after: { '0': [{ target: 's' }], [40 * day]: [{ target: 'k', reenter: true }] },
        },
        s: { after: { [40 * day]: [{ target: 'k' }] } },
      },
    },
    input: null,
    steps: [
      { advance: 40 * day - 1 },
      { advance: 1 },
      { advance: 39 * day },
      { send: 'GO' },
      { advance: day },
      { advance: 10 * 365 * day - 80 * day - 1 },
      { advance: 1 },
    ],
  }

  it('are XState’s own', async () => {
    expect(await compareWithLive({ ...given, steps: given.steps.slice(0, 5) }, inMemory)).toBe(true)
    expect(await compareWithLive({ ...given, steps: given.steps.slice(0, 5) }, inFile)).toBe(true)
    expect(await compareWithLive(given, inMemory)).toBe(true)
  })
})
