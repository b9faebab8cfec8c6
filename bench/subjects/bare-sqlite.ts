import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'

import { closedLoop, openLoop, type Times } from '../harness/loops.ts'
import { serveSubject } from '../harness/subject.ts'

// The least that a durable step can be: one transaction of two rows, flushed. Nothing is decided, nothing is JSON.

/** Bytes of a journal row's text and of a state's text, as ours are. */
interface Sizes {
  readonly entry: number
  readonly state: number
}

let database: DatabaseSync | undefined
let step: ((actor: number) => void) | undefined
let begin: (() => void) | undefined
let commit: (() => void) | undefined
let written = 0

function ready(): { step: (actor: number) => void; begin: () => void; commit: () => void } {
  if (step === undefined || begin === undefined || commit === undefined) throw new Error('not opened')
  return { step, begin, commit }
}

/** Rows of this process are what was acknowledged. */
function check(): void {
  const found = database?.prepare('select count(*) as count from journal').get()?.['count']
  const moved = database?.prepare('select sum(version) as count from actors').get()?.['count']
  if (found !== written || moved !== written)
    throw new Error(`${written} acknowledged, ${String(found)} journaled, ${String(moved)} moved`)
}

serveSubject(
  {
    open({ folder, sizes, actors }: { folder: string; sizes: Sizes; actors: number }) {
      database = new DatabaseSync(join(folder, 'bare.db'))
      database.exec(
        'pragma synchronous = full; pragma fullfsync = on; pragma journal_mode = wal; pragma journal_size_limit = 16777216',
      )
      database.exec(`
        create table journal (sequence integer primary key, actor integer not null, at real not null, entry text not null) strict;
        create table actors (number integer primary key, version integer not null, state text not null) strict;
      `)
      const texts = Array.from({ length: 16 }, (_, index) => ({
        entry: String.fromCharCode(97 + index).repeat(sizes.entry),
        state: String.fromCharCode(97 + index).repeat(sizes.state),
      }))
      const add = database.prepare('insert into actors values (?, 0, ?)')
      for (let actor = 0; actor < actors; actor += 1) add.run(actor, texts[0]!.state)
      const insert = database.prepare('insert into journal (actor, at, entry) values (?, ?, ?)')
      const update = database.prepare('update actors set version = version + 1, state = ? where number = ?')
      const beginning = database.prepare('begin immediate')
      const committing = database.prepare('commit')
      begin = () => void beginning.run()
      commit = () => void committing.run()
      step = (actor) => {
        const { entry, state } = texts[written % texts.length]!
        insert.run(actor, written, entry)
        update.run(state, actor)
        written += 1
      }
      return { synchronous: Number(Object.values(database.prepare('pragma synchronous').get() ?? {})[0]) }
    },
    /** One transaction for each step, one after the other. */
    async serial(times: Times) {
      const bare = ready()
      const sample = await closedLoop(
        {
          send(actor) {
            bare.begin()
            bare.step(actor)
            bare.commit()
            return Promise.resolve()
          },
          check: () => Promise.resolve(),
        },
        1,
        times,
      )
      check()
      return sample
    },
    /** What arrives by the clock, all that waits in one transaction: nothing that is durable can be quicker. */
    async arriving({ actors, perSecond, ...times }: Times & { actors: number; perSecond: number }) {
      const bare = ready()
      let waiting: { actor: number; done: () => void }[] = []
      let flushing = false
      async function flush(): Promise<void> {
        flushing = true
        for (await turn(); waiting.length > 0; await turn()) {
          const batch = waiting
          waiting = []
          bare.begin()
          for (const { actor } of batch) bare.step(actor)
          bare.commit()
          for (const { done } of batch) done()
        }
        flushing = false
      }
      const sample = await openLoop(
        {
          send: (actor) =>
            new Promise<void>((done) => {
              waiting.push({ actor, done })
              if (!flushing) void flush()
            }),
          check: () => Promise.resolve(),
        },
        actors,
        perSecond,
        times,
      )
      check()
      return sample
    },
  },
  { closing: () => database?.close() },
)
