import type {
  DigestView,
  LifecycleView,
  LogEntryView,
  OperationView,
  ServiceView,
  StatusView,
  Verdict,
} from '@opschart/core'

import type { Look } from '../src/cli/_look.ts'
import { colourPaint, plainPaint } from '../src/cli/_text.ts'

/** Noon of a Monday in March, in a zone without summer time. */
export const now = Date.UTC(2026, 2, 2, 12, 0, 0)
const minutes = (count: number) => now - count * 60_000

/** A plain look at so many columns; undefined for a pipe. */
export function plainLook(columns?: number): Look {
  return { now, timeZone: 'UTC', paint: plainPaint, columns }
}

/** A look in colour. */
export function colourLook(columns: number): Look {
  return { now, timeZone: 'UTC', paint: colourPaint, columns }
}

/** Lines as one text, with escapes made visible and line ends marked where a space stands before them. */
export function shown(lines: readonly string[]): string {
  return lines.map((line) => line.replaceAll('\u001B', '␛').replace(/ $/, ' ⏎')).join('\n')
}

/** What a hostile branch, log line or commit might hold. */
export const hostile = 'x\u001B[2J\u001B]0;owned\u0007\r\nfake line\u202Etxt.exe\u200B 漢字 🙂'

/** An operation that waits for a person. */
export function operation(change: Partial<OperationView> = {}): OperationView {
  return {
    id: 'web/v2.3.1~rollback:s1:1:0',
    lifecycle: 'web/v2.3.1',
    agent: 'incident-response-agent',
    task: 'roll_back',
    status: 'awaiting_approval',
    requested_by: 'workflow:rollback',
    requested_at: minutes(2),
    severity: 'HIGH',
    expires: now + 58 * 60_000,
    workflow: 'rollback:s1',
    plan: '4f2a9c11'.padEnd(64, '0'),
    commands: { rollback: ['./deploy', 'v2.3.0'] },
    attempt: 1,
    ...change,
  }
}

/** A release. */
export function lifecycle(change: Partial<LifecycleView> = {}): LifecycleView {
  return {
    id: 'web/v2.3.1',
    name: 'web/v2.3.1',
    service: 'web',
    phase: 'INCIDENT',
    branch: 'release',
    version: 'v2.3.1',
    commit: 'c'.repeat(40),
    live: true,
    since: minutes(4),
    actorVersion: 9,
    operations: [operation()],
    workflows: [],
    allowed: { phase: 'INCIDENT', signals: [], agents: [] },
    timers: [],
    ...change,
  }
}

/** A service in the middle of an incident. */
export function service(change: Partial<ServiceView> = {}): ServiceView {
  return {
    service: 'web',
    live: 'web/v2.3.1',
    incident: {
      id: 'incident-7',
      since: minutes(4),
      signal: 's1',
      type: 'ERROR_THRESHOLD_EXCEEDED',
      opened_on: 'web/v2.3.1',
      owner: null,
      acknowledged: false,
    },
    deployments: [],
    exclusive: null,
    oscillating: ['rollback'],
    measures: [
      { rule: 'error_spike', state: 'firing', value: 0.12, samples: 340, threshold: 0.01, held: null },
    ],
    lifecycles: [
      lifecycle(),
      lifecycle({
        id: 'web/search',
        name: 'web/search',
        phase: 'STAGING',
        live: false,
        since: minutes(26 * 60),
        operations: [
          operation({
            agent: 'test-executor',
            task: 'run_integration_tests',
            status: 'running',
            attempt: 2,
            progress: '41 of 80 passed',
          }),
          operation({
            agent: 'monitoring-agent',
            task: 'update_dashboards',
            status: 'queued',
            held: 'paused: service:web',
          }),
          operation({
            agent: 'developer-agent',
            task: 'deploy',
            status: 'waiting',
            awaiting: 'awaiting_DEVELOPMENT',
            expires: now + 3_600_000,
          }),
        ],
      }),
      lifecycle({ id: 'web/v1', name: 'web/v1', phase: 'RETIRED', live: false, operations: [] }),
    ],
    ...change,
  }
}

/** A status with something of everything. */
export function status(change: Partial<StatusView> = {}): StatusView {
  return {
    now,
    head: { sequence: 1042, hash: 'a'.repeat(64) },
    mark: '1042:here',
    services: [service()],
    pauses: [
      { target: 'agent:documentation-agent', by: 'person:maria', at: minutes(70), reason: 'docs freeze' },
    ],
    violations: 1,
    unanswered: [],
    parked: [],
    watchers: [
      { name: 'git:web', state: 'watching' },
      { name: 'inbox:', state: 'watching' },
      { name: 'logs:web', state: 'failing', problem: 'logs/web.log: permission denied' },
    ],
    ...change,
  }
}

/** A row of the journal. */
export function row(change: Partial<LogEntryView> = {}): LogEntryView {
  return {
    sequence: 12,
    at: minutes(3),
    actor: 'web/v2.3.1',
    kind: 'signal',
    type: 'ERROR_THRESHOLD_EXCEEDED',
    by: 'rule:error_spike',
    severity: 'HIGH',
    verdict: verdict(),
    moved: { from: 'PRODUCTION', to: 'INCIDENT' },
    effects: [],
    cause: null,
    text: 'ERROR_THRESHOLD_EXCEEDED: PRODUCTION → INCIDENT; incident_detected starts (rule:error_spike)',
    data: { value: 0.12 },
    ...change,
  }
}

/** A verdict that took an arrow. */
export function verdict(): Verdict {
  return {
    kind: 'accepted',
    reason: 'ERROR_THRESHOLD_EXCEEDED: PRODUCTION → INCIDENT; incident_detected starts',
    from: 'PRODUCTION',
    phase: 'INCIDENT',
    lifecycle: 'web/v2.3.1',
    sequence: 12,
  }
}

/** A verdict that refused, with what would be allowed. */
export function refusal(reason = 'REVIEW_APPROVED in INCIDENT: there is no such arrow'): Verdict {
  return {
    kind: 'refused',
    reason,
    phase: 'INCIDENT',
    lifecycle: 'web/v2.3.1',
    sequence: 13,
    allowed: {
      phase: 'INCIDENT',
      signals: [
        {
          type: 'ROLLBACK_REQUESTED',
          by: ['workflow:incident_detected', 'incident-response-agent', 'person'],
        },
        { type: 'INCIDENT_RESOLVED', by: [] },
      ],
      agents: ['incident-response-agent', 'monitoring-agent'],
    },
  }
}

/** A digest of a night. */
export function digest(change: Partial<DigestView> = {}): DigestView {
  return {
    since: minutes(14 * 60),
    until: now,
    counts: {
      signals: 41,
      refused: 1,
      violations: 0,
      deployments: 1,
      incidents: 1,
      rollbacks: 1,
      operations: 12,
      failed: 1,
      approvals: 0,
    },
    lines: [
      {
        at: minutes(13 * 60),
        text: 'DEPLOYMENT_COMPLETE: STAGING → PRODUCTION (workflow:deploy)',
        severity: 'INFO',
      },
      {
        at: minutes(4),
        text: 'ERROR_THRESHOLD_EXCEEDED: PRODUCTION → INCIDENT (rule:error_spike)',
        severity: 'HIGH',
      },
    ],
    open: [],
    waiting: [operation()],
    reports: ['incidents/2026-03-02-web-v2.3.1.md'],
    ...change,
  }
}
