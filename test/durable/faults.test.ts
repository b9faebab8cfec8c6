// Properties of actors of machines, while their store can write nothing for a time:
//   - A start or a signal is refused with an error, nothing was accepted, and the same is accepted once when there is room.
//   - Timers that were due meanwhile fire, and outcomes of operations that ended meanwhile are written, when there is room
//     again: each once. Nothing is begun that could not be written down.
//   - The runtime lives on, what was committed can be read, and a fault at one actor is not noticed by others.

import { OpschartError, type Json, type OperationGiven } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { failingStore, type Weather } from '../runtime/failing-store.ts'
import { memoryPlace, sqlitePlace } from '../runtime/places.ts'
import { shopMachine } from './shop-machine.ts'

const places = { memory: memoryPlace, sqlite: sqlitePlace }

interface Fixture {
  readonly scenario: Scenario
  readonly weather: Weather
  /** Attempts at baking, with their keys. */
  readonly baked: string[]
  /** Lets the one that waits end. */
  readonly loaf: (outcome: Json) => void
  readonly send: (type: string, id?: string, data?: { in: number }) => Promise<unknown>
  readonly shop: () => Promise<Record<string, unknown>>
}

async function inWeather(
  kind: keyof typeof places,
  body: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  const weather: Weather = { full: false, tries: 0 }
  const baked: string[] = []
  let release: (outcome: Json) => void = () => {}
  const bake = ({ key, attempt }: OperationGiven<unknown>): Promise<Json> => {
    baked.push(`${key} ${attempt}`)
    return new Promise((resolve) => (release = resolve))
  }
  const scenario = await createScenario(
    places[kind]((store) => failingStore(store, weather)),
    { machines: { shop: shopMachine(bake) } },
  )
  try {
    await body({
      scenario,
      weather,
      baked,
      loaf: (outcome) => release(outcome),
      send: (type, id, data) =>
        scenario.ann.send('shop/a', {
          type,
          ...(id === undefined ? {} : { id }),
          ...(data === undefined ? {} : { data }),
        }),
      async shop() {
        const view = await scenario.runtime.actor('shop/a')
        return { value: view?.value, ...view?.context }
      },
    })
    expect(await scenario.runtime.audit()).toMatchObject({ sound: true, fault: null })
  } finally {
    await scenario.close()
  }
}

/** Lets time pass until what waits for room has been tried again. */
async function tryAgain({ clock, runtime }: Scenario): Promise<void> {
  await clock.advance(1_000)
  await runtime.idle()
}

/** Lets time pass until something was tried in vain. */
async function triedInVain({ clock }: Scenario, weather: Weather): Promise<void> {
  for (const before = weather.tries; weather.tries === before;) await clock.advance(100)
}

describe.each(['memory', 'sqlite'] as const)('[D9] a store that can write nothing (%s)', (kind) => {
  it('refuses a start and a signal with an error, and accepts each once later', () =>
    inWeather(kind, async ({ scenario, weather, send, shop }) => {
      weather.full = true
      await expect(scenario.ann.start('shop/a')).rejects.toMatchObject({ code: 'storage' })
      expect(await scenario.runtime.actor('shop/a')).toBeUndefined()
      weather.full = false
      expect(await scenario.ann.start('shop/a')).toMatchObject({ kind: 'accepted', sequence: 1 })
      weather.full = true
      await expect(send('SELL', 'one')).rejects.toMatchObject({ code: 'storage' })
      expect(await shop()).toMatchObject({ sold: 0 })
      weather.full = false
      expect(await send('SELL', 'one')).toMatchObject({ kind: 'accepted', sequence: 2 })
      expect(await send('SELL', 'one')).toMatchObject({ kind: 'accepted', sequence: 2, duplicate: true })
      expect(await shop()).toMatchObject({ sold: 1 })
    }))

  it('[D4] fires what was due meanwhile when there is room again, once, of parents and of children', () =>
    inWeather(kind, async ({ scenario, weather, baked, loaf, send, shop }) => {
      const { clock, runtime } = scenario
      await scenario.ann.start('shop/a')
      await send('BAKE')
      await clock.advance(0)
      expect(baked).toEqual(['machine:shop/a~oven:1:0 1'])
      loaf('rye')
      await runtime.idle()
      await send('RING', 'one', { in: 500 })
      await send('RING', 'two', { in: 86_400_000 * 40 })
      weather.full = true
      await clock.advance(5_000)
      expect(await shop()).toMatchObject({ value: 'baking', bells: 0 })
      expect(scenario.problems).toContain('timers could not be looked at: the disk is full')
      weather.full = false
      await tryAgain(scenario)
      expect(await shop()).toEqual({ value: 'open', sold: 0, bells: 1, loaves: ['rye'] })
      await clock.advance(60_000)
      await runtime.idle()
      expect(await shop()).toMatchObject({ bells: 1, loaves: ['rye'] })
      scenario.problems.length = 0
    }))

  it('[D3] writes an outcome that came meanwhile when there is room again; it is not done twice', () =>
    inWeather(kind, async ({ scenario, weather, baked, loaf, send, shop }) => {
      await scenario.ann.start('shop/a')
      await send('BAKE')
      await scenario.clock.advance(0)
      weather.full = true
      loaf('rye')
      await triedInVain(scenario, weather)
      await scenario.clock.advance(3_000)
      expect(scenario.problems).toEqual(['an outcome could not be written yet: the disk is full'])
      expect((await scenario.runtime.actor('shop/a~oven'))?.value).toBe('hot')
      weather.full = false
      await tryAgain(scenario)
      expect((await scenario.runtime.actor('shop/a~oven'))?.value).toBe('cooling')
      await tryAgain(scenario)
      expect(await shop()).toMatchObject({ loaves: ['rye'] })
      expect(baked).toHaveLength(1)
    }))

  it('[D3] begins no operation that it could not write down', () =>
    inWeather(kind, async ({ scenario, weather, baked, loaf, send, shop }) => {
      await scenario.ann.start('shop/a')
      await scenario.ann.pause({ target: 'everything', reason: 'for a moment' })
      await send('BAKE')
      await scenario.ann.resume('everything').then(() => (weather.full = true))
      await tryAgain(scenario)
      expect(baked).toEqual([])
      weather.full = false
      await scenario.clock.advance(1_000)
      expect(baked).toEqual(['machine:shop/a~oven:1:0 1'])
      loaf('rye')
      await tryAgain(scenario)
      await tryAgain(scenario)
      expect(await shop()).toMatchObject({ loaves: ['rye'] })
    }))

  it('[D3] closes while an outcome waits for room; the next one takes the operation up under its key', () =>
    inWeather(kind, async ({ scenario, weather, baked, loaf, send, shop }) => {
      await scenario.ann.start('shop/a')
      await send('BAKE')
      await scenario.clock.advance(0)
      weather.full = true
      loaf('rye')
      await triedInVain(scenario, weather)
      await scenario.runtime.close()
      weather.full = false
      await scenario.restart()
      // Its lease could not be given back: it runs out.
      await scenario.clock.advance(15_000)
      expect(baked).toEqual(['machine:shop/a~oven:1:0 1', 'machine:shop/a~oven:1:0 2'])
      loaf('wheat')
      await tryAgain(scenario)
      await tryAgain(scenario)
      expect(await shop()).toMatchObject({ loaves: ['wheat'] })
    }))
})

it('[D9] a fault at one actor is told to whoever asks for it, and noticed by no other', async () => {
  let broken = true
  const place = memoryPlace((store) => ({
    ...store,
    async commit(units) {
      if (broken && units.some(({ decisions }) => decisions.some(({ actor }) => actor === 'machine:shop/a')))
        throw new OpschartError('storage', 'this page is damaged')
      return store.commit(units)
    },
  }))
  const scenario = await createScenario(place, { machines: { shop: shopMachine(async () => null) } })
  const { ann, clock, runtime } = scenario
  broken = false
  for (const id of ['shop/a', 'shop/b']) {
    await ann.start(id)
    await ann.send(id, { type: 'RING', data: { in: 1_000 } })
  }
  broken = true
  await expect(ann.send('shop/a', { type: 'SELL', id: 'one' })).rejects.toMatchObject({ code: 'storage' })
  expect(await ann.send('shop/b', { type: 'SELL' })).toMatchObject({ kind: 'accepted' })
  await clock.advance(1_000)
  await clock.advance(5_000)
  expect((await runtime.actor('shop/b'))?.context).toMatchObject({ sold: 1, bells: 1 })
  broken = false
  await tryAgain(scenario)
  expect(await ann.send('shop/a', { type: 'SELL', id: 'one' })).not.toHaveProperty('duplicate')
  expect((await runtime.actor('shop/a'))?.context).toMatchObject({ sold: 1, bells: 1 })
  expect(await runtime.audit()).toMatchObject({ sound: true })
  await scenario.close()
})
