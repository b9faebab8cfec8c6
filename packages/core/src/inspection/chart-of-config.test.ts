// Properties:
//   - A history state's default target is an arrow, as it is for XState.

import { describe, expect, it } from 'vitest'

import { chartOfConfig } from './chart-of-config.ts'

describe('the chart of a configuration', () => {
  it('has an arrow where a history leads when it remembers nothing', () => {
    const states = { a: {}, b: {}, was: { type: 'history', target: 'b' } }
    const { arrows } = chartOfConfig({ id: 'm', initial: 'a', states })
    expect(arrows).toEqual([
      { id: 'was|always |0', from: 'was', to: ['b'], kind: 'always', event: '', actions: [] },
    ])
  })
})
