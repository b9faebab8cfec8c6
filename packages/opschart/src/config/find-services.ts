import { parseDocument } from 'yaml'

import { refusalOfYaml } from './guard-yaml.ts'
import { mapOf } from './known-names.ts'
import { serviceName } from './names.ts'
import { packageManifest, type PackageManifest } from './package-manifest.ts'
import { below, type ProjectFolder } from './project-folder.ts'

/** A service, as far as its place goes. */
export interface FoundService {
  readonly name: string
  /** Relative to the project; `''` when the whole project is the service. */
  readonly folder: string
  readonly found: string
  readonly manifest: PackageManifest | undefined
}

/** Most services that are proposed. */
const maxServices = 50

/** What only something that is run has. */
const signs = [
  'Procfile',
  'Dockerfile',
  'deploy',
  'deploy.sh',
  'scripts/deploy',
  'scripts/deploy.sh',
  'bin/deploy',
  'fly.toml',
  'app.yaml',
  'serverless.yml',
]

/**
 * The services of a project: in a monorepo the workspaces that are run (a start or deploy script, a Procfile, a
 * Dockerfile), else the project as one.
 */
export async function findServices(project: ProjectFolder): Promise<FoundService[]> {
  const root = await packageManifest(project, '')
  const found: FoundService[] = []
  const taken = new Set<string>()
  for (const { folder, source } of await workspaceFolders(project, root)) {
    if (found.length === maxServices) break
    const manifest = await packageManifest(project, folder)
    if (!(await isRun(project, folder, manifest))) continue
    const texts = [manifest?.name, folder.split('/').at(-1), folder.replaceAll('/', '-')]
    const free = texts.filter((each) => each !== undefined && !taken.has(tidy(each)))
    const base = nameFor(free.length > 0 ? free : texts)
    let name = base
    for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`
    taken.add(name)
    found.push({
      name,
      folder,
      found: manifest?.name === undefined ? `${folder}/ (${source})` : `${manifest.file}, name (${source})`,
      manifest,
    })
  }
  if (found.length > 0) return found
  const folderName = project.root.split(/[\\/]/).at(-1)
  const name = nameFor([root?.name, folderName])
  return [
    {
      name,
      folder: '',
      found: root?.name === undefined ? 'the folder’s name' : 'package.json, name',
      manifest: root,
    },
  ]
}

async function isRun(
  project: ProjectFolder,
  folder: string,
  manifest: PackageManifest | undefined,
): Promise<boolean> {
  if (
    manifest !== undefined &&
    ['start', 'deploy', 'serve'].some((script) => Object.hasOwn(manifest.scripts, script))
  )
    return true
  for (const sign of signs) if ((await project.kind(below(folder, sign))) === 'file') return true
  return false
}

/** Folders that are workspaces, or lie where services usually do; sorted. */
async function workspaceFolders(
  project: ProjectFolder,
  root: PackageManifest | undefined,
): Promise<{ folder: string; source: string }[]> {
  const declared = (root?.workspaces ?? []).map((glob) => ({ glob, source: 'package.json, workspaces' }))
  const pnpm = (await pnpmWorkspaces(project)).map((glob) => ({ glob, source: 'pnpm-workspace.yaml' }))
  const usual = ['services/*', 'apps/*', 'packages/*'].map((glob) => ({ glob, source: glob }))
  const folders = new Map<string, string>()
  for (const { glob, source } of [...declared, ...pnpm, ...usual]) {
    for (const folder of await expand(project, glob)) if (!folders.has(folder)) folders.set(folder, source)
  }
  return [...folders]
    .map(([folder, source]) => ({ folder, source }))
    .toSorted((one, other) => (one.folder < other.folder ? -1 : 1))
}

async function pnpmWorkspaces(project: ProjectFolder): Promise<string[]> {
  const text = await project.text('pnpm-workspace.yaml')
  if (text === undefined || refusalOfYaml(text) !== undefined) return []
  const document = parseDocument(text, { uniqueKeys: false })
  if (document.errors.length > 0) return []
  try {
    const listed = mapOf(document.toJS({ maxAliasCount: 10 }))['packages']
    return Array.isArray(listed)
      ? listed.filter((each): each is string => typeof each === 'string').slice(0, 100)
      : []
  } catch {
    return []
  }
}

/** The folders that a workspace glob names: a plain path, or one whose last part is a star. */
async function expand(project: ProjectFolder, glob: string): Promise<string[]> {
  const plain = glob
    .replace(/^\.\//, '')
    .replace(/\/(?:\*\*)?\/?$/, '/')
    .replace(/\/$/, '')
  const parts = plain.split('/')
  if (
    glob.startsWith('!') ||
    plain === '' ||
    parts.includes('..') ||
    parts.includes('.') ||
    plain.startsWith('/')
  )
    return []
  if (!plain.includes('*')) return (await project.kind(plain)) === 'folder' ? [plain] : []
  const above = parts.slice(0, -1).join('/')
  if (parts.at(-1) !== '*' || above.includes('*')) return []
  const folders: string[] = []
  for (const name of await project.names(above)) {
    const folder = below(above, name)
    if (!name.startsWith('.') && name !== 'node_modules' && (await project.kind(folder)) === 'folder')
      folders.push(folder)
  }
  return folders
}

/** The first text of which a service's name can be made. */
function nameFor(texts: readonly (string | undefined)[]): string {
  for (const text of texts) {
    const name = text === undefined ? '' : tidy(text)
    if (name !== '' && serviceName.safeParse(name).success) return name
  }
  return 'service'
}

/** `@acme/user-service` is `user-service`; what no name may have becomes a dash. */
function tidy(text: string): string {
  const bare = text.slice(0, 200).replace(/^@[^/]*\//, '')
  return bare
    .split(/[^A-Za-z0-9._-]+/)
    .join('-')
    .replace(/^[._-]+/, '')
    .slice(0, 63)
    .replace(/[._-]+$/, '')
}
