import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'

import { patiently } from './_patiently.ts'

/** The one place where transactions begin and end. */
export interface Writer {
  /** Runs a job in a transaction, with whatever else waits; resolves when it is durable. */
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

  /** Writes jobs, together if that goes; those that failed are told so, and the rest wait for their answer. */
  async function written(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      await patiently(busyTimeout, () => begin.run())
    } catch (error) {
      for (const job of batch) job.failed(error)
      return []
    }
    try {
      together(batch)
      return batch
    } catch (error) {
      if (batch.length === 1) batch[0]?.failed(error)
      if (batch.length === 1) return []
      const alone: Waiting[] = []
      for (const job of batch) alone.push(...(await written([job])))
      return alone
    }
  }

  /**
   * Answers jobs that were written. Whoever is answered goes on at once, most with what they do next, which waits for the
   * next transaction. Who comes from elsewhere meanwhile, another process that asks a busy daemon above all, would wait
   * for all of that: once in each group they have a transaction of their own between the answers.
   */
  async function answer(group: readonly Waiting[]): Promise<void> {
    let between = 1
    for (let next = 0; next < group.length;) {
      const end = next + answeredAtOnce
      const before = queue.length
      for (const job of group.slice(next, end)) job.done()
      next = end
      if (next >= group.length) return
      await settled()
      const own = queue.length
      await turn()
      // Where those who were answered do not go on, the rest is answered quickly, and nobody need pass.
      if (own === before || queue.length === own || between === 0) continue
      between -= 1
      for (const job of await written(queue.splice(own, largestBatch))) job.done()
    }
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
