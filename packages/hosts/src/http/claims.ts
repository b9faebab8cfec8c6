import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Clock, Crypto } from '@opschart/core'

/** Files that a process proves its identity by: only what has one open can be the process that was told of it. */
export interface Claims {
  make(): Promise<{ readonly claim: string; readonly file: string }>
  /** The file of a claim that was made and not taken yet. */
  take(claim: string): string | undefined
  /** Removes its file. */
  drop(claim: string): Promise<void>
}

const life = 60_000
const most = 64

/** Makes claims in a folder (mode 0700), at most 64 at one time, for a minute each. */
export function createClaims(folder: string, crypto: Crypto, clock: Clock): Claims {
  const made = new Map<string, { readonly file: string; readonly expires: number; taken: boolean }>()

  const drop = async (claim: string) => {
    const file = made.get(claim)?.file
    made.delete(claim)
    if (file !== undefined) await rm(file, { force: true })
  }

  return {
    async make() {
      const now = clock.now()
      const old = [...made].filter(([, { expires }], index) => expires <= now || index < made.size - most)
      for (const [claim] of old) await drop(claim)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const claim = crypto.randomId()
      const file = join(folder, `claim-${claim}`)
      await (await open(file, 'wx', 0o600)).close()
      made.set(claim, { file, expires: now + life, taken: false })
      return { claim, file }
    },

    take(claim) {
      const found = made.get(claim)
      if (found === undefined || found.taken || found.expires <= clock.now()) return undefined
      found.taken = true
      return found.file
    },

    drop,
  }
}
