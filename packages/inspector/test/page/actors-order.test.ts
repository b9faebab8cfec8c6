// Properties:
//   - Children of one name that have ended stand behind the last of them, and whoever of them is looked at.
//   - Who is in trouble stands before who has only something to answer, and both before the rest.
//   - Whoever goes on, or has children of their own, is shown for themselves; and so is everybody who is looked for.

import type { InspectedActor, SeenState } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { orderedOf } from '../../page/actors-order.ts'

const actor = (
  id: string,
  name: string,
  status: SeenState['status'],
  since: number,
  parent: string | null = 'x:0',
) =>
  ({
    actor: id,
    name,
    parent,
    chart: null,
    since,
    state: { status, value: null },
  }) as unknown as InspectedActor
const all = [
  actor('x:0', 'light', 'active', 0, null),
  ...[1, 2, 3, 4].map((number) => actor(`x:${number}`, '0.light.loading', 'done', number)),
  actor('x:5', '0.light.loading', 'active', 5),
  actor('x:6', 'other', 'done', 6),
]
const shown = (chosen: string | null, text = '') =>
  orderedOf(all, text, { status: null, actor: chosen }).map((each) => [each.actor.actor, each.before])

describe('the list of actors', () => {
  it('has of children of one name that have ended the last', () => {
    expect(shown(null)).toEqual([
      ['x:0', 0],
      ['x:6', 0],
      ['x:5', 0],
      ['x:4', 3],
    ])
  })

  it('has whoever is looked at, and whoever is looked for', () => {
    expect(shown('x:2').map(([id]) => id)).toContain('x:2')
    expect(shown(null, 'loading')).toHaveLength(5)
  })

  it('has who is in trouble first, and who has something to answer next', () => {
    const release = (id: string, value: string) => ({
      ...actor(id, id, 'active', 0, null),
      chart: 'lifecycle',
      state: { status: 'active', value } as SeenState,
    })
    const releases = [
      release('web/calm', 'PRODUCTION'),
      release('web/quick', 'DEVELOPMENT'),
      release('web/bad', 'INCIDENT'),
    ]
    const status = { unanswered: [{ actor: 'web/quick', row: 1, text: '' }], services: [] } as never
    expect(orderedOf(releases, '', { status, actor: null }).map((each) => each.actor.actor)).toEqual([
      'web/bad',
      'web/quick',
      'web/calm',
    ])
  })
})
