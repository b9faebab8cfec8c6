import { mapOf } from './known-names.ts'
import { below, type ProjectFolder } from './project-folder.ts'

/** What is read of a `package.json`. */
export interface PackageManifest {
  /** Relative to the project. */
  readonly file: string
  readonly name: string | undefined
  readonly version: string | undefined
  readonly scripts: Readonly<Record<string, string>>
  /** Globs of its workspaces. */
  readonly workspaces: readonly string[]
  readonly dependencies: readonly string[]
}

/** The `package.json` of a folder; undefined when there is none, or it is no JSON object. */
export async function packageManifest(
  project: ProjectFolder,
  folder: string,
): Promise<PackageManifest | undefined> {
  const file = below(folder, 'package.json')
  const text = await project.text(file, 1024 * 1024)
  if (text === undefined) return undefined
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    return undefined
  }
  const { name, version, scripts, workspaces, dependencies, devDependencies } = mapOf(data)
  const listed = Array.isArray(workspaces) ? workspaces : mapOf(workspaces)['packages']
  return {
    file,
    name: textOf(name),
    version: textOf(version),
    scripts: Object.fromEntries(
      Object.entries(mapOf(scripts)).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    workspaces: Array.isArray(listed)
      ? listed.filter((each): each is string => typeof each === 'string').slice(0, 100)
      : [],
    dependencies: [...Object.keys(mapOf(dependencies)), ...Object.keys(mapOf(devDependencies))],
  }
}

const textOf = (value: unknown) =>
  typeof value === 'string' && value !== '' && value.length <= 300 ? value : undefined

/** The program that runs a project's scripts, told by its lock file; npm where there is none. */
export async function packageRunner(project: ProjectFolder): Promise<'npm' | 'pnpm' | 'yarn' | 'bun'> {
  if (
    (await project.kind('pnpm-lock.yaml')) === 'file' ||
    (await project.kind('pnpm-workspace.yaml')) === 'file'
  )
    return 'pnpm'
  if ((await project.kind('yarn.lock')) === 'file') return 'yarn'
  if ((await project.kind('bun.lock')) === 'file' || (await project.kind('bun.lockb')) === 'file')
    return 'bun'
  return 'npm'
}

/** The argument array that runs a script of a folder's `package.json` from the project's root. */
export function scriptCommand(
  runner: Awaited<ReturnType<typeof packageRunner>>,
  folder: string,
  script: string,
): string[] {
  const where = { npm: '--prefix', pnpm: '--dir', yarn: '--cwd', bun: '--cwd' }[runner]
  return [runner, ...(folder === '' ? [] : [where, folder]), 'run', script]
}
