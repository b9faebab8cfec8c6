import {
  isFailedRequest,
  isRequest,
  type LogEntry,
  type OperationInput,
  type TaskContext,
} from '@opschart/core'

import { compareGroups, groupErrors, type ComparedGroup } from './error-groups.ts'
import { findFailures } from './failures.ts'
import { findOnset, type Onset } from './onset.ts'

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
  // Errors that are no request's count where the service logs no requests at all.
  const hasRequests = all.some(isRequest)
  const samples = hasRequests
    ? all.filter(isRequest).map((entry) => ({ time: entry.time, failed: isFailedRequest(entry) }))
    : all.map((entry) => ({ time: entry.time, failed: entry.level === 'error' }))
  const onset = findOnset(samples)
  const start = onset?.time ?? from
  const earlier = groupErrors(failures.filter((failure) => failure.time < start))
  const later = groupErrors(failures.filter((failure) => failure.time >= start))
  const before = countRequests(all.filter((entry) => entry.time < start))
  const since = countRequests(all.filter((entry) => entry.time >= start))
  const groups = compareGroups(later, earlier, { window: since.requests, baseline: before.requests })
  const deployment = await placeDeployment(input, context, all, onset, groups, start)
  return { from, to, entries, baseline, onset, groups, before, since, deployment }
}

/** Requests and failed requests among entries. */
export function countRequests(entries: readonly LogEntry[]): { requests: number; failed: number } {
  return { requests: entries.filter(isRequest).length, failed: entries.filter(isFailedRequest).length }
}

/** Whether two names mean one version: a tag's leading `v` does not matter. */
export function isSameVersion(a: string, b: string): boolean {
  return a.replace(/^v(?=\d)/, '') === b.replace(/^v(?=\d)/, '')
}

async function placeDeployment(
  input: OperationInput,
  context: Pick<TaskContext, 'logs'>,
  all: readonly LogEntry[],
  onset: Onset | null,
  groups: readonly ComparedGroup[],
  start: number,
): Promise<DeploymentInTime> {
  const { release } = input
  const recorded = (
    release.deployments.findLast((one) => one.lifecycle === release.lifecycle) ?? release.deployments.at(-1)
  )?.time
  const isLive = (entry: LogEntry) =>
    entry.version !== undefined && isSameVersion(entry.version, release.version)
  const hasOther = all.some((entry) => entry.version !== undefined && !isLive(entry))
  // Where the log shows the change of versions, it knows better than the record when the release went live.
  const seen = hasOther ? all.find(isLive)?.time : undefined
  const time = seen ?? recorded ?? null

  const failed = all.filter((entry) => entry.time >= start && isFailedRequest(entry))
  const versioned = failed.filter((entry) => entry.version !== undefined)
  const othersFine = all.filter(
    (entry) => isRequest(entry) && !isFailedRequest(entry) && entry.version !== undefined && !isLive(entry),
  )
  const onlyThisVersion = versioned.length > 0 && versioned.every(isLive) && othersFine.length >= 5
  if (time === null) return { time, afterDeployment: null, beganBefore: false, onlyThisVersion }

  const firstVersion = versioned[0]?.version
  const byVersion =
    firstVersion !== undefined && hasOther ? !isSameVersion(firstVersion, release.version) : undefined
  const isEarlier =
    byVersion ?? (onset !== null && onset.time < time - (seen === undefined ? deploymentSkew : 0))
  // Without a visible beginning, the time before the deployment is asked whether it knew the same failures.
  const unseen = onset === null || onset.open
  const wasThere = !isEarlier && unseen && (await wereThere(context, time, groups))
  const beganBefore = isEarlier || wasThere
  return {
    time,
    afterDeployment: onset === null || (onset.open && time < start - lookBack) ? null : onset.time - time,
    beganBefore,
    onlyThisVersion,
  }
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
