// Properties:
//   - Nothing but 127.0.0.1 is listened at; the token is this user's alone, made anew, and gone with the server.
//   - Another page, another name for this machine and whoever has no token learn nothing; each such request is answered
//     as soon as the one thing is right that was wrong.
//   - The page reads; it changes something only while a person has control on, and no program does so here.
//   - Whatever is sent, every answer carries the strict headers, and says nothing of what is inside.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { connect as connectTo } from 'node:net'
import { dirname } from 'node:path'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { fakeClient, logRow, waitingOperation, type FakeClient } from '../../test/fake-client.ts'
import {
  answered,
  ask,
  controlled,
  openPage,
  sendBytes,
  sessionOf,
  turnOn,
  wrongToken,
  type Page,
} from '../../test/page-harness.ts'

// Pins: changed only on purpose.
const strict = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
const secret = 'op-secret-1'

let client: FakeClient
let page: Page
let host: string

beforeEach(async () => {
  client = fakeClient({ operations: [waitingOperation(secret, 'plan-1')], tokens: { good: 'deployer' } })
  page = await openPage(client, {
    files: new Map([
      ['/', { type: 'text/html', body: '<!doctype html>' }],
      ['/page.js', { type: 'text/javascript', body: new TextEncoder().encode('go()') }],
    ]),
  })
  host = `127.0.0.1:${page.port}`
})
afterEach(() => page.close())

describe('the address', () => {
  it('[P1] is 127.0.0.1 and no other of this machine', async () => {
    expect(page.address).toBe(`http://127.0.0.1:${page.port}`)
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address, scopeid }) => (scopeid === undefined || scopeid === 0 ? address : ''))
      .filter((address) => address !== '' && address !== '127.0.0.1')
    for (const other of [...others, '127.0.0.2']) {
      const socket = connectTo(page.port, other)
      const [end] = await Promise.race([
        once(socket, 'connect').then(() => ['connected']),
        once(socket, 'error').then(() => ['refused']),
      ]).catch(() => ['refused'])
      socket.destroy()
      expect([other, end]).toEqual([other, 'refused'])
    }
  })

  it('that is taken is said so, and the token of who has it stays', async () => {
    await expect(openPage(client, { port: page.port })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`port ${page.port} is taken`),
    })
    expect(readFileSync(page.tokenPath, 'utf8')).toBe(page.token)
  })
})

describe('what is asked beforehand', () => {
  const question = (name: string, body: object) =>
    ask(page.port, `POST /v1/${name}`, { host, authorization: `Bearer ${page.token}` }, JSON.stringify(body))
  const signal = { by: 'agent:deployer', type: 'order.paid', data: { sum: 1 }, to: 'order/1' }

  it('is answered, without control: nothing comes of it', async () => {
    const { status, body } = await question('whatif', { actor: 'web/v1', sequence: 3, signals: [signal] })
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({
      answer: { actor: 'web/v1', sequence: 3, outcomes: [{ verdict: { kind: 'accepted' } }] },
    })
    expect(JSON.parse((await question('whatif', { actor: 'none', signals: [] })).body)).toEqual({
      answer: null,
    })
    expect(JSON.parse((await question('whomay', { actor: 'web/v1' })).body)).toMatchObject({
      answer: { actor: 'web/v1' },
    })
    expect(client.calls).toEqual([])
  })

  it.each([
    [{ actor: 'web/v1' }, 'signals'],
    [{ actor: 'web/v1', signals: Array.from({ length: 51 }, () => signal) }, 'signals'],
    [{ actor: 'web/v1', signals: [signal, { ...signal, by: 'root' }] }, 'signals.1.by: a principal is'],
    [{ actor: 'web/v1', signals: [{ ...signal, id: 'x' }] }, 'signals.0'],
    [{ actor: 'web/v1', sequence: -1, signals: [] }, 'sequence'],
    [{ actor: 'x'.repeat(301), signals: [] }, 'actor'],
  ])('says what does not fit: %#', async (body, where) => {
    const answer = await question('whatif', body)
    expect(answer.status).toBe(400)
    expect(answer.body).toContain(where)
  })
})

describe('the token', () => {
  it('[P2] is of 256 bits, in a file of this user alone, another one each time, and gone at the end', async () => {
    expect(page.token).toMatch(/^[0-9a-f]{64}$/)
    expect(statSync(page.tokenPath).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(page.tokenPath)).mode & 0o777).toBe(0o700)
    const again = await openPage(client, { tokenPath: page.tokenPath })
    expect(again.token).not.toBe(page.token)
    expect((await status({ authorization: `Bearer ${again.token}` })).status).toBe(403)
    // The later server's stays when the earlier one ends, and goes with its own.
    await page.server.close()
    expect(readFileSync(page.tokenPath, 'utf8')).toBe(again.token)
    await again.close()
    expect(existsSync(page.tokenPath)).toBe(false)
    page = await openPage(client)
  })

  it('[P2] is the only key: what is missing, wrong, short, long, or in the wrong place is refused', async () => {
    const { token } = page
    const wrong: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: token },
      { authorization: `Basic ${token}` },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${wrongToken()}` },
      { authorization: `Bearer ${token.slice(0, -1)}` },
      { authorization: `Bearer ${token}0` },
      { authorization: `Bearer ${token}${'0'.repeat(10_000)}` },
      { authorization: `Bearer ${token} ${token}` },
      { authorization: `Bearer ${token.toUpperCase()}` },
      { cookie: `opschart-${page.port}=${token}` },
      { cookie: `opschart-${page.port}=` },
      { token },
      { 'opschart-operation': 'good' },
      { 'opschart-person': token },
    ]
    for (const headers of wrong) {
      expectRefused(await status(headers), headers)
      expectRefused(await ask(page.port, 'GET /v1/rows?from=1', { host, ...headers }), headers)
      expectRefused(await ask(page.port, 'GET /v1/openapi.json', { host, ...headers }), headers)
      expectRefused(await ask(page.port, 'POST /v1/session', { host, ...headers }), headers)
    }
    expectRefused(await status({}, 'x'.repeat(3 * 1024 * 1024)), 'a long body of nobody')
    for (const query of [`?token=${token}`, `?authorization=Bearer%20${token}`, `?access_token=${token}`])
      expectRefused(await ask(page.port, `POST /v1/status${query}`, { host }), query)
    expect(await status({ authorization: `Bearer ${token}` })).toMatchObject({
      status: 200,
      body: expect.stringContaining(secret),
    })
  })

  it('[P2] is exchanged for a cookie that reads, is another secret, and ends with the server', async () => {
    const begun = await ask(page.port, 'POST /v1/session', { host, authorization: `Bearer ${page.token}` })
    expect(begun).toMatchObject({ status: 200, body: '{"answer":null}' })
    const set = begun.headers['set-cookie'] ?? ''
    expect(set).toMatch(/^opschart-\d+=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/)
    const [cookie = ''] = set.split(';')
    expect(cookie).not.toContain(page.token)
    expect((await status({ cookie })).status).toBe(200)
    expect((await status({ cookie: `other=1; ${cookie}; more=2` })).status).toBe(200)
    // A session begins no other; and a wrong token is not made good by a right cookie.
    expect((await ask(page.port, 'POST /v1/session', { host, cookie })).headers['set-cookie']).toBeUndefined()
    expectRefused(await status({ cookie, authorization: 'Bearer wrong' }), 'both')
    const { port } = page
    await page.close()
    page = await openPage(client, { port })
    expectRefused(await status({ cookie }), 'the cookie of an earlier server')
  })
})

describe('another page', () => {
  it('[P3] does not get in by another name of this machine', async () => {
    const authorization = `Bearer ${page.token}`
    const wrong: [string, string][][] = [
      [],
      [['host', '']],
      [['host', 'evil.example']],
      [['host', `evil.example:${page.port}`]],
      [['host', '127.0.0.1']],
      [['host', `127.0.0.1:${page.port + 1}`]],
      [['host', `127.0.0.1.:${page.port}`]],
      [['host', `localhost.:${page.port}`]],
      [['host', `[::1]:${page.port}`]],
      [['host', `[::ffff:127.0.0.1]:${page.port}`]],
      [['host', `2130706433:${page.port}`]],
      [['host', `user@127.0.0.1:${page.port}`]],
      [['host', `127.0.0.1:${page.port}, evil.example`]],
      [
        ['host', `127.0.0.1:${page.port}`],
        ['host', 'evil.example'],
      ],
    ]
    for (const headers of wrong) {
      for (const line of ['POST /v1/status', 'GET /', 'GET /v1/rows?from=1'])
        expectRefused(await ask(page.port, line, [...headers, ['authorization', authorization]]), headers)
    }
    for (const name of [`127.0.0.1:${page.port}`, `localhost:${page.port}`]) {
      expect((await ask(page.port, 'POST /v1/status', { host: name, authorization })).status).toBe(200)
      expect((await ask(page.port, 'GET /', { host: name })).status).toBe(200)
    }
    // HTTP/1.0 may leave the host out, and HTTP/1.1 may name one in the first line.
    const old = await sendBytes(
      page.port,
      `POST /v1/status HTTP/1.0\r\nauthorization: ${authorization}\r\n\r\n`,
    )
    expectRefused(answered(old), 'HTTP/1.0')
    const whole = await ask(page.port, 'POST http://evil.example/v1/status', { host, authorization })
    expect(whole.status).toBe(400)
    expect(whole.body).not.toContain(secret)
  })

  it('[P3] does not get in by its origin, on streams and files neither', async () => {
    const cookie = await sessionOf(page)
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '' },
      { origin: `https://127.0.0.1:${page.port}` },
      { origin: `http://127.0.0.1:${page.port + 1}` },
      { origin: `http://localhost:${page.port}` },
      { origin: `http://127.0.0.1:${page.port}/` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'Same-Origin' },
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    ]
    for (const headers of foreign) {
      for (const line of ['POST /v1/status', 'GET /v1/rows?from=1', 'GET /page.js', 'POST /v1/session'])
        expectRefused(await ask(page.port, line, { host, cookie, ...headers }), headers)
    }
    const own = [
      { origin: `http://127.0.0.1:${page.port}`, 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ]
    for (const headers of own) {
      expect((await status({ cookie, ...headers })).status).toBe(200)
      expect((await ask(page.port, 'GET /page.js', { host, ...headers })).body).toBe('go()')
      const stream = await sendBytes(page.port, rowsRequest({ cookie, ...headers }), (text) =>
        text.includes(':\n\n'),
      )
      expect(answered(stream).status).toBe(200)
    }
  })
})

it('[P3] sends away what another program left in a browser to stand before it', async () => {
  for (const path of ['/worker.js', '/', '/v1/status']) {
    const asked = await ask(page.port, `GET ${path}`, { host, 'service-worker': 'script' })
    expect([path, asked.status, asked.headers['content-type']]).toEqual([
      path,
      200,
      'text/javascript; charset=utf-8',
    ])
    expect(asked.body).toContain('registration.unregister()')
    expect(asked.headers).toMatchObject(strict)
  }
  const foreign = { host, 'service-worker': 'script', 'sec-fetch-site': 'same-site' }
  expect((await ask(page.port, 'GET /worker.js', foreign)).status).toBe(403)
})

describe('the files', () => {
  it('are those that were given, by exactly their paths', async () => {
    expect(await ask(page.port, 'GET /', { host })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html', ...strict },
      body: '<!doctype html>',
    })
    expect(await ask(page.port, 'GET /page.js?v=1', { host })).toMatchObject({
      headers: { 'content-type': 'text/javascript' },
      body: 'go()',
    })
    for (const path of [
      '/..',
      '/../page.js',
      '/./page.js',
      '/%70age.js',
      '/%2e%2e/page.js',
      '/..%2fpage.token',
      '/..\\private\\page.token',
      '\\..\\page.js',
      '//page.js',
      '//evil.example/page.js',
      '/page.js/',
      '/page.js%00',
      '/PAGE.JS',
      '/private/page.token',
      '/__proto__',
      '/constructor',
      '*',
    ]) {
      const answer = await ask(page.port, `GET ${path}`, { host })
      expect([path, [400, 403].includes(answer.status), answer.body.includes('go()')]).toEqual([
        path,
        true,
        false,
      ])
      expect(answer.body).not.toContain(page.token)
      expect(answer.headers).toMatchObject(strict)
    }
  })
})

describe('what the page may do', () => {
  const acts: [string, string, unknown][] = [
    ['send', 'send', { to: 'web', draft: { type: 'TEST_FAILED' } }],
    ['approve', 'approve', { operation: secret, plan: 'plan-1' }],
    ['resume', 'resume', { target: 'everything' }],
    ['pause', 'pause', { target: 'everything', reason: 'look' }],
    ['start', 'start', { to: 'order/1' }],
  ]

  it('[P5] is to look, until a person turns control on', async () => {
    const session = await sessionOf(page)
    const control = controlled(session, await turnOn(page, session, page.control.grant('maria').secret))
    const own = { origin: `http://${host}` }
    for (const [name, method, body] of acts) {
      const refused = await act(name, body, { cookie: session, ...own })
      expect(refused).toMatchObject({ status: 403, body: expect.stringContaining('control is off here') })
      expect(refused.headers).toMatchObject(strict)
      // A program is no page, nor is a page that does not say that it is ours.
      const byToken = { ...control, authorization: `Bearer ${page.token}`, ...own }
      for (const headers of [byToken, control, { ...byToken, 'opschart-operation': 'good' }])
        expect(await act(name, body, headers)).toMatchObject({
          status: 403,
          body: expect.stringContaining('on the page itself'),
        })
      expect(client.calls).toEqual([])
      expect((await act(name, body, { ...control, ...own })).status).toBe(200)
      expect(client.calls.splice(0).map((call) => [call.by, call.method])).toEqual([['person:maria', method]])
    }
  })

  it('[P5] is nothing that concerns processes and terminals, with control neither', async () => {
    const session = await sessionOf(page)
    const control = controlled(session, await turnOn(page, session, page.control.grant('maria').secret))
    for (const name of ['claim', 'open', 'answer', 'inspect', 'down']) {
      expect(await act(name, {}, { ...control, origin: `http://${host}` })).toMatchObject({
        status: 403,
        body: expect.stringContaining('socket'),
      })
    }
    expect((await act('daemon', {}, control)).body).toContain(`"pid":${process.pid}`)
  })
})

describe('whatever is sent', () => {
  it('[P3] [P4] is answered with the strict headers, and says nothing of what is inside', async () => {
    const authorization = `Bearer ${page.token}`
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const questions: [string, string, number][] = [
      ['HEAD /', '', 403],
      ['HEAD /v1/rows?from=1', '', 403],
      ['OPTIONS /v1/status', '', 403],
      ['OPTIONS *', '', 400],
      ['TRACE /v1/status', '', 403],
      ['PUT /v1/status', '{}', 403],
      ['DELETE /v1/status', '', 403],
      ['GET /v1/status', '', 403],
      ['POST /', '', 403],
      ['POST /v1/rows', '{}', 403],
      ['POST /v1/nothing', '{}', 403],
      ['post /v1/status', '{}', 400],
    ]
    for (const [line, body, expected] of questions) {
      const answer = await ask(page.port, line, { host, 'access-control-request-method': 'POST' }, body)
      expect([line, answer.status]).toEqual([line, expected])
      expect(answer.headers, line).toMatchObject(strict)
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      expect(answer.body, line).not.toContain(secret)
      const allowed = await ask(page.port, line, { host, authorization }, body)
      expect([line, allowed.status]).toEqual([line, 400])
    }
    const bodies: [string, number][] = [
      ['{"__proto__":{"isAdmin":true}}', 400],
      ['{"constructor":{"prototype":{"isAdmin":true}}}', 400],
      ['{"a":', 400],
      ['null', 400],
      [deep, 400],
      [`{"a":"${'x'.repeat(300 * 1024)}"}`, 400],
      [`{"a":"${'x'.repeat(3 * 1024 * 1024)}"}`, 400],
      ['{}', 200],
    ]
    for (const [body, expected] of bodies) {
      const answer = await status({ authorization }, body)
      expect([body.slice(0, 30), answer.status]).toEqual([body.slice(0, 30), expected])
      expect(answer.headers).toMatchObject(strict)
    }
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
  })

  it('[P4] is too long, is refused, and does not stand in the way of what comes after it', async () => {
    const authorization = `authorization: Bearer ${page.token}`
    const length = 3 * 1024 * 1024
    const both = await sendBytes(
      page.port,
      `POST /v1/status HTTP/1.1\r\nhost: ${host}\r\n${authorization}\r\ncontent-length: ${length}\r\n\r\n${'x'.repeat(length)}` +
        `GET /page.js HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    )
    expect(answered(both)).toMatchObject({ status: 400, body: expect.stringContaining('at most 256 KiB') })
    expect(both.endsWith('go()')).toBe(true)
  })

  it('[P4] is bounded in its headers, and none of them is lost unseen', async () => {
    const large = await status({ authorization: `Bearer ${page.token}`, filler: 'x'.repeat(17 * 1024) })
    expect(large).toMatchObject({ status: 431, headers: strict, body: '' })
    const many = Array.from({ length: 2500 }, (): [string, string] => ['a', ''])
    const last = [...many, ['origin', 'https://evil.example'] as [string, string]]
    const flooded = await ask(page.port, 'GET /', [['host', host], ...last])
    expect(flooded).toMatchObject({ status: 403, headers: strict })
    expect((await ask(page.port, 'GET /', [['host', host], ...many])).status).toBe(200)
  })

  it('[P4] is no HTTP, is slow, or is cut off, and ends its own connection only', async () => {
    await page.close()
    page = await openPage(client, {
      patience: { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 },
    })
    host = `127.0.0.1:${page.port}`
    const stuck = [
      '\u0000\u0001\u0002\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`,
      `POST /v1/status HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 1, 2\r\n\r\n{}`,
      `GET / HTTP/1.1\r\nhost: ${host}\r\na : b\r\n\r\n`,
      `GET / HTTP/1.1\r\nhost: ${host}\r\nslow: `,
      `POST /v1/status HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${page.token}\r\ncontent-length: 10\r\n\r\n{`,
      '',
    ]
    const ends = await Promise.all(stuck.map((bytes) => sendBytes(page.port, bytes)))
    expect(ends.map((text) => answered(text).status)).toEqual([400, 400, 400, 400, 400, 408, 408, 408])
    for (const text of ends) expect(answered(text).headers).toMatchObject(strict)
    for (const bytes of stuck) {
      const socket = connectTo(page.port, '127.0.0.1', () => socket.end(bytes))
      socket.resume().on('error', () => {})
      await once(socket, 'close')
    }
    expect(await sendBytes(page.port, `CONNECT ${host} HTTP/1.1\r\nhost: ${host}\r\n\r\n`)).toBe('')
    const upgraded = await ask(page.port, 'GET /v1/rows', { host, upgrade: 'websocket' })
    expectRefused(upgraded, 'upgrade')
    const expecting = await ask(page.port, 'GET /v1/rows', { host, expect: 'the unexpected' })
    expectRefused(expecting, 'expect')
    expect((await status({ authorization: `Bearer ${page.token}` })).status).toBe(200)
    expect(page.problems).toEqual([])
  })

  it('[P4] fails inside, and the page is told no more than that', async () => {
    client.status = () => Promise.reject(new TypeError('cannot read /home/x/state.db of undefined'))
    const failed = await status({ authorization: `Bearer ${page.token}` })
    expect(failed.status).toBe(500)
    expect(failed.body).not.toContain('state.db')
    expect(page.problems).toEqual([expect.stringContaining('state.db')])
  })
})

describe('following the journal', () => {
  it('[P7] goes on after the last row that was read, whatever the address says, when it was cut off', async () => {
    const cookie = await sessionOf(page)
    for (let sequence = 1; sequence <= 5; sequence += 1) client.append(logRow(sequence))
    const first = await sendBytes(page.port, rowsRequest({ cookie }), (text) => text.includes('id: 3\n'))
    const seen = idsOf(first).filter((id) => id <= 3)
    client.append(logRow(6))
    const again = rowsRequest({ cookie, 'last-event-id': '3' })
    const rest = await sendBytes(page.port, again, (text) => text.includes('id: 6\n'))
    expect([...seen, ...idsOf(rest)]).toEqual([1, 2, 3, 4, 5, 6])
    const wrong = await ask(page.port, 'GET /v1/rows', { host, cookie, 'last-event-id': '3; drop' })
    expect(wrong).toMatchObject({ status: 400, body: expect.stringContaining('sequence number') })
    await until(() => page.clock.waiting() === 0)
  })

  it('shows signs of life, and is refused to more than 64 at once', async () => {
    const cookie = await sessionOf(page)
    let alive = 0
    const streams = Array.from({ length: 64 }, () => {
      const socket = connectTo(page.port, '127.0.0.1', () => socket.write(rowsRequest({ cookie })))
      let text = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (text.split(':\n\n').length === 3) alive += 1
      })
      return socket
    })
    await until(() => client.following() === 64)
    expect((await ask(page.port, 'GET /v1/rows', { host, cookie })).body).toContain('64 follow already')
    expect((await status({ cookie })).status).toBe(200)
    page.clock.advance(15_000)
    await until(() => alive === 64)
    for (const socket of streams) socket.destroy()
    await until(() => page.clock.waiting() === 0)
  })

  it('[P7] waits for a reader that does not read, and ends with the server', async () => {
    const cookie = await sessionOf(page)
    let taken = 0
    const most = 2000
    client.subscribe = async function* () {
      for (let sequence = 1; sequence <= most; sequence += 1) {
        taken = sequence
        yield await Promise.resolve({ ...logRow(sequence), filler: 'x'.repeat(64 * 1024) })
      }
    }
    const socket = connectTo(page.port, '127.0.0.1', () => socket.write(rowsRequest({ cookie })))
    socket.pause()
    await until(() => taken > 0)
    for (let last = -1; last !== taken;) {
      last = taken
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(taken).toBeLessThan(most / 4)
    const ended = once(socket, 'close')
    socket.resume().on('error', () => {})
    await page.close()
    await ended
    page = await openPage(client)
  })
})

function status(headers: Record<string, string>, body = '{}') {
  return ask(page.port, 'POST /v1/status', { host, ...headers }, body)
}

function act(name: string, body: unknown, headers: Record<string, string>) {
  return ask(page.port, `POST /v1/${name}`, { host, ...headers }, JSON.stringify(body))
}

function rowsRequest(headers: Record<string, string>): string {
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET /v1/rows?from=1 HTTP/1.1\r\n${lines.join('')}\r\n`
}

function idsOf(text: string): number[] {
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
}

/** Refused, with the strict headers, and without a word of what is inside. */
function expectRefused(answer: { status: number; headers: object; body: string }, about: unknown): void {
  expect([about, answer.status]).toEqual([about, 403])
  expect(answer.headers).toMatchObject(strict)
  expect(JSON.parse(answer.body)).toEqual({ error: { code: 'forbidden', message: expect.any(String) } })
  for (const inside of [secret, page.token, page.folder]) expect(answer.body).not.toContain(inside)
}

/** Lets the loop turn until something is so; the test's own time-out ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
