// Properties:
//   - A person is believed only where every sign is right; each sign that is wrong refuses by itself, and says why.
//   - Every variable and program of the tables refuses, wherever in the line of ancestors it stands.
//   - What cannot be looked at refuses; another user's processes above do not.

import { describe, expect, it } from 'vitest'

import { hostPrograms, hostVariables, runnerVariables, sharedTerminals } from './agent-marks.ts'
import { checkPerson } from './person-check.ts'
import { programNames, type ProcessFacts, type ProcessTable } from './process-table.ts'

const user = 1000
const base = {
  user,
  started: '1',
  terminal: '34816',
  leadsSession: false,
  foreground: true,
  environment: ['PATH=/bin'],
}

/** opschart, typed into a shell, in a terminal emulator, which the desktop started. */
const usual: readonly ProcessFacts[] = [
  { ...base, pid: 40, parent: 30, programs: ['node', 'opschart'] },
  { ...base, pid: 30, parent: 20, programs: ['bash'], leadsSession: true, started: '77' },
  { ...base, pid: 20, parent: 1, programs: ['gnome-terminal-server'], terminal: null },
  { ...base, pid: 1, parent: 0, user: 0, programs: ['systemd'], terminal: null, environment: null },
]

function check(
  line: readonly ProcessFacts[],
  options: { ours?: number; terminals?: Record<number, string | null>; hidden?: number } = {},
) {
  const processes: ProcessTable = {
    read: (pid) =>
      Promise.resolve(pid === options.hidden ? 'hidden' : line.find((process) => process.pid === pid)),
    terminalOf: (_, descriptor) =>
      Promise.resolve((options.terminals ?? { 0: '34816', 1: '34816' })[descriptor] ?? null),
    holds: () => Promise.resolve(true),
    openTerminal: () => Promise.reject(new Error('not asked for')),
  }
  return checkPerson(40, { processes, user, isOurs: (pid) => pid === options.ours })
}

function changed(pid: number, change: Partial<ProcessFacts>): ProcessFacts[] {
  return usual.map((process) => (process.pid === pid ? { ...process, ...change } : process))
}

describe('a person at a terminal', () => {
  it('is known by the shell that the terminal was opened with', async () => {
    expect(await check(usual)).toEqual({ session: '34816 30 77' })
  })

  it('may sit in a container, where the command or its shell is all there is', async () => {
    const shell = [
      { ...usual[0]!, parent: 1 },
      { ...usual[1]!, pid: 1, parent: 0 },
    ]
    expect(await check(shell)).toEqual({ session: '34816 1 77' })
    expect(await check([{ ...usual[0]!, parent: 0, leadsSession: true }])).toEqual({ session: '34816 40 1' })
  })

  it('may have come over another user’s process that cannot be seen', async () => {
    expect(await check(usual, { hidden: 20 })).toEqual({ session: '34816 30 77' })
  })

  it('may use a terminal that a script of the desktop’s is', async () => {
    expect(await check(changed(20, { programs: ['python3', 'terminator'] }))).toHaveProperty('session')
  })
})

describe('no person', () => {
  it.each<[string, string, Parameters<typeof check>]>([
    ['is not there', 'cannot be seen', [[]]],
    ['is another user', 'is another user’s', [changed(40, { user: 0 })]],
    ['has no terminal', 'it has no terminal', [changed(40, { terminal: null })]],
    [
      'reads from a pipe',
      'its standard input is not its terminal',
      [usual, { terminals: { 0: null, 1: '34816' } }],
    ],
    [
      'writes to another terminal',
      'its standard output is not its terminal',
      [usual, { terminals: { 0: '34816', 1: '9' } }],
    ],
    ['is in the background', 'not in the foreground', [changed(40, { foreground: false })]],
    ['was cut off from its shell', 'cut off from the shell', [changed(40, { parent: 1 })]],
    ['has a shell of another terminal', 'cut off from the shell', [changed(30, { terminal: '5' })]],
    ['has a parent that went away', 'its parents changed', [changed(30, { parent: 99 })]],
    ['is a runner’s', 'process 40 (node) was started by a runner', [usual, { ours: 40 }]],
    ['is below a runner’s', 'process 30 (bash) was started by a runner', [usual, { ours: 30 }]],
    [
      'sits in a terminal that a program made, cut off',
      'nobody’s shell started',
      [changed(20, { programs: ['script'] })],
    ],
    [
      'sits in a terminal that an interpreter made, cut off',
      'nobody’s shell started',
      [changed(20, { programs: ['python3', 'x'] })],
    ],
    [
      'sits in a terminal that an interpreter made, cut off from whoever started it in another one',
      'nobody’s shell started',
      [changed(20, { programs: ['python3', 'x'], terminal: '7' })],
    ],
  ])('%s', async (_, reason, parameters) => {
    expect(await check(...parameters)).toEqual({ refusal: expect.stringContaining(reason) })
  })

  it.each(
    [...runnerVariables, ...Object.keys(hostVariables)].flatMap((name) =>
      [40, 30, 20].map((pid) => [name, pid] as const),
    ),
  )('has %s at process %i', async (name, pid) => {
    const refused = await check(changed(pid, { environment: ['PATH=/bin', `${name}=1`] }))
    expect(refused).toEqual({ refusal: expect.stringContaining(`process ${pid} (`) })
    expect(refused).toEqual({ refusal: expect.stringContaining(`(${name} is set)`) })
    expect(await check(changed(pid, { environment: [`${name}=`, `NO_${name}=1`] }))).toHaveProperty('session')
  })

  it.each(Object.entries(hostPrograms))('is below %s', async (program, host) => {
    expect(await check(changed(20, { programs: ['node', program] }))).toEqual({
      refusal: `process 20 (node) is ${host}`,
    })
  })

  it.each(Object.entries(sharedTerminals))(
    'sits in a terminal that any program may type into and read: %s',
    async (program, name) => {
      const refusal = { refusal: expect.stringContaining(`runs in ${name}`) }
      expect(await check(changed(20, { programs: [program] }))).toEqual(refusal)
      // Its server need not be what holds the terminal: a shell may stand between them.
      expect(await check(changed(30, { programs: ['bash', program] }))).toEqual(refusal)
    },
  )

  it('has a line of ancestors without end', async () => {
    const circle = [...usual.slice(0, 2), { ...usual[2]!, parent: 30 }]
    expect(await check(circle)).toEqual({ refusal: expect.stringContaining('its parents changed') })
  })
})

describe('the names of a program', () => {
  it.each<[readonly string[], readonly string[], readonly string[]]>([
    [['claude', '/opt/claude-code/bin/claude.exe'], ['claude', '--continue'], ['claude']],
    [
      ['MainThread', '/usr/bin/node'],
      ['node', '/usr/lib/node_modules/@google/gemini-cli/dist/index.js'],
      ['MainThread', 'node', 'index', '@google/gemini-cli'],
    ],
    [
      ['node'],
      ['node', '--no-warnings', '/home/ann/claude/node_modules/.bin/opschart'],
      ['node', 'opschart', '.bin'],
    ],
    [['bash'], ['-bash'], ['bash']],
    [['sh'], [''], ['sh']],
  ])('%j started as %j are %j', (names, argv, expected) => {
    expect(programNames(names, argv)).toEqual(expected)
  })
})
