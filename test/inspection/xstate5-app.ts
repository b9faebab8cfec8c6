// An app on XState 5 with `@statelyai/inspect`, as its documentation has it: it connects to the address that it is given.
// Takes the names of events as lines; ends with its input.

import process from 'node:process'
import { createInterface } from 'node:readline'

import { createWebSocketInspector } from '@statelyai/inspect'
import { assign, createActor, setup } from 'xstate'

const [url, id = 'app'] = process.argv.slice(2)
const inspector = createWebSocketInspector({ url: url! })
const counter = setup({
  types: {} as { context: { count: number; password: string } },
  actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
}).createMachine({
  id,
  context: { count: 0, password: 'open sesame' },
  initial: 'on',
  states: { on: { on: { COUNT: { actions: 'count' }, STOP: 'off' } }, off: { type: 'final' } },
})
const actor = createActor(counter, { inspect: inspector.inspect }).start()
for await (const type of createInterface({ input: process.stdin })) actor.send({ type } as never)
inspector.stop()
process.exit(0)
