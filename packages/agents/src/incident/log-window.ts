import {
  isFailedRequest,
  isRequest,
  type LogEntry,
  type OperationInput,
  type TaskContext,
} from '@opschart/core'

import { compareGroups, groupErrors, type ComparedGroup } from './error-groups.ts'
import { findFailures, type Occurrence } from './failures.ts'
import { findOnset, riseAt, type Onset } from './onset.ts'

/** How long before the signal the logs are looked at, and how long before that for comparison, in milliseconds. */
export const lookBack = 5 * 60_000

// A deployment is recorded when it has been checked; its first requests come before that.
const deploymentSkew = 60_000

/** What the logs say of an incident. */
export interface LogFindings {
  readonly from: number
  readonly to: number
  /** Entries of the window, and those of the time before. */
  readonly entries: readonly LogEntry[]
  readonly baseline: readonly LogEntry[]
  readonly onset: Onset | null
  /** Failures since the onset (of the whole window where there is none), most frequent first. */
  readonly groups: readonly ComparedGroup[]
  /** Requests before and since the onset. */
  readonly before: { readonly requests: number; readonly failed: number }
  readonly since: { readonly requests: number; readonly failed: number }
  readonly deployment: DeploymentInTime
}

/** How the live release's deployment lies to the onset. */
export interface DeploymentInTime {
  /** When its first requests were served, or it was recorded; null when there is none. */
  readonly time: number | null
  /** From then to the onset. */
  readonly afterDeployment: number | null
  /** The failures were there before it. */
  readonly beganBefore: boolean
  /** Only entries of the live version fail, while those of another do not. */
  readonly onlyThisVersion: boolean
}

/** Reads the logs from five minutes before the signal until now, with the five minutes before them, and compares the two. */
export async function readLogs(
  input: OperationInput,
  context: Pick<TaskContext, 'logs' | 'clock'>,
): Promise<LogFindings> {
  const to = context.clock.now() + 1
  const from = Math.min(input.signal.time, to) - lookBack
  const entries = await context.logs(from, to)
  const baseline = await context.logs(from - lookBack, from)
  const all = [...baseline, ...entries]
  const failures = findFailures(all)
  const live = liveSince(input, all)
  const onset = onsetOf(all, failures, live.time)
  const start = onset?.time ?? from
  const earlier = groupErrors(failures.filter((failure) => failure.time < start))
  const later = groupErrors(failures.filter((failure) => failure.time >= start))
  const before = countRequests(all.filter((entry) => entry.time < start))
  const since = countRequests(all.filter((entry) => entry.time >= start))
  const groups = compareGroups(later, earlier, { window: since.requests, baseline: before.requests })
  const deployment = await placeDeployment(input, context, { all, onset, groups, start, live })
  return { from, to, entries, baseline, onset, groups, before, since, deployment }
}

/** When the failures rose: all of them, else the group that rose most clearly, which others may have hidden. */
function onsetOf(
  all: readonly LogEntry[],
  failures: readonly Occurrence[],
  deployed: number | null,
): Onset | null {
  const requests = all.filter(isRequest)
  // Errors that are no request's count where the service logs no requests at all.
  const counted = requests.length > 0 ? requests : all
  const isFailure = (entry: LogEntry) =>
    requests.length > 0 ? isFailedRequest(entry) : entry.level === 'error'
  const whole = findOnset(counted.map((entry) => ({ time: entry.time, failed: isFailure(entry) })))
  if (whole !== null && !whole.open) return whole
  const well = counted
    .filter((entry) => !isFailure(entry))
    .map((entry) => ({ time: entry.time, failed: false }))
  const groups = groupErrors(failures).slice(0, 10)
  const rises = groups.flatMap((group) => {
    const samples = [
      ...well,
      ...groups.flatMap((one) => one.members.map(({ time }) => ({ time, failed: one === group }))),
    ]
    const rise = findOnset(samples) ?? (deployed === null ? null : riseAt(samples, deployed))
    return rise === null || rise.open ? [] : [rise]
  })
  return rises.toSorted((a, b) => b.strength - a.strength)[0] ?? whole
}

/** Requests and failed requests among entries. */
export function countRequests(entries: readonly LogEntry[]): { requests: number; failed: number } {
  return { requests: entries.filter(isRequest).length, failed: entries.filter(isFailedRequest).length }
}

/** Whether two names mean one version: a tag's leading `v` does not matter. */
export function isSameVersion(a: string, b: string): boolean {
  return a.replace(/^v(?=\d)/, '') === b.replace(/^v(?=\d)/, '')
}

interface LiveSince {
  readonly time: number | null
  /** The log itself shows it, by the versions that entries name. */
  readonly isSeen: boolean
  readonly isLive: (version: string) => boolean
}

/** When the live release began to serve. Where the log shows the change of versions, it knows better than the record. */
function liveSince({ release }: OperationInput, all: readonly LogEntry[]): LiveSince {
  const isLive = (version: string) => isSameVersion(version, release.version)
  const versioned = all.filter((entry) => entry.version !== undefined)
  const first = versioned.find((entry) => isLive(entry.version ?? ''))
  if (first !== undefined && versioned.some((entry) => !isLive(entry.version ?? ''))) {
    return { time: first.time, isSeen: true, isLive }
  }
  const own = release.deployments.findLast((one) => one.lifecycle === release.lifecycle)
  return { time: (own ?? release.deployments.at(-1))?.time ?? null, isSeen: false, isLive }
}

async function placeDeployment(
  input: OperationInput,
  context: Pick<TaskContext, 'logs'>,
  found: {
    readonly all: readonly LogEntry[]
    readonly onset: Onset | null
    readonly groups: readonly ComparedGroup[]
    readonly start: number
    readonly live: LiveSince
  },
): Promise<DeploymentInTime> {
  const { all, onset, groups, live } = found
  const { time } = live
  const fresh = groups.filter((group) => group.isNew)
  const failed = (fresh.length > 0 ? fresh : groups).flatMap((group) => group.members)
  const versions = failed.toSorted((a, b) => a.time - b.time).flatMap(({ version }) => version ?? [])
  const othersFine = all.filter(
    (entry) =>
      isRequest(entry) &&
      !isFailedRequest(entry) &&
      entry.version !== undefined &&
      !live.isLive(entry.version),
  )
  const onlyThisVersion = versions.length > 0 && versions.every(live.isLive) && othersFine.length >= 5
  if (time === null) return { time, afterDeployment: null, beganBefore: false, onlyThisVersion }

  const first = versions[0]
  const isEarlier =
    live.isSeen && first !== undefined
      ? !live.isLive(first)
      : onset !== null && onset.time < time - (live.isSeen ? 0 : deploymentSkew)
  // Without a visible beginning, the time before the deployment is asked whether it knew the same failures.
  const unseen = onset === null || onset.open
  const beganBefore = isEarlier || (unseen && (await wereThere(context, time, groups)))
  // A beginning that lies before all that was read says nothing of its distance to the deployment.
  const isKnown = onset !== null && (!onset.open || time >= found.start - lookBack)
  return { time, afterDeployment: isKnown ? onset.time - time : null, beganBefore, onlyThisVersion }
}

async function wereThere(
  context: Pick<TaskContext, 'logs'>,
  deployed: number,
  groups: readonly ComparedGroup[],
): Promise<boolean> {
  const entries = await context.logs(deployed - deploymentSkew - lookBack, deployed - deploymentSkew)
  const earlier = groupErrors(findFailures(entries))
  const { requests } = countRequests(entries)
  if (earlier.length === 0) return false
  const known = compareGroups(groups, earlier, { window: requests, baseline: requests })
  const all = known.reduce((sum, group) => sum + group.count, 0)
  const old = known.filter((group) => group.baseline > 0).reduce((sum, group) => sum + group.count, 0)
  return all > 0 && old / all >= 0.5
}
