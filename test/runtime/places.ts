import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Store } from '@opschart/core'
import { createRuntime, memoryStore, type RuntimeOptions } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { afterAll } from 'vitest'

import type { RuntimePlace, RuntimeSetup } from '../../packages/testing/src/runtime-case.ts'

/** Wraps a store that a place opens, to look at it or to break it. */
export type Wrap = (store: Store) => Store

/** A place in memory: the store outlives the runtimes that are opened on it. */
export function memoryPlace(wrap: Wrap = (store) => store, otherwise: RuntimeOptions = {}): RuntimePlace {
  const store = memoryStore()
  return { open: (setup) => open(setup, wrap({ ...store, close: () => Promise.resolve() }), otherwise) }
}

/** A place in one SQLite file of a temporary folder. */
export function sqlitePlace(wrap: Wrap = (store) => store, otherwise: RuntimeOptions = {}): RuntimePlace {
  const file = freshFile()
  return { open: (setup) => open(setup, wrap(sqliteStore(file)), otherwise) }
}

function open(setup: RuntimeSetup, store: Store, otherwise: RuntimeOptions) {
  // Nobody else writes to it, and a clock that stands still would be wound on for nothing.
  return createRuntime({ ...setup, store, others: 0, ...otherwise })
}

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-runtime-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The path of a SQLite file that is not there yet; its folder goes when the tests are over. */
export function freshFile(): string {
  files += 1
  return path.join(folder, String(files), 'state.db')
}
