import { EventEmitter, on } from 'node:events'

import type {
  ActAnswer,
  ForeseeingClient,
  LogEntryView,
  OperationView,
  Principal,
  Sender,
  StatusView,
  Verdict,
} from '@opschart/core'

/** One call that reached a sender, with whom it was for. */
export interface Call {
  readonly by: string
  readonly method: keyof Sender
  readonly values: readonly unknown[]
}

/** A client in memory: notes what it is asked to do, and gives what it was made with. */
export interface FakeClient extends ForeseeingClient {
  readonly calls: Call[]
  /** Acts that were asked about and not done. */
  readonly foreseen: Call[]
  readonly rows: LogEntryView[]
  append(row: LogEntryView): void
  /** Subscriptions that have not ended. */
  following(): number
}

/** A client in memory for the tests of a door. */
export function fakeClient(
  options: {
    operations?: readonly OperationView[]
    tokens?: Record<string, string>
    /** What would come of any act; what comes of it when absent. */
    foreseen?: ActAnswer
    /** What would come of any signal. */
    foreseenVerdict?: Verdict
  } = {},
): FakeClient {
  const calls: Call[] = []
  const rows: LogEntryView[] = []
  // One listener for each stream that is followed.
  const emitter = new EventEmitter().setMaxListeners(0)
  let following = 0
  const accepted: Verdict = {
    kind: 'accepted',
    reason: 'taken',
    from: 'STAGING',
    phase: 'STAGING',
    sequence: 1,
  }
  const foreseen: Call[] = []
  const sender = (by: string, noted = calls): Sender => {
    const note = (method: keyof Sender, values: readonly unknown[]) => {
      noted.push({ by, method, values })
      const done = { done: true, reason: `${method} done` }
      return Promise.resolve(noted === foreseen ? (options.foreseen ?? done) : done)
    }
    return {
      send: async (...values) => {
        await note('send', values)
        return noted === foreseen ? (options.foreseenVerdict ?? accepted) : accepted
      },
      start: async (...values) => {
        await note('start', values)
        return accepted
      },
      approve: (...values) => note('approve', values),
      reject: (...values) => note('reject', values),
      adopt: (...values) => note('adopt', values),
      move: (...values) => note('move', values),
      cancel: (...values) => note('cancel', values),
      pause: (...values) => note('pause', values),
      resume: (...values) => note('resume', values),
      promote: (...values) => note('promote', values),
    }
  }
  const nameOf = (principal: Principal | object) =>
    typeof principal === 'string' ? principal : Object.entries(principal).flat().join(':')
  return {
    calls,
    rows,
    append(row) {
      rows.push(row)
      emitter.emit('row', row)
    },
    following: () => following,
    foreseen,
    as: (principal) => sender(nameOf(principal)),
    asIf: (principal) => sender(nameOf(principal), foreseen),
    withToken: (token) => {
      const agent = options.tokens?.[token]
      return Promise.resolve(agent === undefined ? undefined : sender(`agent:${agent}`))
    },
    status: () => Promise.resolve(status(options.operations ?? [], rows)),
    read: (id) =>
      Promise.resolve(
        status(options.operations ?? [], rows).services[0]?.lifecycles.find(({ name }) => name === id),
      ),
    actor: () => Promise.resolve(undefined),
    fits: () => Promise.resolve([]),
    async *inspection() {},
    whatIf: ({ actor, sequence = 7, signals }) => {
      const before = { status: 'active', value: null } as const
      const outcomes = signals.map(() => ({ verdict: accepted, steps: [], state: before }))
      return Promise.resolve(actor === 'none' ? undefined : { actor, sequence, before, outcomes })
    },
    whoMay: ({ actor, sequence = 7 }) =>
      Promise.resolve({
        actor,
        sequence,
        state: { status: 'active', value: null },
        principals: [],
        signals: [],
      }),
    past: () => Promise.resolve(undefined),
    log: ({ from = 1, limit = 1000 } = {}) =>
      Promise.resolve(rows.filter(({ sequence }) => sequence >= from).slice(0, limit)),
    why: (about) => Promise.resolve(rows.filter(({ actor }) => actor === about)),
    async *subscribe({ from }) {
      following += 1
      const ended = new AbortController()
      try {
        const live = on(emitter, 'row', { signal: ended.signal })
        const start = from ?? (rows.at(-1)?.sequence ?? 0) + 1
        let last = start - 1
        for (const row of rows.filter(({ sequence }) => sequence >= start)) {
          last = row.sequence
          yield row
        }
        for await (const [row] of live as AsyncIterable<[LogEntryView]>) if (row.sequence > last) yield row
      } finally {
        following -= 1
        ended.abort()
      }
    },
    audit: () =>
      Promise.resolve({
        rows: rows.length,
        pruned: 0,
        head: { sequence: rows.length, hash: 'h' },
        sound: true,
        fault: null,
      }),
    digest: ({ since }) =>
      Promise.resolve({
        since,
        until: since + 1,
        counts: {
          signals: 0,
          refused: 0,
          violations: 0,
          deployments: 0,
          incidents: 0,
          rollbacks: 0,
          operations: 0,
          failed: 0,
          approvals: 0,
        },
        lines: [],
        open: [],
        waiting: [],
        reports: [],
      }),
    record: (target) =>
      Promise.resolve({
        target,
        changes: [],
        autonomy: 'observe',
        done: 0,
        failed: 0,
        observed: 0,
        rejected: 0,
        last: null,
      }),
  }
}

function status(operations: readonly OperationView[], rows: readonly LogEntryView[]): StatusView {
  const allowed = { phase: 'INCIDENT', signals: [], agents: ['incident-response-agent'] }
  const lifecycle = {
    id: 'web/v2',
    name: 'web/v2',
    service: 'web',
    phase: 'INCIDENT',
    branch: null,
    version: 'v2',
    commit: null,
    live: true,
    since: 0,
    actorVersion: 1,
    operations,
    workflows: [],
    allowed,
    timers: [],
  }
  const service = {
    service: 'web',
    live: 'web/v2',
    incident: null,
    deployments: [],
    exclusive: null,
    oscillating: [],
    measures: [],
    lifecycles: [lifecycle],
  }
  return {
    now: 0,
    head: { sequence: rows.at(-1)?.sequence ?? 0, hash: 'h' },
    mark: `${rows.at(-1)?.sequence ?? 0}:fake`,
    services: [service],
    pauses: [],
    violations: 0,
    unanswered: [],
    parked: [],
    watchers: [],
  }
}

/** An operation that waits for a person. */
export function waitingOperation(id: string, plan: string): OperationView {
  return {
    id,
    lifecycle: 'web/v2',
    agent: 'incident-response-agent',
    task: 'roll_back',
    status: 'awaiting_approval',
    requested_by: 'workflow:rollback',
    requested_at: 0,
    severity: 'HIGH',
    expires: 3_600_000,
    workflow: 'rollback:1',
    plan,
    commands: { rollback: ['./deploy', 'v1'] },
    attempt: 1,
  }
}

/** A row of the journal. */
export function logRow(sequence: number): LogEntryView {
  return {
    sequence,
    at: sequence * 1000,
    actor: 'web/v2',
    kind: 'signal',
    type: 'CODE_COMMITTED',
    by: 'watcher:git',
    severity: 'INFO',
    verdict: null,
    moved: null,
    effects: [],
    cause: null,
    text: `row ${sequence}`,
    data: {},
  }
}
