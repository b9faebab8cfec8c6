// Properties:
//   - Tests run on the release's commit: in place when the work tree is that, else in a temporary work tree that is gone
//     afterwards, whatever happens.
//   - The exit code decides, not what the output claims.
//   - Without a command, or with one that cannot be started, the failure says what to do.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

import { harness, type HarnessOptions } from '../../test/task-harness.ts'
import { runIntegrationTests } from './run-integration-tests.ts'

const test = [process.execPath, 'check.mjs']
const check = (code: string) => ({ 'check.mjs': `console.log('here'); ${code}` })

async function repository(options: HarnessOptions) {
  const made = await harness(options)
  const git = (...argv: string[]) => execFileSync('git', argv, { cwd: made.root, encoding: 'utf8' }).trim()
  git('init', '-q', '-b', 'main')
  git('config', 'user.email', 'tests@example.invalid')
  git('config', 'user.name', 'tests')
  git('add', '.')
  git('commit', '-qm', 'first')
  return { ...made, git, head: () => git('rev-parse', 'HEAD') }
}

function treesLeft(root: string): string[] {
  const folder = path.join(root, '.opschart/worktrees')
  return existsSync(folder) ? readdirSync(folder) : []
}

describe('run_integration_tests', () => {
  it('runs in place when the work tree is the commit', async () => {
    const { root, input, head, context } = await repository({ files: check(''), service: { test } })
    const output = await runIntegrationTests().run(
      { ...input, release: { ...input.release, commit: head() } },
      { ...context, root },
    )
    expect(output).toMatchObject({
      passed: true,
      exit_code: 0,
      checkout: 'project',
      failures: [],
      output_tail: 'here',
    })
  })

  it('runs an older commit in a temporary work tree, and leaves none behind, passed or failed', async () => {
    const made = await repository({ files: check('process.exitCode = 3'), service: { test } })
    const first = made.head()
    await made.write('check.mjs', '')
    made.git('commit', '-qam', 'second')
    const old = { ...made.input, release: { ...made.input.release, commit: first } }
    await expect(runIntegrationTests().run(old, made.context)).rejects.toMatchObject({
      failure: {
        code: 'tests_failed',
        retry: false,
        detail: { exit_code: 3, checkout: 'temporary', output_tail: 'here' },
      },
    })
    expect(treesLeft(made.root)).toEqual([])
    expect(made.git('worktree', 'list').split('\n')).toHaveLength(1)
    expect(made.git('status', '--porcelain', '--untracked-files=no')).toBe('')
  })

  it('does not test what is not committed', async () => {
    const made = await repository({ files: check(''), service: { test } })
    await made.write('check.mjs', 'process.exitCode = 1')
    const now = { ...made.input, release: { ...made.input.release, commit: made.head() } }
    expect(await runIntegrationTests().run(now, made.context)).toMatchObject({
      passed: true,
      checkout: 'temporary',
    })
  })

  it('lets the exit code decide, whatever the output claims', async () => {
    const claims = `console.log('TAP version 14\\nok 1 - a\\n1..1'); process.exitCode = 1`
    const made = await harness({ files: check(claims), service: { test }, release: { commit: null } })
    await expect(made.run(runIntegrationTests())).rejects.toMatchObject({
      failure: { code: 'tests_failed', detail: { passed: false, counts: { passed: 1, failed: 0 } } },
    })
  })

  it('says how to configure tests, that a program is missing, and that a commit is', async () => {
    await expect((await harness()).run(runIntegrationTests())).rejects.toMatchObject({
      failure: { code: 'no_tests', message: expect.stringContaining('services.user-service.test') },
    })
    const missing = await harness({ service: { test: ['./no-such-program'] }, release: { commit: null } })
    await expect(missing.run(runIntegrationTests())).rejects.toMatchObject({
      failure: { code: 'command_not_started' },
    })
    const made = await repository({ files: check(''), service: { test } })
    await expect(made.run(runIntegrationTests())).rejects.toMatchObject({
      failure: { code: 'unknown_commit' },
    })
    const option = { ...made.input, release: { ...made.input.release, commit: '--output=x' } }
    await expect(runIntegrationTests().run(option, made.context)).rejects.toMatchObject({
      failure: { code: 'unknown_commit' },
    })
  })
})
