// Properties:
//   - Failures that differ only in values are one group; failures of different places or meanings are not.
//   - A failed request and the error line of the same request are one failure.
//   - What was there before in the same measure is not new, also when its message was reworded.

import { describe, expect, it } from 'vitest'

import type { LogEntry } from '@opschart/core'

import { compareGroups, groupErrors } from './error-groups.ts'
import { findFailures } from './failures.ts'
import { maskMessage, templateMiner } from './message-template.ts'

function failed(
  time: number,
  message: string,
  place = 'price (/app/src/price.js:3:9)',
  more: Partial<LogEntry> = {},
): LogEntry {
  const stack = `Error: ${message}\n    at ${place}\n    at node:internal/main:1:1`
  return {
    time,
    level: 'error',
    message: 'request failed',
    status: 500,
    route: '/items',
    stack,
    fields: {},
    file: 'a.log',
    offset: time,
    ...more,
  }
}

describe('groups of errors', () => {
  it('masks values and keeps words', () => {
    expect(maskMessage("order 17 of 'ada' at 10.0.0.1:5432 is 3f2a9c01bb unknown")).toBe(
      maskMessage("order 4 of 'bob' at 10.0.0.9:1 is 77aa00ff12 unknown"),
    )
    expect(maskMessage('order 17 is late')).not.toBe(maskMessage('order 17 is lost'))
    expect(maskMessage("can't read it, won't try")).toContain('read it')
  })

  it('finds one template behind words that no mask knows', () => {
    const miner = templateMiner()
    const [first, second] = [miner.add('user ada is locked out'), miner.add('user bob is locked out')]
    expect(second).toBe(first)
    expect(miner.text(first ?? 0)).toBe('user <*> is locked out')
    expect(miner.add('user ada has no address')).not.toBe(first)
  })

  it('keeps a log of endless inventions bounded', () => {
    const miner = templateMiner()
    const numbers = new Set(Array.from({ length: 2000 }, (_, index) => miner.add(`word${index}`)))
    expect(numbers.size).toBe(400)
  })

  it('groups by message and place, whatever the lines and the folder are', () => {
    const groups = groupErrors(
      findFailures([
        failed(1, 'item 4 has no price'),
        failed(2, 'item 9 has no price', 'price (/srv/releases/8/src/price.js:31:2)'),
        failed(3, 'item 9 has no price', 'total (/app/src/total.js:3:9)'),
      ]),
    )
    expect(groups.map((group) => group.count)).toEqual([2, 1])
    expect(groups[0]).toMatchObject({ firstSeen: 1, lastSeen: 2, routes: [{ route: '/items', count: 2 }] })
  })

  it('counts the line of an error and its failed request once', () => {
    const told = failed(10, 'item 4 has no price', undefined, { fields: { request_id: 'r1' } })
    const { status: _status, route: _route, ...error } = told
    const request: LogEntry = {
      time: 11,
      level: 'info',
      message: 'done',
      status: 500,
      route: '/items',
      fields: { request_id: 'r1' },
      file: 'a.log',
      offset: 2,
    }
    const failures = findFailures([error, request])
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({
      route: '/items',
      isRequest: true,
      message: 'Error: item 4 has no price',
    })
    expect(failures[0]?.frames[0]?.function).toBe('price')
  })

  it('knows what is new, and what only has other words', () => {
    const old = groupErrors(
      findFailures(Array.from({ length: 10 }, (_, index) => failed(index, 'no picture'))),
    )
    const now = groupErrors(
      findFailures([
        ...Array.from({ length: 10 }, (_, index) => failed(100 + index, 'there is no picture of this one')),
        ...Array.from({ length: 8 }, (_, index) =>
          failed(200 + index, 'broken', 'user (/app/src/user.js:1:1)'),
        ),
      ]),
    )
    const compared = compareGroups(now, old, { window: 100, baseline: 100 })
    expect(compared.map((group) => [group.sample.message, group.isNew, group.excess])).toEqual([
      ['Error: there is no picture of this one', false, 0],
      ['Error: broken', true, 8],
    ])
  })
})
