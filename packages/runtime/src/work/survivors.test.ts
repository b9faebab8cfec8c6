// Properties of what remembers the programs of operations:
//   - What a dead attempt has left running is ended before its work is done again: all of its group, even without its leader.
//   - Nobody else is: not under another key, not who has the number of an ended process by now, not what has ended.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { afterAll, afterEach, describe, expect, it } from 'vitest'

import { survivorFiles } from './survivors.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-survivors-'))
afterAll(() => rmSync(folder, { recursive: true }))

const started: ChildProcess[] = []
afterEach(() => {
  for (const { pid } of started.splice(0)) if (pid !== undefined) endIfThere(pid)
})

let folders = 0
function freshFolder(): string {
  folders += 1
  return path.join(folder, String(folders), 'running')
}

/** A program in a group of its own, as an operation starts it. */
function program(key: string, argv: readonly string[] = ['sleep', '1000']): ChildProcess & { pid: number } {
  const child = spawn(argv[0]!, argv.slice(1), {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, OPSCHART_KEY: key },
  })
  started.push(child)
  return child as ChildProcess & { pid: number }
}

describe('survivors', () => {
  it('[D5] ends what a dead attempt has left running, and forgets it', async () => {
    const survivors = survivorFiles(freshFolder())
    const child = program('web/one:1:0')
    const exit = once(child, 'exit')
    survivors.started('web/one:1:0', child.pid)
    await survivors.end('web/one:1:0')
    expect(await exit).toEqual([null, 'SIGKILL'])
    await survivors.end('web/one:1:0')
  })

  it('[D5] ends the rest of a group whose leader has ended', async () => {
    const survivors = survivorFiles(freshFolder())
    const text =
      'const c = require("node:child_process").spawn("sleep", ["1000"], { stdio: "ignore" }); console.log(c.pid); process.exit(0)'
    const leader = program('key', [process.execPath, '-e', text])
    survivors.started('key', leader.pid)
    const [[output]] = (await Promise.all([once(leader.stdout!, 'data'), once(leader, 'exit')])) as [
      [Buffer],
      unknown,
    ]
    const left = Number(output.toString())
    expect(isRunning(left)).toBe(true)
    await survivors.end('key')
    expect(isRunning(left)).toBe(false)
  })

  it('ends nothing under another key, and nothing that has ended by itself', async () => {
    const survivors = survivorFiles(freshFolder())
    const child = program('one')
    survivors.started('one', child.pid)
    await survivors.end('two')
    expect(isRunning(child.pid)).toBe(true)
    survivors.ended('one')
    await survivors.end('one')
    expect(isRunning(child.pid)).toBe(true)
  })

  it('does not end who has the number by now', async () => {
    const place = freshFolder()
    const survivors = survivorFiles(place)
    const child = program('one')
    survivors.started('one', child.pid)
    const [file = ''] = readdirSync(place)
    // As if an earlier process had had the number: it was started at another time.
    writeFileSync(path.join(place, file), `${child.pid} 1\n1 1\n0 1\n-1 1\nnonsense\n`)
    await survivors.end('one')
    expect(isRunning(child.pid)).toBe(true)
  })

  it('keeps its files to itself', () => {
    const place = freshFolder()
    const survivors = survivorFiles(place)
    survivors.started('../../etc/passwd', process.pid)
    const [file = '', ...others] = readdirSync(place)
    expect(others).toEqual([])
    expect(file).toMatch(/^[0-9a-f]{32}\.pids$/)
    expect([statSync(place).mode & 0o777, statSync(path.join(place, file)).mode & 0o777]).toEqual([
      0o700, 0o600,
    ])
  })
})

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

function endIfThere(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
