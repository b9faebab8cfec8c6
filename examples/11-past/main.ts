// Shows: what an actor was after each row of the journal, from its end back to its beginning.

import { deepEqual } from 'node:assert/strict'

import { createRuntime } from 'opschart'
import { assign, setup } from 'xstate'

const order = setup({
  types: {} as { context: { sum: number }; events: { type: 'ADD'; price: number } | { type: 'SENT' } },
  actions: {
    add: assign({ sum: ({ context, event }) => context.sum + ('price' in event ? event.price : 0) }),
  },
}).createMachine({
  id: 'order',
  context: { sum: 0 },
  initial: 'open',
  states: { open: { on: { ADD: { actions: 'add' }, SENT: 'sent' } }, sent: { type: 'final' } },
})

await using runtime = await createRuntime({ machines: { order } })
const ann = runtime.as({ person: 'ann' })
await ann.start('order/42')
for (const price of [10, 5]) await ann.send('order/42', { type: 'ADD', data: { price } })
await ann.send('order/42', { type: 'SENT' })

// Back from its end, row by row.
const sums: unknown[] = []
for (let view = await runtime.past({ actor: 'order/42' }); view !== undefined;) {
  sums.push([view.value, view.context['sum']])
  if (view.previous === null) break
  view = await runtime.past({ actor: 'order/42', sequence: view.previous })
}
deepEqual(sums, [
  ['sent', 15],
  ['open', 15],
  ['open', 10],
  ['open', 0],
])
console.log('order/42 was', sums.map((sum) => JSON.stringify(sum)).join(', before that '))
