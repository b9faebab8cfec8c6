// Properties:
//   - A roll-back is decided only if every condition holds; each that does not is said, and a person is asked.
//   - What would have run is said when autonomy only observes.
//   - An incident is over only if enough requests, of the routes that failed, are well again.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { JsonObject, LogEntry } from '@opschart/core'

import {
  operationInput,
  steppedClock,
  taskContext,
  type ContextOptions,
} from '../../test/incident/task-context.ts'
import { decide } from './decide.ts'

const now = 1_767_225_600_000
const onset = now - 120_000
const triage = {
  onset,
  groups: [{ routes: [{ route: '/orders', count: 9 }] }],
  suspects: [
    {
      evidence: [
        { what: 'removed_check', detail: 'removed a check', file: 'src/a.js', line: 3, weight: 2.2 },
      ],
    },
  ],
  cause: { kind: 'commit', confidence: 0.8, commit: 'abc', in_release: true, summary: 'abc "Simplify"' },
}

let root: string

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'opschart-decide-'))
})

afterEach(() => rmSync(root, { recursive: true }))

function requests(count: number, failing: number, route: string, until = now): LogEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    time: until - (count - index) * 200,
    level: 'info',
    message: 'request',
    status: index < failing ? 500 : 200,
    route,
    fields: {},
    file: 'a.log',
    offset: index,
  }))
}

async function decided(
  changes: {
    results?: JsonObject
    options?: Partial<ContextOptions>
    release?: Parameters<typeof operationInput>[0]['release']
  } = {},
) {
  const options = {
    root,
    clock: steppedClock(now),
    service: { rollback: ['./deploy', '{previous}'] },
    logs: requests(100, 20, '/orders'),
    ...changes.options,
  }
  const input = operationInput({
    results: changes.results ?? { triage },
    ...(changes.release === undefined ? {} : { release: changes.release }),
  })
  return (await decide().run(input, taskContext(options))) as JsonObject
}

describe('the decision', () => {
  it('is to roll back when every condition holds', async () => {
    const decision = await decided()
    expect(decision).toMatchObject({
      decision: 'rollback',
      command: ['./deploy', 'v1'],
      from: 'v2',
      to: 'v1',
      onset,
    })
    expect(decision['evidence']).toContainEqual({
      what: 'removed_check',
      detail: 'removed a check',
      file: 'src/a.js',
      line: 3,
    })
  })

  it.each<[string, Parameters<typeof decided>[0], string]>([
    [
      'the cause is not known',
      { results: { triage: { ...triage, cause: { kind: 'unknown', confidence: 0, in_release: false } } } },
      'unknown',
    ],
    [
      'the cause lies outside',
      { results: { triage: { ...triage, cause: { ...triage.cause, kind: 'external' } } } },
      'external',
    ],
    [
      'the evidence is thin',
      { results: { triage: { ...triage, cause: { ...triage.cause, confidence: 0.4 } } } },
      '0.4',
    ],
    [
      'the earlier release has it too',
      { results: { triage: { ...triage, cause: { ...triage.cause, in_release: false } } } },
      'would not be free of it',
    ],
    ['there is no earlier release', { release: { previous: null } }, 'no earlier release'],
    ['no command is configured', { options: { service: {} } }, 'no `rollback` command'],
    [
      'the version is not safe to pass on',
      { release: { previous: { lifecycle: 'x', version: '--force', commit: null } } },
      'not safe',
    ],
    ['triage gave nothing', { results: {} }, 'triage gave no cause'],
  ])('is to ask when %s', async (_, changes, reason) => {
    const decision = await decided(changes)
    expect(decision['decision']).toBe('ask')
    expect(decision['reason']).toContain(reason)
  })

  it('[L10] is to ask when autonomy only observes, saying the exact command', async () => {
    const decision = await decided({ options: { autonomy: 'observe' } })
    expect(decision['decision']).toBe('ask')
    expect(decision['reason']).toContain('["./deploy","v1"]')
    expect(await decided({ options: { autonomy: 'ask' } })).toMatchObject({ decision: 'rollback' })
  })

  it('is to resolve when the requests that failed are well again', async () => {
    expect(await decided({ options: { logs: requests(60, 0, '/orders') } })).toMatchObject({
      decision: 'resolve',
    })
  })

  it('is not to resolve on few requests, on other routes, or on any failure above the threshold', async () => {
    for (const logs of [
      [],
      requests(49, 0, '/orders'),
      requests(100, 0, '/health'),
      requests(100, 2, '/orders'),
    ]) {
      expect(await decided({ options: { logs } })).toMatchObject({ decision: 'rollback' })
    }
  })

  it('reads triage from the signal when another workflow made it', async () => {
    const context = taskContext({
      root,
      clock: steppedClock(now),
      service: { rollback: ['./deploy', '{previous}'] },
    })
    const input = operationInput({ signal: { data: { triage } } })
    expect(await decide().run(input, context)).toMatchObject({ decision: 'rollback' })
  })
})
