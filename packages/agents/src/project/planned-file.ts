import type { JsonObject, TaskContext } from '@opschart/core'

import type { ProjectFiles } from './project-files.ts'

/** A file as a task wants it to be, decided before anything is touched. */
export interface PlannedFile {
  /** Relative to the project. */
  readonly path: string
  readonly text: string
  /** `beside`: the wanted path belongs to a person, so this is another one. */
  readonly status: 'created' | 'updated' | 'unchanged' | 'beside'
  readonly note?: string
}

/**
 * Declares the footprint of all that changes, then writes it, file by file, each whole or not at all. What is already as
 * it should be is not touched, so a second attempt writes only what is missing. Gives what a task reports of its files.
 */
export async function writePlanned(
  files: ProjectFiles,
  planned: readonly PlannedFile[],
  context: Pick<TaskContext, 'footprint' | 'progress' | 'cancel'>,
): Promise<JsonObject[]> {
  const changed = planned.filter((file) => file.status !== 'unchanged')
  if (changed.length > 0) {
    await context.footprint({ paths: changed.map((file) => file.path).toSorted() })
    for (const file of changed) {
      context.cancel.throwIfAborted()
      context.progress(`writing ${file.path}`)
      await files.write(file.path, file.text)
    }
  }
  return planned.map(({ path, status, note }) => ({ path, status, ...(note === undefined ? {} : { note }) }))
}
