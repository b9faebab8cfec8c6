// Properties:
//   - What can be kept is called by whose it is; of a workflow's run the release with its workflows is offered first.

import { inspect, nothingInspected, type StatusView } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { keptOf } from '../../page/export-menu.tsx'

const actor = (id: string, parent: string | null = null) =>
  ({ kind: 'actor', source: 's', actor: id, chart: 'lifecycle', name: id, parent, at: 0 }) as const
const status = { services: [{ lifecycles: [{ id: 'web/1', name: 'web/v2' }] }] } as unknown as StatusView
const offered = (chosen: string) =>
  keptOf({
    inspected: inspect(nothingInspected, [
      { kind: 'source', source: 's', protocol: 1, name: 's', at: 0, answers: true },
      actor('web/1'),
      actor('web/1~deploy:7', 'web/1'),
      actor('web/2'),
    ]),
    source: 's',
    actor: chosen,
    status,
  }).map((kept) => [kept.kind, kept.actor, kept.told.split(',')[0]])

describe('what can be kept', () => {
  it('is named', () => {
    expect(offered('web/2')[0]).toEqual(['story', 'web/2', 'The story of web/2'])
    expect(offered('web/1')[0]).toEqual(['story', 'web/1', 'The story of web/v2 with its workflows'])
  })

  it('of a workflow is its release first', () => {
    expect(offered('web/1~deploy:7').slice(0, 2)).toEqual([
      ['story', 'web/1', 'The story of web/v2 with its workflows'],
      ['story', 'web/1~deploy:7', 'The story of web/v2 deploy alone'],
    ])
  })
})
