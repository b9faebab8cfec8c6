import { request as httpRequest, type IncomingMessage } from 'node:http'

import { OpschartError } from '@opschart/core'

import { fromWire, longestAnswer, version } from './wire.ts'

/**
 * Asks the daemon one thing and gives its answer.
 *
 * @throws OpschartError what the daemon says, or `unreachable` when nobody answers at the socket.
 */
export async function ask(
  path: string,
  name: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const text = JSON.stringify(body)
  const response = await send(path, {
    method: 'POST',
    url: `${version}/${name}`,
    headers,
    body: text,
    ...(name === 'daemon' ? { timeout: patience } : {}),
  })
  const status = response.statusCode ?? 0
  const parsed = parse(await readAll(response, path), status)
  if (status === 200 && typeof parsed === 'object' && parsed !== null && 'answer' in parsed)
    return parsed.answer
  throw fromWire(parsed, status)
}

/** Opens the stream of rows at one of them; its chunks of text. */
export async function askRows(
  path: string,
  from: number,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  const response = await send(path, {
    method: 'GET',
    url: `${version}/rows?from=${from}`,
    headers: { 'last-event-id': String(from - 1) },
    signal,
  })
  if (response.statusCode !== 200)
    throw fromWire(parse(await readAll(response, path), response.statusCode ?? 0), response.statusCode ?? 0)
  return response.setEncoding('utf8')
}

/** Milliseconds within which a living daemon says what it is: one that was stopped must not hold up a command. */
const patience = 5_000

interface Question {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
  readonly timeout?: number
}

function send(
  path: string,
  { method, url, headers, body, signal, timeout }: Question,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      socketPath: path,
      method,
      path: url,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body ?? ''),
      },
      // A connection of its own: a command that has its answer must not be kept from ending.
      agent: false,
      ...(signal === undefined ? {} : { signal }),
      ...(timeout === undefined ? {} : { timeout }),
    })
    request.once('response', resolve)
    request.once('timeout', () => request.destroy(Object.assign(new Error('no answer'), { code: silent })))
    request.once('error', (error) => reject(signal?.aborted === true ? error : unreachable(path, error)))
    request.end(body)
  })
}

async function readAll(response: IncomingMessage, path: string): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > longestAnswer) throw new Error(`the answer is longer than ${longestAnswer} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    throw unreachable(path, error)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new OpschartError('unreachable', `what answers at the socket is no daemon (status ${status})`, {
      cause: error,
    })
  }
}

/** Code of the cause where a daemon is there, and says nothing. */
export const silent = 'ETIMEDOUT'

/** The error for a daemon that did not answer, or stopped in the middle of it. */
export function unreachable(path: string, cause: unknown): OpschartError {
  const what =
    (cause as NodeJS.ErrnoException).code === silent
      ? `the daemon at ${path} does not answer; is it stopped?`
      : `no daemon answers at ${path}; start it with \`opschart up\``
  return new OpschartError('unreachable', what, { cause })
}
