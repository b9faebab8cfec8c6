import { createRuntime, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as xstate from 'xstate'

import { deskMachine, type DeskContext } from '../chart.ts'
import { checkDesk, expectedDesk, stepEvent } from '../expectation.ts'
import { beginAll, closedLoop, openLoop, type Driven, type Times } from '../harness/loops.ts'
import { serveSubject } from '../harness/subject.ts'

// Ours, as a service embeds it: the runtime on its SQLite store, in this process.

interface Opened {
  readonly runtime: Runtime
  readonly file: string
  notices: number
  windows: number
}

const machine = deskMachine(xstate)
const opened = new Map<string, Opened>()

async function openStore({ folder, name }: { folder: string; name: string }): Promise<object> {
  const file = join(folder, `${name}.db`)
  const runtime = await createRuntime({ store: sqliteStore(file), machines: { desk: machine } })
  const own: Opened = { runtime, file, notices: 0, windows: 0 }
  runtime.on('emitted', () => void (own.notices += 1))
  opened.set(name, own)
  return {}
}

function known(name: string): Opened {
  const found = opened.get(name)
  if (found === undefined) throw new Error(`the store ${name} is not open`)
  return found
}

/** Drives new actors of a store. Every signal has an id of its own, by which a repetition would be known. */
function drive(own: Opened, from = 0): Driven {
  own.windows += 1
  const window = `${process.pid}-${own.windows}`
  const me = own.runtime.as({ person: 'bench' })
  const id = (actor: number) => `desk/${window}-${actor + from}`
  return {
    async begin(actor) {
      const { kind } = await me.start(id(actor), { input: { desk: 'desk' } })
      if (kind !== 'accepted') throw new Error(`${id(actor)} was not started: ${kind}`)
    },
    async send(actor, n) {
      const to = id(actor)
      const { type, ...data } = stepEvent(n)
      const verdict = await me.send(to, { type, data, id: `${window}-${actor}-${n}` })
      if (verdict.kind !== 'accepted') throw new Error(`event ${n} of ${to}: ${JSON.stringify(verdict)}`)
    },
    async check(actor, events) {
      const to = id(actor)
      const view = await own.runtime.actor(to)
      if (view === undefined) throw new Error(`${to} is not there`)
      checkDesk('ours', 'desk', events, { value: view.value, context: view.context as Partial<DeskContext> })
      const timers = expectedDesk('desk', events).timer ? 1 : 0
      if (view.timers.length !== timers)
        throw new Error(`${to} has ${view.timers.length} timers, not ${timers}`)
    },
  }
}

/** Bytes of the store without what is only room: a copy without free pages, after the log was put into the file. */
function bytesOf({ file }: Opened): number {
  using database = new DatabaseSync(file)
  database.exec('pragma wal_checkpoint(truncate)')
  const copy = `${file}.${performance.now()}.copy`
  database.prepare('vacuum into ?').run(copy)
  return statSync(copy).size
}

serveSubject(
  {
    open: openStore,
    async close({ name }: { name: string }) {
      await known(name).runtime.close()
      opened.delete(name)
    },
    closed: ({ name, actors, ...times }: Times & { name: string; actors: number }) =>
      closedLoop(drive(known(name)), actors, times),
    arriving: ({
      name,
      actors,
      perSecond,
      ...times
    }: Times & { name: string; actors: number; perSecond: number }) =>
      openLoop(drive(known(name)), actors, perSecond, times),
    /** Sends so many signals, over so many actors at once. */
    async fill({ name, signals, actors }: { name: string; signals: number; actors: number }) {
      const own = known(name)
      const driven = drive(own)
      const each = Math.ceil(signals / actors)
      await Promise.all(
        Array.from({ length: actors }, async (_, actor) => {
          await driven.begin?.(actor)
          for (let n = 1; n <= each; n += 1) await driven.send(actor, n)
        }),
      )
      for (const actor of [0, actors - 1]) await driven.check(actor, each)
      return { sequence: (await own.runtime.store.head()).sequence }
    },
    /** Bytes that so many signals of so many actors add, for each of them, and of each signal's own as it was handed over. */
    async bytes({ name, signals, actors }: { name: string; signals: number; actors: number }) {
      const own = known(name)
      const driven = drive(own)
      await beginAll(driven, actors)
      const before = bytesOf(own)
      const each = Math.ceil(signals / actors)
      let handed = 0
      await Promise.all(
        Array.from({ length: actors }, async (_, actor) => {
          for (let n = 1; n <= each; n += 1) {
            const { type, ...data } = stepEvent(n)
            handed += Buffer.byteLength(
              JSON.stringify({ type, data, id: `${process.pid}-${own.windows}-${actor}-${n}` }),
            )
            await driven.send(actor, n)
          }
        }),
      )
      for (let actor = 0; actor < actors; actor += 1) await driven.check(actor, each)
      const stored = (bytesOf(own) - before) / (each * actors)
      const signal = handed / (each * actors)
      return { stored, signal, beyond: stored - signal }
    },
    /** What a row of the journal and a state come to, so that the bare transaction writes as much. */
    async sizes({ name }: { name: string }) {
      const own = known(name)
      using database = new DatabaseSync(own.file, { readOnly: true })
      const read = (sql: string) => Number(Object.values(database.prepare(sql).get() ?? {})[0])
      return {
        entry: Math.round(
          read(
            `select avg(length(entry) + coalesce(length(id), 0) + coalesce(length(source), 0)) from journal`,
          ),
        ),
        state: Math.round(read('select avg(length(state)) from actors')),
      }
    },
  },
  {
    async closing() {
      for (const { runtime } of opened.values()) await runtime.close()
    },
  },
)
