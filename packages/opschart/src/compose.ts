import { join } from 'node:path'
import { spawn } from 'node:child_process'

import { builtinTasks } from '@opschart/agents'
import {
  arrowsOf,
  OpschartError,
  type Clock,
  type Crypto,
  type FeedbackLoop,
  type JsonObject,
  type Lifecycle,
  type Service,
  type Task,
} from '@opschart/core'
import { prepareFolder } from '@opschart/hosts/http'
import {
  commandTask,
  createRuntime,
  survivorFiles,
  type Runtime,
  type RuntimeOptions,
  type Survivors,
  type WatcherPlace,
} from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { fileWatcher, gitWatcher, inboxWatcher, logWatcher, readLogs } from '@opschart/watchers'

import type { Configuration } from './config/configuration.ts'
import { formatProblem } from './config/format-problem.ts'
import { lawOf } from './config/law-of.ts'
import { loadConfiguration } from './config/load-configuration.ts'

/** The folder of our own state, below the project's root. */
export const stateFolder = '.opschart'

/** The most log entries that a task is given. */
const mostEntries = 50_000

/** What a project's runtime is composed with. */
export interface ComposeOptions {
  readonly root: string
  readonly clock?: Clock
  readonly crypto?: Crypto
  /** Told what goes wrong outside of any signal. */
  readonly onProblem?: (text: string) => void
  /** Told what a person must know, beside the `notify` of the configuration. */
  readonly onNotice?: (notice: { text: string; severity: string }) => void
  readonly socket?: string
  /** False: signals are decided, but nothing is carried out here; for commands beside a daemon. */
  readonly work?: boolean
}

/** A project's runtime, with what it was composed of. */
export interface Composed {
  readonly runtime: Runtime
  readonly configuration: Configuration
  readonly lifecycle: Lifecycle
  /** Whether a process is one that an operation of this runtime started. */
  readonly isOurs: (pid: number) => boolean
}

/**
 * Composes the runtime of a project from its configuration: the law, the tasks, the watchers and the store.
 *
 * @throws OpschartError `configuration`, with every problem in its message: nothing starts with a broken rule [R1].
 */
export async function compose(options: ComposeOptions): Promise<Composed> {
  const { root } = options
  const builtin = builtinTasks()
  const loaded = await loadConfiguration(root, { tasks: builtin })
  const errors = loaded.problems.filter(({ severity }) => severity === 'error')
  if (loaded.configuration === undefined || errors.length > 0) {
    const list = errors.map((problem) => formatProblem(problem)).join('\n\n')
    throw new OpschartError('configuration', `the configuration cannot be used:\n\n${list}`)
  }
  const { configuration } = loaded
  const lifecycle = lawOf(configuration)
  const services = Object.entries(configuration.services).map(([name, service]): Service => ({
    ...service,
    name,
  }))
  const database = join(root, stateFolder, 'state.db')
  prepareFolder(database)
  const known = knownProcesses(survivorFiles(join(root, stateFolder, 'running')))
  const runtimeOptions: RuntimeOptions = {
    root,
    lifecycle,
    services,
    tasks: tasksOf(configuration, builtin),
    machines: configuration.extension.machines,
    triggers: Object.fromEntries(configuration.triggers.map(({ signal, tasks }) => [signal, tasks])),
    feedbackLoops: loopsOf(configuration, lifecycle),
    watchers: services.flatMap(watchersOf).concat([{ watcher: inboxWatcher({}), service: null }]),
    policy: {
      autonomy: {
        ...configuration.autonomy.targets,
        ...(configuration.autonomy.default === null ? {} : { default: configuration.autonomy.default }),
      },
      four_eyes: configuration.four_eyes,
      waiting_limit: configuration.limits.waiting,
      approval_limit: configuration.limits.approval,
      oscillation_limit: configuration.limits.oscillation,
    },
    logs: (service, from, to) => readLogs(root, service.logs ?? [], from, to, mostEntries),
    store: sqliteStore(database),
    survivors: known.survivors,
    notify: (notice) => notify(configuration, root, notice, options.onNotice),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.crypto === undefined ? {} : { crypto: options.crypto }),
    ...(options.onProblem === undefined ? {} : { onProblem: options.onProblem }),
    ...(options.socket === undefined ? {} : { socket: options.socket }),
    ...(options.work === undefined ? {} : { work: options.work }),
  }
  return { runtime: await createRuntime(runtimeOptions), configuration, lifecycle, isOurs: known.isOurs }
}

/** Survivors that also know which processes are at work now: they, and what they started, are no people. */
function knownProcesses(survivors: Survivors): { survivors: Survivors; isOurs: (pid: number) => boolean } {
  const running = new Map<string, Set<number>>()
  return {
    isOurs: (pid) => [...running.values()].some((pids) => pids.has(pid)),
    survivors: {
      started(key, pid) {
        running.set(key, (running.get(key) ?? new Set()).add(pid))
        survivors.started(key, pid)
      },
      ended(key) {
        running.delete(key)
        survivors.ended(key)
      },
      end: (key) => survivors.end(key),
    },
  }
}

function tasksOf(configuration: Configuration, builtin: readonly Task[]): Task[] {
  const commands = Object.entries(configuration.agents).flatMap(([agent, { tasks }]) =>
    Object.entries(tasks).map(([task, { run, changes, timeout, answers, input }]) =>
      commandTask({
        agent,
        task,
        run,
        changes,
        timeout,
        answers,
        ...(input === undefined ? {} : { input: input as JsonObject }),
      }),
    ),
  )
  // A task of the user's own takes the place of the built-in one of the same name.
  const own = [...commands, ...configuration.extension.tasks]
  const named = new Set(own.map(({ agent, task }) => `${agent}.${task}`))
  return [...builtin.filter(({ agent, task }) => !named.has(`${agent}.${task}`)), ...own]
}

function watchersOf(service: Service): WatcherPlace[] {
  const { name, paths, trunk, logs, version, migrations } = service
  const git = gitWatcher({
    service: name,
    ...(paths === undefined ? {} : { paths }),
    ...(trunk === undefined ? {} : { trunk }),
    ...(version !== undefined && 'git' in version ? { version } : {}),
  })
  const files = fileWatcher({
    service: name,
    globs: ['**/*.sql'],
    ...(migrations === undefined ? {} : { migrations }),
  })
  return [
    { watcher: git, service: name },
    { watcher: files, service: name },
    ...(logs === undefined || logs.length === 0
      ? []
      : [{ watcher: logWatcher({ service: name, files: logs }), service: name }]),
  ]
}

function loopsOf(configuration: Configuration, lifecycle: Lifecycle): FeedbackLoop[] {
  return configuration.feedback_loops
    .filter(({ evaluated }) => evaluated)
    .map(({ name, threshold, clear, for: during, window, min_samples, cooldown, severity, action }) => ({
      name,
      monitor: 'error_rate' as const,
      threshold,
      clear,
      for: during,
      window,
      min_samples,
      cooldown,
      severity,
      action:
        action.kind === 'task'
          ? { kind: 'task', agent: action.agent, task: action.task }
          : {
              kind: 'signal',
              signal:
                action.kind === 'incident'
                  ? 'ERROR_THRESHOLD_EXCEEDED'
                  : signalStarting(lifecycle, action.workflow),
            },
    }))
}

/** The signal whose arrow starts a workflow and that a rule may send: what a rule's `action: <workflow>` means. */
function signalStarting(lifecycle: Lifecycle, workflow: string): string {
  const arrow = arrowsOf(lifecycle.definition).find(
    ({ arrow: { starts, by } }) => starts === workflow && (by === undefined || by.includes('rule')),
  )
  if (arrow === undefined) {
    throw new OpschartError(
      'configuration',
      `no arrow that a rule may take starts ${workflow}; name a task (agent.task) instead`,
    )
  }
  return arrow.signal
}

async function notify(
  configuration: Configuration,
  root: string,
  notice: { about: string; text: string; severity: string; key: string },
  onNotice: ComposeOptions['onNotice'],
): Promise<void> {
  onNotice?.({ text: notice.text, severity: notice.severity })
  const how = configuration.notify
  if (how === null) return
  const body = JSON.stringify(notice)
  if (how.kind === 'webhook') {
    const response = await fetch(how.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    if (!response.ok)
      throw new OpschartError('unreachable', `${new URL(how.url).host} answered ${response.status}`)
    return
  }
  await new Promise<void>((resolve, reject) => {
    const child = spawn(how.argv[0]!, how.argv.slice(1), {
      cwd: root,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: 10_000,
    })
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${how.argv[0]} exited with ${code}`)),
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(`${body}\n`)
  })
}
