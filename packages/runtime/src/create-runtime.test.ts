import { expect, it } from 'vitest'
import type { Task } from '@opschart/core'
import { createRuntime } from './create-runtime.ts'
import { releaseWorkflows, tasksOf } from '@opschart/core'

const every = [...new Set(Object.values(releaseWorkflows).flatMap((workflow) => tasksOf(workflow as never)))]
const task = (name: string, run: Task['run'] = () => Promise.resolve({ ok: true })): Task => {
  const [agent, task] = name.split('.') as [string, string]
  return {
    agent,
    task,
    title: name,
    changes: ['deploy', 'roll_back'].includes(task) ? 'production' : 'nothing',
    timeout: 10_000,
    run,
  }
}
it('a release goes its way', async () => {
  const calls: string[] = []
  const outputs: Record<string, (input: never) => unknown> = {
    deploy: (input: any) => ({ environment: 'production', version: input.release.version }),
    decide: () => ({ decision: 'rollback', reason: 'because' }),
    verify_recovery: () => ({ recovered: true }),
  }
  const tasks = every.map((name) =>
    task(name, async (input) => {
      calls.push(name)
      return outputs[name.split('.')[1]!]?.(input) ?? {}
    }),
  )
  await using runtime = await createRuntime({
    services: [{ name: 'web', deploy: ['./d'], rollback: ['./r'] }],
    tasks,
    onProblem: (t) => console.log('PROBLEM', t),
  })
  runtime.on('row', (row) => console.log(row.sequence, row.text))
  const git = runtime.as({ watcher: 'git' }),
    ann = runtime.as({ person: 'ann' })
  const release = async (branch: string, version: string) => {
    await git.send('web', { type: 'CODE_COMMITTED', data: { branch, commit: `c-${version}`, author: 'bob' } })
    await ann.send('web', { type: 'REVIEW_REQUESTED', data: { branch } })
    const v = await runtime.as({ agent: 'reviewer-agent' }).send(`web/${branch}`, { type: 'REVIEW_APPROVED' })
    expect(v.kind).toBe('accepted')
    await git.send('web', {
      type: 'CODE_MERGED',
      data: { branch, commit: `m-${version}`, commits: [`c-${version}`], into: 'main' },
    })
    await git.send('web', { type: 'VERSION_TAGGED', data: { version, commit: `m-${version}` } })
    await runtime.idle()
    const r = await ann.send(`web/${branch}`, { type: 'DEPLOYMENT_REQUESTED', data: { version } })
    console.log(r.kind, r.reason)
    await runtime.idle()
    const view = await runtime.read(`web/${branch}`)
    const op = view!.operations[0]!
    console.log(JSON.stringify(op))
    console.log(await runtime.as({ agent: 'developer-agent' }).approve({ operation: op.id, plan: op.plan }))
    console.log(await ann.approve({ operation: op.id, plan: 'no' }))
    console.log((await ann.approve({ operation: op.id, plan: op.plan })).reason)
    await runtime.idle()
    console.log((await ann.approve({ operation: op.id, plan: op.plan })).reason)
  }
  await release('one', 'v1')
  await release('two', 'v2')
  await runtime.as('rule:error_spike').send('web', { type: 'ERROR_THRESHOLD_EXCEEDED', severity: 'HIGH' })
  await runtime.idle()
  const status = await runtime.status()
  console.log(JSON.stringify(status.services[0]!.lifecycles.map((l) => [l.id, l.name, l.phase, l.live])))
  console.log(JSON.stringify(await runtime.audit()))
  console.log(calls.join(' '))
})
