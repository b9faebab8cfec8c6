import { shellWord, type Service } from '@opschart/core'

import { member, textMember } from '../project/json-value.ts'
import { compare, type ProjectFiles } from '../project/project-files.ts'

/** What a service's `package.json` says of running it. */
export interface PackageScripts {
  /** Relative to the project. */
  readonly file: string
  /** Relative to the project; empty for its root. */
  readonly folder: string
  /** `npm`, or what the lock file beside it belongs to. */
  readonly manager: 'npm' | 'pnpm' | 'yarn' | 'bun'
  /** Sorted by name. */
  readonly scripts: readonly (readonly [string, string])[]
  readonly description: string
}

/** The `package.json` of the service: in its only folder, else in the project's root; null when there is none. */
export async function packageScripts(files: ProjectFiles, service: Service): Promise<PackageScripts | null> {
  const own = service.paths?.length === 1 ? (service.paths[0] as string).replace(/\/+$/, '') : ''
  for (const folder of new Set([own === '.' ? '' : own, ''])) {
    const file = folder === '' ? 'package.json' : `${folder}/package.json`
    const parsed = parse(await files.read(file))
    if (parsed === undefined) continue
    const scripts = member(parsed, 'scripts')
    const found = typeof scripts === 'object' && scripts !== null ? Object.entries(scripts) : []
    return {
      file,
      folder,
      manager: await managerOf(files, folder),
      scripts: found
        .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
        .toSorted(([a], [b]) => compare(a, b))
        .slice(0, 100),
      description: textMember(parsed, 'description') ?? '',
    }
  }
  return null
}

async function managerOf(files: ProjectFiles, folder: string): Promise<PackageScripts['manager']> {
  const locks = [
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['package-lock.json', 'npm'],
  ] as const
  for (const place of new Set([folder, ''])) {
    for (const [lock, manager] of locks) {
      if (await files.has(place === '' ? lock : `${place}/${lock}`)) return manager
    }
  }
  return 'npm'
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    // A broken package.json is somebody's work in progress, and no reason for docs to fail.
    return undefined
  }
}

/** An argument array as a line for people to copy: each argument that needs it in quotes. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ')
}
