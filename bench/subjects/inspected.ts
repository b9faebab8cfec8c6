import { serveLoopback, type LoopbackServer } from '@opschart/hosts/http'
import { pageFiles } from '@opschart/inspector'
import { createRuntime, nodeCrypto, systemClock, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as xstate from 'xstate'

import { deskMachine } from '../chart.ts'
import { stepEvent } from '../expectation.ts'
import { serveSubject } from '../harness/subject.ts'

// A runtime on its SQLite store, looked at through the inspector's door.

interface Opened {
  readonly runtime: Runtime
  readonly server: LoopbackServer
  /** Events that each actor has got. */
  readonly events: number[]
}

const machine = deskMachine(xstate)
const opened = new Map<string, Opened>()
// Fewer than the page shows on a board at first: the chart is what is measured.
const actors = 20

async function openStore({ folder, name }: { folder: string; name: string }): Promise<object> {
  const runtime = await createRuntime({
    store: sqliteStore(join(folder, `${name}.db`)),
    machines: { desk: machine },
  })
  const server = await serveLoopback({
    client: runtime,
    people: { name: 'bench' },
    clock: systemClock,
    crypto: nodeCrypto,
    about: { root: name, version: '0' },
    files: await pageFiles(),
  })
  const me = runtime.as({ person: 'bench' })
  for (let actor = 0; actor < actors; actor += 1) await me.start(`desk/${actor}`, { input: { desk: 'desk' } })
  opened.set(name, { runtime, server, events: Array.from({ length: actors }, () => 0) })
  return { address: `${server.address}/#token=${server.token}` }
}

function known(name: string): Opened {
  const found = opened.get(name)
  if (found === undefined) throw new Error(`the store ${name} is not open`)
  return found
}

/** Hands an actor its next event, and gives its row. */
async function next({ runtime, events }: Opened, actor: number): Promise<number> {
  const { type, ...data } = stepEvent((events[actor]! += 1))
  const verdict = await runtime.as({ person: 'bench' }).send(`desk/${actor}`, { type, data })
  if (verdict.kind !== 'accepted') throw new Error(`an event was ${verdict.kind}: ${verdict.reason}`)
  return verdict.sequence!
}

serveSubject(
  {
    open: openStore,
    /** Fills the journal up to about so many rows. */
    async fill({ name, rows }: { name: string; rows: number }) {
      const own = known(name)
      await Promise.all(
        Array.from({ length: actors }, async (_, actor) => {
          while ((await next(own, actor)) < rows);
        }),
      )
      return {}
    },
    /** One event of the first actor: when it was durable, in milliseconds since 1970, and its row. */
    async one({ name }: { name: string }) {
      const sequence = await next(known(name), 0)
      return { sequence, at: performance.timeOrigin + performance.now() }
    },
    /** So many events a second, over all actors. */
    async load({ name, perSecond, seconds }: { name: string; perSecond: number; seconds: number }) {
      const own = known(name)
      const from = performance.now()
      const all = perSecond * seconds
      let sent = 0
      let last = 0
      while (sent < all) {
        const due = Math.min(all, Math.floor(((performance.now() - from) / 1_000) * perSecond))
        const rows = await Promise.all(
          Array.from({ length: due - sent }, (_, place) => next(own, (sent + place) % actors)),
        )
        sent = due
        last = Math.max(last, ...rows)
        await wait(5)
      }
      return { last, perSecond: all / ((performance.now() - from) / 1_000) }
    },
  },
  {
    async closing() {
      for (const { runtime, server } of opened.values()) {
        await server.close()
        await runtime.close()
      }
    },
  },
)
