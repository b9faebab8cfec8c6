// Properties:
//   - Everybody that is followed stands in one column: the state of the chart's first level that they are in, in its order.
//   - In a column those come first that need somebody, then who asks a person, then who has stood there longest.
//   - How long is told by the status where that is of the same phase, else by when the state was seen to change.
//   - A filter leaves out who is not meant; the counts say how many there are of each tone.

import {
  chartOfConfig,
  inspect,
  nothingInspected,
  type InspectionMessage,
  type LifecycleView,
  type OperationView,
  type SeenState,
  type StatusView,
} from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { wholeFleet } from '../../page/fleet-filter.ts'
import { fleetOf, waitOf } from '../../page/fleet.ts'
import { dwellOf } from '../../page/format.ts'

const law = chartOfConfig(
  {
    initial: 'REVIEW',
    states: { REVIEW: {}, STAGING: {}, PRODUCTION: {}, INCIDENT: {}, RETIRED: {} },
  },
  'release',
)
const order = chartOfConfig(
  { initial: 'open', states: { open: { initial: 'new', states: { new: {}, paying: {} } }, done: {} } },
  'order',
)
const both = chartOfConfig({ type: 'parallel', states: { left: {}, right: {} } }, 'both')

const beginning = (answers: boolean): InspectionMessage[] => [
  {
    kind: 'source',
    source: 's',
    protocol: 1,
    name: 's',
    at: 0,
    ...(answers ? { answers: true as const } : {}),
  },
  { kind: 'chart', source: 's', chart: 'lifecycle', view: law },
  { kind: 'chart', source: 's', chart: 'machine:order', view: order },
  { kind: 'chart', source: 's', chart: 'machine:both', view: both },
  { kind: 'chart', source: 's', chart: 'workflow:deploy', view: order },
]
const actor = (
  id: string,
  chart: string | null,
  value: SeenState['value'],
  at: number,
  status: SeenState['status'] = 'active',
  parent: string | null = null,
): InspectionMessage => ({
  kind: 'actor',
  source: 's',
  actor: id,
  chart,
  name: id,
  parent,
  at,
  state: { status, value },
})
const moved = (id: string, sequence: number, at: number, value: SeenState['value']): InspectionMessage => ({
  kind: 'step',
  source: 's',
  actor: id,
  sequence,
  at,
  event: { type: 'GO' },
  from: null,
  state: { status: 'active', value },
})
const operation = (status: OperationView['status'], task: string, held?: string) =>
  ({ status, task, agent: 'one', ...(held === undefined ? {} : { held }) }) as OperationView
const lifecycle = (id: string, phase: string, since: number, operations: readonly OperationView[] = []) =>
  ({
    id,
    name: `${id} called`,
    service: id.split('/')[0],
    phase,
    since,
    live: false,
    operations,
    timers: [],
  }) as unknown as LifecycleView
const statusOf = (...lifecycles: LifecycleView[]) =>
  ({
    services: [{ lifecycles }],
    parked: [{ actor: 'order/9', reason: 'broke', since: 1 }],
  }) as unknown as StatusView

const modelOf = (
  messages: readonly InspectionMessage[],
  status: StatusView | null = null,
  answers = true,
) => ({
  inspected: inspect(nothingInspected, [...beginning(answers), ...messages]),
  source: 's',
  status,
  now: 10_000,
})
const shown = (fleet: ReturnType<typeof fleetOf>) =>
  fleet.boards.map(({ name, columns }) => [
    name,
    columns.map(({ id, cards }) => [id, ...cards.map((card) => card.actor)]),
  ])

const releases = [
  actor('web/1', 'lifecycle', 'REVIEW', 300),
  actor('web/2', 'lifecycle', 'REVIEW', 100),
  actor('pay/3', 'lifecycle', 'REVIEW', 400),
  actor('web/4', 'lifecycle', 'INCIDENT', 500),
  actor('web/0', 'lifecycle', 'RETIRED', 50),
]

describe('the fleet', () => {
  it('has a column for each state of the chart, and in it who has stood there longest first', () => {
    expect(shown(fleetOf(modelOf(releases)))).toEqual([
      [
        'release',
        [
          ['REVIEW', 'web/2', 'web/1', 'pay/3'],
          ['STAGING'],
          ['PRODUCTION'],
          ['INCIDENT', 'web/4'],
          ['RETIRED', 'web/0'],
        ],
      ],
    ])
  })

  it('puts first who needs somebody, then who asks a person', () => {
    const failed = actor('web/5', 'lifecycle', 'REVIEW', 900, 'error')
    const status = statusOf(lifecycle('pay/3', 'REVIEW', 400, [operation('awaiting_approval', 'check')]))
    const fleet = fleetOf(modelOf([...releases, failed], status))
    expect(fleet.boards[0]!.columns[0]).toMatchObject({
      alarms: 1,
      cards: [
        { actor: 'web/5', tone: 'alarm', waits: 'it has failed' },
        { actor: 'pay/3', tone: 'asks', called: 'pay/3 called', waits: 'check waits for a person' },
        { actor: 'web/2' },
        { actor: 'web/1' },
      ],
    })
    expect(fleet.counts).toEqual({ all: 6, alarm: 2, asks: 1, open: 2, ended: 1 })
  })

  it('[L7] counts who did what the law does not allow among those who need somebody, until it is answered', () => {
    const violation = { row: 8, at: 1, actor: 'web/1', type: 'CODE_MERGED', by: 'watcher:git', reason: 'no' }
    const status = { ...statusOf(), unanswered: [violation] } as unknown as StatusView
    const { boards, counts } = fleetOf(modelOf(releases, status))
    expect(counts).toMatchObject({ alarm: 2, open: 2 })
    expect(boards[0]!.columns[0]!.cards[0]).toMatchObject({
      actor: 'web/1',
      tone: 'alarm',
      waits: 'violation: CODE_MERGED, row 8',
    })
    expect(fleetOf(modelOf(releases, statusOf())).counts.alarm).toBe(1)
  })

  it('leaves out what serves others; of another process it shows whatever has a chart', () => {
    const served = [
      actor('web/1~deploy:1', 'workflow:deploy', { open: 'new' }, 1, 'active', 'web/1'),
      actor('order/1', 'machine:order', { open: 'paying' }, 2),
      actor('order/1~payment', 'machine:order', 'done', 3, 'done', 'order/1'),
      actor('promise', null, null, 4),
    ]
    expect(shown(fleetOf(modelOf([...releases.slice(0, 1), ...served])))).toEqual([
      ['release', [['REVIEW', 'web/1'], ['STAGING'], ['PRODUCTION'], ['INCIDENT'], ['RETIRED']]],
      ['order', [['open', 'order/1'], ['done']]],
    ])
    expect(fleetOf(modelOf(served, null, false)).counts.all).toBe(3)
  })

  it('says where within its column an actor stands, and that one is in several states at once', () => {
    const fleet = fleetOf(
      modelOf(
        [
          actor('order/9', 'machine:order', { open: 'paying' }, 2, 'parked'),
          actor('both/1', 'machine:both', { left: {}, right: {} }, 2),
        ],
        statusOf(),
      ),
    )
    expect(fleet.boards.map(({ columns }) => columns.map(({ id, cards }) => [id, cards[0]?.within]))).toEqual(
      [
        [
          ['open', 'paying'],
          ['done', undefined],
        ],
        [['at once', 'left + right']],
      ],
    )
    expect(fleet.boards[0]!.columns[0]!.cards[0]).toMatchObject({ tone: 'alarm', waits: 'broke' })
  })

  it('tells since when one stands there: by the status of that phase, else since it was seen to come', () => {
    const status = statusOf(lifecycle('web/1', 'REVIEW', 120), lifecycle('web/2', 'REVIEW', 7))
    const fleet = fleetOf(
      modelOf([...releases, moved('web/2', 1, 800, 'STAGING'), moved('web/2', 2, 950, 'STAGING')], status),
    )
    const since = Object.fromEntries(
      fleet.boards[0]!.columns.flatMap(({ cards }) => cards.map((card) => [card.actor, card.entered])),
    )
    expect(since).toEqual({ 'web/0': 50, 'web/1': 120, 'web/2': 800, 'web/4': 500, 'pay/3': 400 })
  })

  it('is filtered by words, service and tone', () => {
    const status = statusOf(
      lifecycle('web/1', 'REVIEW', 300),
      lifecycle('web/4', 'INCIDENT', 500),
      lifecycle('pay/3', 'REVIEW', 400, [operation('running', 'probe')]),
    )
    const model = modelOf(releases, status)
    const found = (filter: Partial<typeof wholeFleet>) =>
      fleetOf(model, { ...wholeFleet, ...filter }).boards.flatMap(({ columns }) =>
        columns.flatMap(({ cards }) => cards.map((card) => card.actor)),
      )
    expect(found({ text: 'Probe' })).toEqual(['pay/3'])
    expect(found({ text: 'incident' })).toEqual(['web/4'])
    expect(found({ service: 'web' })).toEqual(['web/1', 'web/4'])
    expect(found({ tone: 'ended' })).toEqual(['web/0'])
    expect(fleetOf(model).services).toEqual(['pay', 'web'])
    // Whatever tone is chosen, the others are counted.
    expect(fleetOf(model, { ...wholeFleet, tone: 'ended', service: 'web' }).counts).toMatchObject({
      all: 2,
      alarm: 1,
      open: 1,
    })
  })
})

describe('what a release waits for', () => {
  const timers = [
    { id: 'b', due: 70_000, what: 'it is late', since: null },
    { id: 'a', due: 15_000, what: 'it is asked again', since: null },
  ]
  it.each([
    [
      'waits for a person, 1 more',
      [operation('running', 'x'), operation('awaiting_approval', 'y'), operation('awaiting_approval', 'z')],
      'y waits for a person, 1 more',
    ],
    [
      'is held',
      [operation('running', 'x'), operation('queued', 'y', 'paused: everything')],
      'y is held: paused: everything',
    ],
    ['runs', [operation('waiting', 'w'), operation('running', 'x')], 'x runs'],
    ['its next time', [], 'it is asked again, in 5 s'],
  ])('%s', (_, operations, told) => {
    expect(waitOf({ operations, timers }, 10_000)).toBe(told)
  })
  it('is nothing where nothing runs and no time is set', () => {
    expect(waitOf({ operations: [], timers: [] }, 0)).toBeUndefined()
  })
})

it.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [7_300_000, '2 h'],
  [100 * 86_400_000, '100 d'],
])('%i milliseconds have stood for %s', (length, told) => {
  expect(dwellOf(length)).toBe(told)
})
