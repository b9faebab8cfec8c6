import { OpschartError } from '@opschart/core'
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import nodePath from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

import { isBusy, isUnwritable, storageError } from './_sqlite-errors.ts'
import { checkSqliteVersion, migrate, schemaSteps, schemaVersion } from './_sqlite-schema.ts'

/**
 * Opens the file, making it when it is not there, and brings its schema up to date. A file that this user may only read
 * is opened for reading. Blocks while another process makes or migrates the same file, at most `busyTimeout`
 * milliseconds.
 *
 * @throws OpschartError `storage` or `store_version`; the file is then as it was.
 */
export function openFile(path: string, busyTimeout: number): DatabaseSync {
  checkSqliteVersion(sqliteVersion())
  for (let waited = 0; ;) {
    try {
      makeFile(path)
      return openAny(path)
    } catch (error) {
      // Setting the log mode of a file that another process uses in the old mode fails at once, whatever time-out was
      // set. So the whole opening is tried again; the lock is held for milliseconds only.
      if (!isBusy(error) || waited >= busyTimeout) throw storageError(error, 'Opening', path)
      const pause = 5
      sleep(pause)
      waited += pause
    }
  }
}

function sqliteVersion(): string {
  using memory = new DatabaseSync(':memory:')
  return String(memory.prepare('select sqlite_version() as version').get()?.['version'])
}

/** Makes the folder and an empty file that only this user can enter and read. Whoever comes second finds them there. */
function makeFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return
  mkdirSync(nodePath.dirname(path), { recursive: true, mode: 0o700 })
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function openAny(path: string): DatabaseSync {
  try {
    return opened(path, false)
  } catch (error) {
    if (!isUnwritable(error)) throw error
    try {
      return opened(path, true)
    } catch (readError) {
      // SQLite shares a file of this mode through two files beside it, which it cannot make in a read-only folder. When
      // no log is there, nobody is writing, and the file is read as it stands.
      if (!isUnwritable(readError) || logSize(path) > 0) throw error
      return opened(`${pathToFileURL(path).href}?immutable=1`, true)
    }
  }
}

function opened(path: string, readOnly: boolean): DatabaseSync {
  // No time-out: whoever finds the file locked waits without blocking the process (see the writer).
  // Nor are references checked at each row: they are made of what has just been read.
  const database = new DatabaseSync(path, {
    readOnly,
    timeout: 0,
    defensive: true,
    enableForeignKeyConstraints: false,
  })
  try {
    // FULL flushes at each commit; the second is what flushing means on macOS and nothing elsewhere. The log is cut back
    // to its limit when it has grown past it.
    database.exec(
      'pragma synchronous = full; pragma fullfsync = on; pragma trusted_schema = off; pragma journal_size_limit = 16777216',
    )
    const version = schemaVersion(database, path)
    const upToDate = version === schemaSteps.length
    if (readOnly && upToDate) return database
    if (readOnly) {
      throw new OpschartError(
        'storage',
        `${path} is of an older version and read-only, so that it cannot be brought up to date. ` +
          'Let this user write the file and its folder once.',
      )
    }
    // Space that becomes free can be given back piece by piece; to be said before anything is in the file.
    if (version === 0) database.exec('pragma auto_vacuum = incremental')
    useLog(database, path)
    if (!upToDate) migrate(database, path)
    if (!upToDate && version > 0) rewriteForVacuum(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** A file of an older version is written anew once, so that it can give back space as well; where others use it, it cannot. */
function rewriteForVacuum(database: DatabaseSync): void {
  if (database.prepare('pragma auto_vacuum').get()?.['auto_vacuum'] === 2) return
  try {
    database.exec('pragma auto_vacuum = incremental; vacuum')
  } catch (error) {
    if (!isBusy(error)) throw error
  }
}

function useLog(database: DatabaseSync, path: string): void {
  const mode = database.prepare('pragma journal_mode = wal').get()?.['journal_mode']
  if (mode === 'wal') return
  throw new OpschartError(
    'storage',
    `${path} lies on a file system that cannot share it between processes (its journal mode stays ${String(mode)}). ` +
      'Name a file on a local disk.',
  )
}

function logSize(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
