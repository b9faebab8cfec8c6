// Shows: any XState 5 app in the inspector, beside the app itself, without a daemon; the app ends as it would without it.

import { deepEqual, equal } from 'node:assert/strict'

import { createInspector } from 'opschart/inspector'
import { assign, createActor, setup } from 'xstate'

const turnstile = setup({
  types: {} as { context: { coins: number }; events: { type: 'COIN' } | { type: 'PUSH' } },
  actions: { count: assign({ coins: ({ context }) => context.coins + 1 }) },
}).createMachine({
  id: 'turnstile',
  context: { coins: 0 },
  initial: 'locked',
  states: {
    locked: { on: { COIN: { target: 'open', actions: 'count' } } },
    open: { on: { PUSH: 'locked' } },
  },
})

const inspector = await createInspector()
const actor = createActor(turnstile, { inspect: inspector.inspect }).start()
for (const type of ['PUSH', 'COIN', 'PUSH'] as const) actor.send({ type })

// A person opens the address in a browser. This reads what the page reads: a line of JSON for each message.
const { origin, hash } = new URL(inspector.address)
const authorization = `Bearer ${hash.slice('#token='.length)}`
equal((await fetch(origin, { headers: { authorization } })).status, 200)
const { body } = await fetch(`${origin}/v1/inspection`, { headers: { authorization } })
const told: string[] = []
let text = ''
for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
  text += chunk
  const lines = text.split('\n')
  text = lines.pop()!
  told.push(...lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice('data: '.length)))
  if (told.filter((message) => message.includes('"kind":"step"')).length === 4) break
}
const steps = told
  .map(
    (message) => JSON.parse(message) as { kind: string; event?: { type: string }; state?: { value: string } },
  )
  .filter(({ kind }) => kind === 'step')
deepEqual(
  steps.map(({ event, state }) => [event?.type, state?.value]),
  [
    ['xstate.init', 'locked'],
    // Nothing took it: the turnstile is as it was.
    ['PUSH', undefined],
    ['COIN', 'open'],
    ['PUSH', 'locked'],
  ],
)
console.log(`the inspector at ${origin} was told ${told.length} messages of ${steps.length} steps`)
