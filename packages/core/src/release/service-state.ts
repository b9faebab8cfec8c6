import type { Deployment } from '../release.ts'

/** An entry of a service's directory: where signals about a release go. */
export interface ReleaseEntry {
  readonly id: string
  /** Counts the releases of the service, from 1, in the order in which they were opened: the latest has the highest. */
  readonly order: number
  name: string
  branch: string | null
  version: string | null
  commit: string | null
  /** Its latest commits, newest last, at most 50: what a signal that names a commit is routed by. */
  commits: string[]
  phase: string
}

/** What an operation touches: a report that matches it is known to be caused by it. */
export interface FootprintEntry {
  readonly operation: string
  readonly task: string
  commits: string[]
  versions: string[]
  paths: string[]
  /** When the operation ended; null while it runs. A footprint counts for a minute after its end. */
  ended: number | null
}

/** An incident: one at a time for a service. It goes with the live pointer. */
export interface Incident {
  readonly id: string
  readonly since: number
  /** The signal that opened it. */
  readonly signal: string
  readonly type: string
  readonly opened_on: string
  owner: string | null
  acknowledged: boolean
}

/**
 * What is durable about a service as a whole. One value, written in the same commit as the arrow that changes it, so
 * that at every committed point at most one release is live.
 */
export interface ServiceState {
  readonly service: string
  /** The live release's lifecycle. */
  live: string | null
  /** Releases that went live and were not rolled back, the live one last: where a roll-back leads. */
  stack: string[]
  /** Deployments, oldest first, the latest 20. */
  deployments: Deployment[]
  /** The deployment or roll-back that is under way: they exclude each other. `acting` once it has begun to change the service. */
  exclusive: { lifecycle: string; run: string; acting: boolean } | null
  incident: Incident | null
  releases: Record<string, ReleaseEntry>
  footprints: FootprintEntry[]
  /** Remedies of the last hour: for the oscillation stop. */
  remedies: { workflow: string; at: number }[]
  /** Workflows that ask until a person resumes them, because they repeated. */
  oscillating: string[]
}

/** A service about which nothing is known yet. */
export function emptyService(service: string): ServiceState {
  return {
    service,
    live: null,
    stack: [],
    deployments: [],
    exclusive: null,
    incident: null,
    releases: {},
    footprints: [],
    remedies: [],
    oscillating: [],
  }
}

/** The release before the live one: where a roll-back leads; null when there is none. */
export function predecessorOf(service: ServiceState): ReleaseEntry | null {
  const place = service.live === null ? -1 : service.stack.lastIndexOf(service.live)
  const id = place < 1 ? undefined : service.stack[place - 1]
  return (id === undefined ? undefined : service.releases[id]) ?? null
}
