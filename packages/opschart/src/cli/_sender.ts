import { OpschartError, type Json, type JsonObject } from '@opschart/core'

import { asPerson, type Reached } from './_client.ts'
import type { CommandContext } from './_context.ts'

/** Who sends: the operation whose token this process was given, the person at the terminal, or the inbox. */
export async function senderOf(context: CommandContext, reached: Reached) {
  const token = context.terminal.environment['OPSCHART_TOKEN']
  if (token !== undefined && token !== '') {
    const sender = await reached.client.withToken(token)
    if (sender === undefined)
      throw new OpschartError(
        'forbidden',
        'the token in OPSCHART_TOKEN is unknown, or its operation has ended',
      )
    return sender
  }
  if (context.options['inbox'] !== true && context.terminal.interactive) return asPerson(reached, context)
  return reached.client.as('watcher:inbox')
}

/** `key=value` words as data; a value that is JSON is taken as such, any other is text. */
export function dataOf(pairs: readonly string[]): JsonObject {
  const entries = pairs.map((pair): [string, Json] => {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new OpschartError('input', `${pair.slice(0, 60)} is no key=value`)
    const text = pair.slice(equals + 1)
    try {
      return [pair.slice(0, equals), JSON.parse(text) as Json]
    } catch {
      return [pair.slice(0, equals), text]
    }
  })
  return Object.fromEntries(entries)
}
