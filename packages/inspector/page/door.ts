import type { InspectionMessage } from '@opschart/core'

import { controlKey, keepControlKey } from './control-key.ts'

/** A question that was refused, or could not be asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * Asks the door that the page came from.
 *
 * @throws Refusal with the door's words; status 0 when it did not answer.
 */
export async function ask<T>(
  name: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<T> {
  let response: Response
  try {
    response = await fetch(`v1/${name}`, {
      method: 'POST',
      headers: { ...controlKey(), ...headers },
      body: JSON.stringify(body),
    })
  } catch {
    throw new Refusal(0, 'the daemon does not answer')
  }
  const answer = (await response.json().catch(() => ({}))) as {
    answer?: T
    error?: { message?: string }
  }
  if (!response.ok)
    throw new Refusal(response.status, answer.error?.message ?? `it answered ${response.status}`)
  return answer.answer as T
}

/**
 * Takes what the address brings behind `#`, and drops it there: it is not to stand in the history. Gives why there is no
 * control where some was brought; what a page shows it shows without.
 *
 * @throws Refusal when the page is not let in.
 */
export async function openSession(): Promise<string | undefined> {
  const given = new URLSearchParams(location.hash.slice(1))
  const token = given.get('token')
  const control = given.get('control')
  if (token === null && control === null) return undefined
  history.replaceState(null, '', location.pathname)
  if (token !== null) await ask('session', {}, { authorization: `Bearer ${token}` })
  if (control === null) return undefined
  return ask<{ key: string }>('control', { secret: control }).then(
    ({ key }) => keepControlKey(key),
    (error: unknown) => (error as Refusal).message,
  )
}

/** Told what happens on a stream. */
interface StreamReader {
  message(message: InspectionMessage): void
  opened(): void
  /** It broke off; it is taken up again by itself. */
  broken(): void
  /** It ended for good. */
  refused(): void
}

/** Follows the inspection, from a row on where one is given. Gives what ends it. */
export function follow(reader: StreamReader, from?: number): () => void {
  const stream = new EventSource(`v1/inspection${from === undefined ? '' : `?from=${from}`}`)
  stream.addEventListener('message', ({ data }: MessageEvent<string>) => {
    reader.message(JSON.parse(data) as InspectionMessage)
  })
  stream.addEventListener('open', () => reader.opened())
  stream.addEventListener('error', () => {
    if (stream.readyState === EventSource.CLOSED) reader.refused()
    else reader.broken()
  })
  return () => stream.close()
}
