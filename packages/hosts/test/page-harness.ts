import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  createControl,
  serveLoopback,
  type Control,
  type LoopbackOptions,
  type LoopbackServer,
} from '../src/http/index.ts'
import { testCrypto } from './door-harness.ts'
import type { FakeClient } from './fake-client.ts'
import { manualClock, type ManualClock } from './manual-clock.ts'

/** A daemon's door for pages, in a folder of its own. */
export interface Page {
  readonly server: LoopbackServer
  readonly address: string
  readonly port: number
  readonly folder: string
  readonly tokenPath: string
  readonly token: string
  readonly clock: ManualClock
  readonly control: Control
  /** What failed inside. */
  readonly problems: string[]
  close(): Promise<void>
}

/** Opens a door for pages. */
export async function openPage(client: FakeClient, options: Partial<LoopbackOptions> = {}): Promise<Page> {
  const folder = await mkdtemp(join(tmpdir(), 'opschart-page-'))
  const tokenPath = options.tokenPath ?? join(folder, 'private', 'page.token')
  const clock = manualClock()
  const problems: string[] = []
  const control = createControl({ clock, crypto: testCrypto })
  const server = await serveLoopback({
    client,
    clock,
    crypto: testCrypto,
    people: { name: 'maria' },
    control,
    about: { root: folder, version: '0.0.0' },
    onProblem: (line) => problems.push(line),
    ...options,
    tokenPath,
  })
  return {
    server,
    address: server.address,
    port: Number(new URL(server.address).port),
    folder,
    tokenPath,
    token: readFileSync(tokenPath, 'utf8'),
    clock,
    control,
    problems,
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Begins a session, as a page does; its cookie. */
export async function sessionOf(page: Page, secret = page.token): Promise<string> {
  const host = `127.0.0.1:${page.port}`
  const begun = await ask(page.port, 'POST /v1/session', { host, authorization: `Bearer ${secret}` })
  return cookieIn(begun)
}

/** Has a browser with a session turn control on, by a secret that a person got; what came back. */
export function turnOn(page: Page, cookie: string, secret: string): Promise<Answered> {
  const host = `127.0.0.1:${page.port}`
  const headers = { host, cookie, origin: `http://${host}` }
  return ask(page.port, 'POST /v1/control', headers, JSON.stringify({ secret }))
}

/** Headers with all that a page shows after it turned control on. */
export function controlled(
  session: string,
  turned: Answered,
): { cookie: string; 'opschart-control': string } {
  const { answer } = JSON.parse(turned.body) as { answer: { key: string } }
  return { cookie: `${session}; ${cookieIn(turned)}`, 'opschart-control': answer.key }
}

/** The cookie that an answer sets, as a browser sends it back. */
export function cookieIn({ headers }: Answered): string {
  return (headers['set-cookie'] ?? '').split(';')[0] ?? ''
}

/** What came back over a connection, to the byte. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends bytes as they are, and gives all that comes back until the other end closes, or `enough` has come. */
export function sendBytes(
  port: number,
  bytes: string | Uint8Array,
  enough: (text: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (enough(text)) socket.destroy()
    })
    // Broken off in the middle of what is sent: what had come by then counts.
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

/** One question by hand: exactly these headers, and `connection: close`. */
export async function ask(
  port: number,
  line: string,
  headers: Readonly<Record<string, string>> | readonly (readonly [string, string])[] = {},
  body = '',
): Promise<Answered> {
  const pairs = Array.isArray(headers) ? (headers as [string, string][]) : Object.entries(headers)
  const length = body === '' ? [] : [['content-length', String(Buffer.byteLength(body))] as const]
  const lines = [...pairs, ...length, ['connection', 'close'] as const]
  return answered(
    await sendBytes(
      port,
      `${line} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
    ),
  )
}

/** The parts of what came back. */
export function answered(text: string): Answered {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  return {
    status: Number(first.split(' ')[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: text.slice(end + 4),
  }
}

/** A secret that is nobody's. */
export const wrongToken = () => randomUUID().replaceAll('-', '').repeat(2)
