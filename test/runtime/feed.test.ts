// Properties of what is heard live:
//   - It is what the journal holds: each row once, in order, without a gap, whoever has written it.
//   - What this process alone writes is not read again to be told.
//   - Whoever listens may change what they are told: nothing else notices.

import type { LogEntryView, Store } from '@opschart/core'
import { createRuntime, memoryStore, type Emitted, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { describe, expect, it, vi } from 'vitest'
import { assign, emit, setup } from 'xstate'

import { freshFile } from './places.ts'

const counter = setup({
  types: {} as {
    context: { sum: number; seen: readonly object[] }
    events: { type: 'ADD'; by: { amount: number } }
    emitted: { type: 'sum'; of: { amount: number } }
  },
}).createMachine({
  id: 'counter',
  context: { sum: 0, seen: [] },
  on: {
    ADD: {
      actions: [
        assign({
          sum: ({ context, event }) => context.sum + event.by.amount,
          seen: ({ context, event }) => [...context.seen.slice(-3), event.by],
        }),
        emit(({ event }) => ({ type: 'sum', of: event.by })),
      ],
    },
  },
})

const actors = 20
const each = 15

/** Sends to every actor from everywhere at once. */
async function sendAll(runtimes: readonly Runtime[]): Promise<void> {
  await Promise.all(
    runtimes.flatMap((runtime, own) =>
      Array.from({ length: actors }, async (_, actor) => {
        const ann = runtime.as({ person: 'ann' })
        for (let n = 1; n <= each; n += 1) {
          const { kind } = await ann.send(`counter/${actor}`, {
            type: 'ADD',
            data: { by: { amount: 1 } },
            id: `${own}-${actor}-${n}`,
          })
          if (kind !== 'accepted') throw new Error(kind)
        }
      }),
    ),
  )
}

/** A store that counts how often its journal is read. */
function counted(store: Store): { store: Store; reads: () => number } {
  let reads = 0
  const history: Store['history'] = (query) => {
    reads += 1
    return store.history(query)
  }
  return { store: { ...store, history }, reads: () => reads }
}

describe('what is heard live', () => {
  it('is the journal, row by row, where two write at once', async () => {
    const file = freshFile()
    const open = () => createRuntime({ store: sqliteStore(file), machines: { counter }, others: 20 })
    await using one = await open()
    await using two = await open()
    for (let actor = 0; actor < actors; actor += 1) await one.as({ person: 'ann' }).start(`counter/${actor}`)
    const begin = (await one.store.head()).sequence
    const heard: LogEntryView[] = []
    one.on('row', (row) => void heard.push(row))
    await sendAll([one, two])
    const last = (await one.store.head()).sequence
    await vi.waitUntil(() => (heard.at(-1)?.sequence ?? 0) >= last, { timeout: 20_000 })
    const rows: LogEntryView[] = []
    for await (const row of one.subscribe({ from: begin + 1 })) {
      rows.push(row)
      if (row.sequence >= last) break
    }
    expect(rows).toHaveLength(2 * actors * each)
    expect(heard).toEqual(rows)
  })

  it('is not read again where only this process writes', async () => {
    const { store, reads } = counted(memoryStore())
    await using runtime = await createRuntime({ store, machines: { counter } })
    const heard: number[] = []
    for (let actor = 0; actor < actors; actor += 1)
      await runtime.as({ person: 'ann' }).start(`counter/${actor}`)
    runtime.on('row', ({ sequence }) => void heard.push(sequence))
    const before = reads()
    await sendAll([runtime])
    await runtime.idle()
    expect(heard).toEqual(Array.from({ length: actors * each }, (_, index) => actors + 1 + index))
    expect(reads() - before).toBeLessThan(5)
  })

  it('can be changed by whoever hears it, and nothing else notices', async () => {
    await using runtime = await createRuntime({ machines: { counter } })
    const ann = runtime.as({ person: 'ann' })
    await ann.start('counter/0')
    runtime.on('emitted', ({ event }: Emitted) => {
      ;(event as unknown as { of: { amount: number } }).of.amount = 1_000
    })
    await ann.send('counter/0', { type: 'ADD', data: { by: { amount: 1 } } })
    await ann.send('counter/0', { type: 'ADD', data: { by: { amount: 2 } } })
    await runtime.idle()
    expect((await runtime.actor('counter/0'))?.context).toEqual({
      sum: 3,
      seen: [{ amount: 1 }, { amount: 2 }],
    })
    expect(await runtime.audit()).toMatchObject({ sound: true })
  })
})
