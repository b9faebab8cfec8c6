import type { JsonObject, SignalDraft } from '@opschart/core'

import { harmlessText } from '../shared/harmless.ts'
import { boundedId } from '../shared/hash.ts'
import type { ChangedPaths, Commit } from './read-commits.ts'
import type { Advance } from './trunk-advance.ts'

const longestBranch = 200
const mostNames = 100

/** A new commit of the service, on the branch that it was first seen on. */
export function committed(
  service: string,
  branch: string,
  commit: Commit,
  changed: ChangedPaths,
): SignalDraft {
  return draft('CODE_COMMITTED', `commit:${commit.commit}`, service, commit.committedAt, {
    branch: harmlessText(branch, longestBranch),
    commit: commit.commit,
    parents: commit.parents.slice(0, 16),
    author: commit.author,
    authored_at: commit.authoredAt,
    title: commit.title,
    paths: changed.paths,
    files_changed: changed.count,
  })
}

/** Commits that came onto the trunk. `commits` holds the first 100 of them, oldest first. */
export function merged(
  service: string,
  trunk: string,
  advance: Advance,
  commits: readonly string[],
  changed: ChangedPaths,
): SignalDraft {
  const { after, branch, how } = advance
  return draft('CODE_MERGED', boundedId('merge', branch, after.commit), service, after.committedAt, {
    branch: harmlessText(branch, longestBranch),
    into: harmlessText(trunk, longestBranch),
    commit: after.commit,
    parents: after.parents.slice(0, 16),
    commits: commits.slice(0, mostNames),
    commits_merged: commits.length,
    author: after.author,
    title: after.title,
    paths: changed.paths,
    files_changed: changed.count,
    how,
  })
}

/** A commit whose message says that it reverts another one that exists. */
export function reverted(service: string, branch: string, commit: Commit, reverts: string): SignalDraft {
  return draft('COMMIT_REVERTED', `revert:${commit.commit}:${reverts}`, service, commit.committedAt, {
    commit: commit.commit,
    reverts,
    branch: harmlessText(branch, longestBranch),
    author: commit.author,
    title: commit.title,
  })
}

/** A tag that names a version of the service. */
export function tagged(service: string, tag: string, version: string, commit: string): SignalDraft {
  return draft('VERSION_TAGGED', boundedId('tag', tag, commit), service, undefined, {
    version: harmlessText(version, 200),
    tag: harmlessText(tag, 200),
    commit,
  })
}

/**
 * The version of a service that a tag names: `v1.2` is `v1.2`, and `shop@1.2`, `shop/1.2` and `shop-v1.2` are versions
 * of `shop` alone (`1.2` and `v1.2`). Undefined for a tag that is another service's.
 */
export function versionOfTag(tag: string, service: string, hasOwnPaths: boolean): string | undefined {
  for (const mark of [`${service}@`, `${service}/`, `${service}-v`]) {
    if (tag.startsWith(mark) && tag.length > mark.length) {
      return mark.endsWith('-v') ? tag.slice(mark.length - 1) : tag.slice(mark.length)
    }
  }
  // In a repository of several services a tag with a name before the version belongs to the service of that name.
  const isOthers = /^(?:@?[\w.-]+\/)?[\w.-]+(?:@|\/v?\d|-v\d)/u.test(tag) && !/^v?\d/u.test(tag)
  return hasOwnPaths && isOthers ? undefined : tag
}

function draft(
  type: string,
  id: string,
  service: string,
  time: number | undefined,
  data: JsonObject,
): SignalDraft {
  return { type, id, source: 'git', subject: service, ...(time === undefined ? {} : { time }), data }
}
