import { open, stat } from 'node:fs/promises'

import type { OperationInput, Service } from '@opschart/core'

import { readSources } from '../code/source-files.ts'
import { textMember } from '../project/json-value.ts'
import type { ProjectFiles } from '../project/project-files.ts'

/** Larger databases, in bytes, are not copied for a trial. */
export const maxDatabaseBytes = 256 * 1024 * 1024

const databaseName =
  /^(?:file:|sqlite:\/{0,3})?(?:\.\/)?([A-Za-z0-9_][A-Za-z0-9_./-]{0,200}\.(?:db|db3|sqlite|sqlite3))$/

/**
 * The SQLite database file that a service names: in the signal (`database`), else in its own code, where the file is in
 * the project and is one. Null when there is none. The absolute path is for reading only.
 */
export async function namedDatabase(
  files: ProjectFiles,
  service: Service,
  input: OperationInput,
): Promise<{ file: string; absolute: string } | null> {
  const named = new Set<string>()
  const given = textMember(input.signal.data, 'database')
  if (given !== undefined) named.add(given)
  for (const source of await readSources(files, service)) {
    for (const token of source.tokens)
      if (token.kind === 'string' && token.text.length < 220) named.add(token.text)
  }
  for (const text of named) {
    const file = databaseName.exec(text)?.[1]
    if (file === undefined) continue
    const absolute = await files.locate(file).catch(() => undefined)
    if (absolute !== undefined && (await isSqlite(absolute))) return { file, absolute }
  }
  return null
}

async function isSqlite(absolute: string): Promise<boolean> {
  const found = await stat(absolute).catch(() => undefined)
  if (!found?.isFile() || found.size < 100 || found.size > maxDatabaseBytes) return false
  const handle = await open(absolute, 'r')
  try {
    const { buffer } = await handle.read(Buffer.alloc(15), 0, 15, 0)
    return buffer.toString('latin1') === 'SQLite format 3'
  } finally {
    await handle.close()
  }
}
