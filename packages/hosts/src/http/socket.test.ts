// Properties:
//   - Every method of a client and a sender works across the socket as it does at home; errors keep their code.
//   - Who one is comes from the channel: the inbox without a token, an operation with one; nothing that a body says.
//   - Rows come without gap or repetition over as many connections as it takes.
//   - The socket is this user's alone; a dead daemon's is taken over, a live one's is not.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { OpschartError, type ActorView, type ForeseeingClient, type PastView } from '@opschart/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openDoor, testCrypto, type Door } from '../../test/door-harness.ts'
import { fakeClient, logRow, waitingOperation, type FakeClient } from '../../test/fake-client.ts'
import { manualClock } from '../../test/manual-clock.ts'
import {
  connect,
  createPeople,
  guardedClient,
  serveSocket,
  socketPathOf,
  type RemoteClient,
} from './index.ts'

let client: FakeClient
let door: Door
let remote: RemoteClient

beforeEach(async () => {
  client = fakeClient({ operations: [waitingOperation('op-1', 'plan-1')], tokens: { good: 'deployer' } })
  door = await openDoor(client)
  remote = await connect(door.path, { clock: door.clock })
})
afterEach(() => door.close())

describe('a client over the socket', () => {
  it('reads what the client at home reads', async () => {
    for (let sequence = 1; sequence <= 3; sequence += 1) client.append(logRow(sequence))
    expect(await remote.status()).toEqual(await client.status())
    expect(await remote.read('web/v2')).toEqual(await client.read('web/v2'))
    expect(await remote.read('web/v9')).toBeUndefined()
    expect(await remote.log({ from: 2, limit: 1 })).toEqual([logRow(2)])
    expect(await remote.log()).toHaveLength(3)
    expect(await remote.why('web/v2')).toHaveLength(3)
    expect(await remote.audit({ head: { sequence: 3, hash: 'h' } })).toEqual(await client.audit())
    expect(await remote.digest({ since: 5 })).toEqual(await client.digest({ since: 5 }))
    expect(await remote.record('deployer')).toEqual(await client.record('deployer'))
  })

  it('is the inbox when it shows nothing', async () => {
    const verdict = await remote
      .as('watcher:inbox')
      .send('web', { type: 'TEST_FAILED', id: '1', data: { by: 'person:x' } })
    expect(verdict).toMatchObject({ kind: 'accepted' })
    expect(await remote.as({ watcher: 'inbox' }).send('web', { type: 'TEST_FAILED', id: '2' })).toMatchObject(
      { kind: 'accepted' },
    )
    expect(client.calls.map(({ by }) => by)).toEqual(['watcher:inbox', 'watcher:inbox'])
  })

  it('acts as an operation with its token, by every method', async () => {
    const sender = (await remote.withToken('good'))!
    await sender.send('web', { type: 'REVIEW_APPROVED' })
    await sender.approve({ operation: 'op-1', plan: 'plan-1' })
    await sender.reject({ operation: 'op-1', reason: 'no' })
    await sender.adopt({ to: 'web', phase: 'STAGING', reason: 'it is', version: 'v1' })
    await sender.move('web', 'STAGING')
    await sender.cancel('op-1')
    await sender.pause({ target: 'everything', reason: 'look', now: true })
    await sender.resume('everything')
    await sender.promote({ target: '*', autonomy: 'act' })
    expect(client.calls.map(({ by, method, values }) => [by, method, values])).toEqual([
      ['agent:deployer', 'send', ['web', { type: 'REVIEW_APPROVED' }]],
      ['agent:deployer', 'approve', [{ operation: 'op-1', plan: 'plan-1' }]],
      ['agent:deployer', 'reject', [{ operation: 'op-1', reason: 'no' }]],
      ['agent:deployer', 'adopt', [{ to: 'web', phase: 'STAGING', reason: 'it is', version: 'v1' }]],
      ['agent:deployer', 'move', ['web', 'STAGING']],
      ['agent:deployer', 'cancel', ['op-1']],
      ['agent:deployer', 'pause', [{ target: 'everything', reason: 'look', now: true }]],
      ['agent:deployer', 'resume', ['everything']],
      ['agent:deployer', 'promote', [{ target: '*', autonomy: 'act' }]],
    ])
    const stranger = (await remote.withToken('bad'))!
    await expect(stranger.send('web', { type: 'REVIEW_APPROVED' })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('unknown'),
    })
  })

  it('is nobody else by saying so', async () => {
    for (const principal of [
      'system',
      'agent:deployer',
      'rule:x',
      'watcher:git',
      { agent: 'deployer' },
    ] as const) {
      expect(() => remote.as(principal)).toThrow(expect.objectContaining({ code: 'forbidden' }))
    }
    expect(() => remote.as({ person: 'maria' })).toThrow('nobody sits at a terminal here')
    for (const name of ['approve', 'adopt', 'move', 'resume', 'promote', 'pause', 'reject', 'cancel']) {
      const body = {
        approve: { operation: 'op-1', plan: 'plan-1' },
        adopt: { to: 'web', phase: 'STAGING', reason: 'x' },
        move: { to: 'web', phase: 'STAGING' },
        resume: { target: 'everything' },
        promote: { target: '*', autonomy: 'act' },
        pause: { target: 'everything', reason: 'x' },
        reject: { operation: 'op-1', reason: 'x' },
        cancel: { operation: 'op-1' },
      }[name]
      expect(await raw('POST', `/v1/${name}`, JSON.stringify(body))).toMatchObject({ status: 403 })
      expect(
        await raw('POST', `/v1/${name}`, JSON.stringify(body), { 'opschart-person': 'made-up' }),
      ).toMatchObject({ status: 403 })
    }
    expect(client.calls).toEqual([])
  })

  it('gives errors their code and message back', async () => {
    client.status = () => Promise.reject(new OpschartError('storage', 'the disk is full'))
    await expect(remote.status()).rejects.toMatchObject({
      name: 'OpschartError',
      code: 'storage',
      message: 'the disk is full',
    })
    client.status = () => Promise.reject(new TypeError('a mistake'))
    await expect(remote.status()).rejects.toMatchObject({
      name: 'Error',
      message: 'the daemon failed: a mistake',
    })
    await expect(connect(join(tmpdir(), 'no-such.sock'), { clock: door.clock })).rejects.toMatchObject({
      code: 'unreachable',
    })
  })

  it('has what it asks checked and bounded', async () => {
    const cases: [string, string, string, string][] = [
      ['POST', '/v1/read', '{"lifecycle":""}', 'read: lifecycle: '],
      ['POST', '/v1/read', '{"lifecycle":"a","more":1}', 'read: '],
      ['POST', '/v1/read', '{"lifecycle":', 'the question is no JSON'],
      ['POST', '/v1/read', '3', 'a question is a JSON object'],
      ['POST', '/v1/log', '{"limit":1001}', 'log: limit: '],
      ['POST', '/v1/send', '{"to":"web","draft":{"type":"xstate.done"}}', 'UPPER_SNAKE'],
      ['POST', '/v1/send', '{"to":"web","draft":{"type":"A","source":"git"}}', '"source"'],
      ['POST', '/v1/send', '{"to":"web","draft":{"type":"A","cause":"x"}}', '"cause"'],
      ['POST', '/v1/send', '{"to":"web","draft":{"type":"A","by":"person:x"}}', '"by"'],
      ['POST', '/v1/send', '{"to":"web","draft":{"type":"OPERATION_APPROVED"}}', 'use `opschart approve`'],
      ['POST', '/v1/send', '{"to":"web","draft":{"type":"ADOPTED"}}', 'use `opschart adopt`'],
      ['POST', '/v1/status', `{"a":"${'x'.repeat(256 * 1024)}"}`, 'at most 256 KiB'],
      // So long that it is refused while it is still sent.
      ['POST', '/v1/status', `{"a":"${'x'.repeat(8 * 1024 * 1024)}"}`, 'at most 256 KiB'],
      ['POST', '/v1/constructor', '{}', 'constructor is not known here'],
      ['POST', '/v2/status', '{}', 'not known here'],
      ['GET', '/v1/status', '', 'GET /v1/status is not known here'],
      [
        'POST',
        '/v1/open',
        '{"pid":1,"claim":"x","act":{"method":"toString","body":{}}}',
        'toString is nothing that a person can do',
      ],
    ]
    for (const [method, path, body, message] of cases) {
      const answer = await raw(method, path, body)
      expect([path, body.slice(0, 60), answer]).toEqual([
        path,
        body.slice(0, 60),
        { status: 400, body: { error: { code: 'input', message: expect.stringContaining(message) } } },
      ])
    }
    expect(client.calls).toEqual([])
  })

  it('asks the daemon what it is, and to end', async () => {
    expect(await remote.daemon()).toEqual({
      pid: process.pid,
      root: expect.any(String),
      version: '0.0.0',
      since: 1_000_000,
    })
    expect(await raw('POST', '/v1/down', '{}', { 'opschart-operation': 'good' })).toMatchObject({
      status: 403,
    })
    expect(door.downs).toBe(0)
    expect(await remote.down()).toEqual({ pid: process.pid })
    expect(door.downs).toBe(1)
  })

  it('opens the door for pages, for anyone but an operation, and gives control to nobody who asks', async () => {
    const beside = { apps: null, bridge: null, connect: [], stately: [] }
    const place = { address: 'http://127.0.0.1:20000', token: 'token-1', ticket: 'ticket-1', beside }
    const asked = {
      port: 4711,
      apps: { port: 8081 },
      connect: ['ws://localhost:1'],
      stately: 'ws://localhost:2',
    }
    expect(await remote.inspect({})).toEqual(place)
    expect(await remote.inspect(asked)).toEqual(place)
    for (const port of [0, 65_536, 1.5, '4711'])
      for (const body of [{ port }, { apps: { port } }])
        expect(await raw('POST', '/v1/inspect', JSON.stringify(body))).toMatchObject({ status: 400 })
    for (const body of [{ apps: 8080 }, { connect: 'ws://localhost:1' }, { stately: [] }, { other: 1 }])
      expect(await raw('POST', '/v1/inspect', JSON.stringify(body))).toMatchObject({ status: 400 })
    const operation = { 'opschart-operation': 'good' }
    expect(await raw('POST', '/v1/inspect', '{}', operation)).toMatchObject({ status: 403 })
    expect(door.opened).toEqual([{}, asked])
    for (const headers of [
      {},
      operation,
      { 'opschart-person': 'maria' },
      { 'opschart-person': 'x'.repeat(36) },
    ])
      expect(await raw('POST', '/v1/control', '{}', headers)).toMatchObject({
        status: 403,
        body: { error: { message: expect.not.stringContaining('secret') } },
      })
    await expect(remote.control()).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('following the journal', () => {
  it('gives the rows that exist and those that come, and ends when it is left', async () => {
    client.append(logRow(1))
    client.append(logRow(2))
    const rows = remote.subscribe({ from: 2 })[Symbol.asyncIterator]()
    expect((await rows.next()).value).toEqual(logRow(2))
    const next = rows.next()
    client.append(logRow(3))
    expect((await next).value).toEqual(logRow(3))
    // Left while it waits for a row that never comes.
    const never = rows.next()
    await rows.return?.()
    expect(await never).toEqual({ done: true, value: undefined })
  })

  it('are followed by so many at once that commands are always answered', async () => {
    const streams = Array.from({ length: 70 }, () =>
      connect(door.path, { clock: door.clock }).then((follower) =>
        follower.subscribe({ from: 1 })[Symbol.asyncIterator](),
      ),
    )
    client.append(logRow(1))
    const ends = await Promise.allSettled(streams.map(async (rows) => (await (await rows).next()).value))
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []))
    expect(refused).toHaveLength(6)
    expect(refused[0]).toContain('64 follow already')
    expect(await remote.status()).toEqual(await client.status())
    for (const rows of streams) await (await rows).return?.()
  })

  it('begins with the first row when no place is named', async () => {
    client.append(logRow(1))
    const rows = remote.subscribe({})[Symbol.asyncIterator]()
    expect((await rows.next()).value).toEqual(logRow(1))
    await rows.return?.()
  })

  it('goes on without gap or repetition when the daemon was started anew', async () => {
    const clock = manualClock()
    const follower = await connect(door.path, { clock })
    client.append(logRow(1))
    const rows = follower.subscribe({ from: 1 })[Symbol.asyncIterator]()
    expect((await rows.next()).value).toEqual(logRow(1))
    const next = rows.next()
    await until(() => client.following() === 1)
    await door.server.close()
    await until(() => clock.waiting() === 1)
    client.append(logRow(2))
    client.append(logRow(3))
    const people = createPeople({ clock, crypto: testCrypto, folder: dirname(door.path) })
    const again = await serveSocket({
      client,
      path: door.path,
      people,
      clock,
      about: { root: '.', version: '2' },
    })
    clock.advance(50)
    expect((await next).value).toEqual(logRow(2))
    expect((await rows.next()).value).toEqual(logRow(3))
    await rows.return?.()
    await again.close()
  })

  it('gives up when nobody answers for longer than its patience', async () => {
    const clock = manualClock()
    const follower = await connect(door.path, { clock, patience: 1000 })
    const rows = follower.subscribe({ from: 1 })[Symbol.asyncIterator]()
    const next = rows.next()
    const failed = expect(next).rejects.toMatchObject({ code: 'unreachable' })
    await until(() => client.following() === 1)
    await door.server.close()
    await until(() => clock.waiting() === 1)
    clock.advance(1000)
    await failed
  })

  it('shows signs of life, which are no rows', async () => {
    const rows = remote.subscribe({ from: 1 })[Symbol.asyncIterator]()
    const next = rows.next()
    await until(() => client.following() === 1)
    door.clock.advance(15_000)
    door.clock.advance(15_000)
    client.append(logRow(1))
    expect((await next).value).toEqual(logRow(1))
    await rows.return?.()
    await until(() => door.clock.waiting() === 0)
  })
})

describe('the socket', () => {
  it('is this user’s alone', () => {
    expect(statSync(door.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(door.path)).mode & 0o777).toBe(0o700)
  })

  it('is refused while a daemon is alive, naming it', async () => {
    await expect(serve(door.path)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`process ${process.pid}`),
    })
    expect(await remote.daemon()).toMatchObject({ version: '0.0.0' })
  })

  it('is taken over from a daemon that died', async () => {
    const path = join(dirname(door.path), 'other.sock')
    const program = `require('node:http').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(path)).toBe(true)
    // The lock of one that died while it started does not stand in the way either.
    await writeFile(`${path}.lock`, String(child.pid))
    const server = await serve(path)
    expect(await (await connect(path, { clock: door.clock })).daemon()).toMatchObject({ pid: process.pid })
    await server.close()
    expect(existsSync(path)).toBe(false)
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it('goes to one of several that start at once', async () => {
    const path = join(dirname(door.path), 'other.sock')
    const started = await Promise.allSettled(Array.from({ length: 5 }, () => serve(path)))
    const servers = started.filter((result) => result.status === 'fulfilled')
    expect(servers).toHaveLength(1)
    await Promise.all(servers.map(({ value }) => value.close()))
  })

  it('is in a folder of its own where the project’s path is too long', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opschart-long-'))
    expect(socketPathOf(folder)).toBe(join(folder, '.opschart', 'daemon.sock'))
    const long = socketPathOf(join(folder, 'x'.repeat(100)))
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(103)
    expect(long).not.toBe(socketPathOf(join(folder, 'y'.repeat(100))))
    await (await serve(long)).close()
    await rm(folder, { recursive: true })
  })

  function serve(path: string) {
    const people = createPeople({ clock: door.clock, crypto: testCrypto, folder: dirname(path) })
    return serveSocket({ client, path, people, clock: door.clock, about: { root: '.', version: '1' } })
  }
})

describe('a client in this process', () => {
  it('shows nothing that looks like a secret, and says who is not there', async () => {
    const people = createPeople({ clock: door.clock, crypto: testCrypto, folder: dirname(door.path) })
    const view = {
      actor: 'order/1',
      version: 2,
      status: 'active' as const,
      value: 'open',
      context: { count: 1, password: 'open sesame' },
    }
    const known: ForeseeingClient = {
      ...client,
      actor: async (id) => (id === 'order/1' ? (view as unknown as ActorView) : undefined),
      past: async ({ actor }) => (actor === 'order/1' ? (view as unknown as PastView) : undefined),
    }
    const guarded = guardedClient({ client: known, people })
    for (const shown of [await guarded.actor('order/1'), await guarded.past({ actor: 'order/1' })]) {
      expect(shown).toMatchObject({ value: 'open', context: { count: 1 } })
      expect(JSON.stringify(shown)).not.toContain('sesame')
    }
    expect(await guarded.actor('order/2')).toBeUndefined()
    expect(await guarded.past({ actor: 'order/2', sequence: 3 })).toBeUndefined()
  })

  it('is behind the same rules', async () => {
    const people = createPeople({ clock: door.clock, crypto: testCrypto, folder: dirname(door.path) })
    const guarded = guardedClient({
      client,
      people,
      person: { pid: process.pid, readCode: () => Promise.resolve('0000') },
    })
    expect(await guarded.as('watcher:inbox').send('web', { type: 'TEST_FAILED' })).toMatchObject({
      kind: 'accepted',
    })
    expect(() => guarded.as('system')).toThrow('nobody can be system here')
    // This test has pipes for a terminal, or an agent for an ancestor, or both.
    await expect(guarded.as({ person: 'x' }).resume('everything')).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(client.calls.map(({ method }) => method)).toEqual(['send'])
  })
})

/** One question by hand. */
function raw(method: string, path: string, body: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
    const asked = request({ socketPath: door.path, method, path, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) as unknown }))
    })
    asked.once('error', reject)
    asked.end(body)
  })
}

/** Lets the loop turn until something is so; the test's own time-out ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
