import { OpschartError, type Crypto, type Store } from '@opschart/core'
import nodePath from 'node:path'

import { nodeCrypto } from '../node-crypto.ts'
import { preparedUnit } from './_prepared-unit.ts'
import { storageError } from './_sqlite-errors.ts'
import { openFile } from './_sqlite-file.ts'
import { sqliteQueries } from './_sqlite-queries.ts'
import { schemaGuard } from './_sqlite-schema.ts'
import { sqliteSignals } from './_sqlite-signals.ts'
import { sqliteBeginning, sqlitePruning } from './_sqlite-pruning.ts'
import { sqliteTransfer } from './_sqlite-transfer.ts'
import { sqliteUnits } from './_sqlite-units.ts'
import { sqliteWriter } from './_sqlite-writer.ts'

/** How a SQLite store is opened. */
export interface SqliteStoreOptions {
  /** Hashes the journal's rows; Node's own when absent. */
  readonly crypto?: Pick<Crypto, 'sha256'>
  /** How long to wait for another process that holds the file, in milliseconds; 5,000 when absent. */
  readonly busyTimeout?: number
}

/**
 * A store in one SQLite file, shared by as many processes of this machine as want it. What was committed has been
 * flushed to the disk: it outlives the process and the power. The file (0600) and its folder (0700) are made when they
 * are not there. A file that this user may only read is read; each write to it is then refused.
 *
 * Commits that wait while one is written are written together (group commit). While another process holds the file this
 * one waits without blocking, except during the opening itself.
 *
 * @throws OpschartError `storage` when the file cannot be opened or is none of ours, `store_version` when a newer
 * version wrote it, `input` for a path that is no file's. Later, writes and reads reject with `storage`, `closed`, or
 * `store_version` when a newer version has taken the file over; a write that was rejected has left nothing behind, and the
 * store goes on.
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): Store {
  const { crypto = nodeCrypto, busyTimeout = 5000 } = options
  const file = fileOf(path)
  const database = openFile(file, busyTimeout)
  const signals = sqliteSignals(database)
  const beginning = sqliteBeginning(database)
  const queries = sqliteQueries(database, signals, beginning)
  const units = sqliteUnits(database, crypto, signals, beginning)
  const others = queries.foreignChanges
  const refuseNewer = schemaGuard(database, file)
  let known = others()
  let fitting = known
  /** What is remembered was read before this: another connection may have written since. */
  function lookAgain(): void {
    const now = others()
    if (now === known) return
    refuseNewer()
    units.lookAgain()
    known = now
  }
  /** What was read, if by then nobody had brought the file to a schema that this process does not know. */
  function fits<T>(answer: T): T {
    const now = others()
    if (now !== fitting) refuseNewer()
    fitting = now
    return answer
  }
  const writer = sqliteWriter(database, busyTimeout, { began: lookAgain, undone: () => units.forget() })
  let written = 0
  let closing: Promise<void> | undefined

  function failed(error: unknown, doing: string): OpschartError {
    return database.isOpen ? storageError(error, doing, file) : closed(file)
  }

  async function told<T>(doing: string, answer: () => Promise<T>): Promise<T> {
    if (closing) throw closed(file)
    try {
      return await answer()
    } catch (error) {
      throw failed(error, doing)
    }
  }

  const read = <T>(job: () => T) => told('Reading', () => writer.read(() => fits(job())))
  const view = <T>(job: () => T) => told('Reading', () => writer.view(() => fits(job())))
  // By hand, since each commit comes here: one promise beside the writer's.
  const write = <T>(job: () => T, changed: (answer: T) => boolean): Promise<T> =>
    closing
      ? Promise.reject(closed(file))
      : writer.write(job).then(
          (answer) => {
            if (changed(answer)) written += 1
            return answer
          },
          (error: unknown) => {
            throw failed(error, 'Writing')
          },
        )

  return {
    commit: async (given) => {
      const ready = given.map(preparedUnit)
      return write(
        () => ready.map((unit) => units.write(unit)),
        (outcomes) => outcomes.some(({ kind }) => kind === 'written'),
      )
    },
    actor: (actor) => read(() => queries.actor(actor)),
    actors: (filter) => read(() => queries.actors(filter)),
    seen: (source, id) =>
      view(() => {
        lookAgain()
        return queries.seen(source, id)
      }),
    history: (query) => view(() => queries.history(query)),
    head: () => read(() => queries.head()),
    facts: (names) => read(() => queries.facts(names)),
    factsBeginning: (prefix) => read(() => queries.factsBeginning(prefix)),
    checkpoint: (watcher) => read(() => queries.checkpoint(watcher)),
    work: (filter) => read(() => queries.work(filter)),
    claim: (claim) =>
      write(
        () => queries.claim(claim),
        (work) => work !== undefined,
      ),
    renew: (renewal) =>
      write(
        () => queries.renew(renewal),
        (renewed) => renewed,
      ),
    timersDue: (now, limit) => read(() => queries.timersDue(now, limit)),
    nextTimer: () => read(() => queries.nextTimer()),
    timers: (actor) => read(() => queries.timers(actor)),
    changeCounter: () => read(() => queries.foreignChanges() + written),
    transfer: sqliteTransfer({ file, busyTimeout, told }),
    pruning: sqlitePruning({ database, units, beginning, read, write: (job) => write(job, () => true) }),
    close() {
      closing ??= writer.idle().then(() => database.close())
      return closing
    },
  }
}

function fileOf(path: string): string {
  if (path !== '' && path !== ':memory:' && !path.includes('\0')) return nodePath.resolve(path)
  throw new OpschartError(
    'input',
    `'${path.replaceAll('\0', '\\0')}' names no file. Name one, such as .opschart/state.db, or use memoryStore().`,
  )
}

function closed(file: string): OpschartError {
  return new OpschartError('closed', `The store ${file} is closed. Open it again with sqliteStore(path).`)
}
