// Properties:
//   - What a configuration leaves out has its documented default; times come out in milliseconds, names resolved.
//   - Every mistake in a file is told at once, in the order of the file.
//   - A hostile file is refused in bounded time, and its text cannot reach a terminal.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { autonomyFor } from '../../src/config/configuration.ts'
import { formatProblem } from '../../src/config/format-problem.ts'
import { parseConfiguration } from '../../src/config/parse-configuration.ts'
import { knownTasks } from './known-tasks.ts'

const parse = (text: string) => parseConfiguration(text, 'operational.yaml', { tasks: knownTasks })
const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8')
const told = (text: string) =>
  parse(text).problems.map(
    ({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`,
  )

describe('a configuration', () => {
  it('has every default when it says nothing', () => {
    const { known_agents, ...rest } = parse('').configuration!
    expect(known_agents).toHaveLength(9)
    expect(rest).toEqual({
      services: {},
      states: {},
      triggers: [],
      workflows: {},
      feedback_loops: [],
      ambient: [],
      autonomy: { default: null, targets: {} },
      four_eyes: false,
      notify: null,
      inbox: { trusted: [] },
      agents: {},
      limits: { waiting: 86_400_000, approval: 3_600_000, acknowledgement: 900_000, oscillation: 3_600_000 },
      extension: { gates: {}, tasks: [], lifecycle: null, machines: {} },
    })
  })

  it('takes the example of the design as it stands', () => {
    const { configuration } = parse(fixture('design.yaml'))
    expect(configuration?.services['user-service']?.deploy).toEqual(['./deploy', '{version}'])
    expect(configuration?.triggers).toEqual([
      { signal: 'TEST_FAILED', tasks: [['incident-response-agent', 'triage']], workflow: null },
    ])
    expect(configuration?.feedback_loops).toEqual([
      {
        name: 'error_spike',
        monitor: 'error_rate',
        evaluated: true,
        threshold: 0.01,
        clear: 0.005,
        for: 0,
        window: 60_000,
        min_samples: 20,
        cooldown: 0,
        severity: 'HIGH',
        action: { kind: 'incident' },
      },
    ])
    expect(configuration?.autonomy).toEqual({ default: 'observe', targets: {} })
  })

  it('resolves the other names of actions', () => {
    const { configuration } = parse(fixture('seed.yaml'))
    expect(configuration?.feedback_loops.map(({ action, evaluated }) => [action, evaluated])).toEqual([
      [{ kind: 'workflow', workflow: 'optimize' }, false],
      [{ kind: 'incident' }, true],
      [{ kind: 'task', agent: 'documentation-agent', task: 'regenerate_api_docs' }, false],
    ])
    expect(configuration?.ambient.map(({ name, action }) => [name, action])).toEqual([
      ['ambient_1', { kind: 'workflow', workflow: 'schema_change' }],
      ['ambient_2', { kind: 'incident' }],
    ])
  })

  it('does not do twice what an arrow’s workflow covers', () => {
    const { configuration, problems } = parse(
      'triggers: { CODE_MERGED: [monitoring-agent], TEST_FAILED: [incident-response-agent], SCHEMA_CHANGED: schema_change }',
    )
    expect(configuration?.triggers.map(({ signal }) => signal)).toEqual(['TEST_FAILED'])
    expect(problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'note: the chart’s arrow for CODE_MERGED starts post_merge, which covers monitoring-agent: that is not done twice',
      'note: the chart’s arrow for SCHEMA_CHANGED starts schema_change already: it is not started twice',
    ])
  })

  it('gives the narrowest word on autonomy', () => {
    const configuration = parse(
      'autonomy: { default: ask, developer-agent: act, developer-agent.deploy: observe }',
    ).configuration!
    expect(autonomyFor(configuration, 'developer-agent', 'deploy')).toBe('observe')
    expect(autonomyFor(configuration, 'developer-agent', 'toString')).toBe('act')
    expect(autonomyFor(configuration, 'monitoring-agent', 'verify_health')).toBe('ask')
    expect(autonomyFor(parse('').configuration!, 'constructor', 'x')).toBeNull()
  })

  it('reads agents, notification, and limits', () => {
    const { configuration } = parse(`
agents: { backup-agent: { tasks: { create_backup: { run: [./backup], changes: nothing, timeout: 90s, answers: [NIGHT_FELL] } } } }
states: { PRODUCTION: { allowed_agents: [incident-response-agent, backup-agent] } }
triggers: { NIGHT_FELL: [backup-agent] }
notify: [./tell]
limits: { approval: 30 minutes }
`)
    expect(configuration?.agents['backup-agent']?.tasks['create_backup']).toEqual({
      run: ['./backup'],
      changes: 'nothing',
      timeout: 90_000,
      answers: ['NIGHT_FELL'],
    })
    expect(configuration?.triggers).toEqual([
      { signal: 'NIGHT_FELL', tasks: [['backup-agent', 'create_backup']], workflow: null },
    ])
    expect(configuration?.notify).toEqual({ kind: 'command', argv: ['./tell'] })
    expect(configuration?.limits.approval).toBe(30 * 60_000)
    expect(parse('notify: { webhook: "https://127.0.0.1:8443/told" }').configuration?.notify).toEqual({
      kind: 'webhook',
      url: 'https://127.0.0.1:8443/told',
    })
  })
})

describe('what is hardly meant', () => {
  it('is an agent that only the table of phases names, by the beginning of one that is known', () => {
    const [problem, ...others] = parse('states: { STAGING: { allowed_agents: [monitoring] } }').problems
    expect(others).toEqual([])
    expect(problem).toMatchObject({
      severity: 'warning',
      column: 39,
      message:
        'monitoring has no task, and monitoring-agent may not act here; did you mean monitoring-agent?',
      expected: 'monitoring-agent; a new agent stands under agents, with its tasks',
    })
    // One of another name may act by its signals alone, and one that is declared is meant.
    expect(told('states: { STAGING: { allowed_agents: [guardian] } }')).toEqual([])
    const declared = 'agents: { monitoring: { tasks: { look: { run: [./look], changes: nothing } } } }'
    expect(told(`${declared}\nstates: { STAGING: { allowed_agents: [monitoring] } }`)).toEqual([])
  })
})

describe('several mistakes', () => {
  it('[R1] are told at once, in the order of the file, whatever their section', () => {
    expect(
      told(`
services: { web: { deploy: ./deploy } }
autonomy: { monitoring-agnet: act }
states: { REVIEW: { allowed_agents: [reviewr-agent] }, STAGING: 3 }
triggers: { CODE_MERGED: [nobody] }
workflows: { post_merge: [[test-executor, run_tests]], nightly: [] }
feedback_loops: [{ name: a, monitor: error_rate, threshold: 2, action: incident }, 7]
limits: { waiting: soon }
four_eyes: yes
`),
    ).toEqual([
      'error 2:28 a command is an argument array, never a shell line: write [./deploy]',
      'error 3:13 no agent is called monitoring-agnet',
      'error 4:38 no agent is called reviewr-agent, and the name is very near reviewer-agent',
      'error 4:65 a map is expected, not the number 3',
      'error 5:27 no agent is called nobody',
      'error 6:43 test-executor has no task run_tests',
      'error 6:65 a workflow has at least one step',
      'error 7:61 an error rate is a share from 0 to 1, so it never passes 2',
      'error 7:84 a map is expected, not the number 7',
      'error 8:20 no duration: write a number and its unit (ms, s, m, h or d), such as 15m',
      'error 9:12 true or false is expected, not a text',
    ])
  })

  it('are one where the parser is lost behind the first', () => {
    expect(
      told('services:\n  web: { deploy: ./deploy {version} }\nfour_eyes: true\nautonomy: act\n'),
    ).toEqual(['error 2:27 this cannot stand here, and what follows cannot be read'])
  })

  it('are cut at a hundred, errors before the rest', () => {
    const many = Array.from(
      { length: 300 },
      (_, index) => `  - { name: r${index}, monitor: code_changes, threshold: 1, action: nothing${index} }`,
    )
    const { problems } = parse(`feedback_loops:\n${many.slice(0, 150).join('\n')}`)
    expect(problems).toHaveLength(100)
    expect(problems.slice(0, 99).every(({ severity }) => severity === 'error')).toBe(true)
    expect(problems.at(-1)?.message).toBe('201 further problems are not shown')
  })
})

it.each(['tag', '3', '[tag]'])('says where a version can come from: %s', (version) => {
  const [problem, ...others] = told(`services: { web: { version: ${version} } }`)
  expect(others).toEqual([])
  expect(problem).toContain(
    'a version comes from { git: tag }, { file: package.json } or { command: [./version] }',
  )
})

describe('a hostile file', () => {
  it.each([
    ['brackets without end', '['.repeat(200_000), 'not read: brackets nest deeper than 100'],
    ['block lists in a row', '- '.repeat(200_000), 'not read: more than 20 lists and maps begin on one line'],
    ['keys in a row', '? '.repeat(200_000), 'not read: more than 20 lists and maps begin on one line'],
    [
      'indentation without end',
      Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'not read: indented by more than 200 characters',
    ],
    ['more than a mebibyte', '#'.repeat(1024 * 1024 + 1), 'not read: longer than 1048576 characters'],
    ['a list at the top', '- services', 'the configuration is a map of sections, not a list'],
    ['a second document', 'services: {}\n---\nservices: {}', 'a second document begins here'],
    ['an older YAML', '%YAML 1.1\n---\nfour_eyes: yes', 'only YAML 1.2 is read'],
    ['a name that is none', '__proto__: { services: {} }', 'nothing can be called __proto__'],
    ['a key that is a list', '? [a, b]\n: c', 'a key is a name, not this'],
  ])('with %s is refused', (_, text, message) => {
    const { configuration, problems } = parse(text)
    expect(configuration).toBeUndefined()
    expect(problems.map((problem) => problem.message)).toContain(message)
  })

  it.each([
    [
      'phases',
      `states:\n${Array.from({ length: 101 }, (_, index) => `  P${index}: {}`).join('\n')}`,
      'at most 100 phases',
    ],
    [
      'steps',
      `workflows:\n  w:\n${'    - [test-executor, x]\n'.repeat(101)}`,
      'a workflow has at most 100 steps',
    ],
    ['names in a step', 'workflows: { w: [[test-executor, x, y]] }', 'a step is two names: [agent, task]'],
  ])('with too many %s is refused', (_, text, message) => {
    expect(parse(text).problems.map((problem) => problem.message)).toEqual([message])
  })

  it('cannot multiply itself by aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `a${level}: &a${level} [${Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`)).join(', ')}]`,
    )
    const { configuration, problems } = parse(levels.join('\n'))
    expect(configuration).toBeUndefined()
    expect(problems[0]?.message).toMatch(/^not read: Excessive alias count/)
  })

  it('with very many keys takes no more than its length', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`)
    const { problems } = parse([...keys, 'k0: 1'].join('\n'))
    expect(problems.map(({ message, line }) => `${line} ${message}`)).toEqual([
      '20001 k0 stands in this map twice',
    ])
  })

  it.each(['constructor', 'toString', 'hasOwnProperty'])('cannot call anything %s', (name) => {
    for (const section of ['services', 'workflows', 'agents']) {
      expect(told(`${section}: { ${name}: {} }`)[0]).toMatch(/cannot have this name: it is taken$/)
    }
    expect(told(`triggers: { TEST_FAILED: ${name} }`)).toEqual([
      expect.stringMatching(/^error 1:26 a workflow cannot have this name/),
    ])
    expect(told(`states: { ${name}: {} }`)[0]).toMatch(/no name for a phase/)
  })

  it.each([
    ['an escape in a key', 'services: { web: { "\\e[31mred\\e[0m": 1 } }'],
    ['an escape in a name', 'agents: { "\\e[31mred": { tasks: {} } }\ntriggers: { TEST_FAILED: [nobody] }'],
    ['a raw control character', 'services:\n  x: { \u001b]0;title\u0007: 1 }'],
    ['a turned direction', 'services: { web: { a\u202eb: 1 } }'],
    ['a line separator', 'services: { web: { "a\u2028b": 1 } }'],
    ['an escape in a value', 'autonomy: "\\e[2J"'],
  ])('cannot write to the terminal by %s', (_, text) => {
    const { problems } = parse(text)
    expect(problems.length).toBeGreaterThan(0)
    for (const problem of problems) {
      expect(formatProblem(problem).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
      expect(Object.values({ ...problem, frame: '' }).join('')).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
    }
  })
})

describe('a problem', () => {
  const [problem] = parse('states:\r\n  REVIEW: { allowed_agents: [reviewr-agent] }\r\n').problems

  it('is printed as a compiler prints it', () => {
    expect(formatProblem({ ...problem!, expected: 'an agent' }))
      .toBe(`error: no agent is called reviewr-agent, and the name is very near reviewer-agent
  --> operational.yaml:2:30
1 | states:
2 |   REVIEW: { allowed_agents: [reviewr-agent] }
  |                              ^^^^^^^^^^^^^
  = at: states.REVIEW.allowed_agents[0]
  = did you mean: reviewer-agent
  = expected: an agent`)
  })

  it('is coloured only when asked', () => {
    expect(formatProblem(problem!)).not.toContain('\u001b')
    expect(formatProblem(problem!, { colour: true })).toContain('\u001b[31m')
  })
})
