// Properties:
//   - Every command has help with an example, and says in its exit code what a script wants to know.
//   - A mistyped command or option is answered with the nearest one; nothing is run.
//   - With --json standard output is one JSON document and nothing else.
//   - Without a daemon the store itself answers; what only a person may do is refused outside of a terminal.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { runLine } from '../../test/command-line.ts'
import { operation, refusal, service, lifecycle, status, verdict } from '../../test/views.ts'
import { commands } from './_commands.ts'
import { exitMeanings } from './_exit.ts'
import { widthOf } from './_text.ts'

describe('the table of commands', () => {
  it('names the commands there are', () => {
    expect(commands.map(({ name }) => name)).toEqual([
      'init',
      'up',
      'down',
      'status',
      'log',
      'why',
      'digest',
      'chart',
      'inspect',
      'check',
      'audit',
      'store',
      'doctor',
      'send',
      'start',
      'approve',
      'reject',
      'move',
      'adopt',
      'pause',
      'resume',
      'promote',
      'rehearse',
      'demo',
    ])
  })

  it.each(commands)('$name is in a file of its own, and can be loaded', async (command) => {
    expect(existsSync(join(import.meta.dirname, `${command.name}.ts`))).toBe(true)
    expect((await command.load()).run).toBeTypeOf('function')
  })

  it.each(commands)(
    '$name has help in 80 columns, with an example of itself',
    async ({ name, examples, options, exits }) => {
      const { code, out, notes } = await runLine([name, '--help'])
      expect([code, notes]).toEqual([0, ''])
      expect(Math.max(...out.split('\n').map(widthOf))).toBeLessThanOrEqual(
        ['send', 'inspect'].includes(name) ? 110 : 100,
      )
      for (const [line] of examples) {
        expect(line.startsWith(`opschart ${name}`)).toBe(true)
        expect(out).toContain(line)
      }
      for (const option of Object.keys(options)) expect(out).toContain(`--${option}`)
      for (const exit of exits) expect(out).toContain(`${exit} ${exitMeanings[exit]}`)
    },
  )

  it('is shown as a whole', async () => {
    const { code, out } = await runLine(['--help'])
    expect(code).toBe(0)
    for (const { name, summary } of commands)
      expect(out).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 10)}`, 'm'))
    // Asked for nothing: the same, and a script is told that it said nothing.
    expect(await runLine([])).toMatchObject({ code: 2, out })
  })
})

describe('a command line that is wrong', () => {
  it.each<[string[], string]>([
    [['stauts'], 'there is no command stauts; did you mean status?'],
    [['xyzzy'], 'there is no command xyzzy'],
    [['\u001B[2J'], 'there is no command \\u{1b}[2J'],
    [['log', '--folow'], 'there is no option --folow; did you mean --follow?'],
    [['status', '--version'], 'there is no option --version'],
    [['log', '--lines'], '--lines needs a value: --lines <number>'],
    [['log', '--follow=yes'], '--follow takes no value'],
    [['log', '-n', 'many'], '--lines is a number, not many'],
    [['log', '-n', '0'], '--lines is from 1 to 1000'],
    [['send', 'web'], 'send needs <SIGNAL>: its type, such as REVIEW_APPROVED'],
    [['send', 'web', 'A', 'b'], 'b is no key=value'],
    [
      ['send', 'web', 'A', '--severity', 'HIHG'],
      'there is no severity HIHG; did you mean HIGH? (INFO, LOW, MEDIUM, HIGH, CRITICAL)',
    ],
    [['send', 'web', 'OPERATION_APPROVED'], 'use `opschart approve`'],
    [['doctor', 'web'], 'doctor takes no operand; what is web?'],
    [['why', 'a', 'b'], 'why takes at most 1; what is b?'],
    [['digest', '--since', 'yesterday'], '--since is a length of time such as 8h'],
    [['audit', '--head', '12'], '--head is what `opschart log --head` printed'],
    [['promote', 'x', 'everything'], 'autonomy is observe, ask, act; what is everything?'],
    [['chart', '--lifecycle', 'web/v9'], 'there is no release web/v9'],
    [['chart', '--svg', 'chart.png'], '--svg writes a file whose name ends in .svg, not chart.png'],
    [['chart', '--theme', 'dark'], '--theme is for a drawing; add --svg chart.svg'],
    [['chart', '--svg', 'a.svg', '--direction', 'up'], '--direction is down, right; what is up?'],
    [['chart', '--svg', '/nowhere/a.svg'], 'the drawing cannot be written to /nowhere/a.svg'],
  ])('%j', async (argv, message) => {
    const { code, out, notes, client } = await runLine(argv)
    expect([code, out]).toEqual([2, ''])
    expect(notes).toContain(`opschart: `)
    expect(notes).toContain(message)
    expect(client.calls).toEqual([])
  })
})

describe('common options', () => {
  it('may stand before the command', async () => {
    const { code, out } = await runLine(['--json', '--root', '/nowhere', 'status'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ daemon: null, head: { sequence: 1042 } })
  })

  it('give the version', async () => {
    const { code, out } = await runLine(['--version'])
    expect([code, out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+/)])
  })
})

describe('without a daemon', () => {
  it.each([
    ['status', ['status']],
    ['log', ['log']],
    ['log', ['log', '--head']],
    ['log', ['log', '--from', '12']],
    ['why', ['why', 'web/v2.3.1']],
    ['digest', ['digest', '--since', '8h']],
    ['audit', ['audit']],
    ['chart', ['chart', '--lifecycle', 'web/v2.3.1']],
    ['send', ['send', 'web', 'TEST_FAILED', 'suite=api', 'count=3']],
  ])('%s answers, and --json is one document: %j', async (_, argv) => {
    const plain = await runLine(argv)
    expect([plain.code, plain.notes]).toEqual([0, ''])
    expect(plain.out).not.toBe('')
    const json = await runLine([...argv, '--json'])
    expect([json.code, json.notes]).toEqual([0, ''])
    expect(JSON.parse(json.out)).toBeTypeOf('object')
  })

  it.each([['down'], ['log', '--follow']])('%j says so', async (...argv) => {
    const { code, notes } = await runLine(argv)
    expect(code).toBe(5)
    expect(notes).toContain('no daemon answers at')
    expect(notes).toContain('opschart up')
  })
})

describe('exit codes', () => {
  it.each<[number, string[], Parameters<typeof runLine>[1]]>([
    [0, ['send', 'web', 'A'], { answers: { verdict: verdict() } }],
    [0, ['send', 'web', 'A'], { answers: { verdict: { kind: 'ignored', reason: 'part of incident-7' } } }],
    [
      1,
      ['send', 'web', 'A'],
      { answers: { verdict: { kind: 'ignored', reason: 'no arrow', unknown: { nearest: ['AB'] } } } },
    ],
    [1, ['send', 'web', 'A'], { answers: { verdict: { kind: 'unrouted', reason: 'no such service' } } }],
    [3, ['send', 'web', 'A'], { answers: { verdict: refusal() } }],
    [
      4,
      ['send', 'web', 'A'],
      {
        answers: {
          verdict: { kind: 'waiting', reason: 'x', phase: 'A', awaiting: 'awaiting_B', expires: null },
        },
      },
    ],
    [1, ['audit'], { answers: { sound: false } }],
    [1, ['why', 'nothing'], {}],
    [1, ['check'], {}],
  ])('%i for %j', async (code, argv, place) => {
    expect((await runLine(argv, place)).code).toBe(code)
    expect((await runLine([...argv, '--json'], place)).code).toBe(code)
  })
})

describe('send', () => {
  it('takes values that are JSON as such, and reports as the inbox in a pipe', async () => {
    const { client } = await runLine([
      'send',
      'web',
      'TEST_FAILED',
      'suite=api',
      'count=3',
      'tags=["a"]',
      'text=a=b',
      '--id',
      'x1',
      '--severity',
      'HIGH',
    ])
    expect(client.calls).toEqual([
      'watcher:inbox send "web" {"type":"TEST_FAILED","id":"x1","severity":"HIGH","data":{"suite":"api","count":3,"tags":["a"],"text":"a=b"}}',
    ])
  })

  it('acts for the operation whose process it is', async () => {
    const good = await runLine(['send', 'web', 'REVIEW_APPROVED'], {
      environment: { OPSCHART_TOKEN: 'good' },
    })
    expect(good.client.calls).toEqual(['agent:deployer send "web" {"type":"REVIEW_APPROVED"}'])
    const bad = await runLine(['send', 'web', 'REVIEW_APPROVED'], { environment: { OPSCHART_TOKEN: 'old' } })
    expect([bad.code, bad.client.calls]).toEqual([3, []])
  })
})

describe('what only a person may do', () => {
  it.each([
    ['approve'],
    ['approve', '4f2a9c11'],
    ['reject', '--reason', 'no'],
    ['move', 'web', 'STAGING'],
    ['adopt', 'web/v1', 'PRODUCTION', '--reason', 'it is'],
    ['pause'],
    ['pause', 'service:web', '--now'],
    ['resume', 'service:web'],
    ['promote', 'documentation-agent', 'act'],
  ])('is refused in a pipe: %j', async (...argv) => {
    const { code, notes, client } = await runLine(argv)
    expect(code).toBe(3)
    expect(notes).toContain('only a person may do this, at a terminal')
    expect(client.calls).toEqual([])
  })
})

describe('check', () => {
  const configured = (services: object, agents: object = {}) =>
    ({ services, agents, extension: { machines: {} } }) as never

  it.each([
    [configured({}), 'no service is named, so nothing is watched'],
    [configured({ web: { deploy: ['./nosuch', 'x'] } }), 'web: deploy: ./nosuch is not there'],
    [configured({ web: { version: { command: ['./nosuch'] } } }), 'web: version: ./nosuch is not there'],
    [configured({ web: {} }, { a: { tasks: { b: { run: ['./no'] } } } }), 'a.b: run: ./no is not there'],
    [configured({ web: { test: ['package.json'] } }), undefined],
    [configured({ web: { rollback: ['./package.json'] } }), 'may not be executed'],
  ])('warns of what is not there: %#', async (configuration, message) => {
    const { code, out } = await runLine(['check', '--root', join(import.meta.dirname, '../..')], {
      composition: {
        loadConfiguration: () => Promise.resolve({ configuration, source: 'a.yaml', problems: [] }),
      },
    })
    expect(code).toBe(0)
    expect(out).toContain(message ?? 'package.json is not there')
    expect(out).toContain('a.yaml: 1 warning')
  })

  const problem = {
    severity: 'error',
    file: 'a.yaml',
    line: 3,
    column: 5,
    length: 1,
    path: 'services',
    message: 'no such phase',
    frame: '',
  } as const

  it('is done when all is sound', async () => {
    const sound = {
      loadConfiguration: () =>
        Promise.resolve({ configuration: configured({ web: {} }), source: 'a.yaml', problems: [] }),
    }
    expect(await runLine(['check'], { composition: sound })).toMatchObject({
      code: 0,
      out: '✓ a.yaml: sound',
    })
  })

  it('counts problems of the file and of the law', async () => {
    const { code, out } = await runLine(['check'], {
      composition: {
        loadConfiguration: () =>
          Promise.resolve({ configuration: configured({ web: {} }), source: 'a.yaml', problems: [problem] }),
        checkLaw: () =>
          Promise.resolve([{ severity: 'warning', message: 'agent x acts nowhere', path: ['A', 'B'] }]),
      },
    })
    expect(code).toBe(1)
    expect(out).toBe(
      'no such phase\n\nwarning: agent x acts nowhere\n  --> reached by A, B\n\na.yaml: 1 error, 1 warning',
    )
  })
})

describe('operations', () => {
  const waiting = (plan: string, task: string) =>
    operation({ plan: plan.padEnd(64, '0'), task, id: `id-${task}` })
  const several = status({
    services: [
      service({
        lifecycles: [lifecycle({ operations: [waiting('4f2a', 'roll_back'), waiting('4f9b', 'deploy')] })],
      }),
    ],
  })

  it.each<[string | undefined, string]>([
    [
      undefined,
      'say which operation is meant: 4f2a0000 incident-response-agent.roll_back for web/v2.3.1; 4f9b0000',
    ],
    ['4f', 'no operation is 4f'],
    ['ffff', 'no operation is ffff'],
  ])('%s is answered with those that there are', async (wanted, message) => {
    const { findOperation } = await import('./_operation.ts')
    expect(() => findOperation(several, wanted, ['awaiting_approval'])).toThrow(message)
  })

  it.each([
    ['4f9b', 'deploy'],
    ['id-roll_back', 'roll_back'],
    ['incident-response-agent.deploy', 'deploy'],
  ])('%s is found', async (wanted, task) => {
    const { findOperation } = await import('./_operation.ts')
    expect(findOperation(several, wanted, ['awaiting_approval'])).toMatchObject({
      task,
      release: 'web/v2.3.1',
    })
  })
})
