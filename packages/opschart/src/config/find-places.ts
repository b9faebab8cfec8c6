import { below, type ProjectFolder } from './project-folder.ts'

/** A value that was found, and where. */
export interface FoundValue<Value> {
  readonly value: Value
  readonly found: string
}

/**
 * A service's logs as globs: what lies in `logs` or `log`, or beside the code; else what `.gitignore` says will. In a
 * monorepo the project's own log folder counts where a file in it is named after the service.
 */
export async function findLogs(
  project: ProjectFolder,
  folder: string,
  service: string,
): Promise<FoundValue<string[]> | undefined> {
  const isLog = (name: string) => name.endsWith('.log')
  for (const place of ['logs', 'log', 'var/log', '']) {
    const names = (await project.names(below(folder, place))).filter(isLog)
    const first = names[0]
    if (first !== undefined)
      return { value: [below(folder, below(place, '*.log'))], found: below(folder, below(place, first)) }
  }
  if (folder !== '') {
    const own = (await project.names('logs')).find(
      (name) => name === `${service}.log` || name === `${folder.split('/').at(-1)}.log`,
    )
    return own === undefined ? undefined : { value: [`logs/${own}`], found: `logs/${own}` }
  }
  const ignored = ((await project.text('.gitignore')) ?? '').split(/\r?\n/).map((line) => line.trim())
  const pattern = ignored.find(
    (line) => /^\/?(?:[A-Za-z0-9._-]+\/)*(?:\*|[A-Za-z0-9._-]+)\.log$/.test(line) && !line.includes('..'),
  )
  if (pattern !== undefined) return { value: [pattern.replace(/^\//, '')], found: `.gitignore, ${pattern}` }
  const place = ignored.find((line) => /^\/?logs?\/?$/.test(line))
  return place === undefined
    ? undefined
    : { value: [`${place.replaceAll('/', '')}/*.log`], found: `.gitignore, ${place}` }
}

const migrationFolders = [
  'migrations',
  'db/migrations',
  'db/migrate',
  'database/migrations',
  'prisma/migrations',
  'sql/migrations',
  'supabase/migrations',
  'drizzle',
]

/** The folder of a service's migrations. */
export async function findMigrations(
  project: ProjectFolder,
  folder: string,
): Promise<FoundValue<string> | undefined> {
  for (const place of migrationFolders) {
    const found = below(folder, place)
    if ((await project.kind(found)) === 'folder') return { value: found, found: `${found}/` }
  }
  return undefined
}

/** The page that a service's status is written to. */
export async function findStatusPage(
  project: ProjectFolder,
  folder: string,
): Promise<FoundValue<string> | undefined> {
  for (const place of ['status/index.html', 'public/status.html', 'status.html']) {
    const found = below(folder, place)
    if ((await project.kind(found)) === 'file') return { value: found, found }
  }
  return undefined
}
