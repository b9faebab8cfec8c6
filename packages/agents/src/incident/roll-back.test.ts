// Properties:
//   - Exactly the configured command runs, each placeholder inside its one argument, with no shell between.
//   - What is touched is declared before it is touched.
//   - A roll-back that was done already is not done again.
//   - Recovery is claimed only for enough requests of the version put back; no traffic is `unknown`.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { OperationError, type JsonObject, type LogEntry, type TaskContext } from '@opschart/core'

import { operationInput, steppedClock, taskContext } from '../../test/incident/task-context.ts'
import { rollBack } from './roll-back.ts'
import { verifyRecovery } from './verify-recovery.ts'

const now = 1_767_225_600_000
const command = ['./deploy', 'to={previous}', '{previous_commit}', '{version}', '{service}', '{environment}']
const release = {
  previous: { lifecycle: 'shop/v1', version: 'v1.4.0', commit: 'a1b2c3d4' },
  version: 'v2.0.0',
}

let root: string
let servers: Server[]

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'opschart-roll-back-'))
  servers = []
})

afterEach(() => {
  for (const server of servers) server.close()
  rmSync(root, { recursive: true })
})

function deployScript(body: string): void {
  writeFileSync(path.join(root, 'deploy'), `#!/bin/sh\n${body}\n`)
  chmodSync(path.join(root, 'deploy'), 0o755)
}

const recording = 'printf "%s\\n" "$@" "key=$OPSCHART_KEY" >> calls.txt'

async function health(body: string, status = 200): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body))
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`
}

const get: TaskContext['get'] = async (url) => {
  const response = await fetch(url)
  return { status: response.status, body: await response.text() }
}

function context(service: JsonObject = {}) {
  return taskContext({
    root,
    get,
    clock: steppedClock(now),
    service: { rollback: command, environments: ['staging', 'live'], ...service },
  })
}

describe('roll_back', () => {
  it('[L10] plans exactly what it runs', async () => {
    deployScript(recording)
    const input = operationInput({ release })
    const at = context()
    const argv = ['./deploy', 'to=v1.4.0', 'a1b2c3d4', 'v2.0.0', 'shop', 'live']
    expect(rollBack().plan?.(input, at)).toEqual({ commands: [argv], from: 'v2.0.0', to: 'v1.4.0' })
    const output = (await rollBack().run(input, at)) as JsonObject
    expect(at.started).toEqual([argv])
    expect(output).toMatchObject({
      command: argv,
      from: 'v2.0.0',
      to: 'v1.4.0',
      restarted_at: now,
      already_done: false,
    })
    expect(readFileSync(path.join(root, 'calls.txt'), 'utf8')).toBe(
      `${argv.slice(1).join('\n')}\nkey=${at.key}\n`,
    )
  })

  it('[L12] declares its footprint before it runs anything', async () => {
    deployScript(recording)
    const at = context()
    const atFootprint: number[] = []
    const footprint: TaskContext['footprint'] = (touched) => {
      atFootprint.push(at.started.length)
      return at.footprint(touched)
    }
    await rollBack().run(operationInput({ release }), { ...at, footprint })
    expect(at.footprints).toEqual([{ versions: ['v1.4.0'], commits: ['a1b2c3d4'] }])
    expect(atFootprint).toEqual([0])
  })

  it('[D3] runs nothing when the health address already names the earlier version', async () => {
    deployScript(recording)
    const at = context({ health: await health('{"version":"1.4.0"}') })
    const output = (await rollBack().run(operationInput({ release }), at)) as JsonObject
    expect(output).toMatchObject({ already_done: true, restarted_at: now })
    expect(output['known_by']).toContain('1.4.0')
    expect(existsSync(path.join(root, 'calls.txt'))).toBe(false)
  })

  it.each([
    ['{"version":"v2.0.0"}', 200],
    ['{"version":"v1.4.0"}', 503],
    ['v1.4.0', 200],
    ['{"version":{}}', 200],
  ] as const)('runs when the health address answers %s with %i', async (body, status) => {
    deployScript(recording)
    expect(
      await rollBack().run(operationInput({ release }), context({ health: await health(body, status) })),
    ).toMatchObject({ already_done: false })
  })

  it('fails with rollback_failed and the end of the output, without secrets and control characters', async () => {
    deployScript(`printf 'starting\\033[2J\\n'; echo 'password: hunter2hunter2' >&2; exit 3`)
    const failure = await rollBack()
      .run(operationInput({ release }), context())
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(OperationError)
    const { code, retry, detail } = (failure as OperationError).failure
    expect({ code, retry }).toEqual({ code: 'rollback_failed', retry: false })
    expect(detail).toMatchObject({ exit_code: 3, output_tail: 'starting\n\npassword: [redacted]' })
  })

  it.each(['--force', '$(touch x)', 'v1 v2', 'v1;x', '../v1', ''])(
    'refuses the version %j',
    async (version) => {
      deployScript(recording)
      const at = context()
      const input = operationInput({ release: { previous: { lifecycle: 'x', version, commit: 'a1b2c3d4' } } })
      await expect(async () => rollBack().run(input, at)).rejects.toBeInstanceOf(OperationError)
      expect(at.started).toEqual([])
      expect(at.footprints).toEqual([])
    },
  )
})

describe('verify_recovery', () => {
  const done = { roll_back: { restarted_at: now, to: 'v1' } }

  function entry(time: number, status: number, version?: string): LogEntry {
    return {
      time,
      level: 'info',
      message: 'request',
      status,
      fields: {},
      file: 'a.log',
      offset: 0,
      ...(version === undefined ? {} : { version }),
    }
  }

  async function verified(logs: readonly LogEntry[], options = {}) {
    const clock = steppedClock(now)
    const output = (await verifyRecovery(options).run(
      operationInput({ results: done }),
      taskContext({ root, logs, clock }),
    )) as JsonObject
    return { output, waited: clock.now() - now }
  }

  const many = (count: number, failing: number, version?: string, from = now) =>
    Array.from({ length: count }, (_, index) =>
      entry(from + index * 100, index < failing ? 500 : 200, version),
    )

  it('waits for enough requests, and then no longer', async () => {
    const { output, waited } = await verified(many(100, 0))
    expect(output).toMatchObject({ recovered: true, failed: 0 })
    expect(output['requests']).toBeGreaterThanOrEqual(50)
    expect(waited).toBe(5000)
  })

  it('is false above the threshold', async () => {
    expect((await verified(many(100, 3))).output).toMatchObject({ recovered: false, failed: 3 })
    expect((await verified(many(100, 3), { threshold: 0.06 })).output).toMatchObject({ recovered: true })
  })

  it('counts nothing from before the roll-back, and no other version', async () => {
    const old = many(200, 200, 'v2', now - 30_000)
    const mixed = [...old, ...many(60, 0, 'v1'), ...many(60, 60, 'v2')]
    expect((await verified(mixed)).output).toMatchObject({ recovered: true, failed: 0 })
  })

  it('is unknown without traffic, and with too little of it, at the time limit', async () => {
    const none = await verified([])
    expect(none.output).toMatchObject({ recovered: 'unknown', requests: 0, error_rate: null })
    expect(none.waited).toBe(120_000)
    expect((await verified(many(20, 0), { limit: 10_000 })).output).toMatchObject({
      recovered: 'unknown',
      requests: 20,
    })
    expect((await verified(many(20, 10), { limit: 10_000 })).output).toMatchObject({ recovered: false })
  })

  it('is false when only the version that was to go answers', async () => {
    expect((await verified(many(100, 0, 'v2'), { limit: 10_000 })).output).toMatchObject({
      recovered: false,
      requests: 0,
    })
  })

  it('ends when it is cancelled', async () => {
    const cancel = AbortSignal.abort(new Error('enough'))
    const at = { ...taskContext({ root, clock: steppedClock(now) }), cancel }
    await expect(verifyRecovery().run(operationInput({ results: done }), at)).rejects.toThrow('enough')
  })
})
