import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** What marks the root of a project that opschart runs for. */
const marks = [join('.claude', 'config', 'operational.yaml'), 'opschart.config.ts', '.opschart']

/** The project's root: the nearest folder upwards that opschart was set up in; else that of its repository; else the folder itself. */
export function findRoot(from: string): string {
  const start = resolve(from)
  return nearest(start, marks) ?? nearest(start, ['.git']) ?? start
}

function nearest(start: string, wanted: readonly string[]): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (wanted.some((name) => existsSync(join(folder, name)))) return folder
    if (dirname(folder) === folder) return undefined
  }
}
