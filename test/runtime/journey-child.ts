// A process of its own that leads two releases through their lives, on a SQLite store, and is killed where its parent
// says: `node journey-child.ts <folder> <seed of the crash>`. It goes on where the last one was killed, and says at its end what has
// come of it. Effects are lines that tasks append to `effects`, under their key; a task whose line is there is done already.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

import {
  contextOf,
  phaseOf,
  releaseWorkflows,
  tasksOf,
  type ActorState,
  type Json,
  type Task,
  type WorkflowDefinition,
} from '@opschart/core'
import { createRuntime, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'

import { simulatedClock } from '../../packages/testing/src/simulated-clock.ts'
import { crashPoint, mortalStore } from './mortal-store.ts'

/** Where to die: at so manieth of a kind of point, counted from this process's start. */
const [folder = '', kind = '', count = '0'] = process.argv.slice(2)
const file = (name: string) => path.join(folder, name)
const start = 1_767_225_600_000
const minute = 60_000

const point = crashPoint(kind, Number(count))

const lines = (name: string): string[] =>
  existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').filter(Boolean) : []

const results: Record<string, (version: string) => Json> = {
  'developer-agent.deploy': (version) => ({ environment: 'production', version }),
  'incident-response-agent.decide': () => ({ decision: 'rollback', reason: 'it did it' }),
  'incident-response-agent.verify_recovery': () => ({ recovered: true }),
}

const names = [
  ...new Set(
    Object.values(releaseWorkflows as Record<string, WorkflowDefinition>).flatMap((workflow) =>
      tasksOf(workflow),
    ),
  ),
]
const tasks = names.map((name): Task => {
  const [agent, task] = name.split('.') as [string, string]
  const changes = ['deploy', 'roll_back'].includes(task) ? 'production' : 'nothing'
  return {
    agent,
    task,
    title: name,
    changes,
    timeout: 60_000,
    async run({ release }, context) {
      const { key } = context
      point('task')
      await context.footprint({ paths: [`${task}.txt`] })
      if (!lines('effects').some((line) => line.startsWith(`${key} `)))
        appendFileSync(file('effects'), `${key} ${release.lifecycle} ${name}\n`)
      point('effect')
      return results[name]?.(release.version) ?? {}
    },
  }
})

// The clock goes on where it stood, as clocks do.
const [step = 0, now = start] = (lines('progress').at(-1) ?? '').split(' ').filter(Boolean).map(Number)
const clock = simulatedClock(now)
const runtime = await createRuntime({
  store: mortalStore(sqliteStore(file('state.db')), point),
  clock,
  services: [{ name: 'web', deploy: ['./deploy'], rollback: ['./roll-back'] }],
  tasks,
  others: 0,
  notify: ({ key, text }) => {
    appendFileSync(file('notices'), `${key} ${text}\n`)
    point('notice')
    return Promise.resolve()
  },
  onProblem: (text) => appendFileSync(file('problems'), `${text}\n`),
})
const git = runtime.as({ watcher: 'git' })
const ann = runtime.as({ person: 'ann' })
const rule = runtime.as('rule:errors')

async function approve(): Promise<void> {
  const { services } = await runtime.status()
  const open = services.flatMap(({ lifecycles }) => lifecycles.flatMap(({ operations }) => operations))
  for (const { id, plan, status } of open)
    if (status === 'awaiting_approval') await ann.approve({ operation: id, plan })
}

const steps: (() => Promise<unknown>)[] = [
  ...(['one', 'two'] as const).flatMap((branch, index) => {
    const version = `v${index + 1}`
    const commit = `${version}-c`
    return [
      () =>
        git.send('web', {
          type: 'CODE_COMMITTED',
          id: `${branch}-1`,
          data: { branch, commit, author: 'bob' },
        }),
      () => ann.send('web', { type: 'REVIEW_REQUESTED', id: `${branch}-2`, data: { branch } }),
      () =>
        runtime
          .as({ agent: 'reviewer-agent' })
          .send(`web/${branch}`, { type: 'REVIEW_APPROVED', id: `${branch}-3` }),
      () =>
        git.send('web', {
          type: 'CODE_MERGED',
          id: `${branch}-4`,
          data: { branch, commit: `${version}-m`, commits: [commit] },
        }),
      () => runtime.idle(),
      () => ann.send(`web/${branch}`, { type: 'DEPLOYMENT_REQUESTED', id: `${branch}-5`, data: { version } }),
      () => runtime.idle(),
      approve,
      () => runtime.idle(),
      () => clock.advance(minute),
    ]
  }),
  () => rule.send('web', { type: 'ERROR_THRESHOLD_EXCEEDED', id: 'alarm' }),
  () => runtime.idle(),
  // Three that wait for a phase, asked for a minute apart: each expires a day later.
  ...[1, 2, 3].flatMap((number) => [
    () =>
      ann.send('web/one', {
        type: 'OPERATION_REQUESTED',
        id: `wait-${number}`,
        data: { agent: 'data-migration-agent', task: 'generate_migration' },
      }),
    () => clock.advance(minute),
  ]),
  () => clock.advance(24 * 60 * minute),
  () => runtime.idle(),
  () => ann.send('web', { type: 'INCIDENT_DECLARED', id: 'incident' }),
  () => runtime.idle(),
  () => clock.advance(16 * minute),
  () => runtime.idle(),
  () => ann.send('web', { type: 'INCIDENT_RESOLVED', id: 'resolved' }),
  () => runtime.idle(),
]

for (let at = step; at < steps.length; at += 1) {
  await steps[at]!()
  point('step')
  writeFileSync(file('progress'), `${at + 1} ${clock.now()}\n`)
}
process.stdout.write(JSON.stringify(await summary(runtime)))
await runtime.close()

/** What has come of it, less what counts attempts: versions of actors, and the keys and hashes that hold them. */
async function summary({ store, ...client }: Runtime): Promise<Json> {
  const rows = await store.history({ limit: 100_000 })
  const actors = await store.actors()
  const lifecycles = actors.filter(({ actor }) => actor.startsWith('web/') && !actor.includes('~'))
  const [fact] = await store.facts(['service:web'])
  const { live, stack, incident, exclusive, deployments, remedies } = fact!.value as unknown as Record<
    string,
    Json
  >
  const { sound, fault } = await client.audit()
  return {
    lifecycles: lifecycles.map(({ actor, state }) => {
      const { branch, version, commit, workflows, warrants, operations, rollbacks } = contextOf(
        state as unknown as ActorState,
      )
      return {
        actor,
        phase: phaseOf(state as unknown as ActorState),
        branch,
        version,
        commit,
        workflows,
        warrants,
        operations,
        rollbacks,
      } as unknown as Json
    }),
    service: { live, stack, incident, exclusive, deployments, remedies } as Json,
    // Workflows under way, work and timers: there is none of them left.
    left: [
      actors.filter(({ actor }) => actor.includes('~')).length,
      (await store.work()).length,
      (await store.nextTimer()) ?? null,
    ],
    // Approvals are answers, sent when something awaits one, under ids of their own.
    signals: rows.flatMap(({ key, entry }) =>
      key === null || key.source.includes('/') || typeOf(entry) === 'OPERATION_APPROVED'
        ? []
        : [`${key.source} ${key.id}`],
    ),
    expired: rows.flatMap(({ entry }) =>
      typeOf(entry) === 'operation.expired'
        ? [(entry as { event: { operation: string } }).event.operation]
        : [],
    ),
    sound,
    fault: fault as unknown as Json,
  }
}

function typeOf(entry: Json): string {
  return (entry as { event: { type: string } }).event.type
}
