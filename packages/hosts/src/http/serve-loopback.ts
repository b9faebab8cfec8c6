import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'

import { OpschartError, type Clock, type Crypto } from '@opschart/core'

import { createAnswer, sendError, sendJson, targetOf } from './answer-request.ts'
import { cookieName, createCredentials } from './credentials.ts'
import { createInspectionStream, type InspectedApps } from './inspection-stream.ts'
import { refuseForeign, strictHeaders } from './foreign-requests.ts'
import { createLimitedServer, type Patience } from './limited-server.ts'
import { describeApi } from './open-api.ts'
import { createPageDoor, type PageDoorOptions } from './page-door.ts'
import { version, type DaemonFacts } from './wire.ts'

/** One file of a page. It is given to whoever asks, and so holds nothing that is secret. */
export interface PageFile {
  /** Its `content-type`. */
  readonly type: string
  readonly body: string | Uint8Array
}

/** What {@link serveLoopback} serves, and where. */
export interface LoopbackOptions extends PageDoorOptions {
  readonly clock: Clock
  readonly crypto: Crypto
  /** A free one when absent. */
  readonly port?: number
  /** File that the token is written to, in a folder of mode 0700. */
  readonly tokenPath: string
  /** The project's root and the daemon's version. */
  readonly about: Pick<DaemonFacts, 'root' | 'version'>
  /** The files of a page by their paths, such as `/` and `/page.js`; nothing else is given. None when absent. */
  readonly files?: ReadonlyMap<string, PageFile>
  /** Other apps that are inspected beside the journal; none when absent. */
  readonly apps?: InspectedApps
  /** Told what failed inside: the answer does not say it. */
  readonly onProblem?: (line: string) => void
  /** How long a question may take to come; seconds when absent. */
  readonly patience?: Patience
}

/** A daemon's door for pages. */
export interface LoopbackServer {
  /** Such as `http://127.0.0.1:4711`. */
  readonly address: string
  /** Ends all connections and sessions, and removes the token. */
  close(): Promise<void>
}

const loopback = '127.0.0.1'

/**
 * Opens the daemon's door for pages: 127.0.0.1, and nothing else. Whoever asks more than a page's files shows the token,
 * or the cookie that it was exchanged for. There are no headers for other origins (CORS): no other page reads anything.
 *
 * @throws OpschartError `conflict` when the port is taken, `configuration` when it may not be listened at.
 */
export async function serveLoopback(options: LoopbackOptions): Promise<LoopbackServer> {
  const { client, clock, onProblem, patience, tokenPath } = options
  const facts: DaemonFacts = { ...options.about, pid: process.pid, since: clock.now() }
  const credentials = createCredentials(options.crypto)
  const doorOf = createPageDoor(options)
  const answer = createAnswer({
    client,
    clock,
    facts: () => facts,
    inspection: createInspectionStream({ ...options, name: basename(facts.root) }),
    describe: (request) => describeApi({ version: facts.version, cookie: cookieName(request) }),
  })
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    refuseForeign(request)
    const { path } = targetOf(request)
    const file = request.method === 'GET' ? options.files?.get(path) : undefined
    if (file !== undefined) return sendFile(response, file)
    const shown = credentials.check(request)
    if (shown === undefined)
      throw new OpschartError(
        'forbidden',
        'this is for who has the token, in the header `authorization: Bearer …`',
      )
    if (request.method === 'POST' && path === `${version}/session` && shown === 'token') {
      response.setHeader('set-cookie', credentials.cookieFor(request))
      return sendJson(response, 200, { answer: null })
    }
    // A browser names the page of every question that is no reading; `refuseForeign` has seen that it is ours.
    const isPage = shown === 'session' && request.headers.origin !== undefined
    return answer(request, response, doorOf(isPage))
  }
  const listener = createLimitedServer(
    (request, response) => {
      respond(request, response).catch((error: unknown) => {
        if (!(error instanceof OpschartError)) onProblem?.(`a question of a page failed: ${String(error)}`)
        sendError(response, error instanceof OpschartError ? error : somethingInside)
      })
    },
    { headers: strictHeaders, ...(patience === undefined ? {} : { patience }) },
  )
  await listener
    .listen({ host: loopback, port: options.port ?? 0, exclusive: true })
    .catch((error: unknown) => {
      throw notListening(error, options.port ?? 0)
    })
  try {
    credentials.publish(tokenPath)
  } catch (error) {
    await listener.close()
    throw error
  }
  return {
    address: `http://${loopback}:${(listener.server.address() as AddressInfo).port}`,
    async close() {
      credentials.withdraw(tokenPath)
      await listener.close()
    },
  }
}

const somethingInside = new Error('this failed inside the daemon; what it prints says why')

function sendFile(response: ServerResponse, { type, body }: PageFile): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function notListening(cause: unknown, port: number): Error {
  const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
  return taken
    ? new OpschartError('conflict', `port ${port} is taken on this machine; choose another one`, { cause })
    : new OpschartError(
        'configuration',
        `${loopback}:${port} cannot be listened at (${(cause as Error).message}); choose another port`,
        { cause },
      )
}
