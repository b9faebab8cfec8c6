// An app on XState 4 with `@xstate/inspect`, as its documentation has it: the app listens, the inspector connects. It
// listens at the port that it is given, says its port on a line, and takes events as lines; ends with its input.

import { createRequire } from 'node:module'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { WebSocketServer } from 'ws'
import { assign, createMachine, interpret } from 'xstate'

const { inspect } = createRequire(import.meta.url)('@xstate/inspect/lib/server')

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0) })
await new Promise((resolve) => server.once('listening', resolve))
inspect({ server })

const light = createMachine(
  {
    id: 'light',
    predictableActionArguments: true,
    context: { changes: 0 },
    initial: 'green',
    states: {
      green: { on: { TIMER: { target: 'yellow', cond: 'isOn', actions: 'count' } } },
      yellow: { after: { 3_600_000: 'red' }, on: { TIMER: 'red' } },
      red: { initial: 'walk', states: { walk: {}, wait: {} }, on: { TIMER: 'green' }, entry: 'count' },
    },
  },
  {
    guards: { isOn: () => true },
    actions: { count: assign({ changes: ({ changes }) => changes + 1 }) },
  },
)
const service = interpret(light, { devTools: true }).start()
process.stdout.write(`${server.address().port}\n`)
for await (const type of createInterface({ input: process.stdin })) service.send({ type })
service.stop()
server.close()
for (const client of server.clients) client.terminate()
process.exit(0)
