// Properties: who listens may do with what they are told whatever they like. What is decided next, what the journal holds and
// what others are told is the same.

import { repeatableCrypto, simulatedClock } from '@opschart/testing'
import { expect, it } from 'vitest'
import { assign, emit, setup } from 'xstate'

import { createRuntime, memoryStore, type Emitted } from '@opschart/runtime'
import type { Json, LogEntryView } from '@opschart/core'

type Thing = { readonly name: string; readonly parts: readonly string[] }

/** Keeps what it is given, and tells of it. */
const box = setup({
  types: {} as {
    context: { things: readonly Thing[] }
    events: { type: 'PUT'; thing: Thing }
    emitted: { type: 'got'; thing: Thing }
  },
}).createMachine({
  id: 'box',
  context: { things: [] },
  on: {
    PUT: {
      actions: [
        assign({ things: ({ context, event }) => [...context.things, event.thing] }),
        emit(({ event }) => ({ type: 'got', thing: event.thing })),
      ],
    },
  },
})

/** Spoils all that it reaches. */
function spoil(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  for (const member of Object.values(value)) spoil(member)
  const open = value as Record<string, unknown>
  for (const name of Object.keys(open)) Reflect.set(open, name, 'spoilt')
  Reflect.set(open, 'more', 'spoilt')
}

it('[D6] what a listener does to what it was told reaches nothing else', async () => {
  const thing: Thing = { name: 'lamp', parts: ['shade', 'foot'] }
  async function run(listens: boolean): Promise<Json> {
    await using runtime = await createRuntime({
      store: memoryStore(),
      clock: simulatedClock(1_767_225_600_000),
      crypto: repeatableCrypto('listeners'),
      machines: { box },
    })
    const heard: string[] = []
    const spoilRow = (row: LogEntryView) => {
      heard.push(row.type)
      spoil(row)
    }
    const spoilEvent = ({ event, ...rest }: Emitted) => {
      heard.push(`${event.type} ${JSON.stringify(rest)}`)
      spoil(event)
    }
    if (listens) {
      runtime.on('row', spoilRow)
      runtime.on('emitted', spoilEvent)
    }
    const ann = runtime.as({ person: 'ann' })
    await ann.start('box/a')
    for (const id of ['one', 'two']) await ann.send('box/a', { type: 'PUT', id, data: { thing } })
    const refused = await ann.send('box/a', { type: 'LATER', id: 'three' })
    await runtime.idle()
    if (listens) expect(heard.length).toBeGreaterThanOrEqual(5)
    const view = await runtime.actor('box/a')
    expect(view?.context).toEqual({ things: [thing, thing] })
    expect(await runtime.audit()).toMatchObject({ sound: true })
    return JSON.parse(JSON.stringify([refused, view, await runtime.store.history({})])) as Json
  }
  expect(await run(true)).toEqual(await run(false))
})
