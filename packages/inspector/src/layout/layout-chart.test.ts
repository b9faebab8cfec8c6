// Properties:
//   - Well-known machines and the default law are laid out without a fault, in both directions, with and without folded
//     states, by the engine and by the plain layout.
//   - So they are with little written, which takes less room than all of it.
//   - A failing engine, or one that answers nonsense, never fails the layout.
//   - The same chart gives the same bytes; layouts are kept, and not without end.
//   - Every state and arrow that is to be seen is there.

import { chartOfConfig, chartOfLaw, releaseLifecycle, statesOf, type ChartView } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { machines } from '../../test/machines.ts'
import type { EngineNode, LayoutEngine } from './engine.ts'
import { faultsOf } from './geometry.ts'
import { layoutChart } from './layout-chart.ts'
import { createLayouts } from './layouts.ts'

const charts: [string, ChartView][] = [
  ['the default law', chartOfLaw(releaseLifecycle.definition)],
  ...Object.entries(machines).map(([name, config]): [string, ChartView] => [name, chartOfConfig(config)]),
]
const broken: LayoutEngine = { layout: () => Promise.reject(new Error('it cannot')) }
/** Answers with a line that steps 4 aside just before its end. */
const stepping: LayoutEngine = {
  layout: (graph) => {
    const at = [
      { x: 60, y: 100 },
      { x: 60, y: 260 },
      { x: 200, y: 100 },
    ]
    const [root] = graph.children!
    const [mark, ...states] = root!.children!
    const inner = [
      { ...mark!, x: 84, y: 60 },
      ...states.map((state, index) => ({ ...state, ...at[index], width: 80, height: 40 })),
    ]
    const way = (points: [number, number][]) => {
      const [startPoint, ...rest] = points.map(([x, y]) => ({ x, y }))
      return [{ startPoint: startPoint!, bendPoints: rest.slice(0, -1), endPoint: rest.at(-1)! }]
    }
    const ways = [
      way([
        [90, 72],
        [90, 100],
      ]),
      way([
        [100, 140],
        [100, 250],
        [104, 250],
        [104, 260],
      ]),
    ]
    const edges = graph.edges!.map((edge, index) => ({
      ...edge,
      sections: ways[index]!,
      labels: edge.labels?.map((label) => ({ ...label, x: 90, y: 180 })) ?? [],
    }))
    return Promise.resolve({
      ...graph,
      width: 400,
      height: 400,
      edges,
      children: [{ ...root!, x: 10, y: 10, width: 380, height: 380, children: inner }],
    })
  },
}
const [, law] = charts[0]!

describe('the layout of a chart', () => {
  it('is tried with large and small ones', () => {
    expect(charts.map(([, chart]) => chart.problems)).toEqual(charts.map(() => []))
    expect(charts.map(([, chart]) => statesOf(chart).length).toSorted((a, b) => b - a)[0]).toBeGreaterThan(40)
  })

  it.each(charts)('of %s has no fault', async (_name, chart) => {
    for (const direction of ['down', 'right'] as const) {
      const layout = await layoutChart(chart, { direction })
      expect(faultsOf(layout)).toEqual([])
      expect(layout.way).toBe('layers')
      expect(layout.states.map(({ id }) => id)).toEqual(statesOf(chart).map(({ id }) => id))
      const drawn = [
        ...layout.arrows.map(({ arrow }) => arrow),
        ...layout.states.flatMap(({ rows }) => rows.flatMap(({ arrow }) => arrow ?? [])),
      ]
      expect(new Set(drawn)).toEqual(new Set(chart.arrows.map(({ id }) => id)))
    }
  })

  it.each(charts)('of %s has no fault with any one state folded', async (_name, chart) => {
    for (const { id } of statesOf(chart).filter(({ states }) => states.length > 0)) {
      const layout = await layoutChart(chart, { collapsed: new Set([id]) })
      expect(faultsOf(layout)).toEqual([])
      expect(layout.states.filter(({ folded }) => folded).map((state) => state.id)).toEqual([id])
      expect(layout.states.filter(({ parent }) => parent === id)).toEqual([])
    }
  })

  it.each(charts)('of %s succeeds without an engine', async (_name, chart) => {
    const layout = await layoutChart(chart, { engine: broken })
    expect(layout.way).toBe('lanes')
    expect(faultsOf(layout)).toEqual([])
    expect(layout.states.map(({ id }) => id)).toEqual(statesOf(chart).map(({ id }) => id))
  })

  it.each(charts)('of %s has no fault with little written, and is smaller', async (_name, chart) => {
    for (const direction of ['down', 'right'] as const)
      for (const engine of [undefined, broken]) {
        const given = { direction, ...(engine === undefined ? {} : { engine }) }
        const [full, terse, states] = await Promise.all(
          (['full', 'terse', 'states'] as const).map((detail) => layoutChart(chart, { ...given, detail })),
        )
        expect([faultsOf(terse!), faultsOf(states!)]).toEqual([[], []])
        const area = ({ width, height }: { width: number; height: number }) => width * height
        expect(area(terse!)).toBeLessThanOrEqual(area(full!))
        expect(area(states!)).toBeLessThanOrEqual(area(terse!))
        for (const layout of [terse!, states!])
          expect(layout.states.map(({ id }) => id)).toEqual(statesOf(chart).map(({ id }) => id))
        // Every arrow is there; of those that lead elsewhere, each has its own line and, where there are names, its own label.
        const leading = chart.arrows.filter(({ to }) => to.length > 0).map(({ id }) => id)
        expect(new Set(states!.arrows.map(({ arrow }) => arrow))).toEqual(new Set(leading))
        expect(states!.arrows.filter(({ label }) => label !== undefined)).toEqual([])
        const written = [
          ...terse!.arrows.flatMap(
            ({ arrow, label }) => label?.pieces.map(({ role }) => [arrow, role]) ?? [],
          ),
          ...terse!.states.flatMap(({ rows }) =>
            rows.flatMap(({ arrow, pieces }) => pieces.map(({ role }) => [arrow, role])),
          ),
        ]
        expect(new Set(written.map(([, role]) => role))).toEqual(new Set(['event']))
        const fromHistory = statesOf(chart)
          .filter(({ kind }) => kind === 'history')
          .map(({ id }) => id)
        const named = chart.arrows.filter(({ from }) => !fromHistory.includes(from)).map(({ id }) => id)
        expect(new Set(written.map(([arrow]) => arrow))).toEqual(new Set(named))
      }
  })

  it('lets arrows between the same states share a line, with the names below one another', async () => {
    const { arrows } = await layoutChart(law, { detail: 'terse' })
    const [one, other] = arrows.filter(({ from, to }) => from === 'PRODUCTION' && to === 'OPTIMIZATION')
    expect(other!.points).toEqual(one!.points)
    expect(other!.label!.y).toBe(one!.label!.y + one!.label!.height)
  })

  it('stands regions beside one another in the order of the chart', async () => {
    for (const name of ['player', 'word', 'watch', 'elevator']) {
      const chart = chartOfConfig(machines[name])
      for (const [direction, place] of [
        ['down', 'x'],
        ['right', 'y'],
      ] as const) {
        const { states } = await layoutChart(chart, { direction })
        const crossed = chart.arrows.filter(({ from, to }) => from === '' && to.length > 0)
        if (crossed.length > 0) continue
        const regions = states.filter(({ region, depth }) => region && depth <= 2)
        const inOrder = regions.toSorted((a, b) => a[place] - b[place])
        expect(inOrder.map(({ id }) => id)).toEqual(regions.map(({ id }) => id))
      }
    }
  })

  it('makes no small step aside where the way straight on is free', async () => {
    const chart = chartOfConfig({
      id: 'm',
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: {}, c: {} },
    })
    const { arrows } = await layoutChart(chart, { engine: stepping })
    expect(arrows.map(({ points }) => points)).toEqual([
      [
        { x: 100, y: 140 },
        { x: 100, y: 260 },
      ],
    ])
  })

  it('tries again with fewer options when the engine fails', async () => {
    const asked: number[] = []
    const engine: LayoutEngine = {
      layout(graph: EngineNode) {
        asked.push(Object.keys(graph.layoutOptions ?? {}).length)
        return Promise.reject(new Error('it cannot'))
      },
    }
    await layoutChart(law, { engine })
    expect(asked.length).toBeGreaterThan(2)
    expect(asked).toEqual(asked.toSorted((a, b) => b - a))
  })

  it('does without an engine that answers nonsense', async () => {
    const engine: LayoutEngine = { layout: (graph) => Promise.resolve(graph) }
    const layout = await layoutChart(law, { engine })
    expect(layout.way).toBe('lanes')
    expect(faultsOf(layout)).toEqual([])
  })

  it('asks no engine for a chart that would take many seconds', async () => {
    const states = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`s${index}`, { on: { GO: 's0' } }]),
    )
    const engine: LayoutEngine = { layout: () => expect.fail('the engine was asked') }
    const layout = await layoutChart(chartOfConfig({ id: 'large', initial: 's0', states }), { engine })
    expect(layout.states).toHaveLength(501)
    expect(faultsOf(layout)).toEqual([])
  })

  it('gives the same bytes for the same chart', async () => {
    const [one, other] = [await layoutChart(law), await layoutChart(structuredClone(law))]
    expect(JSON.stringify(other)).toBe(JSON.stringify(one))
    expect(JSON.parse(JSON.stringify(one))).toEqual(one)
  })
})

describe('kept layouts', () => {
  it('are made once for a structure, a direction and what is folded', async () => {
    let asked = 0
    const engine: LayoutEngine = {
      layout() {
        asked += 1
        return Promise.reject(new Error('it cannot'))
      },
    }
    await layoutChart(law, { engine })
    const tries = asked
    const layouts = createLayouts({ engine, most: 2 })
    const made = async (...options: Parameters<typeof layouts.layoutOf>) => {
      const before = asked
      await layouts.layoutOf(...options)
      return (asked - before) / tries
    }
    expect(await made(law)).toBe(1)
    expect(await made(structuredClone(law), { direction: 'down' })).toBe(0)
    expect(await made(law, { direction: 'right' })).toBe(1)
    expect(await made(law)).toBe(0)
    expect(await made(law, { detail: 'terse' })).toBe(1)
    expect(await made(law, { detail: 'full' })).toBe(0)
    expect(await made(law, { collapsed: new Set(['']) })).toBe(1)
    expect(await made(law)).toBe(0)
    expect(await made(law, { direction: 'right' })).toBe(1)
  })
})
