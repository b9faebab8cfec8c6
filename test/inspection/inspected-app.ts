// An app with an inspector beside it, whose page is being read: ends by itself, with a door and a dialled app still open.

import process from 'node:process'

import { createInspector } from 'opschart/inspector'
import { createActor, createMachine } from 'xstate'

const inspector = await createInspector({ websocket: 0, connect: ['ws://127.0.0.1:9'] })
const machine = createMachine({ id: 'light', initial: 'on', states: { on: { on: { OFF: 'off' } }, off: {} } })
const actor = createActor(machine, { inspect: inspector.inspect }).start()
const { origin, hash } = new URL(inspector.address)
const answer = await fetch(`${origin}/v1/inspection`, {
  headers: { authorization: `Bearer ${hash.slice('#token='.length)}` },
})
const reader = answer.body!.getReader()
await reader.read()
actor.send({ type: 'OFF' })
// The page goes away with the app, whose own connection to itself it is here.
void reader.cancel()
process.exitCode = actor.getSnapshot().value === 'off' ? 0 : 1
