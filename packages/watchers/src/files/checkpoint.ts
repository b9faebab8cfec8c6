import type { Json } from '@opschart/core'

import type { FileContent } from './hash-file.ts'

/** What a file watcher remembers. */
export interface FileCheckpoint {
  /** The content of each file by its path. */
  readonly files: ReadonlyMap<string, FileContent>
  /** The patterns that the files matched. */
  readonly patterns: readonly string[]
}

/** The checkpoint as JSON. */
export function writeCheckpoint(checkpoint: FileCheckpoint): Json {
  const files = [...checkpoint.files].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return {
    version: 1,
    patterns: checkpoint.patterns,
    files: files.map(([path, { hash, size, modified }]) => [path, hash, size, modified]),
  }
}

/** The checkpoint that was saved; undefined when the value is none (or one of another version). */
export function readCheckpoint(value: Json | undefined): FileCheckpoint | undefined {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1)
    return undefined
  const { files, patterns } = value
  if (!Array.isArray(files) || !Array.isArray(patterns)) return undefined
  return {
    patterns: patterns.filter((pattern) => typeof pattern === 'string'),
    files: new Map(
      files.flatMap((entry: unknown) => {
        if (!Array.isArray(entry)) return []
        const [path, hash, size, modified] = entry as unknown[]
        if (typeof path !== 'string' || typeof hash !== 'string' || typeof size !== 'number') return []
        return typeof modified === 'string' ? [[path, { hash, size, modified }] as const] : []
      }),
    ),
  }
}
