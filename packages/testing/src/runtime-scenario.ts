import {
  releaseWorkflows,
  type LogEntryView,
  type OperationView,
  type Report,
  type Sender,
  type Service,
  type Task,
  type TaskContext,
  type Verdict,
  type Watcher,
  type WatcherContext,
} from '@opschart/core'

import { repeatableCrypto } from './repeatable-crypto.ts'
import type { RunningRuntime, RuntimePlace, RuntimeSetup } from './runtime-case.ts'
import { scriptedWork, type ScriptedWork } from './scripted-work.ts'
import { simulatedClock, type SimulatedClock } from './simulated-clock.ts'

/** What a case wants to be otherwise than usual. */
export type ScenarioOptions = Partial<
  Omit<RuntimeSetup, 'services' | 'clock' | 'crypto' | 'root' | 'tasks' | 'notify' | 'onProblem'>
> & {
  /** The services of the configuration; null: there is none, and any name is one. `web` and `pay` when absent. */
  readonly services?: readonly Service[] | null
  /** Tasks beside those of the default workflows. */
  readonly also?: readonly Task[]
  /** Tasks (`agent.task`) that nothing carries out. */
  readonly without?: readonly string[]
}

/** A small world around a runtime: releases of the service `web` (and `pay`), people, scripted tasks, a clock that stands still. */
export interface Scenario extends ScriptedWork {
  readonly clock: SimulatedClock
  readonly runtime: RunningRuntime
  readonly git: Sender
  readonly ann: Sender
  readonly reviewer: Sender
  readonly notices: { about: string; text: string; severity: string }[]
  /** What went wrong outside of any signal; a case that expects something takes it out. */
  problems: string[]
  /** Hands a report over, as the watcher `logs` of the service `web`. */
  observe(report: Report): Promise<void>
  /** So many requests to `web` are answered with this status now; one when absent. */
  requests(status: number, count?: number): Promise<void>
  /** Brings a branch to STAGING, with everything that runs after the merge. */
  merge(branch: string, version: string, service?: string): Promise<void>
  /** A branch is in STAGING and may be deployed, because a person says so: nothing has run. */
  staged(branch: string, version: string, service?: string): Promise<void>
  /** A branch is live, because a person says so: nothing has run. */
  live(branch: string, version: string, service?: string): Promise<void>
  /** Asks for its deployment, approves it, and waits for all that follows. */
  deploy(branch: string, version: string, service?: string): Promise<void>
  /** Merged and deployed, the whole way. */
  release(branch: string, version: string, service?: string): Promise<void>
  /** The one open operation of a task. */
  operation(task: string): Promise<OperationView>
  operations(): Promise<OperationView[]>
  approve(task: string, by?: Sender): Promise<boolean>
  /** Waits for a row, of those that exist or those that come. */
  until(holds: (row: LogEntryView) => boolean): Promise<LogEntryView>
  /** Waits until a task asks, while others may run, and approves it. */
  approveWhenAsked(task: string): Promise<void>
  phase(release: string): Promise<string>
  rows(): Promise<LogEntryView[]>
  /** The verdicts on the signals of a type, in order. */
  verdicts(type: string): Promise<Verdict[]>
  /** Closes the runtime and opens it again on what it has left; `otherwise` changes its setup. */
  restart(otherwise?: Partial<RuntimeSetup>): Promise<void>
  /** Another runtime over the same data, beside the first. */
  beside(otherwise?: Partial<RuntimeSetup>): Promise<RunningRuntime>
  close(): Promise<void>
}

/** 1 January 2026, 00:00 UTC. */
export const scenarioStart = 1_767_225_600_000

const twoServices: readonly Service[] = ['web', 'pay'].map((name) => ({
  name,
  deploy: ['./deploy'],
  rollback: ['./roll-back'],
}))

/** Opens a runtime in a place, with everything around it. */
export async function createScenario(place: RuntimePlace, options: ScenarioOptions): Promise<Scenario> {
  const { also = [], without = [], services = twoServices, ...given } = options
  const clock = simulatedClock(scenarioStart)
  const crypto = repeatableCrypto('scenario')
  const notices: Scenario['notices'] = []
  const work = scriptedWork({ ...releaseWorkflows, ...given.lifecycle?.workflows }, without)
  let watching = Promise.withResolvers<WatcherContext>()
  const logs: Watcher = {
    name: 'logs',
    poll: () => Promise.resolve(),
    watch(context) {
      watching.resolve(context)
      return new Promise((resolve) => context.cancel.addEventListener('abort', () => resolve()))
    },
  }

  const setup: RuntimeSetup = {
    ...(services === null ? {} : { services }),
    triggers: {},
    feedbackLoops: [],
    policy: {},
    ...given,
    watchers: [{ watcher: logs, service: 'web' }, ...(given.watchers ?? [])],
    clock,
    crypto,
    root: '/',
    tasks: [...work.tasks, ...also],
    notify: ({ about, text, severity }) => {
      notices.push({ about, text, severity })
      return Promise.resolve()
    },
    onProblem: (text) => void scenario.problems.push(text),
  }
  const opened: RunningRuntime[] = []
  const open = async (otherwise: Partial<RuntimeSetup>): Promise<RunningRuntime> => {
    const runtime = await place.open({ ...setup, ...otherwise })
    opened.push(runtime)
    return runtime
  }
  let runtime = await open({})
  /** The last request that was waited for. */
  let asked = 0

  async function adopted(to: string, phase: string, version: string): Promise<void> {
    const branch = to.slice(to.indexOf('/') + 1)
    const { done, reason } = await scenario.ann.adopt({ to, phase, version, branch, reason: 'it is so' })
    if (!done) throw new Error(reason)
    await runtime.idle()
  }

  const scenario: Scenario = {
    clock,
    get runtime() {
      return runtime
    },
    get git() {
      return runtime.as({ watcher: 'git' })
    },
    get ann() {
      return runtime.as({ person: 'ann' })
    },
    get reviewer() {
      return runtime.as({ agent: 'reviewer-agent' })
    },
    ...work,
    notices,
    problems: [],
    async observe(report) {
      await (await watching.promise).report(report)
    },
    async requests(status, count = 1) {
      const entry = {
        time: clock.now(),
        level: 'info',
        message: '',
        status,
        fields: {},
        file: 'log',
        offset: 0,
      } as const
      await scenario.observe({ entries: Array.from({ length: count }, () => entry) })
    },
    async merge(branch, version, service = 'web') {
      const { git, ann, reviewer } = scenario
      const commit = `${version}-commit`
      await git.send(service, { type: 'CODE_COMMITTED', data: { branch, commit, author: 'bob' } })
      await ann.send(service, { type: 'REVIEW_REQUESTED', data: { branch } })
      await reviewer.send(`${service}/${branch}`, { type: 'REVIEW_APPROVED' })
      const merged = `${version}-merge`
      await git.send(service, {
        type: 'CODE_MERGED',
        data: { branch, commit: merged, commits: [commit], into: 'main' },
      })
      await git.send(service, { type: 'VERSION_TAGGED', data: { version, commit: merged } })
      await runtime.idle()
    },
    staged: (branch, version, service = 'web') => adopted(`${service}/${branch}`, 'STAGING', version),
    live: (branch, version, service = 'web') => adopted(`${service}/${branch}`, 'PRODUCTION', version),
    async deploy(branch, version, service = 'web') {
      await scenario.ann.send(`${service}/${branch}`, { type: 'DEPLOYMENT_REQUESTED', data: { version } })
      await runtime.idle()
      await scenario.approve('deploy')
      await runtime.idle()
    },
    async release(branch, version, service) {
      await scenario.merge(branch, version, service)
      await scenario.deploy(branch, version, service)
    },
    async operations() {
      const { services: all } = await runtime.status()
      return all.flatMap(({ lifecycles }) => lifecycles.flatMap(({ operations }) => operations))
    },
    async operation(task) {
      const open = (await scenario.operations()).filter((operation) => operation.task === task)
      if (open.length !== 1)
        throw new Error(`one open operation of ${task} was expected, there are ${open.length}`)
      return open[0]!
    },
    async approve(task, by = scenario.ann) {
      const { id, plan } = await scenario.operation(task)
      return (await by.approve({ operation: id, plan })).done
    },
    async until(holds) {
      for await (const row of runtime.subscribe({})) if (holds(row)) return row
      throw new Error('the runtime was closed')
    },
    async approveWhenAsked(task) {
      const { sequence } = await scenario.until(
        ({ sequence, type, verdict }) =>
          sequence > asked &&
          type === 'OPERATION_REQUESTED' &&
          verdict?.kind === 'accepted' &&
          verdict.reason.includes(`.${task} awaits`),
      )
      asked = sequence
      await scenario.approve(task)
    },
    async phase(release) {
      const view = await runtime.read(release)
      if (view === undefined) throw new Error(`there is no release ${release}`)
      return view.phase
    },
    async rows() {
      const rows: LogEntryView[] = []
      for (;;) {
        const page = await runtime.log({ from: rows.length + 1 })
        if (page.length === 0) return rows
        rows.push(...page)
      }
    },
    async verdicts(type) {
      return (await scenario.rows()).flatMap((row) =>
        row.type === type && row.verdict !== null ? [row.verdict] : [],
      )
    },
    async restart(otherwise = {}) {
      await runtime.close()
      watching = Promise.withResolvers()
      runtime = await open(otherwise)
    },
    beside: (otherwise = {}) => open(otherwise),
    async close() {
      for (const one of opened) await one.close()
    },
  }
  return scenario
}

/** The one-time token of the operation that runs: what a program that it starts is given. */
export async function tokenOf(context: TaskContext): Promise<string> {
  const { stdout } = await context.run(['env'])
  return /^OPSCHART_TOKEN=(.+)$/m.exec(stdout)?.[1] ?? ''
}

/** A watcher of `web` that hands over a checkpoint when it starts, and nothing else. */
export function silentWatcher(name: string): { readonly watcher: Watcher; readonly service: string } {
  const watcher: Watcher = {
    name,
    poll: () => Promise.resolve(),
    async watch(context) {
      await context.report({ checkpoint: 1 })
      if (context.cancel.aborted) return
      await new Promise<void>((resolve) => context.cancel.addEventListener('abort', () => resolve()))
    },
  }
  return { watcher, service: 'web' }
}
