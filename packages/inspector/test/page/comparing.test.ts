// Properties:
//   - Every state and arrow that has changed is told once, with what became of it and where it is seen; none that has not.
//   - The law is drawn beside another version only where one looks at the law, and that is the drawing which is marked.

import {
  chartOfLaw,
  differenceOf,
  inspect,
  inspectionProtocol,
  nothingInspected,
  releaseLifecycle,
  statesOf,
  type ChartView,
  type LifecycleDefinition,
  type VersionsView,
} from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { changesShown, toldChanges } from '../../page/comparing.ts'
import { chartShown, firstModel, type Model } from '../../page/model.ts'
import { layoutChart } from '../../src/layout/layout-chart.ts'

const small = (phases: LifecycleDefinition['phases']): LifecycleDefinition => ({
  id: 'small',
  agents: ['a'],
  initial: 'ONE',
  phases,
})
const before = small({ ONE: { on: { GO: 'TWO', STOP: 'OLD' } }, TWO: {}, OLD: {} })
const after = small({
  ONE: { on: { GO: { to: 'TWO', gate: 'ready' }, NOTE: {} } },
  TWO: { allow: ['a'] },
  NEW: {},
})

function viewOf(one: LifecycleDefinition, other: LifecycleDefinition): VersionsView {
  const { chart, states, arrows } = differenceOf(chartOfLaw(one), chartOfLaw(other))
  return {
    version: 'v1',
    isWritten: true,
    chart,
    states: [...states],
    arrows: [...arrows],
    counts: { fits: 0, migrates: 0, misfit: 0 },
    fits: [],
    offered: [],
  }
}

const told = (view: VersionsView) =>
  toldChanges(
    view,
    statesOf(view.chart).map(({ id }) => id),
  ).map(({ change, text, at }) => `${change} ${text} @${at}`)

describe('what has changed', () => {
  it('is told, states before arrows', () => {
    expect(told(viewOf(before, after))).toEqual([
      'changed TWO @TWO',
      'added NEW @NEW',
      'removed OLD @OLD',
      'changed ONE: GO → TWO [ready] @ONE',
      'added ONE: NOTE @ONE',
      'removed ONE: STOP → OLD @ONE',
    ])
  })
  it('is nothing of the same, and turned round the other way', () => {
    const law = releaseLifecycle.definition
    expect(told(viewOf(law, law))).toEqual([])
    const turned = told(viewOf(after, before))
    expect(turned).toContain('removed NEW @NEW')
    expect(turned).toContain('added ONE: STOP → OLD @ONE')
    expect(turned).toHaveLength(6)
  })
})

describe('what is drawn', () => {
  const answer = viewOf(before, after)
  const own = chartOfLaw(after)
  const model = (chart: string, versions: boolean): Model => ({
    ...firstModel,
    door: { versions, control: false, until: null, person: 'ann', name: 'shop', version: '0' },
    source: 's',
    actor: 'x',
    inspected: inspect(nothingInspected, [
      { kind: 'source', source: 's', protocol: inspectionProtocol, name: 's', at: 0, answers: true },
      { kind: 'chart', source: 's', chart, view: own },
      { kind: 'actor', source: 's', actor: 'x', chart, name: 'x', parent: null, at: 0 },
    ]),
    comparing: { version: 'v1', asked: { isWaiting: false, answer, problem: null } },
  })
  it('is both versions of the law, marked, and any other chart as it is', async () => {
    const layout = await layoutChart(answer.chart)
    const law = model('lifecycle', true)
    expect(chartShown(law)).toBe(answer.chart)
    expect(chartShown(model('workflow:deploy', true))).toBe(own)
    expect(chartShown(model('lifecycle', false))).toBe(own)
    expect(chartShown({ ...law, comparing: null })).toBe(own)
    const drawn = (chart: ChartView) =>
      changesShown({
        ...law,
        layout: { chart, layout, detail: 'full', sizes: { states: layout, terse: layout, full: layout } },
      })
    expect(drawn(answer.chart)?.states.get('NEW')).toBe('added')
    expect(drawn(own)).toBeUndefined()
  })
})
