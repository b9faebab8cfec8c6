// Properties, on a real repository with two tagged releases:
//   - The triage names a commit of the live release, and the decision is the roll-back to the one before.
//   - The exact command is shown, argument by argument.
//   - Nothing is touched: neither the work tree, nor what git keeps, nor a state folder; autonomy `observe` changes nothing.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { renderRehearsal } from '../src/cli/rehearse.ts'
import { rehearse } from '../src/rehearse.ts'
import { plainLook } from './views.ts'

const run = promisify(execFile)
const configuration = `services:
  billing:
    logs: [logs/*.log]
    version: { git: tag }
    deploy: [./ship, --to, "{version}"]
    rollback: [./ship, --to, "{previous}"]
feedback_loops:
  - { name: error_spike, monitor: error_rate, threshold: 0.01, for: 1m, action: incident }
autonomy: observe
`
let root = ''

async function git(...argv: string[]): Promise<string> {
  const identity = ['-c', 'user.name=someone', '-c', 'user.email=someone@example.invalid']
  const signing = ['-c', 'commit.gpgsign=false', '-c', 'tag.gpgsign=false']
  const env = { PATH: process.env['PATH'], HOME: root, GIT_CONFIG_NOSYSTEM: '1' }
  const { stdout } = await run('git', [...identity, ...signing, ...argv], { cwd: root, env })
  return stdout.trim()
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

/** Every file below the project, with what it holds; git's index aside, which any look at the work tree may refresh. */
async function everything(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hashes = files
    .filter((path) => path !== join(root, '.git/index'))
    .map(
      async (path) =>
        `${path} ${createHash('sha256')
          .update(await readFile(path))
          .digest('hex')}`,
    )
  return (await Promise.all(hashes)).toSorted()
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opschart-rehearse-'))
  await git('init', '--quiet', '--initial-branch=main')
  await put('.claude/config/operational.yaml', configuration)
  await put('server.js', 'export const answer = () => 200\n')
  await git('add', '-A')
  await git('commit', '--quiet', '-m', 'Answer')
  await git('tag', 'v1.1.0')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function second(): Promise<string> {
  await put('server.js', 'export const answer = () => 200\nexport const other = () => undefined.value\n')
  await git('commit', '--quiet', '-a', '-m', 'Answer otherwise')
  await git('tag', 'v1.2.0')
  return git('rev-parse', 'HEAD')
}

describe('a rehearsal of error_spike', () => {
  it('finds the commit, decides on the roll-back, shows its exact command, and touches nothing', async () => {
    const guilty = await second()
    const before = await everything()
    const rehearsal = await rehearse({ root, fault: 'error_spike' })
    expect(await everything()).toEqual(before)

    expect(rehearsal).toMatchObject({
      service: 'billing',
      live: 'v1.2.0',
      previous: 'v1.1.0',
      triage: { suspects: [{ commit: guilty, title: 'Answer otherwise' }] },
      decision: { decision: 'rollback' },
      command: { commands: [['./ship', '--to', 'v1.1.0']] },
    })
    expect(rehearsal.heldBack.map(({ task }) => task)).toContain('incident-response-agent.roll_back')

    const shown = renderRehearsal(rehearsal, plainLook()).join('\n')
    expect(shown).toContain('Rehearsed on billing v1.2.0: nothing was done.')
    expect(shown).toContain(`1. ${guilty.slice(0, 12)} Answer otherwise (`)
    expect(shown).toContain('  the roll-back would run: ["./ship","--to","v1.1.0"]')
    expect(shown).not.toContain('{"')
  })

  it('asks a person where there is no release to go back to', async () => {
    const rehearsal = await rehearse({ root, fault: 'error_spike' })
    expect(rehearsal).toMatchObject({
      live: 'v1.1.0',
      previous: null,
      decision: { decision: 'ask' },
      command: null,
    })
    const shown = renderRehearsal(rehearsal, plainLook(80)).join('\n')
    expect(shown).toContain('before it: nothing: there would be no release to go back to')
    expect(shown).toContain('the roll-back would run: nothing')
  })

  it('asks for what the law starts only when a person asks', async () => {
    const states = 'states: { INCIDENT: { auto_trigger: false }, ROLLBACK: { auto_trigger: false } }\n'
    await put('.claude/config/operational.yaml', configuration + states)
    await second()
    const rows: string[] = []
    const rehearsal = await rehearse({
      root,
      fault: 'error_spike',
      onRow: ({ type, by }) => void rows.push(`${type} ${by}`),
    })
    expect(rehearsal).toMatchObject({
      decision: { decision: 'rollback' },
      command: { commands: [['./ship', '--to', 'v1.1.0']] },
    })
    expect(rows).toContain('INCIDENT_DETECTED_REQUESTED person:rehearsal')
    expect(rows).toContain('ROLLBACK_REQUESTED person:rehearsal')
  }, 10_000)

  it('says which faults and services there are', async () => {
    await expect(rehearse({ root, fault: 'flood' })).rejects.toThrow(
      'there is no fault flood; there is error_spike',
    )
    await expect(rehearse({ root, fault: 'error_spike', service: 'web' })).rejects.toThrow(
      'there is no service web',
    )
  })
})
