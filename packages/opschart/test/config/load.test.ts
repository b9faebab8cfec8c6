// Properties:
//   - What is on disk is loaded, and whatever is wrong with it is told, never thrown.
//   - The module extends the YAML; a name in both is an error, told where the YAML has it.
//   - The module is run only when it is there, and anew when it has changed.

import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { releaseLifecycle } from '@opschart/core'
import { describe, expect, it } from 'vitest'
import { checkConfiguration } from '../../src/config/check-configuration.ts'
import { defineConfiguration } from '../../src/config/define-configuration.ts'
import { lawOf } from '../../src/config/law-of.ts'
import {
  configurationFile,
  configurationModule,
  loadConfiguration,
} from '../../src/config/load-configuration.ts'
import { knownTasks } from './known-tasks.ts'
import { madeUpProject } from './made-up-project.ts'

const load = (root: string) => loadConfiguration(root, { tasks: knownTasks })

async function loaded(yaml: string | null, module: string | null) {
  await using project = await madeUpProject({
    ...(yaml === null ? {} : { [configurationFile]: yaml }),
    ...(module === null ? {} : { [configurationModule]: module }),
  })
  const { configuration, source, problems } = await load(project.root)
  return {
    configuration,
    source,
    problems: problems.map(
      ({ severity, file, line, column, message }) => `${severity} ${file}:${line}:${column} ${message}`,
    ),
  }
}

describe('the YAML', () => {
  it('is loaded from its place', async () => {
    const { configuration, source, problems } = await loaded('services: { web: {} }', null)
    expect([Object.keys(configuration?.services ?? {}), source, problems]).toEqual([
      ['web'],
      configurationFile,
      [],
    ])
  })

  it('is asked for when there is none', async () => {
    expect(await loaded(null, null)).toEqual({
      configuration: undefined,
      source: null,
      problems: [`error ${configurationFile}:1:1 there is no configuration`],
    })
  })

  it('[R1] is told of when it cannot be read', async () => {
    await using project = await madeUpProject()
    const file = path.join(project.root, configurationFile)
    await mkdir(file, { recursive: true })
    expect((await load(project.root)).problems[0]?.message).toBe('this is not a regular file')
    await using other = await madeUpProject({ [configurationFile]: '' })
    await writeFile(path.join(other.root, configurationFile), Buffer.from([0x61, 0xff, 0xfe]))
    expect((await load(other.root)).problems[0]?.message).toBe('this is not UTF-8 text')
    await writeFile(path.join(other.root, configurationFile), Buffer.alloc(1024 * 1024 + 1, 0x23))
    expect((await load(other.root)).problems[0]?.message).toBe('larger than 1048576 bytes')
    await using endless = await madeUpProject({ '.claude/config/x': '' })
    await symlink('/dev/zero', path.join(endless.root, configurationFile))
    expect((await load(endless.root)).problems[0]?.message).toBe('this is not a regular file')
  })
})

describe('the module', () => {
  it('extends the YAML, entry by entry', async () => {
    const { configuration, problems } = await loaded(
      `services: { web: {} }
feedback_loops: [{ name: one, monitor: error_rate, threshold: 0.1, action: incident }]
autonomy: { default: ask }
`,
      `export default {
  services: { worker: { deploy: ['./deploy', '{version}'] } },
  feedback_loops: [{ name: 'two', monitor: 'error_rate', threshold: 0.2, action: 'sweep' }],
  workflows: { sweep: [['monitoring-agent', 'gather_metrics']] },
  autonomy: { 'developer-agent': 'act' },
  four_eyes: true,
}
`,
    )
    expect(problems).toEqual([])
    expect(Object.keys(configuration?.services ?? {}).toSorted()).toEqual(['web', 'worker'])
    expect(configuration?.feedback_loops.map(({ name }) => name)).toEqual(['one', 'two'])
    expect(configuration?.autonomy).toEqual({ default: 'ask', targets: { 'developer-agent': 'act' } })
    expect(configuration?.four_eyes).toBe(true)
  })

  it('may stand alone', async () => {
    const { configuration, source } = await loaded(null, 'export default { services: { web: {} } }')
    expect([Object.keys(configuration?.services ?? {}), source]).toEqual([['web'], configurationModule])
  })

  it('may not repeat a name of the YAML', async () => {
    const { configuration, problems } = await loaded(
      `services:
  web: {}
  worker: {}
feedback_loops:
  - { name: one, monitor: error_rate, threshold: 0.1, action: incident }
autonomy: ask
limits:
  approval: 2h
`,
      `export default {
  services: { worker: {} },
  feedback_loops: [{ name: 'one', monitor: 'error_rate', threshold: 0.1, action: 'incident' }],
  autonomy: 'act',
  limits: { approval: '3h', waiting: '1h' },
}
`,
    )
    expect(configuration).toBeUndefined()
    expect(problems).toEqual([
      `error ${configurationFile}:3:3 services.worker stands in opschart.config.ts too`,
      `error ${configurationFile}:5:13 one stands in opschart.config.ts too`,
      `error ${configurationFile}:6:1 autonomy stands in opschart.config.ts too`,
      `error ${configurationFile}:8:3 limits.approval stands in opschart.config.ts too`,
    ])
  })

  it('[R1] is told of where its mistakes stand', async () => {
    const { problems } = await loaded(
      'feedback_loops: [{ name: one, monitor: error_rate, threshold: 0.1, action: incident }]',
      `export default {
  services: {
    web: { deploy: './deploy' },
  },
  feedback_loops: [
    { name: 'two', monitor: 'error_rate', threshold: 0.2, action: 'incident' },
    { name: 'three', monitor: 'error_rate', threshold: 0.2, action: 'nothing' },
  ],
  gates: { slow: async () => true, four: 4 },
}
`,
    )
    expect(problems).toEqual([
      `error ${configurationModule}:3:12 a command is an argument array, never a shell line: write [./deploy]`,
      `error ${configurationModule}:7:61 the action nothing names nothing`,
      `error ${configurationModule}:9:12 gate slow is async; gates are synchronous and pure`,
      `error ${configurationModule}:9:36 gate four is no function`,
    ])
  })

  it('brings machines, of which all that cannot be made durable is told', async () => {
    const module = `export default {
  services: { web: {} },
  machines: {
    web: { __xstatenode: true, root: { id: 'm', entry: ['gone'], exit: [], states: {}, transitions: new Map(), config: {} }, implementations: { actors: {}, actions: {}, guards: {} } },
    none: 4,
  },
}
`
    await using project = await madeUpProject({ [configurationModule]: module })
    const { problems } = await load(project.root)
    expect(problems.map(({ message, line }) => [line, message])).toEqual([
      [4, 'web is a machine and a service; call one of them another name'],
      [4, 'machine web, state m: there is no action gone; give it in setup({ actions })'],
      [5, 'machine none is no XState machine; give one, or { machine }'],
    ])
  })

  it.each([
    ['throws', 'throw new Error("no \\u001b[31mway")', 'it cannot be run: no ?[31mway'],
    ['does not parse', 'export default {', /^it cannot be run: /],
    [
      'exports nothing',
      'export const a = 1',
      'it has no default export: write export default defineConfiguration({...})',
    ],
  ])('that %s is told of', async (_, module, message) => {
    await using project = await madeUpProject({ [configurationModule]: module })
    const { configuration, problems } = await load(project.root)
    expect(configuration).toBeUndefined()
    expect(problems[0]?.file).toBe(configurationModule)
    if (typeof message === 'string') expect(problems[0]?.message).toBe(message)
    else expect(problems[0]?.message).toMatch(message)
  })

  it('is not run when the YAML cannot be read', async () => {
    const { problems } = await loaded('services: [', 'globalThis.ran = true\nexport default {}')
    expect(problems).toHaveLength(1)
    expect('ran' in globalThis).toBe(false)
  })

  it('is run anew when it has changed', async () => {
    await using project = await madeUpProject({
      [configurationModule]: 'export default { services: { one: {} } }',
    })
    expect(Object.keys((await load(project.root)).configuration?.services ?? {})).toEqual(['one'])
    await project.write({ [configurationModule]: 'export default { services: { two: {} } }' })
    await utimes(path.join(project.root, configurationModule), 1_000, 1_000)
    expect(Object.keys((await load(project.root)).configuration?.services ?? {})).toEqual(['two'])
  })

  it('brings gates that the table may name, and they decide', async () => {
    const { configuration, problems } = await loaded(
      'states: { REVIEW: { next_states: { STAGING: { gate: [weekday] }, DEVELOPMENT: } } }',
      `export default { gates: { weekday: () => 'it is Sunday' } }`,
    )
    expect(problems).toEqual([])
    const law = lawOf(configuration!)
    expect(law.definition.phases['REVIEW']?.on?.['CODE_MERGED']).toMatchObject({ gate: ['weekday'] })
    expect(law.gates['weekday']?.({} as never)).toBe('it is Sunday')
  })

  it('brings tasks that triggers, workflows and the law know', async () => {
    const { configuration, problems } = await loaded(
      'triggers: { NIGHT_FELL: [lamp-agent] }\nstates: { PRODUCTION: { allowed_agents: [lamp-agent] } }',
      `export default { tasks: [{ agent: 'lamp-agent', task: 'light', title: 'lights', changes: 'nothing', timeout: 1000, answers: ['NIGHT_FELL'], run: async () => null }] }`,
    )
    expect(problems).toEqual([])
    expect(configuration?.triggers).toEqual([
      { signal: 'NIGHT_FELL', tasks: [['lamp-agent', 'light']], workflow: null },
    ])
    expect(lawOf(configuration!).definition.agents).toContain('lamp-agent')
  })
})

describe('a law that TypeScript brings', () => {
  const extension = { gates: {}, tasks: [], lifecycle: releaseLifecycle, machines: {} }

  it('is the law as it is, and what names its parts is checked against it', () => {
    const { configuration } = checkConfiguration(
      { triggers: { TEST_FAILED: ['incident-response-agent'] } },
      { tasks: knownTasks },
      extension,
    )
    expect(lawOf(configuration!)).toBe(releaseLifecycle)
    expect(configuration?.triggers).toHaveLength(1)
  })

  it('leaves nothing for a table of phases to change', () => {
    const { configuration, findings } = checkConfiguration({ states: { REVIEW: {} } }, {}, extension)
    expect(configuration).toBeUndefined()
    expect(findings.map(({ path: at, message }) => [at, message])).toEqual([
      [['states'], 'opschart.config.ts brings a whole law, so states has nothing to change'],
    ])
  })
})

describe('defineConfiguration', () => {
  it('gives back what it is given, and knows the sections', () => {
    const given = { autonomy: 'observe', limits: { approval: '2h' } } as const
    expect(defineConfiguration(given)).toBe(given)
    // @ts-expect-error a bare number is no duration
    defineConfiguration({ limits: { approval: 60 } })
    // @ts-expect-error no such level
    defineConfiguration({ autonomy: 'observer' })
  })
})
