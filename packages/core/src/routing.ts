import { plainText } from './law/plain-text.ts'
import { didYouMean } from './nearest-name.ts'
import type { Signal } from './signal.ts'
import type { ReleaseEntry, ServiceState } from './release/service-state.ts'

/** Where a signal goes. */
export type Route =
  | { readonly kind: 'lifecycle'; readonly id: string }
  /** A lifecycle is opened for it first: its first commit or review request on a branch. */
  | { readonly kind: 'open'; readonly id: string; readonly branch: string }
  | { readonly kind: 'unrouted'; readonly reason: string }

/** The only signals that open a lifecycle [L14]. */
export const openingSignals: readonly string[] = ['CODE_COMMITTED', 'REVIEW_REQUESTED']

/** Phases in which a release still belongs to its branch: a new commit there is its own. */
const underway: readonly string[] = ['DEVELOPMENT', 'REVIEW', 'STAGING']

/**
 * Routes a signal among the releases of its service [L14]: to the release that it names (subject, version, commit, branch); else to the one
 * whose deployment or roll-back is under way; else to the live one. Pure.
 */
export function route(signal: Pick<Signal, 'type' | 'subject' | 'data'>, service: ServiceState): Route {
  const releases = inOrder(service)
  const slash = signal.subject?.indexOf('/') ?? -1
  const named = slash < 0 ? undefined : signal.subject!.slice(slash + 1)
  if (named !== undefined) {
    const found = findNamed(releases, signal.subject!, named)
    if (openingSignals.includes(signal.type)) {
      // A branch whose release has gone its way is used again: that is a new release.
      if (found !== undefined && underway.includes(found.phase)) return { kind: 'lifecycle', id: found.id }
      return onBranch(service, text(signal, 'branch') ?? found?.branch ?? named)
    }
    if (found !== undefined) return { kind: 'lifecycle', id: found.id }
    return {
      kind: 'unrouted',
      reason: `${service.service} has no release ${plainText(named, 100)}; it has ${names(releases)}${nearest(releases, signal.subject!)}`,
    }
  }
  const branch = text(signal, 'branch')
  const commit = text(signal, 'commit')
  const version = text(signal, 'version')
  if (openingSignals.includes(signal.type) && branch !== undefined) return onBranch(service, branch)
  const owner =
    (branch !== undefined && openOn(releases, branch)) ||
    (commit !== undefined && latestWhere(releases, (entry) => entry.commits.includes(commit))) ||
    (version !== undefined && latestWhere(releases, (entry) => entry.version === version)) ||
    (branch !== undefined && latestWhere(releases, (entry) => entry.branch === branch)) ||
    undefined
  if (owner !== undefined) return { kind: 'lifecycle', id: owner.id }
  if (branch !== undefined || commit !== undefined) {
    const what = plainText(branch ?? commit ?? '', 100)
    return {
      kind: 'unrouted',
      reason: `no release of ${service.service} owns ${what}; it has ${names(releases)}${nearest(releases, `${service.service}/${what}`)}`,
    }
  }
  if (service.exclusive?.acting === true) return { kind: 'lifecycle', id: service.exclusive.lifecycle }
  if (service.live !== null) return { kind: 'lifecycle', id: service.live }
  return {
    kind: 'unrouted',
    reason: `${service.service} has no live release; ${releases.length === 0 ? '' : `it has ${names(releases)}; name one, `}adopt the one that runs, or deploy one`,
  }
}

/** What git allows, as far as it matters here: a branch becomes part of ids, in which `~` and `:` part things. */
// oxlint-disable-next-line no-control-regex -- git allows none either
const branchName = /^[^\s~^:?*[\\\u0000-\u001f\u007f]{1,200}$/

/** The release that is under way on a branch, opened if there is none. */
function onBranch(service: ServiceState, branch: string): Route {
  const open = openOn(inOrder(service), branch)
  if (open !== undefined) return { kind: 'lifecycle', id: open.id }
  if (!branchName.test(branch) || /^[-/]|\.\.|\/\//.test(branch))
    return { kind: 'unrouted', reason: `${plainText(branch, 100)} is no name of a branch` }
  const base = `${service.service}/${branch}`
  let id = base
  for (let count = 2; Object.hasOwn(service.releases, id); count += 1) id = `${base}#${count}`
  return { kind: 'open', id, branch }
}

/** By their own count: the order of an object's keys does not outlive its JSON. */
const inOrder = (service: ServiceState) =>
  Object.values(service.releases).sort((one, other) => one.order - other.order)

const openOn = (releases: readonly ReleaseEntry[], branch: string) =>
  latestWhere(releases, (entry) => entry.branch === branch && underway.includes(entry.phase))

/** By the name that people see first, then by id, version and branch; of several, the latest. */
const findNamed = (releases: readonly ReleaseEntry[], subject: string, named: string) =>
  latestWhere(releases, ({ name }) => name === subject) ??
  latestWhere(releases, ({ id }) => id === subject) ??
  latestWhere(releases, ({ version }) => version === named) ??
  latestWhere(releases, ({ branch }) => branch === named)

const latestWhere = (releases: readonly ReleaseEntry[], holds: (entry: ReleaseEntry) => boolean) =>
  releases.filter(holds).at(-1)

const text = (signal: Pick<Signal, 'data'>, key: string): string | undefined => {
  const value = signal.data[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

const names = (releases: readonly ReleaseEntry[]) =>
  releases
    .slice(-5)
    .map(({ name }) => name)
    .join(', ') || 'none yet'

const nearest = (releases: readonly ReleaseEntry[], subject: string) =>
  didYouMean(subject, [...new Set(releases.flatMap(({ name, id }) => [name, id]))])
