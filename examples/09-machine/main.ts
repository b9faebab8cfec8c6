// Shows: any XState machine as a durable actor. Its process dies in the middle of an operation; another one goes on where
// it was, does the operation again under the same key, and fires the timer that was set before.

import { deepEqual, equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createRuntime, fromOperation, type Runtime } from 'opschart'
import { sqliteStore } from 'opschart/sqlite'
import { assign, setup } from 'xstate'

/** Opens the system that both processes share; `hang` makes the charging stand still after it was done. */
function open(folder: string, hang: boolean): Promise<Runtime> {
  const charge = fromOperation<{ receipt: string }, { total: number }>(async ({ input, key, attempt }) => {
    appendFileSync(join(folder, 'charges'), `${attempt} ${key}\n`)
    if (hang) {
      console.log('charged')
      await new Promise(() => setInterval(() => {}, 60_000))
    }
    return { receipt: `${input.total} under ${key}` }
  })
  const order = setup({
    types: {} as { context: { total: number; receipt: string | null }; input: { total: number } },
    actors: { charge },
    guards: {
      enough: ({ context, event }) => (event as unknown as { amount: number }).amount >= context.total,
    },
  }).createMachine({
    id: 'order',
    initial: 'waiting',
    context: ({ input }) => ({ total: input.total, receipt: null }),
    states: {
      waiting: { on: { PAID: { target: 'charging', guard: 'enough' } }, after: { 604_800_000: 'expired' } },
      charging: {
        invoke: {
          src: 'charge',
          id: 'charge',
          input: ({ context }) => ({ total: context.total }),
          onDone: { target: 'sent', actions: assign({ receipt: ({ event }) => event.output.receipt }) },
          onError: 'waiting',
        },
      },
      sent: { after: { 100: 'closed' } },
      expired: { type: 'final' },
      closed: { type: 'final' },
    },
  })
  return createRuntime({ store: sqliteStore(join(folder, 'state.db')), machines: { order } })
}

const [folder] = process.argv.slice(2)
if (folder !== undefined) {
  const runtime = await open(folder, true)
  const ann = runtime.as({ person: 'ann' })
  await ann.start('order/42', { input: { total: 30 } })
  await ann.send('order/42', { type: 'PAID', data: { amount: 30 } })
} else {
  const place = mkdtempSync(join(tmpdir(), 'opschart-machine-'))
  try {
    const child = spawn(process.execPath, [import.meta.filename, place], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')

    await using runtime = await open(place, false)
    const late = await runtime.as({ person: 'ann' }).send('order/42', { type: 'PAID', data: { amount: 30 } })
    equal(late.kind, 'refused')
    equal(late.reason, 'PAID in charging: no such arrow')
    for await (const { actor, type } of runtime.subscribe({ from: 1 }))
      if (actor === 'order/42' && type === 'xstate.after.100.order.sent') break
    const actor = (await runtime.actor('order/42'))!
    deepEqual([actor.status, actor.value], ['done', 'closed'])
    equal(actor.context['receipt'], '30 under machine:order/42:2:1')
    const charges = readFileSync(join(place, 'charges'), 'utf8').trim().split('\n')
    deepEqual(charges, ['1 machine:order/42:2:1', '2 machine:order/42:2:1'])
    const { sound, rows } = await runtime.audit()
    equal(sound, true)
    console.log(`killed once, charged under one key; ${rows} rows, all of which replay to the same state`)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
