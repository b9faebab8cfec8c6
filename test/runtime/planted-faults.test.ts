// Property: the cases of a runtime are worth something. Each fault that is planted turns those red that speak of it.

import { createLifecycle, releaseLifecycle, type Gate, type Store } from '@opschart/core'
import { createRuntime, memoryStore } from '@opschart/runtime'
import { describe, expect, it } from 'vitest'

import type { RunningRuntime, RuntimePlace, RuntimeSetup } from '../../packages/testing/src/runtime-case.ts'
import { runtimeCases } from '../../packages/testing/src/runtime-cases.ts'

interface Fault {
  readonly name: string
  /** Begins of the names of the cases that it must turn red. */
  readonly red: readonly string[]
  readonly store?: (store: Store) => Store
  readonly setup?: (setup: RuntimeSetup) => RuntimeSetup
  readonly runtime?: (runtime: RunningRuntime) => RunningRuntime
  /** True: what was written is gone with the runtime. */
  readonly forgets?: true
}

/** The default law with a gate that always holds. */
const open =
  (gate: string) =>
  ({ lifecycle }: RuntimeSetup) =>
    lifecycle ??
    createLifecycle(releaseLifecycle.definition as never, { gates: { [gate]: (() => true) satisfies Gate } })
const withGate =
  (gate: string) =>
  (setup: RuntimeSetup): RuntimeSetup => ({ ...setup, lifecycle: open(gate)(setup) })

const faults: readonly Fault[] = [
  {
    name: 'a restart forgets',
    forgets: true,
    red: [
      '[L3] an operation waits',
      '[D2] a signal that was sent before',
      '[L11] a pause of everything',
      '[L13] the second roll-back',
      '[L17] an incident that nobody',
    ],
  },
  {
    name: 'timers are lost',
    store: (store) => ({
      ...store,
      commit: (units) => store.commit(units.map((unit) => ({ ...unit, timers: [] }))),
    }),
    red: [
      '[L3] an operation whose phase',
      '[L10] an approval that nobody gives',
      '[L17] an incident that nobody',
      '[D4] what was due',
      '[D4] a rule that is about to fire',
    ],
  },
  {
    name: 'the same signal is decided twice',
    store: (store) => ({
      ...store,
      commit: (units) =>
        store.commit(
          units.map((unit) => ({
            ...unit,
            decisions: unit.decisions.map((one) => ({
              ...one,
              key: one.key && { ...one.key, id: `${one.key.id} ${one.version}` },
            })),
          })),
        ),
    }),
    red: ['[D2] a signal that was sent before', '[D2] of the same signal'],
  },
  {
    name: 'any plan is the approved one',
    setup: withGate('plan_matches'),
    red: ['[L10] what changes production', '[L10] a plan that would do something else'],
  },
  { name: 'the author approves', setup: withGate('not_the_author'), red: ['[L9] the author of a change'] },
  { name: 'one pair of eyes is enough', setup: withGate('four_eyes'), red: ['[L9] with four eyes'] },
  {
    name: 'deployments do not exclude each other',
    setup: withGate('nothing_else_under_way'),
    red: ['[L15] deployments and roll-backs'],
  },
  {
    name: 'an incident is resolved whatever is measured',
    setup: withGate('measure_cleared_or_person'),
    red: ['the incident is resolved when'],
  },
  {
    name: 'a roll-back is always possible',
    setup: withGate('rollback_possible'),
    red: ['[L15] without a release before it', '[L15] not recovered'],
  },
  {
    name: 'everything acts',
    setup: (setup) => ({ ...setup, policy: { ...setup.policy, autonomy: 'act' } }),
    red: ['[L10] what changes production', '[L10] at observe', '[L9] nobody but a person'],
  },
  {
    name: 'nobody is told',
    setup: (setup) => ({ ...setup, notify: () => Promise.resolve() }),
    red: ['[L10] an approval that nobody', '[L13] the second roll-back', '[L17] an incident that nobody'],
  },
  {
    name: 'work is done in any order',
    setup: (setup) => ({ ...setup, concurrency: 8 }),
    red: ['[L16] work is done by severity'],
  },
  {
    name: 'an agent does many things at a time',
    store: (store) => ({
      ...store,
      commit: (units) =>
        store.commit(
          units.map((unit) => ({
            ...unit,
            work: (unit.work ?? []).map((work) => ({ ...work, slot: null })),
          })),
        ),
    }),
    red: ['[L16] an agent does one thing'],
  },
  {
    name: 'what is cancelled is not',
    store: (store) => ({
      ...store,
      commit: (units) => store.commit(units.map((unit) => ({ ...unit, withdrawn: [] }))),
    }),
    red: ['[L11] with now'],
  },
  {
    name: 'checkpoints are lost',
    store: (store) => ({ ...store, checkpoint: () => Promise.resolve(undefined) }),
    red: ['what was counted is counted'],
  },
  {
    name: 'anybody is a person',
    runtime: (runtime) => ({ ...runtime, as: () => runtime.as('person:anybody') }),
    red: ['[L9] nobody but a person', '[L11] only a person pauses', '[L10] promoted to act'],
  },
]

function place({ store: broken, setup: changed, runtime: other, forgets }: Fault): RuntimePlace {
  const kept = memoryStore()
  return {
    async open(setup) {
      const store = forgets === true ? memoryStore() : { ...kept, close: () => Promise.resolve() }
      const runtime = await createRuntime({
        ...(changed?.(setup) ?? setup),
        store: broken?.(store) ?? store,
        others: 0,
      })
      return other?.(runtime) ?? runtime
    },
  }
}

describe.each(faults)('where $name', (fault) => {
  it.each(fault.red)('the case “%s …” is red', async (beginning) => {
    const [one, ...more] = runtimeCases.filter(({ name }) => name.startsWith(beginning))
    expect([one === undefined, more.length]).toEqual([false, 0])
    const red = one!
      .run(() => place(fault))
      .then(
        () => 'green',
        () => 'red',
      )
    // A runtime that waits for what will never come is as red as one that says so.
    const waits = new Promise<string>((resolve) => setTimeout(() => resolve('red: it waits'), 2_000).unref())
    expect(await Promise.race([red, waits])).toMatch(/^red/)
  })
})
