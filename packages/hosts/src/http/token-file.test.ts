// Properties:
//   - A page that is open goes on after its daemon was killed: the token is taken up, and the cookie with it.
//   - Nothing is taken up but a file that this user alone can have written, and at the port that it was written for.
//   - Where the usual port is taken, the next free one is listened at; an asked one is not passed over.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { fakeClient } from '../../test/fake-client.ts'
import { ask, openPage, sessionOf, type Page } from '../../test/page-harness.ts'

let page: Page
/** What the killed server left. */
let left: { token: string; tokenPath: string; port: number; cookie: string }

beforeEach(async () => {
  page = await openPage(fakeClient())
  const { token, tokenPath, port, server } = page
  left = { token, tokenPath, port, cookie: await sessionOf(page) }
  await server.close()
})
afterEach(() => page.close())

const again = () => openPage(fakeClient(), { port: left.port, tokenPath: left.tokenPath })
const write = (text: string, mode = 0o600, port = String(left.port)) => {
  writeFileSync(left.tokenPath, text)
  chmodSync(left.tokenPath, mode)
  writeFileSync(`${left.tokenPath}.port`, port, { mode: 0o600 })
}

it('[P2] takes up the token of a server that was killed, and its sessions', async () => {
  write(left.token)
  const next = await again()
  expect(next.token).toBe(left.token)
  const host = `127.0.0.1:${left.port}`
  expect((await ask(left.port, 'POST /v1/status', { host, cookie: left.cookie })).status).toBe(200)
  // And one that was closed leaves nothing to take up.
  await next.server.close()
  const last = await again()
  expect(last.token).not.toBe(left.token)
  expect((await ask(left.port, 'POST /v1/status', { host, cookie: left.cookie })).status).toBe(403)
  await last.server.close()
})

describe('[P2] what is not taken up', () => {
  const cases: [string, () => void][] = [
    ['what others may read', () => write(left.token, 0o644)],
    ['what others may write', () => write(left.token, 0o620)],
    ['what may be run', () => write(left.token, 0o700)],
    ['what changes its user', () => write(left.token, 0o4600)],
    ['a token that was cut off', () => write(left.token.slice(1))],
    ['a longer one', () => write(`${left.token}\n`)],
    ['one of another form', () => write(left.token.slice(1) + 'X')],
    ['nothing', () => write('')],
    [
      'a link',
      () => {
        write(left.token)
        const target = `${left.tokenPath}.target`
        linkSync(left.tokenPath, target)
        rmSync(left.tokenPath)
        symlinkSync(target, left.tokenPath)
      },
    ],
    [
      'what has another name, too',
      () => {
        write(left.token)
        linkSync(left.tokenPath, `${left.tokenPath}.other`)
      },
    ],
    ['a token without its port', () => (write(left.token), rmSync(`${left.tokenPath}.port`))],
    ['one with what is no port', () => write(left.token, 0o600, '65536')],
    [
      'one whose port others may write',
      () => (write(left.token), chmodSync(`${left.tokenPath}.port`, 0o620)),
    ],
    ['a pipe', () => void spawnSync('mkfifo', ['-m', '0600', left.tokenPath])],
  ]
  it.each(cases)('%s', async (_, lay) => {
    lay()
    const next = await again()
    expect(next.token).toMatch(/^[0-9a-f]{64}$/)
    expect(next.token).not.toBe(left.token)
    expect(statSync(left.tokenPath).mode & 0o777).toBe(0o600)
    await next.server.close()
  })

  it('a folder, which stands in the way', async () => {
    mkdirSync(left.tokenPath)
    await expect(again()).rejects.toThrow(/EISDIR|directory/)
    const free = await openPage(fakeClient(), { port: left.port })
    await free.close()
    rmSync(left.tokenPath, { recursive: true })
  })

  it('a token at another port than the one it was written for', async () => {
    const taking = createServer().listen({ port: 0, host: '127.0.0.1' })
    await new Promise((resolve) => taking.once('listening', resolve))
    const { port } = taking.address() as AddressInfo
    write(left.token, 0o600, String(port))
    const next = await openPage(fakeClient(), { usualPort: port, tokenPath: left.tokenPath })
    expect(next.port).not.toBe(port)
    expect(next.server.taken).toBe(port)
    expect(next.token).not.toBe(left.token)
    await next.server.close()
    // Asked for at another one, it is not shown there either.
    write(left.token, 0o600, String(port))
    const asked = await openPage(fakeClient(), { port: left.port, tokenPath: left.tokenPath })
    expect([asked.port, asked.server.taken]).toEqual([left.port, undefined])
    expect(asked.token).not.toBe(left.token)
    await asked.server.close()
    write(left.token)
    await expect(openPage(fakeClient(), { port, usualPort: left.port })).rejects.toMatchObject({
      code: 'conflict',
    })
    taking.close()
    // The port that it was at comes before the usual one: there its page waits.
    const usual = await openPage(fakeClient(), { usualPort: port, tokenPath: left.tokenPath })
    expect([usual.port, usual.token]).toEqual([left.port, left.token])
    await usual.server.close()
    expect(existsSync(`${left.tokenPath}.port`)).toBe(false)
  })
})

it('keeps a token in memory where no file is named', async () => {
  const { serveLoopback } = await import('./index.ts')
  const { testCrypto } = await import('../../test/door-harness.ts')
  const server = await serveLoopback({
    client: fakeClient(),
    people: { name: 'maria' },
    clock: page.clock,
    crypto: testCrypto,
    about: { root: page.folder, version: '1' },
  })
  expect(server.token).toMatch(/^[0-9a-f]{64}$/)
  expect(() => readFileSync(left.tokenPath)).toThrow('ENOENT')
  await server.close()
})
