// Shows: a store of one's own, and how it proves itself with the cases that every store must pass.

import { deepEqual, equal } from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { createRuntime, memoryStore, type Store } from 'opschart'
import { equalsLive, runtimePlace, storeCases, type StoreKeeper } from 'opschart/testing'

/** A store that also writes each new row of the journal to a file, one JSON object a line, for tools that read such. */
function mirrored(store: Store, file: string): Store {
  let written = 0
  let line: Promise<unknown> = Promise.resolve()
  return {
    ...store,
    async commit(units) {
      // Handed on at once: what the caller does with the units afterwards must not change what is committed.
      const outcomes = store.commit(units)
      const mirrored = Promise.all([outcomes, line]).then(async () => {
        // Read back and not taken from the units: sequence and hash are the store's to give.
        const rows = await store.history({ from: written + 1 })
        for (const row of rows) appendFileSync(file, `${JSON.stringify(row)}\n`)
        written += rows.length
      })
      line = mirrored.catch(() => {})
      await mirrored
      return outcomes
    },
    async close() {
      // What was handed over before the end is still written.
      await line
      await store.close()
    },
  }
}

const folder = mkdtempSync(join(tmpdir(), 'opschart-store-'))
try {
  let count = 0
  for (const { name, run } of storeCases) {
    count += 1
    await run(() => mirrored(memoryStore(), join(folder, `case-${count}.ndjson`))).catch((cause: unknown) => {
      throw new Error(`the store breaks its promise: ${name}`, { cause })
    })
  }

  let opened = 0
  const keep = (): StoreKeeper => {
    opened += 1
    const store = mirrored(memoryStore(), join(folder, `machine-${opened}.ndjson`))
    return { open: () => ({ ...store, close: () => Promise.resolve() }), end: () => store.close() }
  }
  await fc.assert(equalsLive(runtimePlace({ createRuntime, keep })), { numRuns: 10 })

  const file = join(folder, 'journal.ndjson')
  await using runtime = await createRuntime({ store: mirrored(memoryStore(), file) })
  await runtime
    .as({ watcher: 'git' })
    .send('web', { type: 'CODE_COMMITTED', data: { branch: 'topic', commit: 'c1' } })
  const mirror = readFileSync(file, 'utf8').trim().split('\n')
  const { rows, sound } = await runtime.audit()
  equal(sound, true)
  equal(mirror.length, rows)
  deepEqual(
    mirror.map((line) => (JSON.parse(line) as { hash: string }).hash).at(-1),
    (await runtime.store.head()).hash,
  )
  console.log(`${count} cases hold; ${rows} rows are mirrored`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
