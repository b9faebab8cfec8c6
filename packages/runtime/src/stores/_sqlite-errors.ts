import { OpschartError } from '@opschart/core'

interface Fault {
  readonly name: string
  readonly what: string
  readonly wayOut: string
}

// SQLite's primary result codes; the extended ones keep them in their lowest byte.
const faults: Readonly<Record<number, Fault>> = {
  5: {
    name: 'SQLITE_BUSY',
    what: 'another process kept it locked too long',
    wayOut: 'Try again; if it lasts, look for a process that holds the file, such as an open database tool.',
  },
  6: { name: 'SQLITE_LOCKED', what: 'it is locked', wayOut: 'Try again.' },
  7: { name: 'SQLITE_NOMEM', what: 'there is no memory left', wayOut: 'Free memory and try again.' },
  8: {
    name: 'SQLITE_READONLY',
    what: 'it is read-only',
    wayOut: 'Let this user write the file and its folder; reading still works.',
  },
  10: {
    name: 'SQLITE_IOERR',
    what: 'the disk or its file system failed',
    wayOut: 'Check the disk, its space and its quota, then try again.',
  },
  11: {
    name: 'SQLITE_CORRUPT',
    what: 'it is damaged',
    wayOut:
      'Put a copy of it back, or save what can be read with the .recover command of the sqlite3 program.',
  },
  13: {
    name: 'SQLITE_FULL',
    what: 'the disk is full',
    wayOut: 'Free some space and try again; what was committed before is safe.',
  },
  14: {
    name: 'SQLITE_CANTOPEN',
    what: 'it cannot be opened',
    wayOut: 'Check that it is a file, that its folder exists, and that this user may write both.',
  },
  18: {
    name: 'SQLITE_TOOBIG',
    what: 'a value is too large for it',
    wayOut: 'Keep large things in files of their own and refer to them.',
  },
  26: {
    name: 'SQLITE_NOTADB',
    what: 'it is not a SQLite database, or its first page is damaged',
    wayOut: 'Name another file, or put a copy of this one back; it was left as it is.',
  },
}

const unknown: Omit<Fault, 'name'> = {
  what: 'it could not be done',
  wayOut: 'This is a fault of opschart; please report it.',
}

/** SQLite's primary result code of an error; undefined for an error of anything else. */
function resultCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** Whether the lock was somebody else's: asking again may help. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code === 5 || code === 6
}

/** Whether what was to be written breaks a rule of the tables: a name that is there already. */
export function isConstraint(error: unknown): boolean {
  return resultCode(error) === 19
}

/** Whether the file may be read but not written by this process. */
export function isUnwritable(error: unknown): boolean {
  const code = resultCode(error)
  return code === 8 || code === 14
}

/** What a failed use of the file is told as: what, where, and the way out. Errors of our own pass through. */
export function storageError(error: unknown, doing: string, path: string): OpschartError {
  if (error instanceof OpschartError) return error
  const code = resultCode(error)
  const {
    name = `SQLite code ${code}`,
    what,
    wayOut,
  }: Partial<Fault> & typeof unknown = code === undefined ? systemFault(error) : (faults[code] ?? unknown)
  const said = error instanceof Error ? error.message : String(error)
  return new OpschartError('storage', `${doing} ${path} failed: ${what} (${name}: ${said}). ${wayOut}`, {
    cause: error,
  })
}

/** Errors of the file system (making the folder and the file), and values in the file that are not what we wrote. */
function systemFault(error: unknown): Fault {
  if (error instanceof SyntaxError) return { ...faults[11], name: 'SyntaxError' } as Fault
  const { code } = (error ?? {}) as { code?: unknown }
  const name = typeof code === 'string' ? code : 'error'
  if (name === 'ENOSPC' || name === 'EDQUOT') return { ...faults[13], name } as Fault
  if (name === 'EACCES' || name === 'EPERM' || name === 'EROFS') {
    return {
      name,
      what: 'this user may not write there',
      wayOut: 'Let this user write the folder, or name a file elsewhere.',
    }
  }
  if (name === 'ENOTDIR' || name === 'EEXIST') {
    return { name, what: 'a part of its path is a file', wayOut: 'Name a file in a folder.' }
  }
  return { ...unknown, name }
}
