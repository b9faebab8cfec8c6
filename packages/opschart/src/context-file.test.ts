// Properties of the context file:
//   - It says what the journal says, and is written only when it does not yet.
//   - Keys of ours are put back when they are edited, and that is told.
//   - Every other key and every comment stays as people wrote it.
//   - A file that is no YAML map is kept beside, never thrown away.
//   - A long journal is not read again at each start; of a pruned one what was in its rows stays known.
//   - Nothing outside of the project is read or written, whatever stands in the place of the file; a pipe stops nobody.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import type { JournalEntry, Json, OperationView, Store } from '@opschart/core'
import { createRuntime, memoryStore } from '@opschart/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

import { contextFile, createContextFile } from './context-file.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opschart-context-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const entry = (changes: JournalEntry['changes'], type = 'x'): JournalEntry => ({
  kind: 'message',
  decider: 'none',
  service: 'shop',
  event: { type },
  by: null,
  severity: null,
  facts: null,
  operation: null,
  verdict: null,
  moved: null,
  effects: [],
  changes,
  cause: null,
})

async function journal(entries: readonly JournalEntry[]) {
  const store = memoryStore()
  let version = 0
  const add = async (added: JournalEntry) => {
    version += 1
    const decision = {
      actor: 'ledger:shop',
      version,
      definition: 'none',
      at: version,
      key: null,
      entry: added as unknown as Json,
      shard: 'shop',
      state: {},
    }
    await store.commit([{ decisions: [decision] }])
  }
  for (const one of entries) await add(one)
  return { store, add }
}

const live = entry([
  {
    kind: 'go_live',
    deployment: { lifecycle: 'shop/a', version: 'v1', commit: 'c', time: 1_767_225_600_000 },
  },
])
const waiting = {
  task: 'migrate',
  status: 'awaiting_approval',
  agent: 'data-migration-agent',
  lifecycle: 'shop/a',
} as OperationView
const read = () => readFile(join(root, contextFile), 'utf8')
const put = async (text: string) => {
  await mkdir(dirname(join(root, contextFile)), { recursive: true })
  await writeFile(join(root, contextFile), text)
}

it('says what the journal says, in the shape that people know', async () => {
  const { store, add } = await journal([
    live,
    entry([], 'xstate.done.actor.setup_alerts'),
    entry([], 'xstate.done.actor.setup_dashboard'),
  ])
  const file = createContextFile({ root, store, pending: () => Promise.resolve([waiting]), told: () => {} })
  await file.update()
  expect(parse(await read())).toEqual({
    operational_context: {
      last_deployment: { timestamp: 1_767_225_600, version: 'v1', changes: ['shop'] },
      monitoring_state: { dashboards: ['shop-dashboard'], alerts_configured: true, last_incident: null },
      pending_operations: [
        { type: 'migrate', status: 'awaiting_approval', agent: 'data-migration-agent', release: 'shop/a' },
      ],
    },
  })
  await add(
    entry([{ kind: 'roll_back', from: 'shop/b', to: 'shop/a', version: 'v0', time: 1_767_225_700_000 }]),
  )
  await file.update()
  expect(parse(await read()).operational_context.last_deployment.version).toBe('v0')
})

it('keeps what people wrote, with their comments', async () => {
  await put('# ours\noperational_context:\n  team: # who\n    - night shift\nother: 1\n')
  const { store } = await journal([live])
  await createContextFile({ root, store, pending: () => Promise.resolve([]), told: () => {} }).update()
  const text = await read()
  expect(text).toContain('# ours')
  expect(text).toContain('# who')
  expect(parse(text)).toMatchObject({
    other: 1,
    operational_context: { team: ['night shift'], last_deployment: { version: 'v1' } },
  })
})

it('puts an edit of a key of ours back, and tells', async () => {
  const { store } = await journal([live])
  const told: string[] = []
  const file = createContextFile({
    root,
    store,
    pending: () => Promise.resolve([]),
    told: (text) => void told.push(text),
  })
  await file.update()
  await put((await read()).replace('version: v1', 'version: v9'))
  await file.update()
  expect(parse(await read()).operational_context.last_deployment.version).toBe('v1')
  expect(told).toEqual([
    `${contextFile}: operational_context.last_deployment was edited; it is put back as the journal says`,
  ])
})

it('keeps a file beside that is no YAML map', async () => {
  await put('- not\n- a: [map')
  const { store } = await journal([live])
  const told: string[] = []
  await createContextFile({
    root,
    store,
    pending: () => Promise.resolve([]),
    told: (text) => void told.push(text),
  }).update()
  expect(await readFile(join(root, `${contextFile}.unreadable`), 'utf8')).toBe('- not\n- a: [map')
  expect(parse(await read()).operational_context.last_deployment.version).toBe('v1')
  expect(told).toHaveLength(1)
})

it('does not write when nothing has changed', async () => {
  const { store } = await journal([live])
  const file = createContextFile({ root, store, pending: () => Promise.resolve([]), told: () => {} })
  await file.update()
  const before = await read()
  await rm(join(root, contextFile))
  await writeFile(join(root, contextFile), before, { mode: 0o444 })
  await file.update()
  expect(await read()).toBe(before)
})

describe('what stands in the place of the file', () => {
  const elsewhere = () => mkdtemp(join(tmpdir(), 'opschart-elsewhere-'))

  async function updated(): Promise<string[]> {
    const { store } = await journal([live])
    const told: string[] = []
    const sources = {
      root,
      store,
      pending: () => Promise.resolve([]),
      told: (text: string) => void told.push(text),
    }
    const file = createContextFile(sources)
    await file.update()
    await file.update()
    return told
  }

  it('is not waited for when it is a pipe', async () => {
    await mkdir(dirname(join(root, contextFile)), { recursive: true })
    await promisify(execFile)('mkfifo', [join(root, contextFile)])
    expect(await updated()).toEqual([`${contextFile} is no regular file of the project; it is not written`])
  })

  it('is not read through a link, and what the link points to stays as it is', async () => {
    const other = await elsewhere()
    await writeFile(join(other, 'secret'), 'a: 1\n')
    await mkdir(dirname(join(root, contextFile)), { recursive: true })
    await symlink(join(other, 'secret'), join(root, contextFile))
    expect(await updated()).toEqual([`${contextFile} is no regular file of the project; it is not written`])
    expect(await readFile(join(other, 'secret'), 'utf8')).toBe('a: 1\n')
    await rm(other, { recursive: true })
  })

  it('is not written through a link that waits under the name of the temporary file', async () => {
    const other = await elsewhere()
    await writeFile(join(other, 'profile'), 'mine')
    await mkdir(dirname(join(root, contextFile)), { recursive: true })
    await symlink(join(other, 'profile'), join(root, `${contextFile}.new`))
    expect(await updated()).toEqual([])
    expect(await readFile(join(other, 'profile'), 'utf8')).toBe('mine')
    expect(parse(await read())).toHaveProperty('operational_context')
    await rm(other, { recursive: true })
  })

  it('is not written into a folder that a link puts outside of the project', async () => {
    const other = await elsewhere()
    await symlink(other, join(root, '.claude'))
    expect(await updated()).toEqual([`${contextFile} is no regular file of the project; it is not written`])
    expect(await readdir(other)).toEqual([])
    await rm(other, { recursive: true })
  })

  it.each([
    ['is larger than any that people write', `a: ${'x'.repeat(300_000)}\n`],
    ['nests without end', `a: ${'['.repeat(5_000)}`],
    ['names one key twice', 'a: 1\na: 2\n'],
    ['has something else than a map for our keys', 'b: &b {x: 1}\noperational_context: *b\n'],
  ])('is kept beside when it %s', async (_, text) => {
    await put(text)
    expect(await updated()).toHaveLength(1)
    expect(await readFile(join(root, `${contextFile}.unreadable`), 'utf8')).toBe(text)
    expect(parse(await read())).toHaveProperty('operational_context')
  })

  it('keeps keys that are no texts', async () => {
    await put('2026: planned\n')
    expect(await updated()).toEqual([])
    expect(await read()).toContain('2026: planned')
  })
})

/** A store that counts the rows it gives. */
function counting(store: Store) {
  const given = { rows: 0 }
  const counted: Store = {
    ...store,
    async history(query) {
      const rows = await store.history(query)
      given.rows += rows.length
      return rows
    },
  }
  return { store: counted, given }
}

const made = (store: Store) =>
  createContextFile({ root, store, pending: () => Promise.resolve([]), told: () => {} })

it('goes on from what was kept in the store, however long the journal is', async () => {
  const { store, add } = await journal([live])
  for (let row = 0; row < 1_100; row += 1) await add(entry([]))
  await made(store).update()
  const { store: counted, given } = counting(store)
  const file = made(counted)
  await file.update()
  expect(file.read().last_deployment?.version).toBe('v1')
  expect(given.rows).toBeLessThan(502)
})

it('[D15] goes on from the base of a journal that was pruned', async () => {
  const store = memoryStore()
  const runtime = await createRuntime({ store: { ...store, close: () => Promise.resolve() }, others: 0 })
  const ann = runtime.as({ person: 'ann' })
  await ann.adopt({ to: 'shop/a', phase: 'PRODUCTION', version: 'v1', reason: 'it is live' })
  const { pruned } = await runtime.prune({ before: Number.POSITIVE_INFINITY, by: 'person:ann' })
  expect(pruned).toBeGreaterThan(0)
  await ann.send('shop/a', { type: 'INCIDENT_DECLARED' })
  await runtime.close()
  const file = made(store)
  await file.update()
  expect(file.read().last_deployment?.version).toBe('v1')
  expect(file.read().monitoring_state.last_incident?.service).toBe('shop')
  await store.close()
})
