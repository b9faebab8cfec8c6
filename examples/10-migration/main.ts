// Shows: a machine that changes under actors that are stored. What does not fit is found before anything is decided; a
// migration says where it is now, and the journal can be replayed across it.

import { deepEqual, equal, match } from 'node:assert/strict'

import { createRuntime, memoryStore, type Machines } from 'opschart'
import { setup } from 'xstate'

const first = setup({}).createMachine({
  id: 'order',
  version: '1',
  initial: 'checking',
  context: { sum: 30 },
  states: { checking: { on: { CHECKED: 'sent' } }, sent: {} },
})

const second = setup({ types: {} as { context: { total: number } } }).createMachine({
  id: 'order',
  version: '2',
  initial: 'review',
  context: { total: 0 },
  states: {
    review: { initial: 'human', states: { human: { on: { CHECKED: '#sent' } } } },
    sent: { id: 'sent' },
  },
})

const store = memoryStore()
// The store in memory outlives the runtimes that are opened on it here, as a file would.
const open = (machines: Machines) =>
  createRuntime({ store: { ...store, close: () => Promise.resolve() }, machines })

const before = await open({ order: first })
await before.as({ person: 'ann' }).start('order/42')
await before.close()

const unprepared = await open({ order: second })
const refused = await unprepared.as({ person: 'ann' }).send('order/42', { type: 'CHECKED' })
equal(refused.kind, 'refused')
match(refused.reason, /it is in "checking".*Declare a migration for its version/s)
equal((await unprepared.actor('order/42'))?.status, 'misfit')
await unprepared.close()

const migrated: Machines = {
  order: {
    machine: second,
    migrations: [
      {
        from: '1',
        to: '2',
        states: { checking: 'review.human' },
        context: ({ sum }) => ({ total: sum ?? 0 }),
      },
    ],
  },
}
await using after = await open(migrated)
const accepted = await after.as({ person: 'ann' }).send('order/42', { type: 'CHECKED' })
equal(accepted.reason, 'CHECKED: review.human → sent')
deepEqual((await after.actor('order/42'))?.context, { total: 30 })
equal((await after.audit()).sound, true)
console.log('refused while it did not fit, taken after it was migrated; the journal replays across it')
