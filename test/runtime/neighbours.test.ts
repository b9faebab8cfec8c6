// Properties of several processes on one store:
//   - Each signal is decided once, whoever sends it; no update is lost; the journal is sound.
//   - Each piece of work is done once, by one of them; what one asks for, another does.
//   - What one has written, another sees: rows to whoever reads on, a cancellation to whoever runs it, a lease that ran out.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { createRuntime, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { afterAll, describe, expect, it } from 'vitest'

import type { RuntimeSetup } from '../../packages/testing/src/runtime-case.ts'
import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { freshFile, sqlitePlace } from './places.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-neighbours-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const releases = 15

interface Neighbour {
  readonly child: ChildProcess
  readonly line: () => Promise<string>
}

function neighbour(name: string): Neighbour {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'neighbour-child.ts'), folder, name, String(releases)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let text = ''
  const waiting: (() => void)[] = []
  child.stdout!.setEncoding('utf8').on('data', (part: string) => {
    text += part
    for (const wake of waiting.splice(0)) wake()
  })
  child.once('exit', () => waiting.splice(0).forEach((wake) => wake()))
  return {
    child,
    async line() {
      while (!text.includes('\n')) {
        if (child.exitCode !== null) throw new Error(`${name} has ended with ${child.exitCode}`)
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      const end = text.indexOf('\n')
      const line = text.slice(0, end)
      text = text.slice(end + 1)
      return line
    },
  }
}

it('[D8] two processes send at the same time: each signal is decided once, each work done once, nothing is lost', async () => {
  const both = ['one', 'two'].map(neighbour)
  await Promise.all(both.map(({ line }) => line()))
  for (const { child } of both) child.stdin!.write('go\n')
  const verdicts = (await Promise.all(both.map(({ line }) => line()))).map(
    (line) => JSON.parse(line) as [string, boolean][],
  )
  for (const { child } of both) child.stdin!.end('end\n')
  await Promise.all(
    both.map(
      ({ child }) =>
        new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0))),
    ),
  )

  expect(verdicts.flat().filter(([kind]) => kind !== 'accepted')).toEqual([])
  expect(verdicts.flat().filter(([, duplicate]) => duplicate)).toHaveLength(releases)
  const effects = readFileSync(path.join(folder, 'effects'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  expect(effects).toHaveLength(2 * releases)
  expect(new Set(effects.map(([key]) => key)).size).toBe(2 * releases)

  await using runtime = await createRuntime({
    store: sqliteStore(path.join(folder, 'state.db')),
    services: [{ name: 'web' }, { name: 'pay' }],
    work: false,
  })
  expect(await runtime.audit()).toMatchObject({ sound: true, fault: null })
  const keys = (await runtime.store.history({ limit: 10_000 })).flatMap(({ key }) =>
    key === null ? [] : [`${key.source} ${key.id}`],
  )
  expect(keys).toHaveLength(5 * releases)
  expect(new Set(keys).size).toBe(keys.length)
  expect(await runtime.store.work()).toEqual([])
  for (const name of ['one', 'two'])
    expect((await runtime.read(`web/${name}`))?.commit).toBe(`${name}-${releases}`)
  expect((await runtime.read('pay/common'))?.operations).toEqual([])
}, 60_000)

/** Two runtimes on one file, in one process: each takes the other for another process. */
async function sideBySide(
  body: (scenario: Scenario, beside: Awaited<ReturnType<Scenario['beside']>>) => Promise<void>,
): Promise<void> {
  const scenario = await createScenario(
    sqlitePlace(undefined, { others: 1_000, isOwnerDead: () => false }),
    {},
  )
  try {
    await body(scenario, await scenario.beside({ watchers: [] }))
  } finally {
    await scenario.close()
  }
}

describe('[D8] beside another runtime on the same store', () => {
  it('what another has written is handed to whoever reads on, in order and without a gap', () =>
    sideBySide(async (scenario, beside) => {
      const rows: number[] = []
      const reading = (async () => {
        for await (const { sequence, type } of scenario.runtime.subscribe({ from: 1 })) {
          rows.push(sequence)
          if (type === 'LAST') return
        }
      })()
      for (const commit of ['c1', 'c2', 'c3']) {
        await beside
          .as({ watcher: 'git' })
          .send('web', { type: 'CODE_COMMITTED', data: { branch: 'one', commit } })
        await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'two', commit } })
      }
      await beside.as({ watcher: 'git' }).send('web/one', { type: 'LAST' })
      await scenario.clock.advance(1_000)
      await reading
      expect(rows).toEqual(Array.from({ length: 9 }, (_, index) => index + 1))
    }))

  it('what was decided on facts that another has changed meanwhile is decided again', async () => {
    let between: (() => Promise<unknown>) | undefined
    const store = sqliteStore(freshFile())
    const place = {
      open: (setup: RuntimeSetup) =>
        createRuntime({
          ...setup,
          others: 0,
          store: {
            ...store,
            async commit(units) {
              const first = between
              between = undefined
              await first?.()
              return store.commit(units)
            },
          },
        }),
    }
    const scenario = await createScenario(place, {})
    await scenario.live('one', 'v1')
    await scenario.staged('two', 'v2')
    const beside = await createRuntime({
      store: { ...store, close: () => Promise.resolve() },
      services: [{ name: 'web' }],
      others: 0,
      work: false,
    })
    // The other opens an incident just before this one writes a verdict that says there is none.
    between = () => beside.as({ person: 'ann' }).send('web/one', { type: 'INCIDENT_DECLARED', id: 'x' })
    const verdict = await scenario.runtime
      .as('rule:errors')
      .send('web/two', { type: 'ERROR_THRESHOLD_EXCEEDED' })
    expect(verdict).toMatchObject({ kind: 'ignored', reason: 'part of incident incident-x' })
    await scenario.runtime.idle()
    expect(await scenario.runtime.audit()).toMatchObject({ sound: true })
    await beside.close()
    await scenario.close()
  })

  it('[D4] a timer that another has set anew just before it fires keeps its new time', async () => {
    let between: (() => Promise<unknown>) | undefined
    const store = sqliteStore(freshFile())
    const place = {
      open: (setup: RuntimeSetup) =>
        createRuntime({
          ...setup,
          others: 0,
          store: {
            ...store,
            async timersDue(now, limit) {
              const due = await store.timersDue(now, limit)
              const first = due.length > 0 ? between : undefined
              if (first !== undefined) between = undefined
              await first?.()
              return due
            },
          },
        }),
    }
    const scenario = await createScenario(place, {})
    await scenario.live('one', 'v1')
    await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
    await scenario.runtime.idle()
    const { clock } = scenario
    const shared = { ...store, close: () => Promise.resolve() }
    const beside = await createRuntime({
      store: shared,
      clock,
      services: [{ name: 'web' }],
      others: 0,
      work: false,
    })
    const ann = beside.as({ person: 'ann' })
    between = async () => {
      await ann.send('web', { type: 'INCIDENT_RESOLVED' })
      await ann.send('web', { type: 'INCIDENT_DECLARED' })
    }
    const escalated = () => scenario.notices.filter(({ severity }) => severity === 'CRITICAL').length
    await clock.advance(15 * 60_000)
    await scenario.runtime.idle()
    expect(escalated()).toBe(0)
    await clock.advance(15 * 60_000 - 1)
    await scenario.runtime.idle()
    expect(escalated()).toBe(0)
    await clock.advance(1)
    await scenario.runtime.idle()
    expect(escalated()).toBe(1)
    await beside.close()
    await scenario.close()
  })

  it('what another has asked for is done here, and what another has cancelled ends here', () =>
    sideBySide(async (scenario, beside) => {
      const held = scenario.hold('documentation-agent.update_readme')
      await scenario.ann.pause({ target: 'everything', reason: 'so that nobody begins' })
      await scenario.git.send('web', { type: 'CODE_COMMITTED', data: { branch: 'one', commit: 'c1' } })
      const ann = beside.as({ person: 'ann' })
      await ann.send('web/one', {
        type: 'OPERATION_REQUESTED',
        data: { agent: 'documentation-agent', task: 'update_readme' },
      })
      await scenario.ann.resume('everything')
      const context = await held.started
      const { id } = await scenario.operation('update_readme')
      expect((await ann.cancel(id)).done).toBe(true)
      // Noticed by what the other has written, long before a lease would be found lost.
      await scenario.clock.advance(1_000)
      await scenario.clock.advance(1_000)
      expect(context.cancel.aborted).toBe(true)
      await scenario.runtime.idle()
      await beside.idle()
      expect(await scenario.operations()).toEqual([])
      expect(scenario.did).toEqual(['documentation-agent.update_readme'])
    }))
})

it('[D8] work whose owner is gone without a word is taken over when its lease has run out, and not before', async () => {
  const scenario = await createScenario(sqlitePlace(undefined, { isOwnerDead: () => false }), {})
  const lost = scenario.hold('test-executor.run_integration_tests')
  void scenario.merge('one', 'v1').catch(() => undefined)
  await lost.started
  // The first runtime is left as it is, with a clock that stands still for it: it renews nothing any more.
  const later = await createScenario(
    {
      open: (setup: RuntimeSetup) =>
        createRuntime({
          ...setup,
          store: (scenario.runtime as Runtime).store,
          others: 0,
          isOwnerDead: () => false,
        }),
    },
    {},
  )
  await later.clock.advance(14_999)
  expect(later.did).toEqual([])
  await later.clock.advance(1)
  await later.runtime.idle()
  expect(later.did[0]).toBe('test-executor.run_integration_tests')
  lost.release({ passed: false })
  await scenario.runtime.idle().catch(() => undefined)
  const rows = await later.rows()
  expect(rows.filter(({ type }) => type === 'late_result')).toHaveLength(1)
  expect(await later.phase('web/one')).toBe('STAGING')
  await scenario.close()
})
