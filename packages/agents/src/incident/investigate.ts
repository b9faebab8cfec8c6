import { realpath } from 'node:fs/promises'

import type { OperationInput, TaskContext } from '@opschart/core'

import { collectChanges, type Change } from './changes.ts'
import { commonTraits, type CommonTrait } from './common-traits.ts'
import { concludeCause, type Cause } from './conclude-cause.ts'
import type { ComparedGroup } from './error-groups.ts'
import { errorNames, outsideSign, type OutsideSign } from './error-names.ts'
import type { LocatedFailure } from './evidence.ts'
import { openRepository, type GitRepository } from './git-repository.ts'
import { locateFrames } from './locate-frames.ts'
import { readLogs, type LogFindings } from './log-window.ts'
import { rankSuspects, type Suspect } from './rank-suspects.ts'

/** All that an investigation of an incident found. */
export interface Investigation {
  readonly logs: LogFindings
  readonly common: readonly CommonTrait[]
  readonly suspects: readonly Suspect[]
  readonly cause: Cause
  /** What could not be looked at, and why. */
  readonly notes: readonly string[]
}

/** The part of a task's context that an investigation needs. */
export type InvestigationContext = Pick<
  TaskContext,
  'logs' | 'clock' | 'run' | 'key' | 'root' | 'service' | 'cancel' | 'progress'
>

// The rest of the groups is noise beside these.
const groupsLookedAt = 5

/**
 * Finds out when an incident began, what fails, what the failing requests have in common, and which change (or what
 * outside) made it so. Changes nothing. What cannot be read is noted, never guessed.
 */
export async function investigate(
  input: OperationInput,
  context: InvestigationContext,
): Promise<Investigation> {
  const notes: string[] = []
  context.progress('reading the logs')
  const logs = await readLogs(input, context)
  if (logs.entries.length === 0)
    notes.push('no log entries from the five minutes before the signal until now')
  else if (logs.since.requests === 0)
    notes.push('the log has no entries of requests; errors are counted instead of rates')
  const common = commonTraits(logs.entries)
  const shares = sharesOf(logs.groups)

  const range = rangeOf(input, logs)
  context.progress('reading what changed between the releases')
  const found = await changesOf(input, context, range, notes)
  context.progress('comparing the failures with the changes')
  const failures = found === null ? [] : await locate(found, shares, context)
  const failingRoutes = common.filter((trait) => trait.what === 'route').map((trait) => trait.value)
  const timing = {
    afterDeployment: logs.deployment.afterDeployment,
    onlyThisVersion: logs.deployment.onlyThisVersion,
  }
  const ranked = found === null ? [] : rankSuspects(found.changes, failures, timing, failingRoutes)

  const { cause, suspects } = concludeCause(ranked, {
    timing,
    outside: outsideOf(shares),
    changes: found?.changes ?? [],
    beganBefore: logs.deployment.beganBefore,
    isLive: range.isLive,
    before: logs.before,
    after: logs.since,
  })
  return { logs, common, suspects, cause, notes }
}

interface ReleaseRange {
  readonly from: { readonly commit: string | null; readonly version: string } | null
  readonly to: { readonly commit: string | null; readonly version: string }
  /** `to` is the live release. */
  readonly isLive: boolean
}

/** The release that was live when the errors began, and the one before it. */
function rangeOf({ release }: OperationInput, logs: LogFindings): ReleaseRange {
  if (!logs.deployment.beganBefore) return { from: release.previous, to: release, isLive: true }
  const began = logs.onset?.time ?? logs.from
  const earlier = release.deployments.filter((one) => one.lifecycle !== release.lifecycle)
  const at = earlier.findLastIndex((one) => one.time <= began)
  const then = earlier[at] ?? release.previous
  if (then === undefined || then === null) return { from: null, to: release, isLive: false }
  return { from: earlier[at - 1] ?? null, to: then, isLive: false }
}

interface Found {
  readonly repository: GitRepository
  readonly from: string | null
  readonly to: string
  readonly changes: readonly Change[]
}

async function changesOf(
  input: OperationInput,
  context: InvestigationContext,
  range: ReleaseRange,
  notes: string[],
): Promise<Found | null> {
  const repository = await openRepository(context)
  if (repository === null) {
    notes.push('the project is in no git repository, so that no commits could be compared')
    return null
  }
  const to = await repository.resolve(range.to)
  if (to === null) {
    notes.push(`no commit is known for ${range.to.version}, so that no commits could be compared`)
    return null
  }
  const from = range.from === null ? null : await repository.resolve(range.from)
  if (range.from !== null && from === null)
    notes.push(`no commit is known for ${range.from.version}, the release before`)
  const migrations = `${repository.prefix}${context.service.migrations ?? 'migrations'}`
  // Without a release before, every commit there ever was would be a suspect: the latest must do.
  const limit = from === null ? 50 : undefined
  const changes = await collectChanges(repository, from, to, {
    migrations,
    paths: (context.service.paths ?? []).map((path) => `${repository.prefix}${path}`),
    cancel: context.cancel,
    ...(limit === undefined ? {} : { limit }),
  })
  if (changes.length === 0 && input.release.previous !== null)
    notes.push('no commits lie between the two releases')
  return { repository, from, to, changes }
}

async function locate(
  found: Found,
  shares: readonly Share[],
  context: InvestigationContext,
): Promise<LocatedFailure[]> {
  const files = await found.repository.files(found.to)
  const roots = [
    ...new Set([context.root, await realpath(context.root).catch(() => context.root), found.repository.top]),
  ]
  const failures: LocatedFailure[] = []
  const removals: Parameters<typeof locateFrames>[5] = new Map()
  for (const { group, share } of shares) {
    context.cancel.throwIfAborted()
    const { frames, detail } = group.sample
    const release = { from: found.from, to: found.to, files, roots }
    const located = await locateFrames(found.repository, frames, detail, release, found.changes, removals)
    failures.push({ share, names: errorNames(detail), frames, located })
  }
  return failures
}

interface Share {
  readonly group: ComparedGroup
  readonly share: number
}

/** The groups that make up the incident, each with its share: what was there before in the same measure does not count. */
function sharesOf(groups: readonly ComparedGroup[]): Share[] {
  const fresh = groups.filter((group) => group.isNew && group.excess > 0)
  const counted = (fresh.length > 0 ? fresh : groups)
    .toSorted((a, b) => b.excess - a.excess)
    .slice(0, groupsLookedAt)
  const sum = counted.reduce((all, group) => all + (group.excess || group.count), 0)
  return counted.map((group) => ({ group, share: sum === 0 ? 0 : (group.excess || group.count) / sum }))
}

function outsideOf(shares: readonly Share[]): { sign: OutsideSign; share: number } | null {
  let strongest: { sign: OutsideSign; share: number } | null = null
  let share = 0
  for (const one of shares) {
    const sign = outsideSign(one.group.sample.detail)
    if (sign === null) continue
    share += one.share
    if (strongest === null || one.share > strongest.share) strongest = { sign, share: one.share }
  }
  return strongest === null ? null : { sign: strongest.sign, share }
}
