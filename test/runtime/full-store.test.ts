// Properties, while the store can write nothing for a time:
//   - A sender gets an error, nothing was accepted, and the same signal is accepted once when there is room again.
//   - What runs ends; its outcome is kept, and written when there is room again, once.
//   - What is due waits; a watcher keeps its report; what was committed can be read; the runtime lives on.

import { describe, expect, it } from 'vitest'

import {
  createScenario,
  type Scenario,
  type ScenarioOptions,
} from '../../packages/testing/src/runtime-scenario.ts'
import { failingStore, type Weather } from './failing-store.ts'
import { memoryPlace, sqlitePlace } from './places.ts'

const places = { memory: memoryPlace, sqlite: sqlitePlace }

async function inWeather(
  kind: keyof typeof places,
  body: (scenario: Scenario, weather: Weather) => Promise<void>,
  options: ScenarioOptions = {},
): Promise<void> {
  const weather: Weather = { full: false, tries: 0 }
  const scenario = await createScenario(
    places[kind]((store) => failingStore(store, weather)),
    options,
  )
  try {
    await body(scenario, weather)
    weather.full = false
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

describe.each(['memory', 'sqlite'] as const)('a full store (%s)', (kind) => {
  it('[D9] refuses a signal with an error, and accepts it once later under the same id', () =>
    inWeather(kind, async (scenario, weather) => {
      const draft = { type: 'CODE_COMMITTED', id: 'push-1', data: { branch: 'one', commit: 'c1' } }
      weather.full = true
      await expect(scenario.git.send('web', draft)).rejects.toMatchObject({ code: 'storage' })
      expect(await scenario.rows()).toEqual([])
      expect(await scenario.runtime.read('web/one')).toBeUndefined()
      weather.full = false
      expect(await scenario.git.send('web', draft)).toMatchObject({ kind: 'accepted', sequence: 2 })
      expect(await scenario.git.send('web', draft)).toMatchObject({
        kind: 'accepted',
        sequence: 2,
        duplicate: true,
      })
    }))

  it('[D9] refuses what a person switches with an error: it is not switched', () =>
    inWeather(kind, async (scenario, weather) => {
      weather.full = true
      await expect(scenario.ann.pause({ target: 'everything', reason: '' })).rejects.toMatchObject({
        code: 'storage',
      })
      expect((await scenario.runtime.status()).pauses).toEqual([])
    }))

  it('[D3] keeps the outcome of work, writes it when there is room again, and does nothing twice', () =>
    inWeather(kind, async (scenario, weather) => {
      const held = scenario.hold('test-executor.run_integration_tests')
      const merging = scenario.merge('one', 'v1')
      await held.started
      // What runs is leased, and the lease ends later than now: its owner must say until then that it still runs.
      const { lease } = await scenario.operation('run_integration_tests')
      expect(lease).toEqual({ owner: expect.stringMatching(/./), until: expect.any(Number) })
      expect(lease!.until).toBeGreaterThan(scenario.clock.now())
      weather.full = true
      const tries = weather.tries
      held.release({ passed: true })
      while (weather.tries === tries) await scenario.clock.advance(0)
      await scenario.clock.advance(3_000)
      expect(scenario.problems).toEqual(['an outcome could not be written yet: the disk is full'])
      expect((await scenario.operation('run_integration_tests')).status).toBe('running')
      weather.full = false
      await scenario.clock.advance(1_000)
      await merging
      expect(scenario.did.filter((name) => name === 'test-executor.run_integration_tests')).toHaveLength(1)
      expect(await scenario.phase('web/one')).toBe('STAGING')
      expect(scenario.did).toHaveLength(4)
    }))

  it('[D3] starts nothing that it could not write down', () =>
    inWeather(kind, async (scenario, weather) => {
      await scenario.ann.pause({ target: 'everything', reason: 'for a moment' })
      await scenario.merge('one', 'v1')
      await scenario.ann.resume('everything').then(() => (weather.full = true))
      await tryAgain(scenario).catch(() => undefined)
      const started = (await scenario.rows()).filter(({ type }) => type === 'operation.started').length
      expect(scenario.did.length).toBe(started)
      weather.full = false
      await tryAgain(scenario)
      expect(scenario.did).toHaveLength(4)
    }))

  it('[D4] fires a timer that was due meanwhile when there is room again, once', () =>
    inWeather(kind, async (scenario, weather) => {
      await scenario.live('one', 'v1')
      await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
      await scenario.runtime.idle()
      weather.full = true
      await scenario.clock.advance(16 * 60_000)
      const before = scenario.notices.length
      weather.full = false
      await tryAgain(scenario)
      await scenario.clock.advance(60 * 60_000)
      await scenario.runtime.idle()
      expect(scenario.notices.slice(before).map(({ severity }) => severity)).toEqual(['CRITICAL'])
      expect(scenario.problems.length).toBeGreaterThan(0)
    }))

  it('[D9] makes a watcher keep its report: what it counts is counted once in the end', () =>
    inWeather(
      kind,
      async (scenario, weather) => {
        await scenario.live('one', 'v1')
        await scenario.clock.advance(1_000)
        const entry = {
          time: scenario.clock.now(),
          level: 'info',
          message: '',
          status: 500,
          fields: {},
          file: 'log',
          offset: 0,
        } as const
        const report = {
          entries: [entry, entry],
          signals: [{ type: 'TEST_FAILED', id: 'one' }],
          checkpoint: 1,
        }
        weather.full = true
        await expect(scenario.observe(report)).rejects.toMatchObject({ code: 'storage' })
        const { watchers } = await scenario.runtime.status()
        expect(watchers).toEqual([{ name: 'logs:web', state: 'failing', problem: 'the disk is full' }])
        weather.full = false
        await scenario.observe(report)
        await scenario.observe({ ...report, entries: [] })
        await scenario.runtime.idle()
        const status = await scenario.runtime.status()
        expect(status.watchers[0]?.state).toBe('watching')
        expect(status.services.find(({ service }) => service === 'web')?.measures[0]?.samples).toBe(2)
        expect(await scenario.verdicts('TEST_FAILED')).toHaveLength(1)
      },
      {
        feedbackLoops: [
          {
            name: 'errors',
            monitor: 'error_rate',
            threshold: 1,
            clear: 1,
            for: 0,
            window: 60_000,
            min_samples: 100,
            cooldown: 0,
            severity: 'HIGH',
          },
        ],
      },
    ))

  it('closes while an outcome waits for room; the work is taken up again by the next one', () =>
    inWeather(kind, async (scenario, weather) => {
      const held = scenario.hold('test-executor.run_integration_tests')
      const merging = scenario.merge('one', 'v1')
      await held.started
      weather.full = true
      const tries = weather.tries
      held.release({ passed: true })
      while (weather.tries === tries) await scenario.clock.advance(0)
      await scenario.runtime.close()
      await merging.catch(() => undefined)
      weather.full = false
      await scenario.restart()
      // Its lease could not be given back: it runs out.
      await scenario.clock.advance(15_000)
      await scenario.runtime.idle()
      expect(await scenario.phase('web/one')).toBe('STAGING')
      expect(scenario.did.filter((name) => name === 'test-executor.run_integration_tests')).toHaveLength(2)
    }))
})

it('[D4] a timer that cannot be fired holds up no other, and is tried again', async () => {
  let poison = true
  const place = memoryPlace((store) => ({
    ...store,
    async commit(units) {
      const poisoned = units.some(({ timersGone = [] }) =>
        timersGone.some(({ actor }) => actor === 'web/one'),
      )
      if (poison && poisoned) throw new Error('nobody knows why')
      return store.commit(units)
    },
  }))
  const scenario = await createScenario(place, {})
  for (const branch of ['one', 'two']) {
    await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch, commit: branch } })
    const data = { agent: 'monitoring-agent', task: 'gather_metrics' }
    await scenario.ann.send(`web/${branch}`, { type: 'OPERATION_REQUESTED', data })
  }
  const open = async () => (await scenario.operations()).map(({ lifecycle }) => lifecycle)
  await scenario.clock.advance(24 * 60 * 60_000)
  await scenario.runtime.idle()
  expect(await open()).toEqual(['web/one'])
  poison = false
  await tryAgain(scenario)
  expect(await open()).toEqual([])
  expect(scenario.problems).toContain('timers could not be looked at: nobody knows why')
  await scenario.close()
})
