// Properties:
//   - A release in a phase that has another name by now is moved there when the law is opened, with a row that tells it.
//   - What does not fit is refused with the list; nothing is changed, and nothing started afresh.
//   - The plan says beforehand what would become of each, and changes nothing.

import { createLifecycle, type LifecycleDefinition } from '@opschart/core'
import { createRuntime, memoryStore, type RuntimeOptions } from '@opschart/runtime'
import { repeatableCrypto, simulatedClock } from '@opschart/testing'
import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'

const start = 1_767_225_600_000

const earlier: LifecycleDefinition = {
  id: 'release',
  agents: ['clerk'],
  initial: 'OPEN',
  phases: {
    OPEN: { allow: ['clerk'], on: { CHECKED: 'QA' } },
    QA: { allow: ['clerk'], on: { SHIPPED: 'OUT' }, after: { late: { does: [] } } },
    OUT: { allow: ['clerk'], on: { BACK: 'OPEN' } },
  },
  delays: { late: 60_000 },
}
const later = (formerly?: readonly string[]): LifecycleDefinition => ({
  ...earlier,
  phases: {
    OPEN: { allow: ['clerk'], on: { CHECKED: 'STAGING' } },
    STAGING: {
      allow: ['clerk'],
      on: { SHIPPED: 'OUT' },
      after: { late: { does: [] } },
      ...(formerly === undefined ? {} : { formerly }),
    },
    OUT: earlier.phases['OUT']!,
  },
})

function project() {
  const store = memoryStore()
  const shared = { ...store, close: () => Promise.resolve() }
  const clock = simulatedClock(start)
  const crypto = repeatableCrypto('changed')
  const open = (definition: LifecycleDefinition, more: RuntimeOptions = {}) =>
    createRuntime({
      store: shared,
      clock,
      crypto,
      others: 0,
      lifecycle: createLifecycle(definition),
      ...more,
    })
  return { store, open }
}

async function inQa() {
  const { store, open } = project()
  const first = await open(earlier)
  const ann = first.as({ person: 'ann' })
  await ann.send('web/one', { type: 'CHECKED' })
  await ann.send('web/two', { type: 'BACK' })
  expect((await first.read('web/one'))?.phase).toBe('QA')
  await first.close()
  return { store, open }
}

describe('[D7] a law that has changed', () => {
  it('moves what is in a phase of another name, its timers too, and can be replayed across it', async () => {
    const { open, store } = await inQa()
    const after = await open(later(['QA']))
    expect((await after.read('web/one'))?.phase).toBe('STAGING')
    const timers = await store.timers('web/one')
    expect(timers.map(({ id, due }) => [id, due])).toEqual([
      ['xstate.after.late.release.STAGING', start + 60_000],
    ])
    const moved = (await after.log({ actor: 'web/one' })).at(-1)
    expect([moved?.kind, moved?.moved]).toEqual(['migrated', { from: 'QA', to: 'STAGING' }])
    expect((await after.as({ person: 'ann' }).send('web/one', { type: 'SHIPPED' })).kind).toBe('accepted')
    const { sound, fault } = await after.audit()
    expect({ sound, fault }).toEqual({ sound: true, fault: null })
    await after.close()
  })

  it('is refused with the list where nothing says where they are now; nothing is changed', async () => {
    const { open, store } = await inQa()
    const before = await store.head()
    await expect(open(later())).rejects.toThrow(
      /does not fit the configuration:\nweb\/one is in QA, and there is no such phase any more\n.*`formerly`/,
    )
    expect(await store.head()).toEqual(before)
  })

  it('is told of beforehand, and nothing is changed by asking', async () => {
    const { open, store } = await inQa()
    const before = await store.head()
    const ask = async (definition: LifecycleDefinition) => {
      const runtime = await open(definition, { work: false })
      const fits = await runtime.fits()
      await runtime.close()
      return fits.map(({ actor, kind, text }) => `${actor} ${kind}: ${text}`).toSorted()
    }
    expect(await ask(later(['QA']))).toEqual([
      'web/one migrates: is in QA, which is STAGING now',
      'web/two fits: goes on as it is, under the definition of today',
    ])
    expect(await ask(later())).toContain('web/one misfit: is in QA, and there is no such phase any more')
    expect(await ask(earlier)).toEqual([])
    expect(await store.head()).toEqual(before)
  })

  it('cannot say of a phase that it was formerly one that is there, or two at once', () => {
    expect(() => createLifecycle(later(['OUT']))).toThrow('there is a phase of that name')
    const twice = later(['QA'])
    const phases = { ...twice.phases, OUT: { ...twice.phases['OUT'], formerly: ['QA'] } }
    expect(() => createLifecycle({ ...twice, phases })).toThrow('it can only be one of them')
  })

  it('stands in one plan with the actors of machines', async () => {
    const { open } = project()
    const order = (version: string, state: string) =>
      setup({}).createMachine({ id: 'order', version, initial: state, context: {}, states: { [state]: {} } })
    const first = await open(earlier, { machines: { order: order('1', 'a') } })
    for (const id of ['order/1', 'order/2']) await first.as({ person: 'ann' }).start(id)
    await first.close()
    const migrations = [{ from: '1', to: '2', states: { a: 'b' } }]
    const machine = order('2', 'b')
    const planned = await open(earlier, { work: false, machines: { order: { machine, migrations } } })
    expect((await planned.fits()).map(({ actor, kind }) => [actor, kind])).toEqual([
      ['order/1', 'migrates'],
      ['order/2', 'migrates'],
    ])
    await planned.close()
    const without = await open(earlier, { work: false, machines: { order: machine } })
    expect((await without.fits()).map(({ kind }) => kind)).toEqual(['misfit', 'misfit'])
    await without.close()
  })
})
