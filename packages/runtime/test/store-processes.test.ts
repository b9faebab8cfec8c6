// Properties:
//   - Several processes that open a new file at the same moment all succeed, and find one journal.
//   - Several processes that move the same actors lose no update, and none waits for ever.
//   - A process killed at any moment leaves each unit whole or absent, and everything it was told to be durable.
//   - Killed while it prunes or imports, too: the journal is whole or cut, the store empty or whole.
//   - A full disk and a place that may not be written are told clearly; what was committed stays readable, and writing
//     goes on where there is room again.

import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { exportStore, importStore, rowHash, type BaseState, type Store, type Unit } from '@opschart/core'
import { afterAll, describe, expect, it } from 'vitest'

import { nodeCrypto } from '../src/node-crypto.ts'
import { memoryStore } from '../src/stores/memory.ts'
import { sqliteStore } from '../src/stores/sqlite.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-processes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const childFile = path.join(import.meta.dirname, 'store-child.ts')
const linux = process.platform === 'linux'

interface Child {
  readonly process: ChildProcessWithoutNullStreams
  /** The next line it says; undefined at its end. */
  readonly next: () => Promise<string | undefined>
  /** The next line, read as JSON; throws with what the child said on standard error when there is none. */
  readonly answer: () => Promise<Record<string, unknown>>
  readonly go: () => void
  readonly ended: Promise<unknown>
}

/** Starts a process of `store-child.ts` and waits until it has loaded everything. */
async function child(job: string, file: string, name = '', before: readonly string[] = []): Promise<Child> {
  const argv = [...before, process.execPath, childFile, job, file, name]
  const started = spawn(argv[0] ?? '', argv.slice(1))
  const ended = new Promise((resolve) => started.once('close', resolve))
  let errors = ''
  started.stderr.on('data', (text) => (errors += String(text)))
  started.stdin.on('error', () => {})
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const line = await lines.next()
    return line.done ? undefined : line.value
  }
  const answer = async () => {
    const line = await next()
    if (line === undefined) throw new Error(`the child ended: ${errors}`)
    return JSON.parse(line) as Record<string, unknown>
  }
  if ((await next()) !== 'ready') throw new Error(`the child did not start: ${errors}`)
  return { process: started, next, answer, go: () => started.stdin.write('go\n'), ended }
}

async function expectChain(store: Store): Promise<void> {
  let previous = ''
  let sequence = 0
  for (const { hash, ...row } of await store.history({ limit: Number.POSITIVE_INFINITY })) {
    sequence += 1
    expect(row.sequence).toBe(sequence)
    expect(hash).toBe(rowHash(nodeCrypto, previous, row))
    previous = hash
  }
  expect(await store.head()).toEqual({ sequence, hash: previous })
}

describe('several processes on one file', () => {
  it('[D8] open it at the same moment when it is not there yet, and all succeed', async () => {
    for (const round of [1, 2]) {
      const file = path.join(folder, `open-${round}`, 'state.db')
      const children = await Promise.all(['a', 'b', 'c', 'd'].map((name) => child('open', file, name)))
      for (const { go } of children) go()
      const outcomes = await Promise.all(children.map(({ answer }) => answer()))
      expect(outcomes.map(({ outcome }) => (outcome as { kind: string }).kind)).toEqual(
        Array(4).fill('written'),
      )
      const store = sqliteStore(file)
      expect((await store.actors()).map(({ actor }) => actor)).toEqual(['a', 'b', 'c', 'd'])
      await expectChain(store)
      await store.close()
    }
  }, 60_000)

  it('[D8] move the same actors without losing an update', async () => {
    const file = path.join(folder, 'count', 'state.db')
    const children = await Promise.all(['a', 'b', 'c', 'd'].map((name) => child('count', file, name)))
    for (const { go } of children) go()
    await Promise.all(children.map(({ answer }) => answer()))
    const store = sqliteStore(file)
    const actors = await store.actors()
    expect(actors.map(({ actor, version, state }) => [actor, version, state])).toEqual([
      ['one', 100, 100],
      ['two', 100, 100],
    ])
    await expectChain(store)
    await store.close()
  }, 60_000)

  it('[D1] leave whole units only, and all that were durable, when they are killed', async () => {
    const file = path.join(folder, 'killed', 'state.db')
    const durable = new Map<string, number>()
    for (const round of [1, 2, 3, 4]) {
      const children = await Promise.all(['a', 'b'].map((name) => child('endless', file, `${name}${round}`)))
      for (const { go } of children) go()
      const kill = children.map(async ({ process: started, next, ended }, index) => {
        for (let acknowledged = 0; ; acknowledged += 1) {
          // A different moment each time; what is still in the pipe at the kill was durable too.
          if (acknowledged === round * 15 + index * 20) started.kill('SIGKILL')
          const line = await next()
          if (line === undefined) break
          const { actor, version } = parsed(line)
          if (actor !== undefined) durable.set(actor, Math.max(version, durable.get(actor) ?? 0))
        }
        await ended
      })
      await Promise.all(kill)
      const store = sqliteStore(file)
      await expectChain(store)
      const actors = await store.actors()
      for (const { actor, version, state } of actors) {
        expect(version, `what ${actor} was told`).toBeGreaterThanOrEqual(durable.get(actor) ?? 0)
        const [fact] = await store.facts([actor])
        const rows = await store.history({ actor, limit: Number.POSITIVE_INFINITY })
        expect({
          state,
          fact: fact?.value,
          rows: rows.length,
          work: (await store.work({ actor })).map(({ task }) => task),
          timers: (await store.timers(actor)).map(({ due }) => due),
          checkpoint: await store.checkpoint(actor),
        }).toEqual({
          state: version,
          fact: version,
          rows: version,
          work: [version],
          timers: [version],
          checkpoint: version,
        })
      }
      expect(durable.size).toBe(round * 6)
      await store.close()
    }
  }, 60_000)
})

describe('a process that is killed half-way', () => {
  const rows = 2_000
  const signals = Array.from({ length: rows }, (_, index): Unit['decisions'][number] => ({
    actor: `a${index % 10}`,
    version: Math.floor(index / 10) + 1,
    definition: 'd',
    at: index,
    key: { source: 's', id: String(index + 1) },
    shard: 's',
    state: index,
    entry: { row: index + 1 },
  }))

  /** Kills a process of a job after it has said so many lines; false when it came to its end before. */
  async function killedAfter(job: string, file: string, lines: number, name = ''): Promise<boolean> {
    const started = await child(job, file, name)
    started.go()
    let said: string | undefined
    for (let line = 0; line < lines; line += 1) said = await started.next()
    started.process.kill('SIGKILL')
    await started.ended
    return said !== undefined && !said.includes('"end"')
  }

  it('[D15] while it prunes leaves the journal whole or cut, and no signal forgotten', async () => {
    const full = path.join(folder, 'prune-full.db')
    const made = sqliteStore(full)
    await made.commit(signals.map((decision) => ({ decisions: [decision] })))
    const all = await made.history({ limit: rows })
    await made.close()
    let cuts = 0
    for (let lines = 1, killed = true; killed; lines += lines < 4 ? 1 : 3) {
      const file = path.join(folder, `prune-${lines}.db`)
      copyFileSync(full, file)
      killed = await killedAfter('prune', file, lines)
      const store = sqliteStore(file)
      const pruning = store.pruning!
      const { sequence } = await pruning.beginning()
      if (sequence > 0) cuts += 1
      const kept = await store.history({ limit: rows + 1 })
      expect(kept.slice(0, rows - sequence)).toEqual(all.slice(sequence))
      expect(sequence === 0 ? [] : [kept.at(-1)?.actor]).toEqual(sequence === 0 ? [] : ['system'])
      while (await pruning.sweep());
      const base: BaseState[] = []
      for await (const state of pruning.base()) base.push(state)
      expect([sequence, base.length]).toEqual(sequence === 0 ? [0, 0] : [1_500, 1_000])
      const again = await store.commit(signals.map((decision) => ({ decisions: [decision] })))
      expect(again.map((outcome) => outcome.kind === 'duplicate' && outcome.sequence)).toEqual(
        signals.map((_, index) => index + 1),
      )
      await store.close()
    }
    // Both sides of the cut were met.
    expect(cuts).toBeGreaterThan(1)
  }, 120_000)

  it('[D14] while it imports leaves the store empty or whole', async () => {
    const from = memoryStore()
    await from.commit(signals.map((decision) => ({ decisions: [decision] })))
    const lines: string[] = []
    for await (const line of exportStore(from, nodeCrypto)) lines.push(line)
    const exported = path.join(folder, 'export.ndjson')
    writeFileSync(exported, lines.map((line) => `${line}\n`).join(''))
    const found: number[] = []
    for (let said = 1, killed = true; killed; said += 2) {
      const file = path.join(folder, `import-${said}.db`)
      killed = await killedAfter('import', file, said, exported)
      const store = sqliteStore(file)
      const { sequence } = await store.head()
      found.push(sequence)
      if (sequence === 0) await importStore(store, lines, nodeCrypto)
      const now: string[] = []
      for await (const line of exportStore(store, nodeCrypto)) now.push(line)
      expect(now).toEqual(lines)
      await store.close()
    }
    expect(found.filter((sequence) => sequence !== 0 && sequence !== rows)).toEqual([])
    expect(found[0]).toBe(0)
  }, 120_000)
})

/** An acknowledgement; a line that the kill cut off acknowledges nothing. */
function parsed(line: string): { actor?: string; version: number } {
  try {
    return JSON.parse(line) as { actor: string; version: number }
  } catch {
    return { version: 0 }
  }
}

/** Mounts a small disk, where this user may; false where not. */
function mounted(place: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', place], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('a place that cannot take more', () => {
  /** Until it is full, then with room made by `makeRoom`. */
  async function fill(started: Child, makeRoom: () => void, reason: RegExp): Promise<void> {
    started.go()
    const full = await started.answer()
    expect(full).toMatchObject({
      failure: { code: 'storage' },
      rows: full['version'],
      actor: full['version'],
    })
    expect((full['failure'] as { message: string }).message).toMatch(reason)
    makeRoom()
    started.go()
    const again = Number(full['version']) + 1
    expect(await started.answer()).toEqual({ failure: null, rows: again, actor: again })
    await started.ended
  }

  it.runIf(linux)(
    '[D9] a limit on the file’s size is told, and writing goes on when it is lifted',
    async () => {
      const file = path.join(folder, 'limited', 'state.db')
      const started = await child('fill', file, '', ['prlimit', '--fsize=600000:unlimited'])
      const lift = ['--pid', String(started.process.pid), '--fsize=unlimited:unlimited']
      await fill(
        started,
        () => execFileSync('prlimit', lift),
        /^Writing .*state\.db failed: .*(SQLITE_FULL|SQLITE_IOERR)/,
      )
    },
    60_000,
  )

  const disk = path.join(folder, 'disk')
  mkdirSync(disk)
  const small = linux && process.getuid?.() === 0 && mounted(disk)
  afterAll(() => {
    if (small) execFileSync('umount', [disk])
  })

  it.runIf(small)(
    '[D9] a full disk is told, and writing goes on when there is room',
    async () => {
      const started = await child('fill', path.join(disk, 'state.db'))
      await fill(
        started,
        () => execFileSync('mount', ['-o', 'remount,size=8m', disk]),
        /^Writing .*state\.db failed: the disk is full \(SQLITE_FULL: .*Free some space/,
      )
    },
    60_000,
  )

  it.runIf(process.platform !== 'win32').each([
    { how: 'that was closed', leave: (store: Store) => store.close() },
    // The store stays open: its log is there, and holds what was committed.
    { how: 'that is still open', leave: async () => {} },
  ])('[D9] a read-only file $how is read, and a write to it is told', async ({ how, leave }) => {
    const place = path.join(folder, how)
    const file = path.join(place, 'state.db')
    const store = sqliteStore(file)
    const row = { version: 1, definition: 'd', at: 1, key: null, shard: 's', state: 1, entry: null }
    const piece = {
      key: 'a:1:0',
      actor: 'a',
      shard: 's',
      slot: null,
      severity: 'LOW',
      at: 1,
      task: null,
    } as const
    await store.commit([{ decisions: [{ actor: 'a', ...row }], work: [piece] }])
    await leave(store)
    chmodSync(folder, 0o755)
    execFileSync('chmod', ['-R', 'a+r,a-w', place])
    chmodSync(place, 0o555)
    try {
      const started = await child('readOnly', file)
      started.go()
      const answer = await started.answer()
      expect(answer).toMatchObject({
        failure: { code: 'storage' },
        claimed: { code: 'storage' },
        rows: 1,
        actor: 1,
      })
      expect((answer['failure'] as { message: string }).message).toMatch(
        /it is read-only .*reading still works/,
      )
      const created = (await started.answer())['failure']
      expect(created).toMatchObject({
        code: 'storage',
        message: expect.stringMatching(/^Opening .*state\.db\.new failed/),
      })
      await started.ended
    } finally {
      chmodSync(place, 0o755)
      await store.close()
    }
  })
})
