// Properties: what is given for another thing is refused with what to write, before anything is started.

import { createMachine } from 'xstate'
import { expect, it } from 'vitest'

import type { RuntimeOptions } from './runtime-options.ts'
import { createRuntime } from './create-runtime.ts'
import { memoryStore } from './stores/memory.ts'

const order = createMachine({ id: 'order', initial: 'open', states: { open: {} } })

it.each([
  [{ store: 'x.db' }, "store: 'x.db' is no store; write sqliteStore('x.db'), from opschart/sqlite"],
  [{ store: Promise.resolve(memoryStore()) }, 'store: a promise (is an await missing?) is no store; write'],
  [{ store: null }, 'store: null is no store'],
  [{ lifecycle: { id: 'release', phases: {} } }, 'lifecycle: this object is no law; write defineLifecycle('],
  [{ lifecycle: 'release' }, "lifecycle: 'release' is no law"],
  [{ machines: order }, 'machines: this object is no map of machines by name; write { order: machine }'],
  [{ machines: [order] }, 'machines: a list is no map of machines by name'],
  [{ machines: { order: {} } }, 'machine order: it is no XState machine; give one'],
  [{ machines: { order: 'order' } }, 'machine order: it is no XState machine; give one'],
])('refuses %o', async (given, message) => {
  await expect(createRuntime(given as unknown as RuntimeOptions)).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining(message),
  })
})

it('takes what is right', async () => {
  const runtime = await createRuntime({
    store: memoryStore(),
    machines: { order, other: { machine: order } },
  })
  await runtime.close()
})
