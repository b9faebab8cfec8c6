import { execFile } from 'node:child_process'
import { open } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'

import { readLogs } from '@opschart/watchers'

import type { Configuration } from '../config/configuration.ts'
import type { CommandContext } from './_context.ts'
import { findProgram, programProblem } from './_find-program.ts'
import type { Check } from './_render-checks.ts'

const run = promisify(execFile)

/** What must not be committed: our state, and files that are written all the time. */
const ignored = ['.opschart/state.db', '.claude/contexts/operational.yaml', '.claude/events/log.ndjson']

/** The configuration, what git ignores, logs, and the commands that deploy and roll back. */
export async function checkProject(context: CommandContext): Promise<Check[]> {
  const { composition, root } = context
  const { configuration, source, problems } = await composition.loadConfiguration(root)
  const checks = [configurationCheck(source, problems), await ignoreCheck(root)]
  if (configuration !== undefined)
    for (const name of Object.keys(configuration.services).sort())
      checks.push(...(await serviceChecks(root, name, configuration.services[name]!)))
  return checks
}

function configurationCheck(
  source: string | null,
  problems: readonly { severity: string; file: string; line: number; message: string }[],
): Check {
  const errors = problems.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (first !== undefined) {
    const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
    return {
      name: 'configuration',
      state: 'fail',
      found: `${first.file}:${first.line}: ${first.message}${more}`,
      remedy: 'see `opschart check`',
    }
  }
  if (source === null)
    return { name: 'configuration', state: 'warn', found: 'there is none', remedy: 'run `opschart init`' }
  const warnings = problems.filter(({ severity }) => severity === 'warning').length
  if (warnings > 0)
    return {
      name: 'configuration',
      state: 'warn',
      found: `${source}, with ${warnings === 1 ? '1 warning' : `${warnings} warnings`}`,
      remedy: 'see `opschart check`',
    }
  return { name: 'configuration', state: 'ok', found: source }
}

async function ignoreCheck(root: string): Promise<Check> {
  // `check-ignore` exits with 1 when it ignores none of them, and prints those that it does.
  const listed = await run('git', ['check-ignore', '--no-index', ...ignored], {
    cwd: root,
    timeout: 10_000,
  }).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; code?: number }) => (error.code === 1 ? (error.stdout ?? '') : undefined),
  )
  if (listed === undefined)
    return {
      name: '.gitignore',
      state: 'warn',
      found: 'git cannot say what is ignored here',
      remedy: 'run `git init`',
    }
  const found = listed.split('\n')
  const missing = ignored
    .filter((path) => !found.includes(path))
    .map((path) => `${path.slice(0, path.lastIndexOf('/'))}/`)
  if (missing.length === 0) return { name: '.gitignore', state: 'ok', found: 'our own files are ignored' }
  return {
    name: '.gitignore',
    state: 'warn',
    found: `not ignored: ${missing.join(', ')}`,
    remedy: `add ${missing.join(' and ')} to .gitignore, or run \`opschart init\``,
  }
}

async function serviceChecks(
  root: string,
  name: string,
  service: Configuration['services'][string],
): Promise<Check[]> {
  const checks: Check[] = []
  for (const kind of ['deploy', 'rollback'] as const)
    checks.push(await commandCheck(root, `${name}: ${kind}`, kind, service[kind]))
  if (service.logs === undefined || service.logs.length === 0) {
    checks.push({
      name: `${name}: logs`,
      state: 'warn',
      found: 'none are named',
      remedy: 'name them under `logs`: the error rate and triage are read from them',
    })
  } else checks.push(await logCheck(root, name, service.logs))
  return checks
}

async function commandCheck(
  root: string,
  name: string,
  kind: 'deploy' | 'rollback',
  argv: readonly string[] | undefined,
): Promise<Check> {
  const [program] = argv ?? []
  if (program === undefined) {
    const found =
      kind === 'deploy' ? 'no command: opschart cannot deploy it' : 'no command: no roll-back is possible'
    return { name, state: 'warn', found, remedy: `name it under \`${kind}\`, as an argument array` }
  }
  const found = await findProgram(root, program)
  if (typeof found === 'string') return { name, state: 'ok', found: argv!.join(' ') }
  const problem = programProblem(program, found)
  return {
    name,
    state: 'fail',
    found: problem,
    remedy: found === undefined ? `correct \`${kind}\`, or make the file` : `chmod +x ${program}`,
  }
}

async function logCheck(root: string, name: string, globs: readonly string[]): Promise<Check> {
  const check = `${name}: logs`
  const paths = new Set(
    (await readLogs(root, [...globs], 0, Number.MAX_SAFE_INTEGER, 2_000)).map(({ file }) => file),
  )
  for (const path of paths) {
    const handle = await open(join(root, path), 'r').catch((error: unknown) => error as Error)
    if (handle instanceof Error)
      return {
        name: check,
        state: 'fail',
        found: `${path} cannot be read: ${handle.message}`,
        remedy: 'give this user the right to read it',
      }
    await handle.close()
  }
  if (paths.size > 0)
    return {
      name: check,
      state: 'ok',
      found: [...paths]
        .map((path) => relative(root, join(root, path)))
        .sort()
        .join(', '),
    }
  return {
    name: check,
    state: 'warn',
    found: `nothing readable matches ${globs.join(', ')}`,
    remedy: 'it may come with the service’s first request; else correct `logs`',
  }
}
