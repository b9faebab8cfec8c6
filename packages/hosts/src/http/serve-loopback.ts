import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'

import { OpschartError, type Clock, type Crypto, type ForeseeingClient } from '@opschart/core'

import { createAnswer, sendError, sendJson, targetOf } from './answer-request.ts'
import type { Control } from './control.ts'
import { sendWorkerAway } from './foreign-worker.ts'
import { cookieName, createCredentials, type Credentials } from './credentials.ts'
import { refuseForeign, strictHeaders } from './foreign-requests.ts'
import { createInspectionStream, type InspectedApps } from './inspection-stream.ts'
import { createLimitedServer, type LimitedServer, type Patience } from './limited-server.ts'
import { describeApi } from './open-api.ts'
import { createPageDoor } from './page-door.ts'
import { askedByPage, type Versions } from './page-questions.ts'
import type { People } from './people.ts'
import { findToken, publishToken, withdrawToken } from './token-file.ts'
import { version, type DaemonFacts } from './wire.ts'

/** One file of a page. It is given to whoever asks, and so holds nothing that is secret. */
export interface PageFile {
  /** Its `content-type`. */
  readonly type: string
  readonly body: string | Uint8Array
}

/** What {@link serveLoopback} serves, and where. */
export interface LoopbackOptions {
  readonly client: ForeseeingClient
  readonly people: Pick<People, 'name'>
  readonly clock: Clock
  readonly crypto: Crypto
  /** Who may act; nobody when absent. */
  readonly control?: Control | undefined
  /** The port, and no other. */
  readonly port?: number
  /** Tried first where no port is asked for, and then those after it; any free one when absent. */
  readonly usualPort?: number
  /** File that the token is written to, in a folder of mode 0700, with its port beside it; in memory only when absent. */
  readonly tokenPath?: string
  /** The project's root and the daemon's version. */
  readonly about: Pick<DaemonFacts, 'root' | 'version'>
  /** The files of a page by their paths, such as `/` and `/page.js`; nothing else is given. None when absent. */
  readonly files?: ReadonlyMap<string, PageFile>
  /** Other apps that are inspected beside the journal; none when absent. */
  readonly apps?: InspectedApps
  /** Compares the project's law with other versions; absent where no project stands behind the door. */
  readonly versions?: Versions
  /** Told what failed inside: the answer does not say it. */
  readonly onProblem?: (line: string) => void
  /** How long a question may take to come; seconds when absent. */
  readonly patience?: Patience
  /** Whether the process may end while it listens; it stays when absent. */
  readonly background?: boolean
}

/** A daemon's door for pages. */
export interface LoopbackServer {
  /** Such as `http://127.0.0.1:4711`. */
  readonly address: string
  readonly token: string
  /** The port that was tried first, where that was taken and the door is at another. */
  readonly taken?: number
  /** A secret that begins one session, within two minutes; see {@link Credentials}. */
  ticket(): string
  /** Ends all connections and sessions, and removes the token. */
  close(): Promise<void>
}

const loopback = '127.0.0.1'

/**
 * Opens the daemon's door for pages: 127.0.0.1, and nothing else. Whoever asks more than a page's files shows the token,
 * or the cookie that it was exchanged for. There are no headers for other origins (CORS): no other page reads anything.
 * What a killed server left is taken up: its port before the usual one, and its token at that port only, so that a page
 * which is open goes on.
 *
 * @throws OpschartError `conflict` when the port is taken, `configuration` when it may not be listened at.
 */
export async function serveLoopback(options: LoopbackOptions): Promise<LoopbackServer> {
  const { about, background, client, clock, control, crypto, onProblem, patience, tokenPath } = options
  const facts: DaemonFacts = { ...about, pid: process.pid, since: clock.now() }
  const doorOf = createPageDoor(client)
  const answer = createAnswer({
    client,
    clock,
    facts: () => facts,
    inspection: createInspectionStream({ ...options, name: basename(facts.root) }),
    describe: (request) => describeApi({ version: facts.version, cookie: cookieName(request) }),
  })
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    refuseForeign(request)
    if (request.headers['service-worker'] !== undefined) return sendWorkerAway(response)
    const { path } = targetOf(request)
    const file = request.method === 'GET' ? options.files?.get(path) : undefined
    if (file !== undefined) return sendFile(response, file)
    if (request.method === 'POST' && path === `${version}/session`) {
      const cookie = credentials.begin(request)
      if (cookie === undefined) throw new OpschartError('forbidden', withToken)
      response.setHeader('set-cookie', cookie)
      return sendJson(response, 200, { answer: null })
    }
    const shown = credentials.check(request)
    if (shown === undefined) throw new OpschartError('forbidden', withToken)
    // A browser names the page of every question that is no reading; `refuseForeign` has seen that it is ours.
    const isPage = shown === 'session' && request.headers.origin !== undefined
    const asker = { isPage, controlled: control?.of(request) }
    const questions = {
      people: options.people,
      about,
      versions: options.versions,
      control: control && {
        turnOn: (secret: string) => control.turnOn(request, secret),
        turnOff: () => control.turnOff(request),
      },
      setCookie: (cookie: string) => response.setHeader('set-cookie', cookie),
    }
    return answer(request, response, askedByPage(questions, asker, doorOf(asker)))
  }
  const listener = createLimitedServer(
    (request, response) => {
      respond(request, response).catch((error: unknown) => {
        if (!(error instanceof OpschartError)) onProblem?.(`a question of a page failed: ${String(error)}`)
        sendError(response, error instanceof OpschartError ? error : somethingInside)
      })
    },
    {
      headers: strictHeaders,
      background: background ?? false,
      ...(patience === undefined ? {} : { patience }),
    },
  )
  const left = tokenPath === undefined ? undefined : findToken(tokenPath)
  const tried = portsOf(options, left?.port)
  const port = await listen(listener, tried)
  let credentials: Credentials
  try {
    // At another port nobody has a page open; and what has taken the old one may have been shown the old cookie.
    credentials = createCredentials({ clock, crypto, token: left?.port === port ? left.token : undefined })
    if (tokenPath !== undefined) publishToken(tokenPath, { token: credentials.token, port })
  } catch (error) {
    await listener.close()
    throw error
  }
  return {
    address: `http://${loopback}:${port}`,
    token: credentials.token,
    ...(tried[0] === 0 || tried[0] === port ? {} : { taken: tried[0]! }),
    ticket: () => credentials.ticket(),
    async close() {
      if (tokenPath !== undefined) withdrawToken(tokenPath, credentials.token)
      await listener.close()
    },
  }
}

const withToken =
  'this is for who has the token, in the header `authorization: Bearer …`; open the address that `opschart inspect` prints'

/** Ports after the usual one that are tried. */
const mostPorts = 20

/** The ports that are tried, in their order: the asked one alone, else the one that was left, the usual one and those after it, any. */
function portsOf({ port, usualPort }: LoopbackOptions, left: number | undefined): readonly number[] {
  if (port !== undefined) return [port]
  const after =
    usualPort === undefined ? [] : Array.from({ length: mostPorts }, (_, index) => usualPort + index)
  return [...(left === undefined ? [] : [left]), ...after, 0]
}

/** Listens at the first of these ports that is free; gives it. */
async function listen(limited: LimitedServer, tried: readonly number[]): Promise<number> {
  for (const each of tried) {
    try {
      await limited.listen({ host: loopback, port: each, exclusive: true })
      break
    } catch (error) {
      if (each === tried.at(-1)) throw notListening(error, each)
    }
  }
  return (limited.server.address() as AddressInfo).port
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
