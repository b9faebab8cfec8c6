// Properties:
//   - Counts and failing tests are read from the real form of each runner's output.
//   - Output of no known form, and hostile output, gives no counts, and costs no time.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { readRunnerOutput } from './runner-output.ts'

const outputs: [string, string, unknown, string[]][] = [
  [
    'vitest',
    '\u001b[31m FAIL \u001b[39m src/a.test.ts > adds > one and one\nAssertionError: no\n\n Test Files  1 failed | 1 passed (2)\n      Tests  1 failed | 4 passed | 2 skipped (7)\n   Duration  960ms',
    { passed: 4, failed: 1, skipped: 2, runner: 'vitest' },
    ['src/a.test.ts > adds > one and one'],
  ],
  [
    'jest',
    'FAIL ./a.test.js\n  ● adds › one and one\n\n    expect(1).toBe(2)\n\nTests:       1 failed, 1 todo, 3 passed, 5 total\nSnapshots:   0 total',
    { passed: 3, failed: 1, skipped: 1, runner: 'jest' },
    ['adds › one and one'],
  ],
  [
    'mocha',
    '\n  adds\n    ✓ well\n    1) badly\n\n  1 passing (5ms)\n  1 pending\n  1 failing\n\n  1) adds\n       badly:\n     Error: no\n',
    { passed: 1, failed: 1, skipped: 1, runner: 'mocha' },
    ['adds badly'],
  ],
  [
    'tap',
    'TAP version 14\nok 1 - a\n    not ok 1 - inner\nnot ok 2 - b\nok 3 - c # SKIP later\n1..3',
    { passed: 1, failed: 1, skipped: 1, runner: 'tap' },
    ['b'],
  ],
  [
    'pytest',
    'FAILED tests/test_a.py::test_one - assert 1 == 2\n=========== 1 failed, 5 passed, 1 skipped, 1 error in 0.12s ===========',
    { passed: 5, failed: 2, skipped: 1, runner: 'pytest' },
    ['tests/test_a.py::test_one'],
  ],
  [
    'go',
    '=== RUN   TestA\n--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.01s)\n    a_test.go:3: no\nFAIL\nFAIL\texample/a\t0.01s',
    { passed: 1, failed: 1, skipped: 0, runner: 'go' },
    ['TestB'],
  ],
]

describe('readRunnerOutput', () => {
  it.each(outputs)('reads %s', (_runner, output, counts, failures) => {
    expect(readRunnerOutput(output)).toEqual({ counts, failures })
  })

  it.each(['spec', 'tap'])('reads what node --test itself writes as %s', (reporter) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'opschart-runner-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = path.join(folder, 'a.test.mjs')
    writeFileSync(
      file,
      `import test from 'node:test'
       test('goes well', () => {})
       test('is left out', { skip: true }, () => {})
       test('goes badly', () => { throw new Error('no') })`,
    )
    const run = spawnSync(process.execPath, ['--test', `--test-reporter=${reporter}`, file], {
      encoding: 'utf8',
      // Inside a test runner node --test talks to its parent instead of writing.
      env: { PATH: process.env['PATH'] },
    })
    expect(run.status).toBe(1)
    expect(readRunnerOutput(run.stdout)).toEqual({
      counts: { passed: 1, failed: 1, skipped: 1, runner: 'node' },
      failures: ['goes badly'],
    })
  })

  it('has no counts for an unknown form, nor for go without -v', () => {
    expect(readRunnerOutput('all fine')).toEqual({ failures: [] })
    expect(readRunnerOutput('ok  \texample/a\t0.01s')).toEqual({ failures: [] })
  })

  it('reads a megabyte of hostile lines, and strips what a terminal would obey', () => {
    const hostile = `${' '.repeat(500_000)}Tests  ${'1 failed '.repeat(50_000)}\n`
    const read = readRunnerOutput(`${hostile}TAP version 14\nnot ok 1 - a\u001b]0;title\u0007b\u202ec\n1..1`)
    expect(read.failures).toEqual(['abc'])
  })
})
