import type { JsonObject, Task } from '@opschart/core'

import { oneLine } from '../project/plain-text.ts'
import { errorTitle } from './error-names.ts'
import type { ComparedGroup } from './error-groups.ts'
import type { Evidence } from './evidence.ts'
import { investigate, type Investigation } from './investigate.ts'
import type { Suspect } from './rank-suspects.ts'
import { lookBack } from './log-window.ts'

/** Longest JSON text of what triage gives, in bytes: it travels in a signal's data. */
export const maxTriageBytes = 47 * 1024

/**
 * Finds out what an incident is: since when, what fails, for whom, and because of which change or what outside. Reads
 * logs and git, and changes nothing. Where the evidence is thin, the cause is `unknown`.
 */
export function triage(): Task {
  return {
    agent: 'incident-response-agent',
    task: 'triage',
    title: 'Groups the errors, finds when they began, and ranks what may have caused them',
    changes: 'nothing',
    timeout: 120_000,
    answers: ['ERROR_THRESHOLD_EXCEEDED', 'INCIDENT_DECLARED', 'TEST_FAILED'],
    async run(input, context) {
      return triageOutput(await investigate(input, context))
    },
  }
}

/** An investigation as the JSON that later steps, people and reports read: harmless text, bounded in size. */
export function triageOutput(investigation: Investigation): JsonObject {
  const { logs, cause } = investigation
  const parts = {
    groups: logs.groups.slice(0, 10).map((group) => groupOutput(group, logs.since.requests)),
    suspects: investigation.suspects.slice(0, 8).map(suspectOutput),
    common: investigation.common.map((trait) => ({
      what: oneLine(trait.what, 80),
      value: oneLine(trait.value, 120),
      failing: trait.failing,
      succeeding: trait.succeeding,
      lift: rounded(trait.lift),
    })),
    notes: investigation.notes.map((note) => oneLine(note, 300)),
  }
  const whole = (): JsonObject => ({
    onset: logs.onset?.time ?? null,
    window: { from: logs.from, to: logs.to, baseline_from: logs.from - lookBack },
    requests: logs.since.requests,
    failed: logs.since.failed,
    error_rate: rate(logs.since),
    before: { requests: logs.before.requests, failed: logs.before.failed, error_rate: rate(logs.before) },
    deployment: {
      time: logs.deployment.time,
      onset_after: logs.deployment.afterDeployment,
      began_before: logs.deployment.beganBefore,
      only_this_version: logs.deployment.onlyThisVersion,
    },
    groups: parts.groups,
    suspects: parts.suspects,
    cause: {
      kind: cause.kind,
      confidence: cause.confidence,
      ...(cause.commit === undefined ? {} : { commit: cause.commit }),
      in_release: cause.inRelease,
      summary: oneLine(cause.summary, 400),
    },
    common: parts.common,
    notes: parts.notes,
  })
  // Dropped from the end, where the least telling stands, until it fits.
  while (Buffer.byteLength(JSON.stringify(whole())) > maxTriageBytes) {
    const longest = [parts.groups, parts.suspects, parts.common].toSorted(
      (a, b) => JSON.stringify(b).length - JSON.stringify(a).length,
    )[0]
    longest?.pop()
  }
  return whole()
}

function groupOutput(group: ComparedGroup, requests: number): JsonObject {
  const { sample } = group
  return {
    fingerprint: group.fingerprint,
    title: oneLine(errorTitle(sample.message), 100),
    template: oneLine(group.template, 300),
    sample: oneLine(sample.message, 300),
    count: group.count,
    requests: group.requests,
    rate: requests === 0 ? null : rounded(group.requests / requests),
    first_seen: group.firstSeen,
    last_seen: group.lastSeen,
    is_new: group.isNew,
    before: group.baseline,
    routes: group.routes.slice(0, 6).map(({ route, count }) => ({ route: oneLine(route, 120), count })),
    frames: sample.frames
      .filter((frame) => frame.origin !== 'runtime')
      .slice(0, 6)
      .map((frame) => ({
        file: oneLine(frame.file, 200),
        line: frame.line,
        ...(frame.function === null ? {} : { function: oneLine(frame.function, 80) }),
      })),
    log: { file: oneLine(sample.file, 200), offset: sample.offset },
  }
}

function suspectOutput(suspect: Suspect): JsonObject {
  return {
    kind: suspect.kind,
    ...(suspect.commit === undefined ? {} : { commit: suspect.commit }),
    title: oneLine(suspect.title, 160),
    ...(suspect.author === undefined ? {} : { author: oneLine(suspect.author, 80) }),
    score: suspect.score,
    evidence: suspect.evidence.slice(0, 6).map(evidenceOutput),
  }
}

function evidenceOutput(evidence: Evidence): JsonObject {
  return {
    what: evidence.what,
    detail: oneLine(evidence.detail, 240),
    ...(evidence.file === undefined ? {} : { file: oneLine(evidence.file, 200) }),
    ...(evidence.line === undefined ? {} : { line: evidence.line }),
    weight: rounded(evidence.weight),
  }
}

function rate(counts: { readonly requests: number; readonly failed: number }): number | null {
  return counts.requests === 0 ? null : rounded(counts.failed / counts.requests, 10_000)
}

function rounded(value: number, parts = 1000): number {
  return Math.round(value * parts) / parts
}
