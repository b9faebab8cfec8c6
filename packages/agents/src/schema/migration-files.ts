import type { Service } from '@opschart/core'

import { compare, type ProjectFiles } from '../project/project-files.ts'

/** How a project writes its migrations. */
export type MigrationStyle = 'pair' | 'plain' | 'migrate' | 'goose' | 'folder'

/** One migration, read from one file or two. */
export interface Migration {
  /** Its number or time stamp as written: `0007`. */
  readonly number: string
  readonly name: string
  readonly style: MigrationStyle
  /** SQL of the way up. Other lines of its file are blank, so that line numbers stay. */
  readonly up: string
  /** SQL of the way back; null when it has none. */
  readonly down: string | null
  /** Relative to the project. Both the same where one file holds both. */
  readonly upFile: string
  readonly downFile: string | null
}

/** The folder of a service's migrations. */
export function migrationFolder(service: Service): string {
  return (service.migrations ?? 'migrations').replace(/\/+$/, '')
}

const name = /^(\d{1,20})[_-]([A-Za-z0-9_.-]{1,120}?)(?:\.(up|down))?\.sql$/
const folderName = /^(\d{1,20})[_-]([A-Za-z0-9_-]{1,120})\/(up|down|migration)\.sql$/
const sectionLine = /^\s{0,20}--\s{0,20}(\+goose\s{1,5}|\+migrate\s{1,5}|migrate:)?(up|down)\b[^\n]{0,80}$/i

/** The migrations of a service in their order: by number, then by name. */
export async function readMigrations(files: ProjectFiles, service: Service): Promise<Migration[]> {
  const folder = migrationFolder(service)
  const found = new Map<
    string,
    Partial<Migration> & { number: string; name: string; style: MigrationStyle }
  >()
  for (const file of await files.list(folder, (path) => path.endsWith('.sql'))) {
    const relative = file.slice(folder === '.' ? 0 : folder.length + 1)
    const flat = name.exec(relative)
    const nested = flat === null ? folderName.exec(relative) : null
    const match = flat ?? nested
    if (match === null) continue
    const [, number, title, part] = match as unknown as [string, string, string, string | undefined]
    const key = `${number} ${title}`
    const text = (await files.read(file)) ?? ''
    const style: MigrationStyle = nested ? 'folder' : part === undefined ? 'plain' : 'pair'
    const known = found.get(key) ?? { number, name: title, style }
    if (part === 'down') found.set(key, { ...known, down: text, downFile: file })
    else if (part === 'up' || part === 'migration') found.set(key, { ...known, up: text, upFile: file })
    else found.set(key, { ...known, ...migrationSections(text), upFile: file, downFile: file })
  }
  return [...found.values()]
    .filter((migration) => migration.upFile !== undefined)
    .map((migration) => ({ up: '', down: null, downFile: null, upFile: '', ...migration }))
    .toSorted((a, b) => compareNumbers(a.number, b.number) || compare(a.name, b.name))
}

/** The two halves of a migration that is one file: `-- up` and `-- down`, or goose's, sql-migrate's and dbmate's markers. */
export function migrationSections(text: string): { up: string; down: string | null; style: MigrationStyle } {
  const up: string[] = []
  const down: string[] = []
  let part: 'up' | 'down' = 'up'
  let style: MigrationStyle = 'plain'
  let hasDown = false
  for (const line of text.split('\n')) {
    const marker = line.length < 200 ? sectionLine.exec(line) : null
    if (marker !== null) {
      part = marker[2]?.toLowerCase() === 'down' ? 'down' : 'up'
      if (part === 'down') hasDown = true
      const prefix = (marker[1] ?? '').trim().toLowerCase()
      if (prefix === 'migrate:') style = 'migrate'
      else if (prefix === '+goose' || prefix === '+migrate') style = 'goose'
    }
    up.push(marker === null && part === 'up' ? line : '')
    down.push(marker === null && part === 'down' ? line : '')
  }
  // A template's comments are no way back; our own say why there is nothing to do.
  const isEmpty = down.every(
    (line) => line.trim() === '' || (/^\s*--/.test(line) && !line.includes('opschart')),
  )
  return { up: up.join('\n'), down: hasDown && !isEmpty ? down.join('\n') : null, style }
}

/** The number that comes after the given migrations, as wide as theirs; time stamps go on from `time` (UTC). */
export function nextNumber(migrations: readonly Migration[], time: number): string {
  const last = migrations.at(-1)
  if (last === undefined) return '001'
  if (last.number.length >= 14) {
    const stamp = new Date(time).toISOString().replace(/\D/g, '').slice(0, 14).padEnd(last.number.length, '0')
    return compareNumbers(stamp, last.number) > 0 ? stamp : String(BigInt(last.number) + 1n)
  }
  return String(BigInt(last.number) + 1n).padStart(last.number.length, '0')
}

function compareNumbers(a: string, b: string): number {
  const [first, second] = [BigInt(a), BigInt(b)]
  return first < second ? -1 : first > second ? 1 : 0
}
