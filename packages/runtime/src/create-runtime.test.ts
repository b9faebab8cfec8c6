// Properties:
//   - With nothing given there is a runtime: the default law, in memory, where nobody acts; any name is a service.
//   - What cannot work is refused before anything is started.
//   - Without work, signals are decided and nothing is carried out; polled, each watcher looks once.
//   - Closed, it says so; closing ends what runs, and twice is once.

import { defineLifecycle, type Task, type Watcher, type WatcherContext } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { createRuntime } from './create-runtime.ts'
import { memoryStore } from './stores/memory.ts'

const release = defineLifecycle({
  id: 'release',
  agents: ['deployer', 'responder'],
  initial: 'STAGING',
  phases: {
    STAGING: { allow: ['deployer'], on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'] } } },
    PRODUCTION: { allow: ['responder'], on: { ERRORS_ROSE: 'INCIDENT' } },
    INCIDENT: { allow: ['responder'], on: { RESOLVED: 'PRODUCTION' } },
  },
})

/** A task that changes nothing, and notes each of its starts. */
function noting(starts: string[], run: Task['run'] = () => Promise.resolve(null)): Task {
  return {
    agent: 'deployer',
    task: 'look',
    title: 'looks',
    changes: 'nothing',
    timeout: 60_000,
    run(input, context) {
      starts.push(context.key)
      return run(input, context)
    },
  }
}

const ask = { type: 'OPERATION_REQUESTED', data: { agent: 'deployer', task: 'look' } }

describe('a runtime', () => {
  it('needs nothing: it is the default law in memory', async () => {
    await using runtime = await createRuntime()
    const verdict = await runtime
      .as({ watcher: 'git' })
      .send('web', { type: 'CODE_COMMITTED', data: { branch: 'one' } })
    expect(verdict).toMatchObject({
      kind: 'accepted',
      lifecycle: 'web/one',
      phase: 'DEVELOPMENT',
      sequence: 2,
    })
    expect(await runtime.audit()).toMatchObject({ sound: true, rows: 2 })
  })

  it('without services, opens a lifecycle for the first signal that names it', async () => {
    await using runtime = await createRuntime({ lifecycle: release })
    const verdict = await runtime.as({ agent: 'responder' }).send('web/v2', { type: 'DEPLOYED' })
    expect(verdict).toMatchObject({
      kind: 'refused',
      reason: 'DEPLOYED in STAGING: only deployer may send it, not agent:responder',
    })
    expect(await runtime.as({ agent: 'deployer' }).send('web/v2', { type: 'DEPLOYED' })).toMatchObject({
      kind: 'accepted',
      phase: 'PRODUCTION',
    })
    expect((await runtime.read('web/v2'))?.phase).toBe('PRODUCTION')
  })

  it.each(['web/a b', 'web/a~b', '../x', 'web/', '/x', 'web/x\u0000', `web/${'x'.repeat(300)}`])(
    'without services, opens no lifecycle called %j',
    async (name) => {
      await using runtime = await createRuntime({ lifecycle: release })
      await expect(runtime.as({ agent: 'deployer' }).send(name, { type: 'DEPLOYED' })).rejects.toMatchObject({
        code: 'input',
      })
      expect(await runtime.log()).toEqual([])
    },
  )

  it('knows who sends in each form, and refuses who is nobody', async () => {
    await using runtime = await createRuntime({ lifecycle: release })
    for (const who of ['agent:deployer', { agent: 'deployer' }] as const) {
      expect((await runtime.as(who).send(`web/${typeof who}`, { type: 'DEPLOYED' })).kind).toBe('accepted')
    }
    for (const who of ['deployer', 'root:x', { agent: 'a b' }, { person: '' }, {}] as never[]) {
      expect(() => runtime.as(who)).toThrow('is no principal')
    }
  })

  it.each([
    ['a name that is none', [{ name: 'a b' }], 'a name is letters'],
    ['a name twice', [{ name: 'a' }, { name: 'a' }], 'two feedback loops are called a'],
    [
      'a threshold that it clears above',
      [{ name: 'a', clear: 0.5 }],
      'it clears at 0.5, above its threshold 0.1',
    ],
  ])('[R1] is not started with a feedback loop that has %s', async (_, loops, message) => {
    const loop = {
      monitor: 'error_rate',
      threshold: 0.1,
      clear: 0.1,
      for: 0,
      window: 1,
      min_samples: 1,
      cooldown: 0,
      severity: 'LOW',
    } as const
    const starting = createRuntime({ feedbackLoops: loops.map((some) => ({ ...loop, ...some })) })
    await expect(starting).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(message) as unknown,
    })
  })

  it('without work, decides and carries nothing out; another on the same store does', async () => {
    const store = memoryStore()
    const starts: string[] = []
    const beside = await createRuntime({
      lifecycle: release,
      store: { ...store, close: () => Promise.resolve() },
      tasks: [noting(starts)],
      work: false,
    })
    expect(await beside.as({ person: 'ann' }).send('web/v2', ask)).toMatchObject({ kind: 'accepted' })
    await beside.idle()
    expect(starts).toEqual([])
    await beside.close()
    await using runtime = await createRuntime({ lifecycle: release, store, tasks: [noting(starts)] })
    await runtime.idle()
    expect(starts).toHaveLength(1)
  })

  it('polls each watcher once, from where it was the last time', async () => {
    const seen: unknown[] = []
    const watcher: Watcher = {
      name: 'counter',
      watch: () => Promise.resolve(),
      async poll(context: WatcherContext) {
        seen.push(context.checkpoint)
        await context.report({ signals: [{ type: 'NOISE', id: `n${seen.length}` }], checkpoint: seen.length })
      },
    }
    await using runtime = await createRuntime({
      services: [{ name: 'web' }],
      watchers: [{ watcher, service: 'web' }],
    })
    await runtime.poll()
    await runtime.poll()
    expect(seen).toEqual([undefined, 1])
    expect((await runtime.log()).map(({ by }) => by)).toEqual(['watcher:counter', 'watcher:counter'])
  })

  it('goes on when a watcher ends by a failure, and says so', async () => {
    const problems: string[] = []
    const watcher: Watcher = {
      name: 'broken',
      watch: () => Promise.reject(new Error('no such log\u001b[2J')),
      poll: () => Promise.resolve(),
    }
    await using runtime = await createRuntime({
      services: [{ name: 'web' }],
      watchers: [{ watcher, service: 'web' }],
      onProblem: (text) => problems.push(text),
    })
    while (problems.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(problems).toEqual(['watcher broken:web has ended: no such log'])
    expect((await runtime.status()).watchers).toEqual([
      { name: 'broken:web', state: 'ended', problem: 'no such log' },
    ])
  })

  it('tells a task that it ends when it closes, and waits for the programs that it has started', async () => {
    const starts: string[] = []
    const running = Promise.withResolvers<AbortSignal>()
    const store = memoryStore()
    const task = noting(starts, async (_, context) => {
      const { cancel } = context
      const program = context.run([process.execPath, '-e', 'setInterval(() => {}, 1000)'])
      running.resolve(cancel)
      await program
      return null
    })
    const runtime = await createRuntime({
      lifecycle: release,
      store: { ...store, close: () => Promise.resolve() },
      tasks: [task],
    })
    await runtime.as({ person: 'ann' }).send('web/v2', ask)
    const cancel = await running.promise
    await runtime.close()
    await runtime.close()
    expect(cancel.aborted).toBe(true)
    // It is still wanted, and free for whoever comes next.
    expect(await store.work()).toMatchObject([{ status: 'running', attempt: 1, until: 0 }])
  })

  it('says that it is closed', async () => {
    const runtime = await createRuntime({ lifecycle: release })
    await runtime.close()
    await expect(
      runtime.as({ agent: 'deployer' }).send('web/v2', { type: 'DEPLOYED' }),
    ).rejects.toMatchObject({ code: 'closed' })
    await expect(runtime.status()).rejects.toMatchObject({ code: 'closed' })
  })
})
