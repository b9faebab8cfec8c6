// Properties of operations that are programs:
//   - JSON in, JSON out, without a shell; they are known by their key and their token, and get nothing else of our environment.
//   - One that hangs, fails, floods, prints nonsense or will not end fails its operation, saying how; the runtime lives on.
//   - What is cancelled or out of time has ended, with all that it has started, before anything follows from that.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

import type { LogEntryView } from '@opschart/core'
import { commandTask } from '@opschart/runtime'
import { afterAll, describe, expect, it } from 'vitest'

import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { memoryPlace } from './places.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-programs-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A runtime in which the integration tests are a program. */
async function withTests(
  run: readonly string[],
  body: (scenario: Scenario) => Promise<void>,
  timeout = 60_000,
): Promise<void> {
  const command = commandTask({
    agent: 'test-executor',
    task: 'run_integration_tests',
    run,
    changes: 'nothing',
    timeout,
  })
  const scenario = await createScenario(memoryPlace(), {
    without: ['test-executor.run_integration_tests'],
    also: [command],
  })
  try {
    await body(scenario)
    expect(await scenario.runtime.audit()).toMatchObject({ sound: true })
  } finally {
    await scenario.close()
  }
}

const script = (text: string) => [process.execPath, '-e', text]

/** How the tests ended, and what became of the release. */
async function outcome(scenario: Scenario): Promise<{ outcome: unknown; message: unknown; phase: string }> {
  const settled = (await scenario.rows()).findLast(({ type }) => type === 'operation.settled')
  const data = settled?.data as { outcome?: string; message?: string } | undefined
  return { outcome: data?.outcome, message: data?.message, phase: await scenario.phase('web/one') }
}

/** Goes through all tries: each pause between two doubles, from two seconds on. */
async function allTries(scenario: Scenario): Promise<void> {
  for (const pause of [2_000, 4_000]) {
    await scenario.clock.advance(pause)
    await scenario.runtime.idle()
  }
}

const startOf = ({ type, data }: LogEntryView) =>
  type === 'operation.started' && (data as { what?: string }).what === 'test-executor.run_integration_tests'

describe('an operation that is a program', () => {
  it('gets its input as JSON and gives its result as JSON', () =>
    withTests(
      script(`let text = ''; process.stdin.on('data', (part) => (text += part)).on('end', () => {
        const { release, signal } = JSON.parse(text)
        const names = Object.keys(process.env).filter((name) => name.startsWith('OPSCHART_')).sort()
        console.log(JSON.stringify({ release: release.name, signal: signal.type, names, agent: process.env.OPSCHART_AGENT }))
      })`),
      async (scenario) => {
        process.env['OPSCHART_TEST_SECRET'] = 'not to be passed on'
        await scenario.merge('one', 'v1')
        delete process.env['OPSCHART_TEST_SECRET']
        const row = (await scenario.rows()).find(
          ({ type }) => type === 'xstate.done.actor.run_integration_tests',
        )
        expect((row!.data as { output: unknown }).output).toEqual({
          release: 'web/one',
          signal: 'CODE_MERGED',
          names: [
            'OPSCHART_AGENT',
            'OPSCHART_ATTEMPT',
            'OPSCHART_KEY',
            'OPSCHART_SERVICE',
            'OPSCHART_TASK',
            'OPSCHART_TOKEN',
          ],
          agent: 'test-executor',
        })
        expect(await outcome(scenario)).toMatchObject({ outcome: 'done', phase: 'STAGING' })
      },
    ))

  it('that fails is tried again, and then fails its workflow with its exit code', () =>
    withTests(script('console.error("3 of 40 failed"); process.exitCode = 1'), async (scenario) => {
      await scenario.merge('one', 'v1')
      await allTries(scenario)
      expect((await scenario.rows()).filter(startOf)).toHaveLength(3)
      expect(await outcome(scenario)).toMatchObject({ outcome: 'failed', phase: 'REVIEW' })
      const [rejected] = (await scenario.rows()).filter(({ type }) => type === 'DEPLOYMENT_REJECTED')
      expect((rejected!.data as { reason: string }).reason).toBe(`${process.execPath} exited with 1`)
    }))

  it('that cannot be started fails, and says why', () =>
    withTests(['/no/such/program'], async (scenario) => {
      await scenario.merge('one', 'v1')
      const { outcome: code, message, phase } = await outcome(scenario)
      expect([code, phase]).toEqual(['failed', 'REVIEW'])
      expect(message).toContain('ENOENT')
    }))

  it('that prints nonsense has no result', () =>
    withTests(['echo', '{"half": '], async (scenario) => {
      await scenario.merge('one', 'v1')
      expect(await outcome(scenario)).toEqual({
        outcome: 'invalid_output',
        message: 'echo did not print JSON',
        phase: 'REVIEW',
      })
    }))

  it('that floods its output has no result, and does not fill the journal', () =>
    withTests(['head', '-c', '50000000', '/dev/zero'], async (scenario) => {
      await scenario.merge('one', 'v1')
      expect(await outcome(scenario)).toMatchObject({
        outcome: 'invalid_output',
        message: 'head printed more than is kept',
      })
      expect(JSON.stringify(await scenario.rows()).length).toBeLessThan(200_000)
    }))

  it('whose result is too large to be kept has none', () =>
    withTests(script('console.log(JSON.stringify("x".repeat(300000)))'), async (scenario) => {
      await scenario.merge('one', 'v1')
      expect(await outcome(scenario)).toMatchObject({ outcome: 'invalid_output', phase: 'REVIEW' })
    }))

  it('that hangs is ended at its time-out, with all of its group', () =>
    withTests(
      script(
        `require('node:fs').writeFileSync(${JSON.stringify(path.join(folder, 'hangs'))}, String(process.pid)); setInterval(() => {}, 1000)`,
      ),
      async (scenario) => {
        const merging = scenario.merge('one', 'v1')
        const pid = await written(path.join(folder, 'hangs'))
        await scenario.clock.advance(5_000)
        await merging
        expect(await outcome(scenario)).toEqual({
          outcome: 'timed_out',
          message: 'test-executor.run_integration_tests took longer than 5000 ms',
          phase: 'REVIEW',
        })
        expect(isRunning(pid)).toBe(false)
      },
      5_000,
    ))

  it('[L8] that is cancelled has ended before the next one of its agent begins', () =>
    withTests(
      script(
        `require('node:fs').writeFileSync(${JSON.stringify(path.join(folder, 'cancelled'))}, String(process.pid)); setInterval(() => {}, 1000)`,
      ),
      async (scenario) => {
        const merging = scenario.merge('one', 'v1')
        const pid = await written(path.join(folder, 'cancelled'))
        const { id } = await scenario.operation('run_integration_tests')
        expect((await scenario.ann.cancel(id)).done).toBe(true)
        await merging
        expect(isRunning(pid)).toBe(false)
        expect(await scenario.phase('web/one')).toBe('REVIEW')
      },
    ))

  it('ends with the runtime, and is taken up again by the next one under the same key', () =>
    withTests(
      script(`
        const fs = require('node:fs'), file = ${JSON.stringify(path.join(folder, 'keys'))}
        fs.appendFileSync(file, process.env.OPSCHART_KEY + ' ' + process.env.OPSCHART_ATTEMPT + '\\n')
        if (process.env.OPSCHART_ATTEMPT === '1') setInterval(() => {}, 1000)
      `),
      async (scenario) => {
        const merging = scenario.merge('one', 'v1')
        await written(path.join(folder, 'keys'))
        await scenario.restart()
        await merging.catch(() => undefined)
        await scenario.runtime.idle()
        const lines = readFileSync(path.join(folder, 'keys'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split(' '))
        expect(lines.map(([, attempt]) => attempt)).toEqual(['1', '2'])
        expect(new Set(lines.map(([key]) => key)).size).toBe(1)
        expect(await outcome(scenario)).toMatchObject({ outcome: 'done' })
      },
    ))
})

/** Waits for a file that a program writes its number to. */
async function written(file: string): Promise<number> {
  for (;;) {
    try {
      const text = readFileSync(file, 'utf8')
      if (text !== '') return Number(text.split(' ', 1)[0])
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}
