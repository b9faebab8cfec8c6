// Where durable runs keep what they have: in memory, and in a file.

import { createRuntime, memoryStore } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { repeatableCrypto, runtimePlace, type DurablePlace, type StoreKeeper } from '@opschart/testing'
import type { Store } from '@opschart/core'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** What a closed runtime leaves is handed to the next. */
function keptInMemory(): StoreKeeper {
  const store = memoryStore({ crypto: repeatableCrypto('store') })
  return { open: () => ({ ...store, close: () => Promise.resolve() }), end: () => store.close() }
}

/** Closed and opened anew each time. */
function keptInFile(): StoreKeeper {
  const folder = mkdtempSync(path.join(tmpdir(), 'opschart-equal-'))
  return {
    open: () => sqliteStore(path.join(folder, 'state.db')),
    end: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  }
}

export const inMemory = runtimePlace({ createRuntime, keep: keptInMemory })
export const inFile = runtimePlace({ createRuntime, keep: keptInFile })

/** In memory, with a store that has a fault. */
export function spoiled(spoil: (store: Store) => Store): DurablePlace {
  return runtimePlace({
    createRuntime,
    keep() {
      const keeper = keptInMemory()
      return { open: () => spoil(keeper.open()), end: () => keeper.end() }
    },
  })
}
