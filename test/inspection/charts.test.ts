// Properties of a machine as it is drawn:
//   - Whatever the machine, its states are XState's own, with their kinds, initials and names, and each arrow leads where
//     XState's leads, under the same event, in the same order.
//   - It is drawn alike from the machine and from its definition as another process sends it; XState 4's too.
//   - What is cut off, or is not there, is left out and said; hostile definitions take no time, and no text of theirs is
//     without end or unseen.

import {
  activeIn,
  chartOfConfig,
  chartOfLaw,
  releaseLifecycle,
  statesOf,
  type ChartView,
} from '@opschart/core'
import { machineLiterals, machineOf } from '@opschart/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { and, fromPromise, not, setup, type AnyStateMachine, type AnyStateNode } from 'xstate'

const operation = () => fromPromise(async () => null)
const machines = machineLiterals.map((literal) => machineOf(literal, operation))

/** A state's id in a chart, from XState's. */
const idOf = (node: AnyStateNode) => node.path.join('.')

function* nodesOf(node: AnyStateNode): Generator<AnyStateNode> {
  yield node
  for (const inner of Object.values(node.states)) yield* nodesOf(inner)
}

/** Every arrow of a machine as XState resolves it: from, how many actions, and where to, by state and in order. */
function arrowsOf(machine: AnyStateMachine): string[] {
  return Array.from(nodesOf(machine.root)).flatMap((node) => {
    const always = node.always ?? []
    return [...[...node.transitions.values()].flat(), ...always].map(
      ({ target, guard, actions }) =>
        `${idOf(node)}: ${(target ?? []).map(idOf).join()} ${guard === undefined ? '' : 'guarded'} ${actions.length}`,
    )
  })
}

/** Where a history leads when it remembers nothing is an arrow as it is drawn, and none of XState's transitions. */
const isHistory = (machine: AnyStateMachine, id: string) =>
  Array.from(nodesOf(machine.root)).some((node) => node.type === 'history' && idOf(node) === id)

const drawnArrows = ({ arrows }: Pick<ChartView, 'arrows'>) =>
  arrows.map(
    ({ from, to, guard, actions }) =>
      `${from}: ${to.join()} ${guard === undefined ? '' : 'guarded'} ${actions.length}`,
  )

/** As `@statelyai/inspect` sends it: functions are their names. */
const sent = (config: unknown): unknown =>
  JSON.parse(
    JSON.stringify(config, (_, value: unknown) =>
      typeof value === 'function'
        ? {
            type: (value as { type?: string }).type ?? value.name,
            guards: (value as { guards?: unknown }).guards,
          }
        : value,
    ),
  )

/** XState sets a state's delays by an action on entry, and takes them back by one on exit. */
const own = ({ config }: AnyStateNode, actions: readonly unknown[]) =>
  actions.length - Object.keys(config.after ?? {}).length

describe('a machine as it is drawn', () => {
  it('has the states and arrows that XState makes of it, whatever it is', () =>
    fc.assert(
      fc.property(machines, (machine) => {
        const chart = chartOfConfig(machine.config)
        expect(chart.problems).toEqual([])
        const nodes = Array.from(nodesOf(machine.root))
        const initial = (node: AnyStateNode) =>
          node.type === 'compound' ? node.initial.target.map(idOf)[0] : undefined
        expect(
          statesOf(chart).map((state) => [
            state.id,
            state.kind,
            state.kind === 'compound' ? state.initial : undefined,
            state.entry.length,
            state.exit.length,
            state.invoke.map(({ id }) => id),
          ]),
        ).toEqual(
          nodes.map((node) => [
            idOf(node),
            node.type,
            initial(node),
            own(node, node.entry),
            own(node, node.exit),
            node.invoke.map(({ id }) => id),
          ]),
        )
        const [ofHistories, others] = [true, false].map((wanted) =>
          chart.arrows.filter(({ from }) => isHistory(machine, from) === wanted),
        )
        expect(drawnArrows({ arrows: others! }).toSorted()).toEqual(arrowsOf(machine).toSorted())
        const remembering = nodes.filter(
          ({ type, config }) => type === 'history' && config.target !== undefined,
        )
        expect(ofHistories!.map(({ from }) => from)).toEqual(remembering.map(idOf))
        for (const { to } of ofHistories!) expect(to).toHaveLength(1)
        expect(new Set(chart.arrows.map(({ id }) => id)).size).toBe(chart.arrows.length)
      }),
      { numRuns: 300, seed: 4 },
    ))

  it('is the same from its definition as another process sends it', () =>
    fc.assert(
      fc.property(machines, (machine) => {
        const there = chartOfConfig(sent(machine.config))
        expect(there.problems).toEqual([])
        expect(drawnArrows(there)).toEqual(drawnArrows(chartOfConfig(machine.config)))
      }),
      { numRuns: 100, seed: 5 },
    ))

  it('says which states are active', () => {
    const chart = chartOfConfig({
      id: 'm',
      type: 'parallel',
      states: { a: { initial: 'x', states: { x: {}, y: {} } }, b: {} },
    })
    expect([...activeIn(chart, { a: 'y', b: {} })]).toEqual(['', 'a', 'a.y', 'b'])
    expect([...activeIn(chart, { gone: 'y', a: 7 })]).toEqual(['', 'a'])
  })

  it('says guards and actions by their names', () => {
    const machine = setup({
      guards: { isPaid: () => true, isLate: () => false },
      actions: { note: () => {} },
    }).createMachine({
      initial: 'a',
      states: {
        a: {
          on: {
            GO: { guard: and(['isPaid', not('isLate')]), actions: ['note', { type: 'note' }], target: 'b' },
          },
          after: { 1_000: 'b' },
          always: { guard: 'isLate', target: 'b' },
        },
        b: { type: 'final' },
      },
    })
    const { arrows } = chartOfConfig(machine.config)
    expect(arrows.map(({ kind, event, guard, actions }) => [kind, event, guard, actions])).toEqual([
      ['event', 'GO', 'isPaid and not isLate', ['note', 'note']],
      ['after', '1000 ms', undefined, []],
      ['always', '', 'isLate', []],
    ])
  })

  it('is drawn from a normalised definition of XState 4', () => {
    const chart = chartOfConfig({
      id: 'light',
      initial: 'green',
      states: {
        green: {
          id: 'light.green',
          on: {
            TIMER: [
              {
                target: ['#light.red'],
                cond: { type: 'isReady' },
                actions: [{ type: 'note' }],
                source: '#light.green',
              },
            ],
            'xstate.after(1000)#light.green': [{ target: ['#light.red'] }],
            'done.invoke.job': [{ target: ['#light.red'] }],
          },
          invoke: [{ id: 'job', src: { type: 'work' } }],
        },
        red: { id: 'light.red', on: {} },
      },
    })
    expect(chart.problems).toEqual([])
    expect(chart.arrows.map(({ kind, event, to, guard }) => [kind, event, to, guard])).toEqual([
      ['event', 'TIMER', ['red'], 'isReady'],
      ['after', '1000 ms', ['red'], undefined],
      ['done', 'job', ['red'], undefined],
    ])
    expect(statesOf(chart)[1]).toMatchObject({ invoke: [{ id: 'job', src: 'work' }] })
  })

  it('leaves out what is not there or was cut off, and says so', () => {
    const { problems, arrows } = chartOfConfig({
      id: 'm',
      states: { a: { on: { GO: 'nowhere', STAY: {} }, states: '[Object]' }, b: '[Object]' },
    })
    expect(problems).toEqual([
      'what is in a was cut off',
      'the state b was cut off',
      'GO in a leads to nowhere, which is not there',
    ])
    expect(arrows.map(({ event, to }) => [event, to])).toEqual([
      ['GO', []],
      ['STAY', []],
    ])
    expect(chartOfConfig('[Object]').problems).toEqual(['it has no definition that can be drawn'])
  })

  it('is bounded, whatever is sent: states, levels, arrows and texts', () => {
    let deep: object = {}
    for (let level = 0; level < 10_000; level += 1) deep = { states: { deep } }
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`s${index}`, {}]))
    const many = Array.from({ length: 20_000 }, () => 's1')
    const [nested, broad, dense] = [deep, { states: wide }, { states: { s1: {} }, on: { GO: many } }].map(
      (config) => chartOfConfig(config),
    )
    expect(statesOf(nested!).length).toBeLessThan(50)
    expect(statesOf(broad!).length).toBeLessThan(2_010)
    expect(dense!.arrows).toHaveLength(10_000)
    for (const { problems } of [nested!, broad!, dense!]) expect(problems.join()).toMatch(/is not drawn/)
    const name = `\u202e<script>\u0000${'x'.repeat(10_000)}`
    const { root, arrows } = chartOfConfig({
      id: name,
      states: { [name]: {} },
      on: { [name]: { guard: name, actions: name } },
    })
    for (const text of [
      root.key,
      root.states[0]!.key,
      arrows[0]!.event,
      arrows[0]!.guard!,
      arrows[0]!.actions[0]!,
    ]) {
      expect(text.length).toBeLessThanOrEqual(200)
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  })

  it('never throws, whatever is sent', () =>
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 8 }),
        fc.constantFrom('states', 'on', 'invoke', 'after', 'always', 'initial', 'id'),
        (value, member) => {
          const chart = chartOfConfig({ states: { a: { [member]: value } }, [member]: value })
          const known = new Set(statesOf(chart).map(({ id }) => id))
          for (const { from, to } of chart.arrows)
            for (const id of [from, ...to]) expect(known.has(id)).toBe(true)
        },
      ),
      { numRuns: 500, seed: 6 },
    ))
})

describe('the law as it is drawn', () => {
  it('has its phases with who may act there, and each arrow with the gates, senders and workflow', () => {
    const law = releaseLifecycle.definition
    const chart = chartOfLaw(law)
    expect(statesOf(chart).map(({ key }) => key)).toEqual([law.id, ...Object.keys(law.phases)])
    const known = new Set(statesOf(chart).map(({ id }) => id))
    for (const { from, to } of chart.arrows) for (const id of [from, ...to]) expect(known.has(id)).toBe(true)
    for (const [name, { allow, on, moves }] of Object.entries(law.phases)) {
      expect(statesOf(chart).find(({ key }) => key === name)?.allow).toEqual(allow ?? [])
      const own = chart.arrows
        .filter(({ from, kind }) => from === name && kind === 'event')
        .map(({ event }) => event)
      expect(own).toEqual(Object.keys(on ?? {}))
      expect(
        chart.arrows.filter(({ from, kind }) => from === name && kind === 'move').flatMap(({ to }) => to),
      ).toEqual(moves ?? [])
    }
    expect(new Set(chart.arrows.map(({ id }) => id)).size).toBe(chart.arrows.length)
  })
})
