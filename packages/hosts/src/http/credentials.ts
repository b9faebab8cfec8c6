import type { IncomingMessage } from 'node:http'

import type { Clock, Crypto } from '@opschart/core'

import { createOneTimeSecrets, createSecret, isSame } from './secrets.ts'

/** What a request on the loopback shows: the token itself, as a program does, or the cookie of a page's session. */
export type Shown = 'token' | 'session'

/** The secrets of one server. */
export interface Credentials {
  readonly token: string
  /** A secret that begins one session, within two minutes: for where others may see it, as in a program's arguments. */
  ticket(): string
  /** The `set-cookie` header that begins a session; undefined for who shows neither the token nor a ticket. */
  begin(request: IncomingMessage): string | undefined
  /** What a request shows that is right; undefined for nothing. */
  check(request: IncomingMessage): Shown | undefined
}

/** Name of a server's cookie. A browser sends cookies to every port of a host: each server has a name of its own. */
export function cookieName({ socket }: IncomingMessage): string {
  return `opschart-${socket.localPort}`
}

/** What a request shows under the name of a cookie. */
export function cookiesOf({ headers }: IncomingMessage, name: string): string[] {
  const start = `${name}=`
  return (headers.cookie ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(start))
    .map((cookie) => cookie.slice(start.length))
}

/** What is added to each cookie: no script reads it, and no other page has it sent. */
export const cookieLimits = 'Path=/; HttpOnly; SameSite=Strict'

const ticketLife = 2 * 60_000

/**
 * Makes the secrets of a server, of 256 bits each. The session's follows from the token: where that is taken up again, after
 * a crash, a page that is open goes on with the cookie it has.
 */
export function createCredentials(options: {
  readonly clock: Clock
  readonly crypto: Crypto
  /** An earlier server's, that is taken up; a new one when absent. */
  readonly token?: string | undefined
}): Credentials {
  const { crypto, token = createSecret(crypto) } = options
  const session = crypto.sha256(`session ${token}`)
  const tickets = createOneTimeSecrets<true>({ ...options, life: ticketLife })
  return {
    token,

    ticket: () => tickets.make(true).secret,

    begin(request) {
      const bearer = bearerOf(request)
      if (bearer === undefined || (!isSame(bearer, token) && tickets.take(bearer) === undefined))
        return undefined
      return `${cookieName(request)}=${session}; ${cookieLimits}`
    },

    check(request) {
      const bearer = bearerOf(request)
      // Who shows a token means it: a wrong one is not made good by a cookie.
      if (request.headers.authorization !== undefined)
        return bearer !== undefined && isSame(bearer, token) ? 'token' : undefined
      const shown = cookiesOf(request, cookieName(request))
      return shown.some((value) => isSame(value, session)) ? 'session' : undefined
    },
  }
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer ([^ ]+)$/i.exec(headers.authorization ?? '')?.[1]
}
