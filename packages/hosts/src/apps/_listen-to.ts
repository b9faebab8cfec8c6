import type { Clock } from '@opschart/core'
import type { RawData } from 'ws'

import type { AppConnection } from './hub.ts'

/** What one app may say in a second, and, after a rest, at once: so many seconds' worth. */
const most = { messages: 5_000, characters: 16_000_000, rest: 4 }

/** Passes on what comes over a WebSocket: texts, as many as can be followed. The rest is counted as lost. */
export function listenTo(
  connection: AppConnection<unknown>,
  clock: Clock,
): { hear(data: RawData, isBinary: boolean): void; fail(): void; end(): void } {
  const allows = allowance(clock)
  return {
    hear(data, isBinary) {
      const text = isBinary ? '' : textOf(data)
      if (!allows(text.length))
        connection.lose(
          1,
          `it came faster than ${most.messages} messages in a second, or was more than can be read`,
        )
      else if (isBinary) connection.lose(1, 'it is no text')
      else connection.hear(text)
    },
    fail: () => connection.lose(1, 'it is longer than 4 MiB, or no message at all'),
    end: () => connection.end(),
  }
}

/** Whether so much more may be heard now: what is allowed comes back with time. */
function allowance(clock: Clock): (characters: number) => boolean {
  let messages = most.messages * most.rest
  let characters = most.characters * most.rest
  let since = clock.now()
  return (more) => {
    const now = clock.now()
    const passed = Math.max(0, now - since) / 1_000
    since = now
    messages = Math.min(most.messages * most.rest, messages + passed * most.messages)
    characters = Math.min(most.characters * most.rest, characters + passed * most.characters)
    if (messages < 1 || characters < more) return false
    messages -= 1
    characters -= more
    return true
  }
}

/** A message's text, whether it came in one piece or several. */
const textOf = (data: RawData): string =>
  Buffer.concat([data].flat().map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part)))).toString()
