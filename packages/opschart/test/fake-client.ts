import type {
  ActAnswer,
  Client,
  FitView,
  ForeseeingClient,
  LogEntryView,
  Sender,
  StatusView,
  Verdict,
} from '@opschart/core'

import { digest, row, status, verdict } from './views.ts'

/** What the fake answers; each has a usual answer. */
export interface Answers {
  readonly status?: StatusView
  readonly verdict?: Verdict
  readonly act?: ActAnswer
  /** What would come of an act; what comes of it when absent. */
  readonly foreseen?: ActAnswer
  readonly rows?: readonly LogEntryView[]
  readonly sound?: boolean
  readonly fits?: readonly FitView[]
}

/** A client with answers made beforehand, that notes what it was asked to do. */
export interface FakeClient extends Client {
  asIf: Client['as']
  fits: ForeseeingClient['fits']
  inspection: ForeseeingClient['inspection']
  whatIf: ForeseeingClient['whatIf']
  whoMay: ForeseeingClient['whoMay']
  status: Client['status']
  /** `person:maria approve {...}`, in order. */
  readonly calls: string[]
}

/** Makes a client for the tests of commands. */
export function fakeClient(answers: Answers = {}): FakeClient {
  const calls: string[] = []
  const rows = answers.rows ?? [row({ sequence: 11 }), row()]
  const done = answers.act ?? { done: true, reason: 'it is done' }
  const sender = (by: string, isReal = true): Sender => {
    const act = isReal ? done : (answers.foreseen ?? done)
    const note = <Answer>(answer: Answer, method: string, ...values: unknown[]) => {
      if (isReal) calls.push([by, method, ...values.map((value) => JSON.stringify(value))].join(' '))
      return Promise.resolve(answer)
    }
    return {
      send: (...values) => note(answers.verdict ?? verdict(), 'send', ...values),
      start: (...values) => note(answers.verdict ?? verdict(), 'start', ...values),
      approve: (...values) => note(act, 'approve', ...values),
      reject: (...values) => note(act, 'reject', ...values),
      adopt: (...values) => note(act, 'adopt', ...values),
      move: (...values) => note(act, 'move', ...values),
      cancel: (...values) => note(act, 'cancel', ...values),
      pause: (...values) => note(act, 'pause', ...values),
      resume: (...values) => note(act, 'resume', ...values),
      promote: (...values) => note(act, 'promote', ...values),
    }
  }
  return {
    calls,
    as: (principal) =>
      sender(typeof principal === 'string' ? principal : Object.entries(principal).flat().join(':')),
    asIf: (principal) =>
      sender(typeof principal === 'string' ? principal : Object.entries(principal).flat().join(':'), false),
    withToken: (token) => Promise.resolve(token === 'good' ? sender('agent:deployer') : undefined),
    status: () => Promise.resolve(answers.status ?? status()),
    read: () => Promise.resolve(undefined),
    actor: () => Promise.resolve(undefined),
    fits: () => Promise.resolve([...(answers.fits ?? [])]),
    async *inspection() {},
    whatIf: () => Promise.resolve(undefined),
    whoMay: () => Promise.resolve(undefined),
    past: () => Promise.resolve(undefined),
    log: ({ from, limit = 1000, backwards = false } = {}) => {
      const found = rows.filter(({ sequence }) => from === undefined || sequence >= from)
      return Promise.resolve((backwards ? found.toReversed() : found).slice(0, limit))
    },
    why: (about) => Promise.resolve(about === 'nothing' ? [] : [...rows]),
    async *subscribe({ from = 1 }) {
      await Promise.resolve()
      for (const each of rows) if (each.sequence >= from) yield each
    },
    audit: () => {
      const fault = answers.sound === false ? { sequence: 4, what: 'its hash is wrong' } : null
      return Promise.resolve({
        rows: 12,
        pruned: 0,
        head: { sequence: 12, hash: 'a'.repeat(64) },
        sound: fault === null,
        fault,
      })
    },
    digest: ({ since }) => Promise.resolve(digest({ since })),
    record: (target) =>
      Promise.resolve({
        target,
        changes: ['repository'],
        autonomy: 'observe',
        done: 3,
        failed: 0,
        observed: 2,
        rejected: 0,
        last: null,
      }),
  }
}
