// Properties:
//   - A benchmark that loses, doubles or swaps an event fails: what each engine must come to is reckoned apart from it.
//   - A line is judged by the median of its rounds, by its own aim, and not at all where there is nothing to compare.
//   - The rows and aims are those that were promised.
//   - What is measured beside is no part of the project's own install.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import * as xstate from 'xstate'

import { deskMachine } from '../bench/chart.ts'
import { checkDesk, expectedDesk, stepEvent } from '../bench/expectation.ts'
import { readArguments } from '../bench/harness/arguments.ts'
import { judge, spoken, spokenAim, type Line } from '../bench/harness/line.ts'
import { closedLoop, openLoop, tightLoop } from '../bench/harness/loops.ts'
import { median, quantile } from '../bench/harness/statistics.ts'
import type { Found } from '../bench/plan.ts'
import { durable } from '../bench/rows/durable.ts'
import { importSpecifiers } from './import-specifiers.ts'

const root = path.join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

describe('the expectation', () => {
  it('is what a live actor comes to, after each of many events', () => {
    const actor = xstate.createActor(deskMachine(xstate), {
      input: { desk: 'a' },
      clock: new xstate.SimulatedClock(),
    })
    let notices = 0
    actor.on('notice', () => void (notices += 1))
    actor.start()
    for (let n = 1; n <= 500; n += 1) {
      actor.send(stepEvent(n))
      const { value, context } = actor.getSnapshot()
      checkDesk('the actor', 'a', n, { value, context })
      expect(notices).toBe(expectedDesk('a', n).notices)
    }
  })

  it('is about 1 KB as it is stored, and moves with each event', () => {
    const machine = deskMachine(xstate)
    let [snapshot] = xstate.initialTransition(machine, { desk: 'a' })
    const texts = Array.from({ length: 60 }, (_, index) => {
      ;[snapshot] = xstate.transition(machine, snapshot, stepEvent(index + 1))
      return JSON.stringify(machine.getPersistedSnapshot(snapshot))
    })
    expect(new Set(texts).size).toBe(60)
    for (const text of texts) expect(Math.abs(Buffer.byteLength(text) - 1_000)).toBeLessThan(100)
  })

  it.each([
    ['lost', [1, 2, 4, 5]],
    ['done twice', [1, 2, 3, 3, 4, 5]],
    ['swapped', [1, 3, 2, 4, 5]],
  ])('is missed by an engine in which an event is %s', (_, order) => {
    const actor = xstate.createActor(deskMachine(xstate), { input: { desk: 'a' } }).start()
    for (const n of order) actor.send(stepEvent(n))
    const { value, context } = actor.getSnapshot()
    actor.stop()
    expect(() => checkDesk('it', 'a', 5, { value, context })).toThrow('it is wrong')
  })
})

describe('the loops', () => {
  const times = { warm: 0, seconds: 0.05 }

  it('count what was acknowledged, and have each actor checked with as many events as it was sent', async () => {
    const sent = new Map<number, number>()
    const checked = new Map<number, number>()
    const driven = {
      send: async (actor: number, n: number) => {
        await new Promise(setImmediate)
        expect(n).toBe((sent.get(actor) ?? 0) + 1)
        sent.set(actor, n)
      },
      check: (actor: number, events: number) => Promise.resolve(void checked.set(actor, events)),
    }
    const { count, p50, p99, longest, cpu } = await closedLoop(driven, 4, times)
    expect(checked).toEqual(sent)
    expect(count).toBeLessThanOrEqual([...sent.values()].reduce((sum, each) => sum + each, 0))
    expect(p50).toBeLessThanOrEqual(p99)
    expect(p99).toBeLessThanOrEqual(longest)
    expect(cpu).toBeGreaterThan(0)
  })

  it('fail when an engine refuses, and when a check does', async () => {
    const broken = () => Promise.reject(new Error('refused'))
    const slow = () => new Promise<void>((resolve) => setImmediate(resolve))
    await expect(closedLoop({ send: broken, check: slow }, 1, times)).rejects.toThrow('refused')
    await expect(closedLoop({ send: slow, check: broken }, 1, times)).rejects.toThrow('refused')
    await expect(openLoop({ send: broken, check: slow }, 1, 1_000, times)).rejects.toThrow('refused')
    await expect(openLoop({ send: slow, check: broken }, 1, 1_000, times)).rejects.toThrow('refused')
  })

  it('count an open loop’s time from when an event was due, however late it was handed over', async () => {
    const stall = 30
    let stalled = false
    const driven = {
      send: async () => {
        await new Promise(setImmediate)
        const until = performance.now() + (stalled ? 0 : stall)
        stalled = true
        while (performance.now() < until);
      },
      check: () => Promise.resolve(),
    }
    const { p99 } = await openLoop(driven, 1, 2_000, times)
    expect(p99).toBeGreaterThan(stall / 2)
  })

  it('refuse to speak of a window in which nearly nothing happened', () => {
    expect(() => tightLoop(() => {}, { warm: 0, seconds: 0 })).toThrow('nothing can be said')
  })
})

describe('a line', () => {
  const line = (part: Partial<Line>): Line => ({
    what: 'it',
    beside: 'another',
    unit: '/s',
    ours: [100, 300, 200],
    theirs: [100, 100, 100],
    ...part,
  })

  it('is judged by the median of its rounds’ comparisons', () => {
    expect(judge(line({})).compared).toEqual({ best: 3, median: 2 })
    expect(judge(line({ unit: 'ms' })).compared).toEqual({ best: 1, median: 2 })
    expect(judge(line({ aim: { compare: 'ratio', least: 2 } })).reached).toBe(true)
    expect(judge(line({ aim: { compare: 'ratio', least: 2.1 } })).reached).toBe(false)
    expect(judge(line({ aim: { compare: 'difference', most: 100 } })).reached).toBe(true)
    expect(judge(line({ aim: { compare: 'difference', most: 99 } })).reached).toBe(false)
    expect(judge(line({ aim: { compare: 'value', most: 199 } })).reached).toBe(false)
  })

  it('is not judged without an aim, or without what it is compared with', () => {
    expect(judge(line({})).reached).toBeUndefined()
    expect(judge(line({ theirs: [], aim: { compare: 'ratio', least: 1 } })).reached).toBeUndefined()
    expect(judge(line({ ours: [], aim: { compare: 'ratio', least: 1 } })).reached).toBeUndefined()
  })

  it('reads as people write', () => {
    expect([spoken(12_345, '/s'), spoken(0.23456, 'ms'), spoken(4.56, '×'), spoken(Number.NaN)]).toEqual([
      '12,300/s',
      '0.235 ms',
      '4.56×',
      '–',
    ])
    expect(spokenAim(line({ unit: 'ms', aim: { compare: 'difference', most: 10 } }))).toBe('≤ +10 ms')
  })

  it('rests on the quantiles that everyone means', () => {
    expect([quantile([3, 1, 2], 0.5), quantile([1, 2, 3, 4], 0.99), median([4, 1, 3, 2])]).toEqual([
      2, 4, 2.5,
    ])
  })
})

describe('the rows', () => {
  const nothing: Found = { of: () => [], missing: () => undefined }

  it('are those that were promised, with their aims', () => {
    const aims = durable.map((row) => [
      row.number,
      ...row.lines(nothing).flatMap((line) => (line.aim === undefined ? [] : [spokenAim(line)])),
    ])
    expect(aims).toEqual([
      [1, '≥ 3×', '≥ 0.6×'],
      [2, '≥ 0.7×'],
      [3, '≥ 4×', '≤ 15 ms'],
      [4, '≥ 5×', '≥ 5×', '≥ 5×', '≥ 5×', '≥ 5×', '≥ 5×'],
      [5, '≤ 2×'],
      [6, '≤ 250 B', '≤ 1.1×', '≤ 1.1×'],
      [7, '≤ 2×', '≤ +100 MB'],
      [8, '≤ +10 ms', '≤ +80 ms'],
    ])
  })

  it('ask only for figures of their own measures', () => {
    for (const row of durable) {
      const asked: string[] = []
      row.lines({
        of: (measure) => (asked.push(measure), []),
        missing: (measure) => void asked.push(measure),
      })
      const names = new Set(row.measures.map(({ name }) => name))
      expect(asked.filter((name) => !names.has(name))).toEqual([])
    }
  })
})

describe('the arguments', () => {
  it('say what is wrong with them', () => {
    expect(() => readArguments(['durabel'], ['durable'])).toThrow('name one benchmark: durable')
    expect(() => readArguments(['durable', '--rows', 'x'], ['durable'])).toThrow('--rows takes numbers')
    expect(() => readArguments(['durable', '--rows', '1', '--write'], ['durable'])).toThrow('a whole run')
    expect(() => readArguments(['durable', '--quick', '--write'], ['durable'])).toThrow('leave --quick out')
    expect(readArguments([], ['durable'])).toBeUndefined()
    expect(readArguments(['durable', '--rows', '1,8'], ['durable'])).toMatchObject({
      rows: [1, 8],
      rounds: 3,
    })
  })
})

describe('what is measured beside', () => {
  const manifest = JSON.parse(read('bench/package.json')) as { dependencies: Record<string, string> }
  const peers = Object.keys(manifest.dependencies)
  const files = readdirSync(path.join(root, 'bench'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.m?ts$|\.mjs$/.test(file) && !/node_modules|\.run/.test(file),
  )

  it('is known to the benchmark’s own lockfile, and not to the project’s', () => {
    const own = read('bench/pnpm-lock.yaml')
    const project = read('pnpm-lock.yaml')
    expect(peers.filter((name) => !own.includes(name))).toEqual([])
    expect(peers.filter((name) => project.includes(name))).toEqual([])
    expect(read('pnpm-workspace.yaml')).not.toContain('bench')
  })

  it('is pinned, each to one version', () => {
    expect(
      Object.values(manifest.dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version)),
    ).toEqual([])
  })

  it('is loaded when it is measured, and by no import of a file', () => {
    const project = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
    const faults = files.flatMap((file) =>
      importSpecifiers(`bench/${file}`, read(`bench/${file}`))
        .filter((specifier) => !isBuiltin(specifier) && !specifier.startsWith('.'))
        .map((specifier) =>
          specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/'),
        )
        .filter((name) => project.devDependencies[name] === undefined)
        .map((name) => `${file} imports ${name}`),
    )
    expect(files.length).toBeGreaterThan(20)
    expect(faults.filter((fault) => !peers.some((name) => fault.endsWith(` ${name}`)))).toEqual([])
    const atOnce = files.filter((file) =>
      peers.some((name) =>
        new RegExp(`^(?:import|export)[^(]* from '${name}`, 'm').test(read(`bench/${file}`)),
      ),
    )
    expect(atOnce).toEqual([])
  })

  it('has a file of the benchmark for each process that it starts', () => {
    const started = files.flatMap((file) =>
      [...read(`bench/${file}`).matchAll(/startSubject\('([a-z-]+)'/g)].map(([, name]) => name!),
    )
    expect(started.length).toBeGreaterThan(5)
    expect(started.filter((name) => !existsSync(path.join(root, `bench/subjects/${name}.ts`)))).toEqual([])
  })
})
