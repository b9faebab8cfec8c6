import path from 'node:path'

import type { ServiceConfiguration } from '@opschart/core'

import { arrayText } from './argument-array.ts'
import { plainText } from './plain-text.ts'
import type { Finding, ProblemPath } from './problem.ts'
import type { Sound } from './sound-parts.ts'

/** What a command may have filled in. */
const placeholders = ['version', 'commit', 'environment', 'previous', 'service'] as const

const placeholder = /\{([a-z][a-z0-9_]{0,31})\}/g

/** Words that only a shell understands; here they are handed to the program as they stand. */
const shellWords: ReadonlySet<string> = new Set(['&&', '||', '|', ';', '>', '>>', '<', '2>&1', '&'])

const shells: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'dash',
  'ash',
  'zsh',
  'ksh',
  'fish',
  'cmd',
  'cmd.exe',
  'powershell',
  'powershell.exe',
  'pwsh',
])

/** Looks over each service: commands that cannot work or are not safe, paths that leave the project, addresses that cannot be asked. */
export function checkServices(services: Sound<Readonly<Record<string, ServiceConfiguration>>>): Finding[] {
  return Object.entries(services).flatMap(([name, service]) => {
    if (service === undefined) return []
    const at = (...rest: (string | number)[]): ProblemPath => ['services', name, ...rest]
    const { version, health } = service
    return [
      ...(service.deploy === undefined ? [] : checkCommand(service.deploy, at('deploy'))),
      ...(service.rollback === undefined ? [] : checkCommand(service.rollback, at('rollback'))),
      ...(service.test === undefined ? [] : checkCommand(service.test, at('test'))),
      ...(version !== undefined && 'command' in version && version.command !== undefined
        ? checkCommand(version.command, at('version', 'command'))
        : []),
      ...(version !== undefined && 'file' in version && version.file !== undefined
        ? checkPath(version.file, at('version', 'file'))
        : []),
      ...(service.paths ?? []).flatMap((each, index) => pathAt(each, at('paths', index))),
      ...(service.logs ?? []).flatMap((each, index) => pathAt(each, at('logs', index))),
      ...(['migrations', 'monitoring', 'docs', 'status_page'] as const).flatMap((key) =>
        service[key] === undefined ? [] : checkPath(service[key], at(key)),
      ),
      ...(health === undefined ? [] : checkAddress(health, at('health'))),
    ]
  })
}

/** What is wrong with an argument array, wherever it stands. */
export function checkCommand(argv: readonly (string | undefined)[], at: ProblemPath): Finding[] {
  const findings: Finding[] = []
  const program = argv[0] ?? ''
  if (argv.length === 1 && /\s/.test(program.trim())) {
    findings.push({
      severity: 'warning',
      path: [...at, 0],
      message: `a program with a space in its name: ${plainText(program, 60)}`,
      expected: `each argument apart: ${arrayText(program)}`,
    })
  }
  const script = shells.has(path.posix.basename(program))
    ? argv.findIndex((each) => each !== undefined && /^(?:-[a-z]*c|\/c|-command)$/i.test(each))
    : -1
  argv.forEach((argument, index) => {
    if (argument === undefined) return
    if (index > 0 && shellWords.has(argument)) {
      findings.push({
        severity: 'warning',
        path: [...at, index],
        message: `there is no shell: ${argument} is handed to ${plainText(program, 60)} as it stands`,
        expected: 'a script of your own that does all of it',
      })
    }
    for (const [whole, name] of argument.matchAll(placeholder)) {
      if (!(placeholders as readonly string[]).includes(name!)) {
        const candidates = placeholders.map((each) => `{${each}}`)
        findings.push({
          severity: 'error',
          path: [...at, index],
          message: `nothing is filled in for ${whole}`,
          expected: candidates.join(', '),
          name: whole,
          candidates,
        })
      } else if (index === 0) {
        findings.push({
          severity: 'error',
          path: [...at, index],
          message: `${whole} would choose the program that is started`,
          expected: 'placeholders in the arguments only',
        })
      } else if (script >= 0 && index > script) {
        findings.push({
          severity: 'error',
          path: [...at, index],
          message: `a shell would read ${whole} as part of its script`,
          expected: 'a script file that gets it as an argument: [./deploy, "{version}"]',
        })
      }
    }
  })
  return findings
}

const pathAt = (text: string | undefined, at: ProblemPath) => (text === undefined ? [] : checkPath(text, at))

function checkPath(text: string, at: ProblemPath): Finding[] {
  const wrong = (message: string): Finding[] => [
    { severity: 'error', path: at, message, expected: 'a path inside the project, relative to its root' },
  ]
  if (text === '' || text.includes('\0')) return wrong('an empty path')
  const normal = path.posix.normalize(text.replaceAll('\\', '/'))
  const leaves =
    normal === '..' ||
    normal.startsWith('../') ||
    normal.startsWith('/') ||
    /^[A-Za-z]:/.test(normal) ||
    normal.startsWith('~')
  return leaves ? wrong(`${plainText(text, 60)} leaves the project`) : []
}

function checkAddress(text: string, at: ProblemPath): Finding[] {
  const expected = 'such as http://127.0.0.1:3000/health'
  const address = URL.parse(text)
  if (address === null || !/^https?:$/.test(address.protocol))
    return [{ severity: 'error', path: at, message: 'health is an http or https address', expected }]
  if (address.username === '' && address.password === '') return []
  return [
    {
      severity: 'error',
      path: at,
      message: 'an address with a password in it would end up in journals and reports',
      expected,
    },
  ]
}
