import { createPeople, serveSocket } from '@opschart/hosts/http'
import { createRuntime, nodeCrypto, systemClock, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { join } from 'node:path'
import * as xstate from 'xstate'

import { deskMachine } from '../chart.ts'
import { stepEvent } from '../expectation.ts'
import { serveSubject } from '../harness/subject.ts'

// The runtime behind the daemon's socket, at work as hard as it can while hooks ask it.

let runtime: Runtime | undefined
let close: (() => Promise<void>) | undefined
let loading: Promise<unknown> | undefined
let atWork = false
let done = 0
let began = 0

serveSubject(
  {
    async open({ folder }: { folder: string }) {
      const own = await createRuntime({
        store: sqliteStore(join(folder, 'daemon.db')),
        machines: { desk: deskMachine(xstate) },
      })
      runtime = own
      const people = createPeople({
        clock: systemClock,
        crypto: nodeCrypto,
        folder: join(folder, 'people'),
        isOurs: () => false,
        onRefusal: () => {},
      })
      const server = await serveSocket({
        client: own,
        people,
        path: join(folder, 'daemon.sock'),
        clock: systemClock,
        about: { root: folder, version: '0' },
      })
      close = async () => {
        await server.close()
        await own.close()
      }
      return { socket: server.path }
    },
    async load({ actors }: { actors: number }) {
      const own = runtime!
      const me = own.as({ person: 'bench' })
      const window = `load-${performance.now()}`
      await Promise.all(
        Array.from({ length: actors }, (_, actor) =>
          me.start(`desk/${window}-${actor}`, { input: { desk: 'desk' } }),
        ),
      )
      atWork = true
      done = 0
      began = performance.now()
      loading = Promise.all(
        Array.from({ length: actors }, async (_, actor) => {
          for (let n = 1; atWork; n += 1) {
            const { type, ...data } = stepEvent(n)
            const { kind } = await me.send(`desk/${window}-${actor}`, { type, data })
            if (kind !== 'accepted') throw new Error(`the load was answered ${kind}`)
            done += 1
          }
        }),
      )
      return {}
    },
    async rest() {
      atWork = false
      await loading
      const perSecond = done / ((performance.now() - began) / 1_000)
      const rows = await runtime!.store.history({ actor: 'hooks/main', limit: 1_000_000 })
      return { perSecond, hooks: rows.filter(({ key }) => key?.id.includes('hook-')).length }
    },
  },
  { closing: () => close?.() },
)
