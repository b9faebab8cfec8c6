// Properties of the operations that machines have queued:
//   - However many there are, they hold up nothing of the law, and the law holds up none of them.
//   - To start some of them, no more is read than can be started, however many others wait.
//   - A pause of everything holds them all back.

import { defineLifecycle, fromOperation, type Store, type WorkFilter } from '@opschart/core'
import { createRuntime, memoryStore } from '@opschart/runtime'
import { describe, expect, it, vi } from 'vitest'
import { setup } from 'xstate'

const release = defineLifecycle({
  id: 'release',
  agents: ['deployer'],
  initial: 'STAGING',
  phases: { STAGING: { allow: ['deployer'] } },
})

/** A machine whose one operation ends when it is told to. */
function waiting() {
  const begun: string[] = []
  const gate = Promise.withResolvers<void>()
  const machine = setup({
    actors: {
      job: fromOperation<null>(async ({ key }) => {
        begun.push(key)
        await gate.promise
        return null
      }),
    },
  }).createMachine({
    id: 'slow',
    initial: 'working',
    states: { working: { invoke: { src: 'job', id: 'job', onDone: 'done' } }, done: { type: 'final' } },
  })
  return { machine, begun, open: gate.resolve }
}

/** A store in memory that counts what is read of its work. */
function counting(): { store: Store; read: () => number } {
  const store = memoryStore()
  let read = 0
  const work = async (filter?: WorkFilter) => {
    const found = await store.work(filter)
    read += found.length
    return found
  }
  return { store: { ...store, work }, read: () => read }
}

describe('[L16] operations of machines', () => {
  it('take no room from the law, nor the law from them', async () => {
    const { machine, begun, open } = waiting()
    const looked = Promise.withResolvers<void>()
    await using runtime = await createRuntime({
      lifecycle: release,
      machines: { slow: machine },
      concurrency: 2,
      tasks: [
        {
          agent: 'deployer',
          task: 'look',
          title: 'looks',
          changes: 'nothing',
          timeout: 60_000,
          run: () => Promise.resolve(looked.resolve()).then(() => null),
        },
      ],
    })
    const ann = runtime.as({ person: 'ann' })
    for (const id of [1, 2, 3, 4]) await ann.start(`slow/${id}`)
    await vi.waitUntil(() => begun.length === 2)
    await ann.send('web/v2', { type: 'OPERATION_REQUESTED', data: { agent: 'deployer', task: 'look' } })
    await looked.promise
    expect(begun).toHaveLength(2)
    open()
    await runtime.idle()
    expect(begun).toHaveLength(4)
  })

  it('are read a few at a time, and all are carried out, the oldest first', async () => {
    const { machine, begun, open } = waiting()
    const { store, read } = counting()
    const actors = 1_500
    await using runtime = await createRuntime({ store, machines: { slow: machine }, concurrency: 2 })
    const ann = runtime.as({ person: 'ann' })
    for (let id = 0; id < actors; id += 1) await ann.start(`slow/${id}`)
    open()
    await runtime.idle()
    expect(begun).toEqual(Array.from({ length: actors }, (_, id) => `machine:slow/${id}:1:0`))
    // Each look reads a page at most; to read the queue whole each time would be a million.
    expect(read()).toBeLessThan(actors * 140)
  })

  it('are held back by a pause of everything, and go on after it', async () => {
    const { machine, begun, open } = waiting()
    const { store, read } = counting()
    await using runtime = await createRuntime({ store, machines: { slow: machine } })
    const ann = runtime.as({ person: 'ann' })
    await ann.pause({ target: 'everything', reason: 'the auditors are here' })
    for (let id = 0; id < 500; id += 1) await ann.start(`slow/${id}`)
    await runtime.idle()
    expect(begun).toEqual([])
    expect(read()).toBeLessThan(500 * 140)
    open()
    await ann.resume('everything')
    await runtime.idle()
    expect(begun).toHaveLength(500)
  })
})
