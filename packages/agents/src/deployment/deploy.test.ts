// Properties:
//   - A value fills one argument and never becomes an option, a path upwards, a second argument or a program.
//   - The command that is approved is the command that runs.
//   - A release that is live already is not deployed again; a failed deployment says so with its output.

import { describe, expect, it } from 'vitest'

import { harness, type HarnessOptions } from '../../test/task-harness.ts'
import { substitute } from './argument-template.ts'
import { deploy } from './deploy.ts'
import { isSameRelease } from './served-version.ts'

const program = (code: string) => [
  process.execPath,
  '-e',
  code,
  '{version}',
  '{environment}',
  '--from={previous}',
]
const ok = program('console.log(process.argv.slice(1).join(" "))')

describe('substitute', () => {
  it('fills each placeholder inside its own argument', () => {
    expect(
      substitute(['./deploy', '{version}', '--to={environment}:{commit}', '{ "json": 1 }', '{{version}}'], {
        version: 'v1.0+a',
        environment: 'eu/west',
        commit: 'abc',
      }),
    ).toEqual(['./deploy', 'v1.0+a', '--to=eu/west:abc', '{ "json": 1 }', '{v1.0+a}'])
  })

  it.each([
    '-rf',
    '--force',
    '../x',
    'a..b',
    'a b',
    'a;b',
    '$(x)',
    '`x`',
    "a'b",
    'a\nb',
    '.hidden',
    '/etc',
    'é',
    'a'.repeat(201),
    '{commit}',
  ])('refuses the value %j', (version) => {
    expect(() => substitute(['./deploy', '{version}'], { version, commit: 'abc' })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: 'unsafe_argument' }) }),
    )
  })

  it('refuses what has no value, and a program that is filled in', () => {
    const missing = expect.objectContaining({ failure: expect.objectContaining({ code: 'missing_value' }) })
    expect(() => substitute(['./deploy', '{commit}'], { commit: null })).toThrow(missing)
    expect(() => substitute(['./deploy', '{verison}'], { version: 'v1' })).toThrow(missing)
    expect(() => substitute(['./deploy', '{constructor}'], {})).toThrow(missing)
    expect(() => substitute(['{version}'], { version: 'v1' })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: 'unsafe_argument' }) }),
    )
  })
})

describe('deploy', () => {
  it('runs exactly what its plan shows, after declaring its footprint', async () => {
    const made = await harness({ service: { deploy: ok, environments: ['staging', 'live'] } })
    const plan = deploy().plan?.(made.input, made.context)
    const output = await made.run(deploy())
    expect(plan).toMatchObject({
      commands: [made.programs[0]],
      version: 'v2.3.1',
      environment: 'live',
      previous: 'v2.3.0',
    })
    expect(output).toMatchObject({
      command: made.programs[0],
      version: 'v2.3.1',
      environment: 'live',
      output_tail: 'v2.3.1 live --from=v2.3.0',
      already_done: false,
    })
    expect(made.footprints).toEqual([{ versions: ['v2.3.1'], commits: ['a'.repeat(40)] }])
  })

  it('does nothing when the health address serves this release already', async () => {
    const health = (body: string, status = 200): HarnessOptions => ({
      service: { deploy: ok, health: 'http://127.0.0.1:1/health' },
      get: async () => ({ status, body }),
    })
    const runs = async (options: HarnessOptions) => {
      const made = await harness(options)
      const output = await made.run(deploy())
      return [output['already_done'], made.programs.length]
    }
    expect(await runs(health('{"version":"2.3.1"}'))).toEqual([true, 0])
    expect(await runs(health(`{"version":"${'a'.repeat(12)}"}`))).toEqual([true, 0])
    expect(await runs(health('{"version":"2.3.1"}', 503))).toEqual([false, 1])
    expect(await runs(health('{"version":"2.3.0"}'))).toEqual([false, 1])
    expect(await runs(health('ok'))).toEqual([false, 1])
    const down = { ...health(''), get: () => Promise.reject(new Error('refused')) }
    expect(await runs(down)).toEqual([false, 1])
  })

  it('fails with the end of the output, and never twice by itself', async () => {
    const made = await harness({
      service: {
        deploy: program('console.error("no \\u001b[31mroom, token=abcdef123456"); process.exit(7)'),
      },
    })
    await expect(made.run(deploy())).rejects.toMatchObject({
      failure: {
        code: 'deploy_failed',
        retry: false,
        message: expect.stringContaining('exit code 7'),
        detail: { exit_code: 7, output_tail: 'no room, token=[redacted]' },
      },
    })
  })

  it('says what is missing', async () => {
    await expect((await harness()).run(deploy())).rejects.toMatchObject({ failure: { code: 'no_deploy' } })
    const none = await harness({ service: { deploy: ['./no-such-program'] } })
    await expect(none.run(deploy())).rejects.toMatchObject({ failure: { code: 'command_not_started' } })
    const first = await harness({ service: { deploy: ok }, release: { previous: null } })
    await expect(first.run(deploy())).rejects.toMatchObject({ failure: { code: 'missing_value' } })
    expect(first.programs).toEqual([])
    const evil = await harness({ service: { deploy: ok }, release: { version: '--help' } })
    expect(() => deploy().plan?.(evil.input, evil.context)).toThrow(/not safe/)
  })
})

describe('isSameRelease', () => {
  it('compares versions with or without a v, and commits by their beginning', () => {
    const release = { version: 'v2.3.1', commit: 'abcdef1234567890' }
    expect(
      ['2.3.1', 'v2.3.1', ' v2.3.1 ', 'abcdef1', 'ABCDEF1234567890'].map((named) =>
        isSameRelease(named, release),
      ),
    ).toEqual([true, true, true, true, true])
    expect(['2.3.10', 'v2.3', 'abcdef', 'vv2.3.1', ''].map((named) => isSameRelease(named, release))).toEqual(
      [false, false, false, false, false],
    )
  })
})
