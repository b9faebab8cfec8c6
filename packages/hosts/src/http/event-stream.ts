import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

import type { Clock } from '@opschart/core'

/** Milliseconds between two signs of life on a stream on which nothing happens. */
const heartbeat = 15_000

/** What is sent of an item: its place in the journal, where it has one, and its text on one line. */
export interface SentEvent {
  readonly id?: number | string
  readonly data: string
}

/** What a reader follows, and how each item of it is written. */
export interface Followed<Item> {
  readonly items: AsyncIterable<Item>
  readonly eventOf: (item: Item) => SentEvent
}

/**
 * Writes what is followed as server-sent events, until the other end goes away or the items end. Waits for a slow reader
 * instead of piling up what it has not read.
 */
export async function sendEvents<Item>(
  { items, eventOf }: Followed<Item>,
  response: ServerResponse,
  clock: Clock,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  const gone = new AbortController()
  // Told anew for each item: racing one promise of the end for all of them would pile up on it.
  let leave = () => {}
  const close = () => {
    gone.abort()
    leave()
  }
  response.once('close', close)
  if (response.destroyed) close()
  let takeBack = () => {}
  const beat = () => {
    takeBack = clock.at(clock.now() + heartbeat, () => {
      // A reader that does not read needs no sign of life, and would have them pile up.
      if (!response.writableNeedDrain) response.write(':\n\n')
      beat()
    })
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write(':\n\n')
  beat()
  try {
    while (!gone.signal.aborted) {
      const next = await new Promise<IteratorResult<Item> | undefined>((resolve, reject) => {
        leave = () => resolve(undefined)
        iterator.next().then(resolve, reject)
      })
      if (next === undefined || next.done === true) break
      const event = eventOf(next.value)
      const written = response.write(
        `${event.id === undefined ? '' : `id: ${event.id}\n`}data: ${event.data}\n\n`,
      )
      if (!written) await once(response, 'drain', { signal: gone.signal }).catch(() => {})
    }
  } finally {
    takeBack()
    // Not waited for: a generator that sleeps until the next row would only end with it.
    void Promise.resolve(iterator.return?.()).catch(() => {})
    response.end()
  }
}

/** One event of a stream. */
export interface StreamEvent {
  readonly id: string | undefined
  readonly data: string
}

/** Longest event that is taken, in characters. */
const longestEvent = 16 * 1024 * 1024

/** Reads server-sent events out of a stream's chunks of text. Comments are passed over. */
export async function* readEvents(chunks: AsyncIterable<string>): AsyncGenerator<StreamEvent> {
  let rest = ''
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    if (rest.length > longestEvent) throw new Error('the daemon sent an event without end')
    for (const part of parts) {
      const lines = part.split('\n')
      const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6))
      const id = lines.find((line) => line.startsWith('id: '))?.slice(4)
      if (data.length > 0) yield { id, data: data.join('\n') }
    }
  }
}
