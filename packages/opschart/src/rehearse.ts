import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { builtinTasks } from '@opschart/agents'
import {
  OpschartError,
  type Clock,
  type Json,
  type JsonObject,
  type Lifecycle,
  type LogEntryView,
  type OperationInput,
  type Service,
  type Task,
  type Watcher,
} from '@opschart/core'
import { createRuntime, systemClock } from '@opschart/runtime'

import { lawOf } from './config/law-of.ts'
import { loadConfiguration } from './config/load-configuration.ts'
import { changedLine, errorSpike } from './planted-fault.ts'

const run = promisify(execFile)

/** The faults that can be played. */
export const faults = ['error_spike'] as const

/** Milliseconds before the present at which the sandbox's releases go live: before the first made-up request. */
const beforeFault = 11 * 60_000

/** How a fault is played. */
export interface RehearsalOptions {
  /** The project's root: an absolute path. */
  readonly root: string
  readonly fault: string
  /** Which service; the first of the configuration when absent. */
  readonly service?: string
  /** Told every row of the sandbox's journal as it is written. */
  readonly onRow?: (row: LogEntryView) => void
}

/** What would have been done. */
export interface Rehearsal {
  readonly service: string
  readonly live: string
  readonly previous: string | null
  /** What triage found, as it would have been found. */
  readonly triage: Json
  readonly decision: Json
  /** The exact command of the roll-back; null when none would have been asked for. */
  readonly command: Json
  /** Tasks that were held back, in order: what would have been touched. */
  readonly heldBack: readonly { readonly task: string; readonly changes: string }[]
}

/**
 * Plays a fault in a sandbox: the project's own law, rules and history against made-up requests. Nothing is changed: the
 * store is in memory, and every task that changes anything is only noted.
 *
 * @throws OpschartError `input` for a fault that there is not, `configuration` when there is nothing to play it on.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { root, fault } = options
  if (!(faults as readonly string[]).includes(fault)) {
    throw new OpschartError('input', `there is no fault ${fault}; there is ${faults.join(', ')}`)
  }
  const builtin = builtinTasks()
  const { configuration } = await loadConfiguration(root, { tasks: builtin })
  if (configuration === undefined)
    throw new OpschartError('configuration', 'the configuration cannot be used; see `opschart check`')
  const name = options.service ?? Object.keys(configuration.services)[0]
  const settings = name === undefined ? undefined : configuration.services[name]
  if (name === undefined || settings === undefined) {
    throw new OpschartError(
      'configuration',
      `there is no service ${name ?? ''} to rehearse on; \`opschart init\` proposes one`,
    )
  }
  const service: Service = { ...settings, name }
  const releases = await lastReleases(root)
  const live = releases.at(-1)
  if (live === undefined)
    throw new OpschartError(
      'configuration',
      'the repository has no commit, so there is no release to rehearse on',
    )
  const previous = releases.at(-2) ?? null
  const loop = configuration.feedback_loops.find(
    ({ evaluated, action }) => evaluated && action.kind === 'incident',
  )
  if (loop === undefined) {
    throw new OpschartError(
      'configuration',
      'no feedback loop opens an incident: add one with monitor: error_rate and action: incident',
    )
  }

  const heldBack: { task: string; changes: string }[] = []
  const results: Record<string, Json> = {}
  const now = Date.now()
  const entries = errorSpike(
    now,
    await changedLine(root, previous?.commit ?? null, live.commit),
    live.version,
  )
  const released = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const fed = Promise.withResolvers<void>()
  const feed: Watcher = {
    name: 'logs',
    async watch(context) {
      await released.promise
      await context.report({ entries, checkpoint: null })
      fed.resolve()
    },
    poll: () => Promise.resolve(),
  }
  // The releases went live before the fault began, as releases do.
  let shift = -beforeFault
  const clock: Clock = {
    now: () => systemClock.now() + shift,
    at: (at, callback) => systemClock.at(at - shift, callback),
  }
  const lifecycle = lawOf(configuration)
  const runtime = await createRuntime({
    root,
    clock,
    lifecycle,
    services: [service],
    tasks: builtin.map((task) => held(task, service, root, results, heldBack)),
    feedbackLoops: [
      {
        ...loop,
        monitor: 'error_rate',
        for: 0,
        cooldown: 0,
        action: { kind: 'signal', signal: 'ERROR_THRESHOLD_EXCEEDED' },
      },
    ],
    watchers: [{ watcher: feed, service: name }],
    policy: { autonomy: { default: 'act' }, four_eyes: false },
    logs: (_, from, to) => Promise.resolve(entries.filter(({ time }) => time >= from && time < to)),
  })
  const person = runtime.as({ person: 'rehearsal' })
  runtime.on('row', (row) => {
    options.onRow?.(row)
    for (const type of askedForIn(lifecycle, row.moved?.to))
      person.send(row.actor, { type }).catch((error: unknown) => over.reject(error as Error))
    const decided = /^incident_detected (?:succeeded|failed|cancelled)/.test(row.text)
    const rolledBack = /^rollback (?:succeeded|failed|cancelled)/.test(row.text)
    const rollback = (results['decide'] as { decision?: string } | undefined)?.decision === 'rollback'
    if (rolledBack || (decided && !rollback)) over.resolve()
  })
  const late = setTimeout(
    () =>
      over.reject(
        new OpschartError(
          'configuration',
          'the fault did not become an incident within a minute; see its rows',
        ),
      ),
    60_000,
  )
  try {
    for (const release of previous === null ? [live] : [previous, live]) {
      const { version, commit } = release
      await person.adopt({
        to: `${name}/${version}`,
        phase: 'PRODUCTION',
        reason: 'rehearsal',
        version,
        commit,
      })
    }
    shift = 0
    released.resolve()
    await fed.promise
    await over.promise
  } finally {
    clearTimeout(late)
    await runtime.close()
  }
  return {
    service: name,
    live: live.version,
    previous: previous?.version ?? null,
    triage: results['triage'] ?? null,
    decision: results['decide'] ?? null,
    command: results['roll_back'] ?? null,
    heldBack,
  }
}

/** The signals by which a person asks for the workflows of a phase that starts none by itself. */
function askedForIn({ definition }: Lifecycle, name: string | undefined): string[] {
  const phase = name === undefined ? undefined : definition.phases[name]
  if (phase?.auto_trigger !== false) return []
  return Object.entries(phase.on ?? {}).flatMap(([type, arrow]) =>
    typeof arrow !== 'string' &&
    arrow.to === undefined &&
    arrow.starts !== undefined &&
    arrow.by?.includes('person') === true
      ? [type]
      : [],
  )
}

/** A task as the sandbox has it: what changes nothing is done, all else is noted with its plan. */
function held(
  task: Task,
  service: Service,
  root: string,
  results: Record<string, Json>,
  heldBack: { task: string; changes: string }[],
): Task {
  const harmless = task.changes === 'nothing' && task.task !== 'verify_recovery'
  return {
    ...task,
    async run(input: OperationInput, context) {
      if (harmless) {
        const output = await task.run(input, context)
        results[task.task] = output
        return output
      }
      heldBack.push({ task: `${task.agent}.${task.task}`, changes: task.changes })
      const plan: JsonObject = task.plan?.(input, { service, root }) ?? {}
      results[task.task] = plan
      return task.task === 'verify_recovery'
        ? { recovered: true, rehearsed: true }
        : { ...plan, rehearsed: true }
    },
  }
}

interface Release {
  readonly version: string
  readonly commit: string
}

/** The last two tagged releases, oldest first; the present commit when nothing is tagged. */
async function lastReleases(root: string): Promise<Release[]> {
  const git = (...argv: string[]) =>
    run('git', argv, { cwd: root, maxBuffer: 16 * 1024 * 1024 }).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    )
  const tags = (
    await git(
      'for-each-ref',
      '--sort=creatordate',
      '--format=%(refname:short)%00%(objectname)%00%(*objectname)',
      'refs/tags',
    )
  ).split('\n')
  const releases = tags.flatMap((line): Release[] => {
    const [version, object, peeled] = line.split('\0')
    const commit = peeled === undefined || peeled === '' ? object : peeled
    return version === undefined || version === '' || commit === undefined ? [] : [{ version, commit }]
  })
  if (releases.length > 0) return releases.slice(-2)
  const head = await git('rev-parse', 'HEAD')
  return head === '' ? [] : [{ version: head.slice(0, 12), commit: head }]
}
