import type { FileNames } from './router-names.ts'

/** One router put under a prefix of another. */
export interface Mount {
  readonly file: string
  /** Variable of the router that it is put under. */
  readonly parent: string
  readonly prefix: string
  /** Variable that is put there: a local router, or an imported one. */
  readonly target: string
}

const deepest = 8
const most = 20
// Mounts in circles multiply; this many steps are more than any real service has.
const mostSteps = 2000

/** All prefixes under which a router of a file can be reached; `['']` where nothing mounts it. Cycles are cut. */
export function mountPrefixes(
  mounts: readonly Mount[],
  names: ReadonlyMap<string, FileNames>,
  file: string,
  router: string,
  depth = 0,
  steps = { left: mostSteps },
): string[] {
  const base = names.get(file)?.routers.get(router) ?? ''
  if (depth >= deepest) return [base]
  const above: string[] = []
  for (const mount of mounts) {
    if (above.length >= most || steps.left <= 0) break
    if (mount.file === file && mount.parent === router && mount.target === router) continue
    if (!leadsTo(mount, names, file, router)) continue
    steps.left--
    for (const outer of mountPrefixes(mounts, names, mount.file, mount.parent, depth + 1, steps)) {
      above.push(`${outer}/${mount.prefix}/${base}`)
    }
  }
  return above.length === 0 ? [base] : [...new Set(above)].slice(0, most)
}

function leadsTo(mount: Mount, names: ReadonlyMap<string, FileNames>, file: string, router: string): boolean {
  if (mount.file === file && mount.target === router) return true
  const imported = names.get(mount.file)?.imports.get(mount.target)
  if (imported === undefined || imported.file !== file) return false
  // A default export is usually the file's only router; a plugin function gets its router as a parameter of any name.
  return (
    imported.name === router || imported.name === 'default' || !names.get(file)?.routers.has(imported.name)
  )
}
