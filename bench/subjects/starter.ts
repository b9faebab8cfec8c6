import { createRuntime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { join } from 'node:path'
import * as xstate from 'xstate'

import { deskMachine, type DeskContext } from '../chart.ts'
import { checkDesk, stepEvent } from '../expectation.ts'
import { serveSubject } from '../harness/subject.ts'

// A process that starts on a store with many actors at rest, and one that fills such a store.

const machine = deskMachine(xstate)
const open = ({ folder, name }: { folder: string; name: string }) =>
  createRuntime({ store: sqliteStore(join(folder, `start-${name}.db`)), machines: { desk: machine } })

serveSubject({
  async fill({ folder, name, actors }: { folder: string; name: string; actors: number }) {
    await using runtime = await open({ folder, name })
    const me = runtime.as({ person: 'bench' })
    const { type, ...data } = stepEvent(1)
    let next = 0
    await Promise.all(
      Array.from({ length: 1_024 }, async () => {
        while (next < actors) {
          const to = `desk/${(next += 1)}`
          await me.start(to, { input: { desk: 'desk' } })
          const { kind } = await me.send(to, { type, data })
          if (kind !== 'accepted') throw new Error(`${to}: ${kind}`)
        }
      }),
    )
    const last = await runtime.actor(`desk/${actors}`)
    if (last?.timers.length !== 1) throw new Error(`the last actor has ${last?.timers.length} timers`)
    return {}
  },
  async start({
    folder,
    name,
    actor,
    actors,
  }: {
    folder: string
    name: string
    actor: number
    actors: number
  }) {
    const began = performance.now()
    const runtime = await open({ folder, name })
    const to = `desk/${((actor * 37) % actors) + 1}`
    const { type, ...data } = stepEvent(2)
    const { kind } = await runtime.as({ person: 'bench' }).send(to, { type, data })
    const now = performance.now()
    const memory = process.memoryUsage.rss() / 1e6
    if (kind !== 'accepted') throw new Error(`${to}: ${kind}`)
    const view = await runtime.actor(to)
    checkDesk('ours', 'desk', 2, { value: view?.value, context: view?.context as Partial<DeskContext> })
    await runtime.close()
    return { opened: now - began, process: now, memory }
  },
})
