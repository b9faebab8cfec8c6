// Properties of actors of machines on files that are full, locked, torn, cut short, read-only or of a newer version:
//   - Whoever asks gets an error with its code and the way out, and nothing was accepted; what was committed can be read.
//   - When the file can be written again, the same signal is accepted once, and what was due meanwhile is done once.
//   - A log that was torn anywhere leaves the units before the tear, whole: the audit is sound, and a head that was kept
//     elsewhere tells what is gone.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'

import { OpschartError } from '@opschart/core'
import { createRuntime, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { afterAll, describe, expect, it } from 'vitest'

import { shopMachine } from './shop-machine.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-broken-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const linux = process.platform === 'linux'
const machines = { shop: shopMachine(() => new Promise(() => {})) }

let places = 0
function freshFile(): string {
  places += 1
  mkdirSync(path.join(folder, String(places)))
  return path.join(folder, String(places), 'state.db')
}

const open = (file: string, busyTimeout = 5_000): Promise<Runtime> =>
  Promise.resolve().then(() =>
    createRuntime({ store: sqliteStore(file, { busyTimeout }), machines, others: 0, work: false }),
  )

const sales = 30
const sell = (runtime: Runtime, number: number) =>
  runtime.as({ person: 'ann' }).send('shop/a', { type: 'SELL', id: `sale-${number}` })

/** A shop that has sold something. */
async function sold(file: string): Promise<Runtime> {
  const runtime = await open(file)
  await runtime.as({ person: 'ann' }).start('shop/a')
  for (let number = 1; number <= sales; number += 1) await sell(runtime, number)
  return runtime
}

const soldBy = async (runtime: Runtime) =>
  ((await runtime.actor('shop/a'))?.context as { sold: number } | undefined)?.sold

async function rejection(promise: Promise<unknown>): Promise<OpschartError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof OpschartError) return error
  throw new Error(`an error of ours was expected, not ${String(error)}`)
}

describe('[D9] a file that cannot be written for a time', () => {
  it('is locked by another program: told when it takes too long, and written when it is free', async () => {
    const file = freshFile()
    await (await sold(file)).close()
    const runtime = await open(file, 20)
    const holder = new DatabaseSync(file)
    holder.exec('begin immediate')
    const error = await rejection(sell(runtime, sales + 1))
    expect(error.code).toBe('storage')
    expect(error.message).toMatch(/SQLITE_BUSY.*look for a process that holds the file/)
    expect(await soldBy(runtime)).toBe(sales)
    holder.exec('rollback')
    holder.close()
    expect(await sell(runtime, sales + 1)).toMatchObject({ kind: 'accepted' })
    expect(await sell(runtime, sales + 1)).toMatchObject({ kind: 'accepted', duplicate: true })
    expect(await soldBy(runtime)).toBe(sales + 1)
    await runtime.close()
  })

  const children: ChildProcess[] = []
  afterAll(() => children.forEach((one) => one.kill('SIGKILL')))

  interface Child {
    readonly pid: number
    readonly go: () => void
    readonly answer: () => Promise<Record<string, unknown>>
  }

  async function child(job: string, file: string, before: readonly string[] = []): Promise<Child> {
    const script = path.join(import.meta.dirname, 'files-child.ts')
    const argv = [...before, process.execPath, script, job, file]
    const started = spawn(argv[0]!, argv.slice(1))
    children.push(started)
    let errors = ''
    started.stderr.on('data', (text) => (errors += String(text)))
    started.stdin.on('error', () => {})
    const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<string> => {
      const line = await lines.next()
      if (line.done) throw new Error(`the process ended: ${errors}`)
      return line.value
    }
    await next()
    return {
      pid: started.pid!,
      go: () => started.stdin.write('go\n'),
      answer: async () => JSON.parse(await next()) as Record<string, unknown>,
    }
  }

  async function filled(started: Child, makeRoom: () => void, reason: RegExp): Promise<void> {
    started.go()
    const full = await started.answer()
    expect(full).toMatchObject({
      failure: { code: 'storage' },
      sold: full['acknowledged'],
      bells: 0,
      loaves: [],
    })
    expect((full['failure'] as { message: string }).message).toMatch(reason)
    makeRoom()
    started.go()
    const after = await started.answer()
    expect(after).toMatchObject({
      verdict: { kind: 'accepted' },
      again: { kind: 'accepted', duplicate: true },
      sold: Number(full['acknowledged']) + 1,
      bells: 1,
      loaves: ['rye'],
      audit: { sound: true },
    })
    expect(after['verdict']).not.toHaveProperty('duplicate')
  }

  it.runIf(linux)(
    'has reached a limit on its size: SQLITE_IOERR or SQLITE_FULL, and what was due is done when it is lifted',
    async () => {
      const started = await child('fill', freshFile(), ['prlimit', '--fsize=900000:unlimited'])
      const lift = ['--pid', String(started.pid), '--fsize=unlimited:unlimited']
      await filled(
        started,
        () => execFileSync('prlimit', lift),
        /^Writing .*state\.db failed: .*(SQLITE_FULL|SQLITE_IOERR).* (Free some space|Check the disk)/,
      )
    },
    60_000,
  )

  const disk = path.join(folder, 'disk')
  mkdirSync(disk)
  const small = linux && process.getuid?.() === 0 && mounted(disk)
  afterAll(() => {
    if (small) execFileSync('umount', ['-l', disk])
  })

  it.runIf(small)(
    'lies on a disk that is full: SQLITE_FULL, and what was due is done when there is room',
    async () => {
      await filled(
        await child('fill', path.join(disk, 'state.db')),
        () => execFileSync('mount', ['-o', 'remount,size=16m', disk]),
        /^Writing .*state\.db failed: the disk is full \(SQLITE_FULL: .*Free some space/,
      )
    },
    60_000,
  )

  it.runIf(process.platform !== 'win32')(
    'may only be read: actors are shown, and a signal is refused',
    async () => {
      const file = freshFile()
      const runtime = await sold(file)
      await runtime.as({ person: 'ann' }).send('shop/a', { type: 'RING', data: { in: 0 } })
      await runtime.close()
      const place = path.dirname(file)
      chmodSync(folder, 0o755)
      execFileSync('chmod', ['-R', 'a+r,a-w', place])
      chmodSync(place, 0o555)
      const started = await child('readOnly', file)
      started.go()
      const answer = await started.answer()
      chmodSync(place, 0o755)
      expect(answer).toMatchObject({
        failure: { code: 'storage' },
        sold: sales,
        bells: 0,
        audit: { sound: true },
      })
      expect((answer['failure'] as { message: string }).message).toMatch(
        /it is read-only .*reading still works/,
      )
      expect((answer['problems'] as string[]).join()).toContain('timers could not be looked at')
    },
    30_000,
  )
})

/** Mounts a small disk, where this user may; false where not. */
function mounted(place: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=768k', 'tmpfs', place], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('[D1] a write-ahead log that was torn', () => {
  const header = 32
  const frame = 24 + 4096

  it('leaves the units before the tear, whole, wherever it is; what is sent again is accepted once', async () => {
    const file = freshFile()
    const runtime = await sold(file)
    const head = await runtime.store.head()
    const image = freshFile()
    for (const part of ['', '-wal']) copyFileSync(file + part, image + part)
    await runtime.close()
    const whole = statSync(`${image}-wal`).size
    const frames = Math.floor((whole - header) / frame)
    expect(frames).toBeGreaterThan(sales)
    const middle = header + Math.floor(frames / 2) * frame
    const cuts = [
      whole,
      whole - 1,
      whole - frame + 10,
      whole - frame,
      middle + 20,
      middle + 2_000,
      middle,
      300,
      16,
      0,
    ]
    const left: number[] = []
    for (const cut of cuts) left.push(await survivors(image, head, (log) => truncateSync(log, cut)))
    expect(left[0]).toBe(sales)
    expect(left).toEqual(left.toSorted((one, other) => other - one))
    expect(left.at(-1)).toBe(0)
    expect(left[4]).toBeGreaterThan(0)
    // A last frame of which only a part reached the disk: its checksum does not fit, and its unit is not there.
    const scribbled = await survivors(image, head, (log) => {
      const content = readFileSync(log)
      content.fill(0xa5, whole - 512)
      writeFileSync(log, content)
    })
    expect(scribbled).toBe(sales - 1)
  })

  /** How many sales are there after the log was damaged; all of them are, once each, when they are sent again. */
  async function survivors(
    image: string,
    head: { sequence: number; hash: string },
    damage: (log: string) => void,
  ): Promise<number> {
    const file = freshFile()
    for (const part of ['', '-wal']) copyFileSync(image + part, file + part)
    damage(`${file}-wal`)
    const runtime = await open(file)
    const present = await soldBy(runtime)
    expect(await runtime.audit()).toMatchObject({ sound: true, fault: null })
    const missing = await runtime.audit({ head })
    expect(missing.sound, `a head that was kept, with ${present} left`).toBe(present === sales)
    await runtime.as({ person: 'ann' }).start('shop/a')
    const before = present ?? 0
    for (let number = 1; number <= sales; number += 1) {
      const { kind, duplicate } = await sell(runtime, number)
      expect([number, kind, duplicate === true]).toEqual([number, 'accepted', number <= before])
    }
    expect(await soldBy(runtime)).toBe(sales)
    expect(await runtime.audit()).toMatchObject({ sound: true, fault: null })
    await runtime.close()
    const database = new DatabaseSync(file, { readOnly: true })
    expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    database.close()
    return before
  }
})

describe('[D9] a file that is not what it was', () => {
  async function closedShop(): Promise<string> {
    const file = freshFile()
    await (await sold(file)).close()
    return file
  }

  it.each([100, 4_096, 8_192, 20_000])(
    'cut short to %i bytes, it is told as damaged, with the way out',
    async (length) => {
      const file = await closedShop()
      truncateSync(file, length)
      const error = await rejection(
        open(file).then(async (runtime) => {
          try {
            await runtime.actor('shop/a')
            await sell(runtime, sales + 1)
            await runtime.audit()
          } finally {
            await runtime.close()
          }
        }),
      )
      expect(error.code).toBe('storage')
      expect(error.message).toMatch(
        /(it is damaged|its first page is damaged).*(Put a copy of it back|put a copy of this one back)/,
      )
    },
  )

  it('written by a newer version, it is told as such and left as it is', async () => {
    const file = await closedShop()
    const other = new DatabaseSync(file)
    other.exec('pragma user_version = 99')
    other.close()
    const before = readFileSync(file)
    const error = await rejection(open(file))
    expect(error.code).toBe('store_version')
    expect(error.message).toMatch(/was written by a newer version .*Update opschart, or name another file/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})
