import { createHash, timingSafeEqual } from 'node:crypto'
import { closeSync, lstatSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'

import type { Crypto } from '@opschart/core'

import { prepareFolder } from './socket-place.ts'

/** What a request on the loopback shows: the token itself, as a program does, or the cookie of a page's session. */
export type Shown = 'token' | 'session'

/** The secrets of one server: made with it, and worth nothing after it. */
export interface Credentials {
  /** The `set-cookie` header that begins a session. */
  cookieFor(request: IncomingMessage): string
  /** What a request shows that is right; undefined for nothing. */
  check(request: IncomingMessage): Shown | undefined
  /** Puts the token where only this user reads it (mode 0600), in place of an earlier server's. */
  publish(path: string): void
  /** Removes it, unless another server has put its own there. */
  withdraw(path: string): void
}

/** Name of a server's cookie. A browser sends cookies to every port of a host: each server has a name of its own. */
export function cookieName({ socket }: IncomingMessage): string {
  return `opschart-${socket.localPort}`
}

/** Makes the token of a server, and the secret of its sessions, of 256 bits each. */
export function createCredentials(crypto: Crypto): Credentials {
  // Three ids have more random bits than the hash that is made of them.
  const secret = () => crypto.sha256([crypto.randomId(), crypto.randomId(), crypto.randomId()].join(' '))
  const token = secret()
  const session = secret()
  return {
    cookieFor: (request) => `${cookieName(request)}=${session}; Path=/; HttpOnly; SameSite=Strict`,

    check(request) {
      const { headers } = request
      const bearer = /^Bearer ([^ ]+)$/i.exec(headers.authorization ?? '')?.[1]
      // Who shows a token means it: a wrong one is not made good by a cookie.
      if (headers.authorization !== undefined)
        return bearer !== undefined && isSame(bearer, token) ? 'token' : undefined
      const start = `${cookieName(request)}=`
      const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
      const shown = cookies
        .filter((cookie) => cookie.startsWith(start))
        .map((cookie) => cookie.slice(start.length))
      return shown.some((value) => isSame(value, session)) ? 'session' : undefined
    },

    publish(path) {
      prepareFolder(path)
      // Written aside and moved: whoever reads it reads all of it, and a link that lies there is not followed.
      const aside = `${path}.${process.pid}`
      rmSync(aside, { force: true })
      const file = openSync(aside, 'wx', 0o600)
      try {
        writeSync(file, token)
      } finally {
        closeSync(file)
      }
      renameSync(aside, path)
    },

    withdraw(path) {
      const present = lstatSync(path, { throwIfNoEntry: false })
      if (present?.isFile() === true && readFileSync(path, 'utf8') === token) rmSync(path, { force: true })
    },
  }
}

/** Whether two secrets are the same, in a time that says nothing of either: not even how long it is. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(first!, second!)
}
