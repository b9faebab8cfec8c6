// Runs the cases of machines and of their trees, in memory and on SQLite, and prints which build of XState runs here, and what
// became of each. Started by builds.test.ts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Store } from '@opschart/core'
import { createRuntime, memoryStore } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'

import type { RuntimePlace } from '../../packages/testing/src/runtime-case.ts'
import { machineCases } from '../../packages/testing/src/runtime-cases-machines.ts'
import { treeCases } from '../../packages/testing/src/runtime-cases-trees.ts'
import { xstateBuild } from '../law/recorded-sequence.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-builds-'))
let files = 0

const placeOf = (open: () => Store): RuntimePlace => ({
  open: (setup) => createRuntime({ ...setup, store: open(), others: 0 }),
})

const places: Readonly<Record<string, () => RuntimePlace>> = {
  memory() {
    const store = memoryStore()
    return placeOf(() => ({ ...store, close: () => Promise.resolve() }))
  },
  sqlite() {
    files += 1
    const file = path.join(folder, String(files), 'state.db')
    return placeOf(() => sqliteStore(file))
  },
}

console.log(xstateBuild())
for (const [kind, place] of Object.entries(places)) {
  for (const { name, run } of [...machineCases, ...treeCases]) {
    const said = await run(place).then(() => 'kept', String)
    console.log(`${kind}: ${name}: ${said.replaceAll('\n', ' ')}`)
  }
}
rmSync(folder, { recursive: true, force: true })
