import { createHash, timingSafeEqual } from 'node:crypto'

import type { Clock, Crypto } from '@opschart/core'

/** A secret of 256 bits. */
export function createSecret(crypto: Crypto): string {
  // Three ids have more random bits than the hash that is made of them.
  return crypto.sha256([crypto.randomId(), crypto.randomId(), crypto.randomId()].join(' '))
}

/** Whether two secrets are the same, in a time that says nothing of either: not even how long it is. */
export function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(first!, second!)
}

/** Secrets in memory that are each good for one use, within a time. */
export interface OneTimeSecrets<Value> {
  make(value: Value): { readonly secret: string; readonly expires: number }
  /** What it was made for; undefined for one that is wrong, was used or has expired. */
  take(secret: string): Value | undefined
}

/** At one time: more would be a loop that asks. The oldest goes first. */
const most = 16

/** Makes such secrets, each good for `life` milliseconds. */
export function createOneTimeSecrets<Value>(options: {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly life: number
}): OneTimeSecrets<Value> {
  const { clock, crypto, life } = options
  /** By the hash of each: how long a look takes says nothing of the secrets. */
  const made = new Map<string, { readonly value: Value; readonly expires: number }>()
  return {
    make(value) {
      for (const [hash, { expires }] of made)
        if (expires <= clock.now() || made.size >= most) made.delete(hash)
      const secret = createSecret(crypto)
      const expires = clock.now() + life
      made.set(crypto.sha256(secret), { value, expires })
      return { secret, expires }
    },
    take(secret) {
      const hash = crypto.sha256(secret)
      const found = made.get(hash)
      made.delete(hash)
      return found !== undefined && found.expires > clock.now() ? found.value : undefined
    },
  }
}
