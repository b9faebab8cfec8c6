import { compare } from '../project/project-files.ts'

/** A package whose version changed. */
export interface DependencyChange {
  readonly name: string
  /** Version or range; null when it was not there. */
  readonly from: string | null
  readonly to: string | null
  /** The manifest or lock file that says so. */
  readonly file: string
}

const lockFiles = new Set(['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock'])
const maxPackages = 20_000

/** Whether a path is a manifest or a lock file whose packages can be read. */
export function isDependencyFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name === 'package.json' || lockFiles.has(name)
}

/**
 * The packages whose versions differ between two texts of one manifest or lock file, sorted by name. Texts that cannot be
 * read count as empty. The version of the project itself is no dependency.
 */
export function dependencyChanges(file: string, before: string, after: string): DependencyChange[] {
  const name = file.slice(file.lastIndexOf('/') + 1)
  const [old, present] = [packagesOf(name, before), packagesOf(name, after)]
  return [...new Set([...old.keys(), ...present.keys()])].toSorted(compare).flatMap((key) => {
    const [from, to] = [old.get(key) ?? null, present.get(key) ?? null]
    return from === to ? [] : [{ name: key, from, to, file }]
  })
}

function packagesOf(file: string, text: string): Map<string, string> {
  if (file === 'package.json') return manifestPackages(parsed(text))
  if (file === 'pnpm-lock.yaml') return pnpmPackages(text)
  if (file === 'yarn.lock') return yarnPackages(text)
  return npmPackages(parsed(text))
}

function manifestPackages(manifest: Record<string, unknown>): Map<string, string> {
  const packages = new Map<string, string>()
  for (const group of ['optionalDependencies', 'peerDependencies', 'devDependencies', 'dependencies']) {
    for (const [name, range] of Object.entries(objectOf(manifest[group]))) {
      if (typeof range === 'string' && packages.size < maxPackages) packages.set(name, range)
    }
  }
  return packages
}

function npmPackages(lock: Record<string, unknown>): Map<string, string> {
  const packages = new Map<string, string>()
  const listed = Object.entries(objectOf(lock['packages']))
  // Version 1 of the format has a tree under `dependencies`; its first level is what the service gets.
  const entries = listed.length > 0 ? listed : Object.entries(objectOf(lock['dependencies']))
  for (const [key, value] of entries) {
    const name = key.slice(key.includes('node_modules/') ? key.lastIndexOf('node_modules/') + 13 : 0)
    const version = objectOf(value)['version']
    if (key === '' || typeof version !== 'string' || packages.size >= maxPackages) continue
    // The same package may be there in several versions: the outermost comes first and counts.
    if (!packages.has(name)) packages.set(name, version)
  }
  return packages
}

function pnpmPackages(text: string): Map<string, string> {
  const packages = new Map<string, string>()
  for (const line of text.split('\n')) {
    const found = /^ {2}['"]?\/?((?:@[\w.-]{1,100}\/)?[\w.-]{1,100})[@/](\d[\w.+-]{0,60})/.exec(line)
    if (found?.[1] !== undefined && found[2] !== undefined && packages.size < maxPackages) {
      packages.set(found[1], found[2])
    }
  }
  return packages
}

function yarnPackages(text: string): Map<string, string> {
  const packages = new Map<string, string>()
  let name: string | undefined
  for (const line of text.split('\n')) {
    const head = /^"?((?:@[\w.-]{1,100}\/)?[\w.-]{1,100})@/.exec(line)
    if (head !== null) name = head[1]
    const version = /^ {2}version:? "?([\w.+-]{1,60})"?/.exec(line)?.[1]
    if (name !== undefined && version !== undefined && packages.size < maxPackages)
      packages.set(name, version)
  }
  return packages
}

function parsed(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return {}
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
