import type { IncomingMessage } from 'node:http'

import type { Clock, Crypto } from '@opschart/core'

import { cookieLimits, cookieName, cookiesOf } from './credentials.ts'
import { createOneTimeSecrets, createSecret } from './secrets.ts'

/** Control that a person has turned on, in one browser. */
export interface Controlled {
  readonly person: string
  readonly until: number
}

/**
 * Who may act through the door for pages. It is off, until a person asks for a secret at their terminal and their browser
 * shows it; then a cookie of that browser alone carries it. All of it is in memory: no file holds what lets one act.
 */
export interface Control {
  /** A secret that turns control on, in one browser, once, within two minutes. */
  grant(person: string): { readonly secret: string; readonly expires: number }
  /** Turns it on for who shows such a secret: the cookie to set; undefined for a secret that is wrong, used, or too old. */
  turnOn(request: IncomingMessage, secret: string): (Controlled & { readonly cookie: string }) | undefined
  /** The control that a request carries. */
  of(request: IncomingMessage): Controlled | undefined
  /** Ends what a request carries; the cookie to set. */
  turnOff(request: IncomingMessage): string
}

const secretLife = 2 * 60_000
const controlLife = 12 * 60 * 60_000
/** Browsers with control at one time; the one that got it first loses it. */
const mostBrowsers = 16

/** Makes the control of a daemon: off for everyone. */
export function createControl(options: { readonly clock: Clock; readonly crypto: Crypto }): Control {
  const { clock, crypto } = options
  const secrets = createOneTimeSecrets<string>({ ...options, life: secretLife })
  /** By the hash of each cookie: how long a look takes says nothing of the cookies. */
  const browsers = new Map<string, Controlled>()
  const hashes = (request: IncomingMessage) =>
    cookiesOf(request, controlCookie(request)).map((value) => crypto.sha256(value))
  return {
    grant: (person) => secrets.make(person),

    turnOn(request, secret) {
      const person = secrets.take(secret)
      if (person === undefined) return undefined
      for (const [hash, { until }] of browsers)
        if (until <= clock.now() || browsers.size >= mostBrowsers) browsers.delete(hash)
      const value = createSecret(crypto)
      const controlled = { person, until: clock.now() + controlLife }
      browsers.set(crypto.sha256(value), controlled)
      return { ...controlled, cookie: setCookie(request, value, controlLife) }
    },

    of(request) {
      const found = hashes(request)
        .map((hash) => browsers.get(hash))
        .find((controlled) => controlled !== undefined && controlled.until > clock.now())
      return found
    },

    turnOff(request) {
      for (const hash of hashes(request)) browsers.delete(hash)
      return setCookie(request, '', 0)
    },
  }
}

function controlCookie(request: IncomingMessage): string {
  return `${cookieName(request)}-control`
}

function setCookie(request: IncomingMessage, value: string, life: number): string {
  return `${controlCookie(request)}=${value}; ${cookieLimits}; Max-Age=${life / 1000}`
}
