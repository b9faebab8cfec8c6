// Properties, when the process is killed at any point and another goes on with what it has left:
//   - No signal is lost, none is applied twice; each effect is completed once.
//   - What was due meanwhile happens, once, in order.
//   - A program that outlived its daemon has ended before its work is done again.
//   - The state that is reached in the end is that of a twin that was never killed, and its audit is sound.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-crashes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Summary {
  readonly signals: readonly string[]
  readonly expired: readonly string[]
  readonly sound: boolean
}

/** Runs the journey from where it stands; undefined when it was killed on the way. */
function run(place: string, kind = '', count = 0): Promise<Summary | undefined> {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'journey-child.ts'), place, kind, String(count)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined)
      else if (code === 0) resolve(JSON.parse(output) as Summary)
      else reject(new Error(errors))
    })
  })
}

/** What the tasks have done: the work, without the keys that count attempts. */
function effects(place: string): { keys: string[]; work: string[] } {
  const lines = readFileSync(path.join(place, 'effects'), 'utf8').trim().split('\n')
  return {
    keys: lines.map((line) => line.split(' ', 1)[0]!),
    work: lines.map((line) => line.split(' ').slice(1).join(' ')).sort(),
  }
}

function freshPlace(name: string): string {
  return mkdtempSync(path.join(folder, `${name}-`))
}

let twin: Summary
let twinEffects: ReturnType<typeof effects>

beforeAll(async () => {
  const place = freshPlace('twin')
  twin = (await run(place))!
  twinEffects = effects(place)
}, 30_000)

// Each journey is killed at its points, one after the other; counts are of the process that is killed there.
const journeys: Record<string, readonly (readonly [kind: string, count: number])[]> = {
  'before a commit': [
    ['before', 2],
    ['before', 9],
    ['before', 31],
    ['before', 20],
    ['before', 45],
  ],
  'after a commit': [
    ['after', 1],
    ['after', 12],
    ['after', 28],
    ['after', 17],
    ['after', 50],
  ],
  'between an effect and its settlement': [
    ['effect', 1],
    ['effect', 3],
    ['claimed', 4],
    ['effect', 6],
    ['notice', 1],
    ['effect', 9],
  ],
  'in the middle of workflows, and with timers pending': [
    ['task', 2],
    ['step', 7],
    ['task', 8],
    ['step', 5],
    ['step', 6],
    ['after', 4],
  ],
}

describe.concurrent('[D5] a process that is killed', () => {
  it.for(Object.entries(journeys))('%s', { timeout: 60_000 }, async ([name, kills], { expect: expects }) => {
    const place = freshPlace(name.replaceAll(/\W/g, '-'))
    let killed = 0
    for (const [kind, count] of kills) {
      const ended = await run(place, kind, count)
      // The point lies beyond the journey's end: there was nothing left to kill.
      if (ended !== undefined) break
      killed += 1
    }
    const summary = await run(place)
    expects(killed, 'kills').toBe(kills.length)
    expects(summary).toEqual({ ...twin, expired: expects.anything() as unknown })
    expects(summary?.expired.length, 'what has expired').toBe(3)
    expects([...(summary?.expired ?? [])], 'in the order in which it was due').toEqual(twin.expired)
    const done = effects(place)
    expects(new Set(done.keys).size, '[D3] keys, each completed once').toBe(done.keys.length)
    expects(done.work, 'what was done').toEqual(twinEffects.work)
  })
})

it('[D5] the twin was never killed: it has gone all the way', () => {
  expect(twin.sound).toBe(true)
  expect(twin.signals).toHaveLength(new Set(twin.signals).size)
  expect(twin.expired).toHaveLength(3)
  expect(twinEffects.work.filter((line) => line.endsWith('developer-agent.deploy'))).toHaveLength(2)
  expect(twinEffects.work.filter((line) => line.endsWith('incident-response-agent.roll_back'))).toHaveLength(
    1,
  )
})

it('[D5] a program that outlived its daemon is ended before its work is done again', async () => {
  const place = freshPlace('orphan')
  const file = path.join(place, 'pids')
  const daemon = spawn(process.execPath, [path.join(import.meta.dirname, 'orphan-child.ts'), place], {
    stdio: 'inherit',
  })
  const ended = new Promise((resolve) => daemon.once('exit', resolve))
  const orphan = await firstLine(file, daemon)
  daemon.kill('SIGKILL')
  await ended
  expect(isRunning(orphan), 'it has outlived its daemon').toBe(true)
  const next = spawn(process.execPath, [path.join(import.meta.dirname, 'orphan-child.ts'), place], {
    stdio: 'inherit',
  })
  expect(await new Promise((resolve) => next.once('exit', resolve))).toBe(0)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  // The second attempt has looked for the first when it began.
  expect(lines).toEqual([String(orphan), 'the one before is gone'])
}, 30_000)

/** Waits for a file that a program of a process writes its number to. */
async function firstLine(file: string, from: ChildProcess): Promise<number> {
  while (from.exitCode === null) {
    try {
      const text = readFileSync(file, 'utf8')
      if (text.includes('\n')) return Number(text.split('\n', 1)[0])
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`the process has ended with ${from.exitCode}`)
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}
