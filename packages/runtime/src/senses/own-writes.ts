import { isAbsolute, relative, sep } from 'node:path'

import type { ServiceState } from '@opschart/core'

/** Milliseconds that a footprint counts after its operation's end: writes are seen a little later. */
const tail = 60_000

/** Whether a write is one of ours: of a path that an operation has declared, and that it is touching or has just touched [L12]. */
export function isOwnWrite(
  footprints: ReadonlyMap<string, ServiceState['footprints']>,
  write: {
    readonly root: string
    readonly service: string | null
    readonly path: string
    readonly now: number
  },
): boolean {
  const { root, service, path, now } = write
  const below = relative(root, path).replaceAll(sep, '/')
  if (below === '' || below.startsWith('../') || isAbsolute(below)) return false
  const known = service === null ? [...footprints.values()].flat() : (footprints.get(service) ?? [])
  return known.some(({ paths, ended }) => (ended === null || ended > now - tail) && paths.includes(below))
}
