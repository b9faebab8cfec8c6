import type { IncomingMessage, ServerResponse } from 'node:http'

import {
  OpschartError,
  type Client,
  type Clock,
  type InspectionMessage,
  type LogEntryView,
} from '@opschart/core'
import { z } from 'zod'

import type { Ask } from './door.ts'
import { sendEvents, type Followed } from './event-stream.ts'
import { checkBody } from './routes.ts'
import {
  longestQuestion,
  mostStreams,
  personHeader,
  tokenHeader,
  toWire,
  version,
  type DaemonFacts,
} from './wire.ts'

/** What answers behind a server, whatever it listens on. */
export interface AnswerOptions {
  readonly client: Pick<Client, 'subscribe'>
  readonly clock: Clock
  /** What the daemon says of itself. */
  readonly facts: () => DaemonFacts
  /** The description of the door. */
  readonly describe: (request: IncomingMessage) => object
  /** What an inspector follows; absent where nothing is inspected. */
  readonly inspection?: (place: Place) => Followed<InspectionMessage>
  /** Ends the daemon, once the answer has been sent; absent where it is not ended from. */
  readonly onDown?: () => void
}

/**
 * Answers one question; the door answers what has no path of its own here. Rejects with the refusal; nothing has been
 * sent by then, but for a stream of rows that broke.
 */
export type Answer = (request: IncomingMessage, response: ServerResponse, door: Ask) => Promise<void>

/** Where a stream begins: with a row, after the last row that its reader has seen, or with what is still to come. */
export interface Place {
  readonly from?: number
  readonly seen?: number
  /** The beginning of that row's hash, where the reader was told it. */
  readonly hash?: string
}

const nothing = z.strictObject({})

/** Makes what answers behind every door: the same paths, whatever the server listens on. */
export function createAnswer(options: AnswerOptions): Answer {
  const { client, clock, facts, describe, inspection, onDown } = options
  const streams = new Set<ServerResponse>()
  const follow = async <Item>(response: ServerResponse, followed: () => Followed<Item>): Promise<void> => {
    if (streams.size >= mostStreams)
      throw new OpschartError('conflict', `${mostStreams} follow already; end one of them`)
    streams.add(response)
    response.once('close', () => streams.delete(response))
    return sendEvents(followed(), response, clock)
  }
  return async (request, response, door) => {
    const { path, query } = targetOf(request)
    const name = path.startsWith(`${version}/`) ? path.slice(version.length + 1) : ''
    if (request.method === 'GET' && name === 'rows')
      return follow(response, () => rowsAt(client, placeOf(request, query)))
    if (request.method === 'GET' && name === 'inspection' && inspection !== undefined)
      return follow(response, () => inspection(placeOf(request, query)))
    if (request.method === 'GET' && name === 'openapi.json') return sendJson(response, 200, describe(request))
    if (request.method !== 'POST')
      throw new OpschartError('input', `${request.method} ${path.slice(0, 200)} is not known here`)
    const body = await readBody(request)
    const headers = headersOf(request)
    if (name === 'daemon') {
      checkBody(nothing, body, name)
      return sendJson(response, 200, { answer: facts() })
    }
    if (name === 'down' && onDown !== undefined) {
      checkBody(nothing, body, name)
      if (headers[tokenHeader] !== undefined)
        throw new OpschartError('forbidden', 'an operation may not end the daemon')
      response.once('finish', onDown)
      return sendJson(response, 200, { answer: { pid: facts().pid } })
    }
    sendJson(response, 200, { answer: (await door(name, body, headers)) ?? null })
  }
}

/** Sends the refusal of a question; what was begun already can only be broken off. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, body } = toWire(error)
  sendJson(response, status, body)
}

/** Sends a body of JSON whole. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

/**
 * The path and query of a question, as they were sent: nothing is decoded and nothing resolved, so that a path is what it
 * says, or is not known.
 *
 * @throws OpschartError `input` for a target that is no path, such as another server's whole address.
 */
export function targetOf(request: IncomingMessage): { path: string; query: URLSearchParams } {
  const target = request.url ?? ''
  if (!target.startsWith('/')) throw new OpschartError('input', 'this address is not known here')
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, query: new URLSearchParams() }
    : { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) }
}

/** The rows from a place on, each under its sequence number. */
function rowsAt(client: Pick<Client, 'subscribe'>, { seen, from }: Place): Followed<LogEntryView> {
  const first = seen === undefined ? from : seen + 1
  return {
    items: client.subscribe(first === undefined ? {} : { from: first }),
    eventOf: (row) => ({ id: row.sequence, data: JSON.stringify(row) }),
  }
}

/** Where a stream begins. What a reader says it has seen comes first: one that was cut off asks its old address again. */
function placeOf(request: IncomingMessage, query: URLSearchParams): Place {
  const last = request.headers['last-event-id']
  const from = query.get('from')
  const [, row, hash] = /^(\d{1,15})(?:-([0-9a-f]{16}))?$/.exec(typeof last === 'string' ? last : '') ?? []
  if (row !== undefined) return { seen: Number(row), ...(hash === undefined ? {} : { hash }) }
  if (from === null && last === undefined) return {}
  const place = sequenceOf(from ?? '')
  if (place === undefined)
    throw new OpschartError('input', 'a stream begins at the sequence number of a row, such as ?from=1')
  return { from: place }
}

function sequenceOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

async function readBody(request: IncomingMessage): Promise<object> {
  let body: unknown
  const text = await readText(request)
  try {
    body = JSON.parse(text === '' ? '{}' : text)
  } catch (error) {
    throw new OpschartError('input', 'the question is no JSON', { cause: error })
  }
  if (typeof body !== 'object' || body === null)
    throw new OpschartError('input', 'a question is a JSON object')
  return body
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Not destroyed when it is left: that could take the connection away before the refusal is sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > longestQuestion) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw new OpschartError('input', 'the question was cut off', { cause: error })
  }
  if (size <= longestQuestion) return Buffer.concat(chunks).toString('utf8')
  // The rest is dropped as it comes, for as long as a question may take: who sends it hears the answer.
  request.resume()
  throw new OpschartError('input', `a question is at most ${longestQuestion / 1024} KiB long`)
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
