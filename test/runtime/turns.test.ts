// Properties:
//   - Who asks for the whole of a long journal does not keep others waiting: they have their turn in between, however few
//     there are who read it.

import { createRuntime, type Runtime } from '@opschart/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setup } from 'xstate'

const rows = 400
/** The most rows for which others may have to wait. */
const atOnce = 50

const counter = setup({ types: {} as { events: { type: 'ADD' } } }).createMachine({ on: { ADD: {} } })

describe('a long journal', () => {
  let runtime: Runtime
  beforeAll(async () => {
    runtime = await createRuntime({ machines: { counter } })
    const ann = runtime.as({ person: 'ann' })
    await ann.start('counter/1')
    for (let sent = 1; sent < rows; sent += 1) await ann.send('counter/1', { type: 'ADD' })
  })
  afterAll(() => runtime.close())

  it('is audited while others have their turn', async () => {
    const turns = await turnsDuring(async () => {
      expect(await runtime.audit()).toMatchObject({ rows, sound: true })
    })
    expect(turns).toBeGreaterThanOrEqual(rows / atOnce - 1)
  })

  it('is inspected while others have their turn', async () => {
    const turns = await turnsDuring(async () => {
      for await (const message of runtime.inspection({ source: 'journal', from: 1 }))
        if (message.kind === 'step' && message.sequence === rows) break
    })
    expect(turns).toBeGreaterThanOrEqual(rows / atOnce - 1)
  })

  it('is read from the log while others have their turn', async () => {
    const turns = await turnsDuring(async () => {
      expect(await runtime.log()).toHaveLength(rows)
    })
    expect(turns).toBeGreaterThanOrEqual(rows / atOnce - 1)
  })
})

/** How often others had their turn meanwhile. */
async function turnsDuring(act: () => Promise<void>): Promise<number> {
  let turns = 0
  let next = setImmediate(again)
  function again(): void {
    turns += 1
    next = setImmediate(again)
  }
  await act()
  clearImmediate(next)
  return turns
}
