// Properties:
//   - The runtime keeps every promise of the port, with the store in memory and with the one in a file.

import { describe, it } from 'vitest'

import { runtimeCases } from '../../packages/testing/src/runtime-cases.ts'
import { memoryPlace, sqlitePlace } from './places.ts'

describe('the runtime in memory', () => {
  it.each(runtimeCases)('$name', async ({ run }) => run(() => memoryPlace()))
})

describe('the runtime on SQLite', () => {
  it.each(runtimeCases)('$name', async ({ run }) => run(() => sqlitePlace()))
})
