// Properties:
//   - What is said of where somebody has gone is of now, and by name, however fast they go; who hears it is told at most once
//     a second, and last of all where they stand then.

import { inspect, nothingInspected } from '@opschart/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createIncoming } from '../../page/incoming.ts'
import { firstModel, type Model } from '../../page/model.ts'
import { createTools } from '../../page/tools.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what is said of who is looked at', () => {
  it('is never older than the chart', () => {
    const state = { status: 'active' as const, value: 'closed' }
    const inspected = inspect(nothingInspected, [
      { kind: 'source', source: 's', protocol: 1, name: 's', at: 0 },
      { kind: 'actor', source: 's', actor: 'x:0', chart: 'c', name: 'door', parent: null, at: 0, state },
    ])
    let model: Model = { ...firstModel, connection: 'saved', inspected, source: 's', actor: 'x:0' }
    const store = { get: () => model, set: (change: (known: Model) => Model) => void (model = change(model)) }
    const beforeDraw = (act: () => void) => act()
    const incoming = createIncoming(
      createTools({ ...store, beforeDraw }),
      { beforeDraw },
      { begun() {}, taken() {}, stale: () => Promise.resolve() },
    )
    const go = (sequence: number, value: string) =>
      incoming.take({
        kind: 'step',
        source: 's',
        actor: 'x:0',
        sequence,
        at: sequence,
        event: { type: 'GO' },
        from: null,
        state: { ...state, value },
      })
    go(1, 'open')
    expect([model.said, model.heard]).toEqual(['door: open', 'door: open'])
    vi.advanceTimersByTime(500)
    go(2, 'closed')
    go(3, 'ajar')
    expect([model.said, model.heard]).toEqual(['door: ajar', 'door: open'])
    vi.advanceTimersByTime(500)
    expect([model.said, model.heard]).toEqual(['door: ajar', 'door: ajar'])
  })
})
