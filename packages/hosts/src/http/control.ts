import type { IncomingMessage } from 'node:http'

import type { Clock, Crypto } from '@opschart/core'

import { cookieLimits, cookieName, cookiesOf } from './credentials.ts'
import { createOneTimeSecrets, createSecret } from './secrets.ts'
import { controlHeader } from './wire.ts'

/** Control that a person has turned on, in one page of a browser. */
export interface Controlled {
  readonly person: string
  readonly until: number
}

/**
 * Who may act through the door for pages. It is off, until a person asks for a secret at their terminal and their page shows
 * it; then a key in that page and a cookie of its browser carry it, together. A browser shows its cookies to every port of
 * this machine, and the key to this one alone; scripts read the key, and never the cookie. All of it is in memory here.
 */
export interface Control {
  /** A secret that turns control on, in one page, once, within two minutes. */
  grant(person: string): { readonly secret: string; readonly expires: number }
  /**
   * Turns it on for who shows such a secret: the cookie to set, and the key for the page; undefined for a secret that is
   * wrong, used, or too old.
   */
  turnOn(
    request: IncomingMessage,
    secret: string,
  ): (Controlled & { readonly cookie: string; readonly key: string }) | undefined
  /** The control that a request carries. */
  of(request: IncomingMessage): Controlled | undefined
  /** Ends it in every page of the browser that asks; the cookie to set. */
  turnOff(request: IncomingMessage): string
}

const secretLife = 2 * 60_000
const controlLife = 12 * 60 * 60_000
/** Pages with control at one time; the one that got it first loses it. */
const mostPages = 16

/** Makes the control of a daemon: off for everyone. */
export function createControl(options: { readonly clock: Clock; readonly crypto: Crypto }): Control {
  const { clock, crypto } = options
  const secrets = createOneTimeSecrets<string>({ ...options, life: secretLife })
  /** By the hash of each cookie and key: how long a look takes says nothing of them. */
  const pages = new Map<string, Controlled & { readonly cookie: string }>()
  const hashOf = (cookie: string, key: string) => crypto.sha256(`${cookie} ${key}`)
  const shownBy = (request: IncomingMessage) => cookiesOf(request, controlCookie(request))
  return {
    grant: (person) => secrets.make(person),

    turnOn(request, secret) {
      const person = secrets.take(secret)
      if (person === undefined) return undefined
      for (const [hash, { until }] of pages)
        if (until <= clock.now() || pages.size >= mostPages) pages.delete(hash)
      // One that is good already stays: another page of this browser has its key to it.
      const known = new Set([...pages.values()].map(({ cookie }) => cookie))
      const value =
        shownBy(request).find((cookie) => known.has(crypto.sha256(cookie))) ?? createSecret(crypto)
      const key = createSecret(crypto)
      const controlled = { person, until: clock.now() + controlLife }
      pages.set(hashOf(value, key), { ...controlled, cookie: crypto.sha256(value) })
      return { ...controlled, key, cookie: setCookie(request, value) }
    },

    of(request) {
      const key = request.headers[controlHeader]
      if (typeof key !== 'string') return undefined
      const found = shownBy(request)
        .map((cookie) => pages.get(hashOf(cookie, key)))
        .find((controlled) => controlled !== undefined && controlled.until > clock.now())
      return found && { person: found.person, until: found.until }
    },

    turnOff(request) {
      const shown = new Set(shownBy(request).map((cookie) => crypto.sha256(cookie)))
      for (const [hash, { cookie }] of pages) if (shown.has(cookie)) pages.delete(hash)
      return `${setCookie(request, '')}; Max-Age=0`
    },
  }
}

function controlCookie(request: IncomingMessage): string {
  return `${cookieName(request)}-control`
}

/** No age: a browser writes those that have one into a file, and the others it forgets as it ends. */
function setCookie(request: IncomingMessage, value: string): string {
  return `${controlCookie(request)}=${value}; ${cookieLimits}`
}
