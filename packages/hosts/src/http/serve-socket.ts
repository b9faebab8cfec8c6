import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

import { OpschartError, type Clock } from '@opschart/core'
import { z } from 'zod'

import { ask, silent } from './ask.ts'
import { createDoor, type Ask, type DoorOptions } from './door.ts'
import { sendRows } from './event-stream.ts'
import { checkBody } from './routes.ts'
import { prepareFolder, whileStarting } from './socket-place.ts'
import { longestQuestion, personHeader, tokenHeader, toWire, version, type DaemonFacts } from './wire.ts'

/** What {@link serveSocket} serves, and where. */
export interface SocketOptions extends DoorOptions {
  /** See {@link socketPathOf}. */
  readonly path: string
  readonly clock: Clock
  /** The project's root and the daemon's version: what `status` and `doctor` show. */
  readonly about: Pick<DaemonFacts, 'root' | 'version'>
  /** Asked to end, by `opschart down`. The answer has been sent by then. */
  readonly onDown?: () => void
}

/** A daemon's open door. */
export interface SocketServer {
  readonly path: string
  /** Ends all connections and removes the socket. */
  close(): Promise<void>
}

/** Connections at one time, and those of them that may follow the rows: the others stay free for questions. */
const mostConnections = 256
const mostStreams = 64
/** Milliseconds within which a question is to be there: all of it comes from this machine. */
const patience = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 }

const downBody = z.strictObject({})
/**
 * Opens the daemon's door: a Unix socket in a folder of mode 0700. A socket that a dead daemon left is taken over.
 *
 * @throws OpschartError `conflict`, naming the process, when a live daemon has it; `storage` for a folder of another's.
 */
export async function serveSocket(options: SocketOptions): Promise<SocketServer> {
  const { path } = options
  const facts: DaemonFacts = { ...options.about, pid: process.pid, since: options.clock.now() }
  const door = createDoor(options)
  const streams = new Set<ServerResponse>()
  const server = createServer(patience, (request, response) => {
    answer({ ...options, streams }, door, facts, request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy()
      const { status, body } = toWire(error)
      sendJson(response, status, body)
    })
  })
  server.maxConnections = mostConnections
  prepareFolder(path)
  await whileStarting(path, async () => {
    await refuseLive(path)
    rmSync(path, { force: true })
    await listen(server, path)
    chmodSync(path, 0o600)
  })
  const own = lstatSync(path).ino
  return {
    path,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      // Node removes the socket by its path; a successor's must stay.
      const present = lstatSync(path, { throwIfNoEntry: false })
      if (present?.ino === own) rmSync(path, { force: true })
    },
  }
}

async function refuseLive(path: string): Promise<void> {
  try {
    const facts = (await ask(path, 'daemon', {})) as DaemonFacts
    throw new OpschartError(
      'conflict',
      `a daemon runs here already: process ${facts.pid}, for ${facts.root}; end it with \`opschart down\``,
    )
  } catch (error) {
    // One that is there and silent keeps its socket: it may go on at any moment.
    const dead = error instanceof OpschartError && error.code === 'unreachable'
    if (dead && (error.cause as NodeJS.ErrnoException | undefined)?.code !== silent) return
    throw error
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function answer(
  options: SocketOptions & { readonly streams: Set<ServerResponse> },
  door: Ask,
  facts: DaemonFacts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://daemon')
  if (url === null) throw new OpschartError('input', 'this address is not known here')
  const name = url.pathname.startsWith(`${version}/`) ? url.pathname.slice(version.length + 1) : ''
  if (request.method === 'GET' && name === 'rows') {
    const last = request.headers['last-event-id']
    const from =
      sequenceOf(url.searchParams.get('from')) ??
      (typeof last === 'string' ? (sequenceOf(last) ?? 0) + 1 : undefined)
    if (options.streams.size >= mostStreams)
      throw new OpschartError('conflict', `${mostStreams} follow already; end one of them`)
    options.streams.add(response)
    response.once('close', () => options.streams.delete(response))
    return sendRows(options.client.subscribe(from === undefined ? {} : { from }), response, options.clock)
  }
  if (request.method !== 'POST')
    throw new OpschartError('input', `${request.method} ${url.pathname} is not known here`)
  const body = await readBody(request)
  const headers = headersOf(request)
  if (name === 'down') {
    checkBody(downBody, body, name)
    if (headers[tokenHeader] !== undefined)
      throw new OpschartError('forbidden', 'an operation may not end the daemon')
    response.once('finish', () => options.onDown?.())
    return sendJson(response, 200, { answer: { pid: facts.pid } })
  }
  sendJson(response, 200, { answer: name === 'daemon' ? facts : ((await door(name, body, headers)) ?? null) })
}

async function readBody(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > longestQuestion)
      throw new OpschartError('input', `a question is at most ${longestQuestion / 1024} KiB long`)
    chunks.push(chunk)
  }
  let body: unknown
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
  } catch (error) {
    throw new OpschartError('input', 'the question is no JSON', { cause: error })
  }
  if (typeof body !== 'object' || body === null)
    throw new OpschartError('input', 'a question is a JSON object')
  return body
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** The headers that say who asks. */
function headersOf(request: IncomingMessage): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of [tokenHeader, personHeader]) {
    const value = request.headers[name]
    if (typeof value === 'string' && value !== '') found[name] = value.slice(0, 300)
  }
  return found
}

function sequenceOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
