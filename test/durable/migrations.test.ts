// Properties of an actor that an earlier definition has left, beside hundreds that fit:
//   - It goes on under the new definition where it fits, as it is or by the migrations that are declared: with its timers, its
//     children and what has been waiting for it, in order.
//   - Where it does not fit, that one waits: a signal is refused with what does not fit and the way out, its timers and
//     operations stay as they are, and it goes on by itself once it fits again. What another actor sends it is kept.
//   - A program that is older than what is stored decides nothing of it.
//   - The others never notice, and the journal is sound all along.

import { fromOperation, type Json, type Migration } from '@opschart/core'
import { assign, raise, sendParent, sendTo, setup, spawnChild, type AnyStateMachine } from 'xstate'
import { describe, expect, it } from 'vitest'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import type { MachineSetup } from '../../packages/testing/src/runtime-case.ts'
import { memoryPlace, sqlitePlace } from '../runtime/places.ts'

const hour = 3_600_000
const others = 200

/** What the versions of a claim differ in. */
interface Version {
  readonly version?: string
  /** Name of the state that waits for a person; `review.human` is nested. */
  readonly waiting?: string
  /** How long it waits, by what the delay is called. */
  readonly delay?: Readonly<Record<string, string>>
  readonly without?: 'child' | 'operation'
  /** The id that its operation is invoked under; XState's own when absent. */
  readonly id?: string
}

const work = fromOperation<Json>(async ({ key }) => key)

const clerk = setup({ actors: { work } }).createMachine({
  id: 'clerk',
  initial: 'reading',
  states: {
    reading: {
      on: { SAY: { actions: [1, 2, 3].map((number) => sendParent({ type: 'NOTE', number })) } },
      after: { [hour]: 'read' },
    },
    read: { type: 'final' },
  },
})

/** A claim: it waits for a person, notes what it is told, rings, has a clerk and does work. */
function claim({
  version,
  waiting = 'checking',
  delay = { [hour]: 'late' },
  without,
  id,
}: Version): AnyStateMachine {
  const absolute = (state: string) => `#claim.${state}`
  const working = version === '2' ? 'carrying_out' : 'working'
  const [outer = '', inner] = waiting.split('.')
  const wait = {
    after: Object.fromEntries(Object.entries(delay).map(([length, target]) => [length, absolute(target)])),
    on: { WORK: absolute(working), HIRE: absolute('hiring'), BACK: absolute('draft') },
  }
  const invoke = {
    src: 'work',
    ...(id === undefined ? {} : { id }),
    onDone: { target: 'draft', actions: 'keep' },
  }
  return setup({
    types: {} as { context: { notes: readonly Json[]; results: readonly Json[] } },
    actors: {
      ...(without === 'operation' ? {} : { work }),
      ...(without === 'child' ? {} : { clerk }),
    } as Record<string, never>,
    actions: {
      note: assign({ notes: ({ context, event }) => [...context.notes, member(event, 'number')] }),
      keep: assign({ results: ({ context, event }) => [...context.results, member(event, 'output')] }),
    },
  }).createMachine({
    id: 'claim',
    ...(version === undefined ? {} : { version }),
    initial: 'draft',
    context: { notes: [], results: [] },
    on: {
      NOTE: { actions: 'note' },
      RING: {
        actions: [3, 1, 2].map((number) =>
          raise({ type: 'NOTE', number } as never, { delay: number * 1_000, id: `ring-${number}` }),
        ),
      },
    },
    states: {
      draft: { on: { SUBMIT: absolute(waiting) } },
      [outer]: inner === undefined ? wait : { initial: inner, states: { [inner]: wait } },
      late: {},
      [working]: without === 'operation' ? {} : { invoke },
      hiring: {
        on: { BACK: 'draft' },
        ...(without === 'child' ? {} : { invoke: { src: 'clerk', id: 'clerk', onDone: 'draft' } }),
      },
    },
  } as never) as unknown as AnyStateMachine
}

const member = (event: object, name: string): Json => (event as Record<string, Json>)[name]!

/** A machine whose actors never change definition. */
const steady = setup({ types: {} as { context: { count: number } } }).createMachine({
  id: 'steady',
  context: { count: 0 },
  on: { COUNT: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
  initial: 'one',
  states: { one: { after: { [2 * hour]: 'two' } }, two: {} },
})

interface Fixture {
  readonly scenario: Scenario
  readonly send: (...types: string[]) => Promise<string>
  readonly claim: () => Promise<{
    status: string
    value: Json
    notes: Json
    results: Json
    letters: number
    reason: string
  }>
  /** Opens the store again with another version; undefined: without the machine. */
  readonly reopen: (machine: AnyStateMachine | MachineSetup | undefined) => Promise<void>
  /** What was told of actors that do not fit and that something was due for. */
  readonly notices: () => string[]
  readonly wait: (milliseconds: number) => Promise<void>
  readonly resume: () => Promise<string>
}

async function beginning(
  version: Version,
  body: (fixture: Fixture) => Promise<void>,
  kind: 'memory' | 'sqlite' = 'memory',
): Promise<void> {
  const scenario = await createScenario(kind === 'memory' ? memoryPlace() : sqlitePlace(), {
    machines: { claim: claim(version), steady },
    services: [],
  })
  const names = Array.from({ length: others }, (_, index) => `steady/${index}`)
  for (const name of names) await scenario.ann.start(name)
  await scenario.ann.start('claim/a')
  await body({
    scenario,
    async send(...types) {
      let said = ''
      for (const type of types) {
        const { kind: verdict, reason } = await scenario.ann.send('claim/a', { type })
        said = `${verdict}: ${reason}`
      }
      return said
    },
    async claim() {
      const view = (await scenario.runtime.actor('claim/a'))!
      const { notes, results } = view.context as Record<string, Json>
      return {
        status: view.status,
        value: view.value,
        notes: notes!,
        results: results!,
        letters: view.parked?.letters ?? 0,
        reason: view.misfit ?? view.parked?.reason ?? '',
      }
    },
    async reopen(machine) {
      await scenario.restart({ machines: { ...(machine === undefined ? {} : { claim: machine }), steady } })
      await scenario.runtime.idle()
      expect(await scenario.runtime.audit()).toMatchObject({ sound: true, fault: null })
    },
    notices: () => scenario.problems.filter((text) => text.includes('does not fit')),
    async wait(milliseconds) {
      await scenario.clock.advance(milliseconds)
      await scenario.runtime.idle()
    },
    async resume() {
      const { done, reason } = await scenario.ann.resume('actor:claim/a')
      await scenario.runtime.idle()
      return `${done}: ${reason}`
    },
  })
  await scenario.clock.advance(10 * hour)
  for (const name of names) {
    expect((await scenario.ann.send(name, { type: 'COUNT' })).kind).toBe('accepted')
    expect(await scenario.runtime.actor(name)).toMatchObject({
      status: 'active',
      value: 'two',
      context: { count: 1 },
    })
  }
  expect(await scenario.runtime.audit()).toMatchObject({ sound: true, fault: null })
  expect(scenario.problems.filter((text) => !text.includes('does not fit, and what is due'))).toEqual([])
  await scenario.close()
}

const toTwo: Migration = { from: '1', to: '2', states: { checking: 'review.human', working: 'carrying_out' } }
const two = (more: Partial<Version> = {}, migration: Partial<Migration> = {}): MachineSetup => ({
  machine: claim({ version: '2', waiting: 'review.human', ...more }),
  migrations: [{ ...toTwo, ...migration }],
})

describe('[D7] an actor of an earlier version', () => {
  it.each(['memory', 'sqlite'] as const)(
    'goes on by its migration, with the timer of the state that has moved (%s)',
    (kind) =>
      beginning(
        { version: '1' },
        async ({ send, claim: state, reopen, wait, scenario }) => {
          await send('SUBMIT')
          await reopen(two({}, { context: (context) => ({ ...context, notes: ['moved'] }) }))
          expect(await state()).toMatchObject({
            status: 'active',
            value: { review: 'human' },
            notes: ['moved'],
          })
          await wait(hour - 1)
          expect(await state()).toMatchObject({ value: { review: 'human' } })
          await wait(1)
          expect(await state()).toMatchObject({ status: 'active', value: 'late', notes: ['moved'] })
          const kinds = (await scenario.rows())
            .filter(({ actor }) => actor === 'claim/a')
            .map((row) => row.kind)
          expect(kinds).toEqual(['opened', 'signal', 'migrated', 'timer'])
        },
        kind,
      ),
  )

  it('keeps the timer of a delay that was given another length: it goes off when it was to', () =>
    beginning({ version: '1' }, async ({ send, claim: state, reopen, wait }) => {
      await send('SUBMIT')
      await reopen(two({ delay: { [2 * hour]: 'late' } }))
      await wait(hour)
      expect(await state()).toMatchObject({ status: 'active', value: 'late' })
    }))

  it('waits when a timer of it leads nowhere, and goes on by itself when it leads somewhere again', () =>
    beginning({ version: '1' }, async ({ send, claim: state, reopen, wait, notices }) => {
      await send('SUBMIT')
      await reopen(two({ delay: {} }))
      expect(await state()).toMatchObject({ status: 'misfit', value: 'checking' })
      expect((await state()).reason).toMatch(/timer xstate\.after\.3600000\.claim\.checking/)
      expect(notices()).toEqual([])
      await wait(5 * hour)
      expect(await state()).toMatchObject({ status: 'misfit', letters: 0 })
      // Once, however often it is looked at.
      expect(notices()).toEqual([
        expect.stringMatching(/^claim\/a does not fit, and what is due for it waits: it waits for the timer/),
      ])
      await reopen(two())
      expect(await state()).toMatchObject({ status: 'active', value: 'late' })
    }))

  it('waits when its state is gone; what is due is taken in order after the migration', () =>
    beginning({ version: '1' }, async ({ send, claim: state, reopen, wait, resume }) => {
      await send('SUBMIT', 'RING')
      await reopen({ machine: claim({ version: '2', waiting: 'review.human' }) })
      const refused = await send('NOTE')
      expect(refused).toMatch(
        /^refused: NOTE in checking: it is in "checking".*Declare a migration for its version, or put back what was taken out$/s,
      )
      await wait(hour)
      expect(await state()).toMatchObject({ status: 'misfit', value: 'checking', letters: 0, notes: [] })
      expect(await resume()).toBe('false: claim/a is not parked')
      await reopen(two())
      expect(await state()).toMatchObject({ status: 'active', value: 'late', notes: [1, 2, 3], letters: 0 })
      await reopen(two())
      expect(await state()).toMatchObject({ status: 'active', value: 'late', notes: [1, 2, 3] })
    }))

  it('waits when a child’s source is gone, the child too; put back, both go on', () =>
    beginning({ version: '1' }, async ({ scenario, send, claim: state, reopen, wait }) => {
      await send('SUBMIT', 'HIRE')
      await reopen(claim({ version: '1', without: 'child' }))
      expect(await send('BACK')).toMatch(
        /its child clerk is made of clerk, and there is no such actor any more/,
      )
      const toChild = await scenario.ann.send('claim/a~clerk', { type: 'SAY' })
      expect(toChild).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining('there is no machine claim/clerk'),
      })
      await wait(2 * hour)
      expect(await scenario.runtime.actor('claim/a~clerk')).toMatchObject({
        status: 'misfit',
        value: 'reading',
      })
      await reopen(claim({ version: '1' }))
      expect(await scenario.runtime.actor('claim/a~clerk')).toMatchObject({ status: 'done' })
      expect(await state()).toMatchObject({ status: 'active', value: 'draft' })
    }))

  it('keeps an operation whose source is gone until it is put back: it is not taken for failed', () =>
    beginning({ version: '1', id: 'work' }, async ({ scenario, send, claim: state, reopen, wait }) => {
      await scenario.ann.pause({ target: 'everything', reason: 'so that it does not begin' })
      await send('SUBMIT', 'WORK')
      await reopen(claim({ version: '1', id: 'work', without: 'operation' }))
      await scenario.ann.resume('everything')
      await wait(hour)
      expect(await state()).toMatchObject({ status: 'misfit', value: 'working', letters: 0 })
      await reopen(claim({ version: '1', id: 'work' }))
      expect(await state()).toMatchObject({
        status: 'active',
        value: 'draft',
        results: ['machine:claim/a:3:1'],
      })
    }))

  it('keeps an operation over the migration of its state, under the id that it was invoked with', () =>
    beginning({ version: '1', id: 'work' }, async ({ scenario, send, claim: state, reopen }) => {
      await scenario.ann.pause({ target: 'everything', reason: 'so that it does not begin' })
      await send('SUBMIT', 'WORK')
      await reopen(two({ id: 'work' }))
      expect(await state()).toMatchObject({ status: 'active', value: 'carrying_out' })
      await scenario.ann.resume('everything')
      await scenario.runtime.idle()
      expect(await state()).toMatchObject({ value: 'draft', results: ['machine:claim/a:3:1'] })
    }))

  it('waits when what it has invoked has the name of a state that has moved, and says which id to give it', () =>
    beginning({ version: '1' }, async ({ scenario, send, claim: state, reopen }) => {
      await scenario.ann.pause({ target: 'everything', reason: 'so that it does not begin' })
      await send('SUBMIT', 'WORK')
      await reopen(two())
      expect((await state()).reason).toMatch(
        /its child 0\.claim\.working is invoked under that id nowhere.*id: '0\.claim\.working'/s,
      )
      await scenario.ann.resume('everything')
      await scenario.runtime.idle()
      expect(await state()).toMatchObject({ status: 'misfit', value: 'working', letters: 0 })
      await reopen(two({ id: '0.claim.working' }))
      expect(await state()).toMatchObject({
        status: 'active',
        value: 'draft',
        results: ['machine:claim/a:3:1'],
      })
    }))

  it('is brought along when it is read again: also where it was read before in the same runtime', () =>
    beginning({}, async ({ send, claim: state, reopen }) => {
      await send('SUBMIT')
      await reopen({
        machine: claim({ version: '2', waiting: 'review.human' }),
        migrations: [{ to: '2', states: { checking: 'review.human' } }],
      })
      await state()
      expect(await send('NOTE', 'BACK')).toMatch(/^accepted/)
      expect(await state()).toMatchObject({ value: 'draft' })
    }))
})

describe('[D7] an actor whose machine is not there', () => {
  it('waits as long as it is taken out: nothing is lost of what it waits for', () =>
    beginning({ version: '1', id: 'work' }, async ({ scenario, send, claim: state, reopen, wait }) => {
      await send('SUBMIT', 'RING')
      await reopen(undefined)
      expect(await state()).toMatchObject({
        status: 'misfit',
        value: 'checking',
        reason: 'there is no machine claim here. Put it back, or ask the program that has it',
      })
      const { kind, reason } = await scenario.ann.send('claim/a', { type: 'NOTE' })
      expect([kind, reason]).toEqual(['refused', expect.stringContaining('there is no machine claim here')])
      await wait(2 * hour)
      await reopen(claim({ version: '1', id: 'work' }))
      await wait(0)
      expect(await state()).toMatchObject({ status: 'active', value: 'late', notes: [1, 2, 3] })
    }))

  it('is left alone by a program that is older than it: it decides nothing, and does nothing to it', () =>
    beginning({ version: '10', id: 'work' }, async ({ send, claim: state, reopen, wait }) => {
      await send('SUBMIT', 'RING')
      await reopen(claim({ version: '9', id: 'work' }))
      expect(await state()).toMatchObject({ status: 'misfit', value: 'checking', letters: 0 })
      expect(await send('NOTE')).toMatch(
        /^refused: NOTE in checking: it is of version 10, and claim here of 9: a newer program has moved it/,
      )
      await wait(2 * hour)
      expect(await state()).toMatchObject({ status: 'misfit', value: 'checking', letters: 0, notes: [] })
      await reopen(claim({ version: '10', id: 'work' }))
      await wait(0)
      expect(await state()).toMatchObject({ status: 'active', value: 'late', notes: [1, 2, 3] })
    }))
})

it('[D12] told to end, one that does not fit takes along what it has started', async () => {
  const leaf = setup({}).createMachine({ id: 'leaf', after: { [hour]: {} } })
  const middle = (sources: object) =>
    setup({ actors: sources as Record<string, never> }).createMachine({
      id: 'middle',
      initial: 'busy',
      states: { busy: Object.keys(sources).length === 0 ? {} : { invoke: { src: 'leaf', id: 'leaf' } } },
    } as never)
  const root = (sources: object) =>
    setup({ actors: { middle: middle(sources) } as object as Record<string, never> }).createMachine({
      id: 'root',
      initial: 'busy',
      states: { busy: { invoke: { src: 'middle', id: 'middle' }, on: { STOP: 'idle' } }, idle: {} },
    } as never) as unknown as AnyStateMachine
  const scenario = await createScenario(memoryPlace(), { machines: { root: root({ leaf }) } })
  await scenario.ann.start('root/a')
  await scenario.restart({ machines: { root: root({}) } })
  const statuses = async () =>
    Promise.all(
      ['root/a', 'root/a~middle', 'root/a~middle~leaf'].map(
        async (id) => (await scenario.runtime.actor(id))?.status,
      ),
    )
  expect(await statuses()).toEqual(['active', 'misfit', 'misfit'])
  expect(await scenario.ann.send('root/a', { type: 'STOP' })).toMatchObject({ kind: 'accepted' })
  expect(await statuses()).toEqual(['active', 'stopped', 'stopped'])
  expect(await scenario.runtime.audit()).toMatchObject({ sound: true })
  await scenario.close()
})

it('[L14] a name whose machine is gone opens no release', async () => {
  const scenario = await createScenario(memoryPlace(), { machines: { steady }, services: null })
  await scenario.ann.start('steady/a')
  await scenario.restart({ machines: {} })
  for (const type of ['COUNT', 'CODE_COMMITTED']) {
    const verdict = await scenario.ann.send('steady/a', { type })
    expect(verdict).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('there is no machine steady here'),
    })
  }
  expect((await scenario.runtime.status()).services).toEqual([])
  await scenario.restart({ machines: { steady } })
  expect(await scenario.ann.send('steady/a', { type: 'COUNT' })).toMatchObject({ kind: 'accepted' })
  await scenario.close()
})

it('[D12] what another actor sends one that does not fit is kept, and taken when it fits and a person says so', async () => {
  const clerk = (state: string) =>
    setup({
      types: {} as { context: { heard: number } },
      actions: { hear: assign({ heard: ({ context }) => context.heard + 1 }) },
    }).createMachine({
      id: 'clerk',
      context: { heard: 0 },
      initial: state,
      states: { [state]: { on: { SAY: { actions: 'hear' } } } },
    })
  const office = (state: string) =>
    setup({ actors: { clerk: clerk(state) } }).createMachine({
      id: 'office',
      invoke: { src: 'clerk', id: 'clerk' },
      on: { SAY: { actions: sendTo('clerk', { type: 'SAY' }) } },
    }) as unknown as AnyStateMachine
  const scenario = await createScenario(memoryPlace(), { machines: { office: office('listening') } })
  const child = async () => (await scenario.runtime.actor('office/a~clerk'))!
  await scenario.ann.start('office/a')
  await scenario.restart({ machines: { office: office('hearing') } })
  expect(await child()).toMatchObject({ status: 'misfit', parked: null })
  for (const _ of [1, 2]) await scenario.ann.send('office/a', { type: 'SAY' })
  expect(await child()).toMatchObject({ status: 'parked', parked: { letters: 2 }, misfit: expect.anything() })
  expect(await scenario.ann.resume('actor:office/a~clerk')).toMatchObject({
    done: false,
    reason: expect.stringContaining('still does not fit'),
  })
  await scenario.restart({ machines: { office: office('listening') } })
  expect(await scenario.ann.resume('actor:office/a~clerk')).toMatchObject({ done: true })
  expect(await child()).toMatchObject({ status: 'active', context: { heard: 2 }, parked: null, misfit: null })
  expect(await scenario.runtime.audit()).toMatchObject({ sound: true })
  await scenario.close()
})

it('a machine may be a child of itself, as deep as it likes', async () => {
  const branch = setup({ types: {} as { input: { depth: number } | undefined } }).createMachine({
    id: 'branch',
    context: ({ input }: { input: { depth: number } | undefined }) => ({ depth: input?.depth ?? 0 }),
    on: {
      GROW: {
        actions: spawnChild(
          'branch' as never,
          {
            id: 'next',
            input: ({ context }: { context: { depth: number } }) => ({ depth: context.depth + 1 }),
          } as never,
        ),
      },
    },
  } as never) as unknown as AnyStateMachine
  Object.assign(branch.implementations.actors, { branch })
  const scenario = await createScenario(memoryPlace(), { machines: { branch } })
  await scenario.ann.start('branch/a')
  for (const id of ['branch/a', 'branch/a~next', 'branch/a~next~next'])
    expect(await scenario.ann.send(id, { type: 'GROW' })).toMatchObject({ kind: 'accepted' })
  await scenario.restart({ machines: { branch } })
  const deepest = await scenario.runtime.actor('branch/a~next~next~next')
  expect(deepest).toMatchObject({
    status: 'active',
    machine: 'branch/branch/branch/branch',
    context: { depth: 3 },
  })
  await scenario.close()
})
