import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'

import { patiently } from './_patiently.ts'

/** The one place where transactions begin and end. */
export interface Writer {
  /**
   * Runs a job in a transaction, with whatever else waits; resolves when it is durable. Jobs run in the order in which they
   * were handed over, but for one: who was answered just before may be passed by who comes from elsewhere.
   */
  write<T>(job: () => T): Promise<T>
  /** Reads with one statement, waiting while another process holds the file. */
  read<T>(job: () => T): Promise<T>
  /** Reads with several statements what was there at one moment. */
  view<T>(job: () => T): Promise<T>
  /** Resolves when everything that was handed over is done. */
  idle(): Promise<void>
}

/** A job that waits for its transaction. Of a class, as one is made for each: V8 keeps those where they cost least. */
class Waiting {
  readonly #job: () => unknown
  readonly #resolve: (answer: unknown) => void
  readonly failed: (error: unknown) => void
  #answer: unknown

  constructor(job: () => unknown, resolve: (answer: unknown) => void, failed: (error: unknown) => void) {
    this.#job = job
    this.#resolve = resolve
    this.failed = failed
  }

  run(): void {
    this.#answer = this.#job()
  }

  done(): void {
    this.#resolve(this.#answer)
  }
}

/** What is told of transactions. */
export interface Told {
  /** One has begun, and nobody else can write. */
  began(): void
  /** It was undone. */
  undone(): void
}

/** Most jobs of one transaction: other processes are kept waiting for milliseconds at most. */
const largestBatch = 256

/** Resolves when all that can go on without waiting for anything outside has done so. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve))

/** Most jobs that are answered before other work of the process has its turn. */
const answeredAtOnce = 8

/**
 * Group commit: everything that waits when a transaction begins becomes part of it, so that a hundred writers pay for
 * one flush.
 *
 * A job that fails undoes the transaction; then each of its jobs has one of its own, so that it fails alone.
 */
export function sqliteWriter(database: DatabaseSync, busyTimeout: number, told: Told): Writer {
  const begin = database.prepare('begin immediate')
  const beginReading = database.prepare('begin')
  const commit = database.prepare('commit')
  const rollback = database.prepare('rollback')
  const queue: Waiting[] = []
  let flushing: Promise<void> | undefined

  function together(batch: readonly Waiting[]): void {
    try {
      told.began()
      for (const job of batch) job.run()
      commit.run()
    } catch (error) {
      told.undone()
      // SQLite has undone it already after some errors, a full disk among them.
      if (database.isTransaction) rollback.run()
      throw error
    }
  }

  async function flush(): Promise<void> {
    // The turn lets whoever was answered by the last transaction hand over what comes next, and gives other work of the
    // process and other processes their time.
    for (await turn(); queue.length > 0; await turn())
      await answer(await written(queue.splice(0, largestBatch)))
    flushing = undefined
  }

  /** Writes jobs, together if that goes: then they wait for their answer. Where it does not, each is told on its own. */
  async function written(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    let begun = false
    try {
      // Nobody else reads or writes here between the beginning and the end.
      await patiently(busyTimeout, () => {
        begin.run()
        begun = true
        together(batch)
      })
      return batch
    } catch (error) {
      if (!begun || batch.length === 1) {
        for (const job of batch) job.failed(error)
        return []
      }
      for (const job of batch) for (const alone of await written([job])) alone.done()
      return []
    }
  }

  /**
   * Answers jobs that were written. Whoever is answered goes on at once, most with what they do next, which waits for the
   * next transaction. Who comes from elsewhere meanwhile, another process that asks a busy daemon above all, would wait
   * for all of that: once in each group they have a transaction of their own, and are answered before the others.
   */
  async function answer(group: readonly Waiting[]): Promise<void> {
    const left = [...group]
    const following: Waiting[] = []
    let passing: Promise<void> | undefined
    while (left.length > 0) {
      const before = queue.length
      for (const job of left.splice(0, answeredAtOnce)) job.done()
      if (left.length > 0) {
        await settled()
        following.push(...queue.splice(before))
        await turn()
        // Where those who were answered do not go on, the rest is answered quickly, and nobody need pass.
        if (following.length > 0 && queue.length > 0)
          passing ??= written(queue.splice(0, largestBatch)).then((jobs) => void left.unshift(...jobs))
      }
      if (left.length === 0) await passing
    }
    queue.unshift(...following)
  }

  function viewed<T>(job: () => T): T {
    beginReading.run()
    try {
      return job()
    } finally {
      if (database.isTransaction) commit.run()
    }
  }

  return {
    read: (job) => patiently(busyTimeout, job),
    view: (job) => patiently(busyTimeout, () => viewed(job)),
    write: <T>(job: () => T) =>
      new Promise<T>((resolve, reject) => {
        queue.push(new Waiting(job, resolve as (answer: unknown) => void, reject))
        flushing ??= flush()
      }),
    idle: async () => flushing,
  }
}
