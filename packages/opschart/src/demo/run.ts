import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  OpschartError,
  type ActAnswer,
  type LifecycleView,
  type LogEntryView,
  type OperationView,
  type Verdict,
} from '@opschart/core'
import type { InspectorPlace } from '@opschart/hosts/http'

import { addressOf } from '../cli/_page-address.ts'
import { untilStopped } from '../cli/_until-stopped.ts'
import { createController, type Controller } from './controller.ts'
import { crashAtBoundaries } from './crashes.ts'
import { defects } from './defects.ts'
import { startLoad } from './load.ts'
import { createProject, firstRelease, type Project } from './project.ts'
import { ending, type DemoResult } from './ending.ts'
import { createScreen, field, type Screen } from './screen.ts'

/** How the demo is run. */
export interface DemoOptions {
  /** Leaves the folder, and says where it is. */
  readonly keep?: boolean
  /** Which defect the second release brings: 1, 2 or 3. */
  readonly defect?: number
  /** Kills the daemon at each boundary of the roll-back. */
  readonly crash?: boolean
  /** Told where the daemon's inspector is, as it opens; the demo then ends only when it is told to. */
  readonly onInspector?: (place: InspectorPlace) => Promise<void>
  readonly out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }
  readonly colour: boolean
  /** One JSON document at the end instead of the story. */
  readonly json?: boolean
}

const requestsPerSecond = 120

/** What breaks the demo off, and the exit code of what was. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const brokenOff = 130

/**
 * Runs the main job on real parts: a repository, a service, load, its deploy command, and a daemon that nobody tells anything.
 *
 * @throws OpschartError `input` for a defect that there is not. Rejects when a step does not come in its time.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const defect = defects[(options.defect ?? 1) - 1]
  if (defect === undefined)
    throw new OpschartError('input', `there is no defect ${options.defect}; there are 1 to ${defects.length}`)
  const began = Date.now()
  const root = await mkdtemp(join(tmpdir(), 'opschart-demo-'))
  const screen = createScreen(options)
  const { onInspector } = options
  const told = { row: (row: LogEntryView) => screen.row(row), line: (line: string) => screen.aside(line) }
  const daemon = createController(root, told, onInspector !== undefined)
  let load: ReturnType<typeof startLoad> | undefined
  const end = async (): Promise<void> => {
    await load?.stop()
    await daemon.stop()
    endService(root)
    if (options.keep === true) screen.say(`kept in ${root}`)
    else rmSync(root, { recursive: true, force: true })
  }
  // Broken off, it leaves nothing behind either: no service, no daemon, no folder.
  const onSignal = (): void => void end().finally(() => process.exit(brokenOff))
  for (const signal of signals) process.once(signal, onSignal)
  try {
    screen.say(
      'In the next minute a service is released twice. The second release is broken, nobody says so, and it is found, rolled back and explained.',
    )
    screen.chapter('A repository with a service, and a daemon that watches it')
    const project = await createProject(root)
    const place = await daemon.start()
    if (place !== undefined) await onInspector?.(place)
    await release(project, daemon, screen, {
      branch: 'release-1',
      version: 'v1.0.0',
      commits: firstRelease,
      lawAtWork: true,
    })
    load = startLoad(project.port, requestsPerSecond)
    screen.say(`${requestsPerSecond} requests a second reach the service`)
    await daemon.row('post_deployment', (row) => row.text === 'post_deployment succeeded')
    await unreviewed(project, daemon, screen)

    screen.chapter(`The second release: eight commits, one of them guilty (${defect.title})`)
    const before = daemon.rows.at(-1)?.sequence ?? 0
    await release(project, daemon, screen, {
      branch: 'release-2',
      version: 'v2.0.0',
      commits: defect.commits,
      lawAtWork: false,
    })

    screen.chapter('Nobody says anything from here on')
    const away = Date.now()
    if (options.crash === true) {
      await daemon.row('the roll-back', (row) => row.text.includes('INCIDENT → ROLLBACK'), before)
      await crashAtBoundaries(root, daemon, (line) => screen.crash(line))
    }
    await daemon.row(
      'the end of the roll-back',
      (row) => row.text === 'rollback succeeded' || row.text === 'rollback failed',
      before,
    )
    await daemon.row(
      'the runbook',
      (row) => row.text.startsWith('incident_detected ') && row.type.startsWith('xstate.'),
      before,
    )
    await load.stop()
    const result = await ending({
      project,
      daemon,
      screen,
      defect,
      before,
      away,
      began,
      keep: options.keep === true,
      json: options.json === true,
    })
    if (onInspector !== undefined) {
      for (const signal of signals) process.off(signal, onSignal)
      screen.say('the daemon and its inspector go on, to look around in, until Ctrl-C')
      if (place !== undefined) screen.say(`inspector: ${addressOf(place.address, place.token)}`)
      await untilStopped(async (stopped) => void (stopped.aborted || (await once(stopped, 'abort'))))
    }
    return result
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
    await end()
  }
}

interface Planned {
  readonly branch: string
  readonly version: string
  readonly commits: Parameters<Project['commit']>[0][]
  readonly lawAtWork: boolean
}

/** A release's way to production: branch, review, merge, tag, and the deploy that a person asks for and approves. */
async function release(
  project: Project,
  daemon: Controller,
  screen: Screen,
  planned: Omit<Planned, 'commits'> & { commits: readonly Planned['commits'][number][] },
): Promise<void> {
  const { branch, version, commits } = planned
  const id = `orders/${branch}`
  const since = daemon.rows.at(-1)?.sequence ?? 0
  await project.git('switch', '--quiet', '-c', branch, 'main')
  let head = ''
  for (const commit of commits) head = await project.commit(commit)
  await daemon.row(
    `the commits of ${branch}`,
    (row) => row.type === 'CODE_COMMITTED' && field(row, 'commit') === head,
    since,
  )

  if (planned.lawAtWork) {
    const verdict = await daemon.ask<Verdict>('agent:developer-agent', 'send', id, {
      type: 'DEPLOYMENT_REQUESTED',
    })
    screen.law('An agent in a hurry asks to deploy from DEVELOPMENT.', `${verdict.kind}: ${verdict.reason}`)
    const why = await daemon.ask<LogEntryView[]>('person', 'why', String(verdict.sequence))
    screen.why(String(verdict.sequence), why, Date.now())
  }
  await daemon.ask('person', 'send', id, { type: 'REVIEW_REQUESTED', data: { branch, commit: head } })
  await daemon.ask('agent:reviewer-agent', 'send', id, { type: 'REVIEW_APPROVED' })
  await project.git('switch', '--quiet', 'main')
  await project.git('merge', '--quiet', '--no-ff', '-m', `Merge branch '${branch}'`, branch)
  await project.git('tag', version)
  await daemon.row(
    `post_merge of ${version}`,
    (row) => row.text === 'post_merge succeeded' || row.text === 'post_merge failed',
    since,
  )
  await daemon.row(
    `the tag ${version}`,
    (row) => row.type === 'VERSION_TAGGED' && field(row, 'version') === version,
    since,
  )

  if (planned.lawAtWork) {
    // A build server reports a failed test, as any tool may: a line in the inbox.
    await mkdir(join(project.root, '.claude/events'), { recursive: true })
    const line = { type: 'TEST_FAILED', subject: id, severity: 'MEDIUM', data: { test: 'nightly' } }
    await appendFile(join(project.root, '.claude/events/log.ndjson'), `${JSON.stringify(line)}\n`)
    const waits = await daemon.row(
      'the operation that waits',
      (row) => row.verdict?.kind === 'waiting',
      since,
    )
    screen.law('A failed test is reported; STAGING does not admit the incident agent.', waits.text)
  }
  await daemon.ask('person', 'send', id, {
    type: 'DEPLOYMENT_REQUESTED',
    data: { version, environment: 'production' },
  })
  const operation = (await daemon.ask<LifecycleView>('person', 'read', id)).operations.find(
    ({ task }) => task === 'deploy',
  )!
  screen.law(
    `To deploy changes production: a person is asked, and shown the exact command.`,
    commandsOf(operation.commands),
  )
  const answer = { operation: operation.id, plan: operation.plan }
  const approved = await daemon.ask<ActAnswer>('person', 'approve', answer)
  screen.say(approved.reason)
  await daemon.row(
    `${version} in production`,
    (row) => row.moved?.to === 'PRODUCTION' && row.actor === id,
    since,
  )
  if (planned.lawAtWork) {
    const again = await daemon.ask<ActAnswer>('person', 'approve', answer)
    screen.law('The same approval, played again:', again.reason)
    await daemon.row(
      'the operation that waited',
      (row) => row.text.includes('incident-response-agent') && row.text.includes('admitted in PRODUCTION'),
      since,
    )
  }
}

/** A merge that nobody reviewed: seen by the watcher, shown as a violation, and the chart does not move. */
async function unreviewed(project: Project, daemon: Controller, screen: Screen): Promise<void> {
  const since = daemon.rows.at(-1)?.sequence ?? 0
  await project.git('switch', '--quiet', '-c', 'quick-fix', 'main')
  await project.commit({
    title: 'Mention the port in the README',
    edits: [{ path: 'README.md', find: 'takes orders.', replace: 'takes orders over HTTP.' }],
  })
  await project.git('switch', '--quiet', 'main')
  await project.git('merge', '--quiet', '--no-ff', '-m', "Merge branch 'quick-fix'", 'quick-fix')
  const row = await daemon.row('the violation', ({ verdict }) => verdict?.kind === 'violation', since)
  screen.law('Somebody merges what nobody has reviewed.', row.text)
}

/** The exact commands of a plan, as one would type them. */
function commandsOf(plan: OperationView['commands']): string {
  const { commands } = (plan ?? {}) as { commands?: readonly (readonly string[])[] }
  return (commands ?? []).map((argv) => `$ ${argv.join(' ')}`).join('\n')
}

/** Ends the demo's service: the process that its own deploy command wrote down. */
function endService(root: string): void {
  try {
    const { pid } = JSON.parse(readFileSync(join(root, '.run/service.json'), 'utf8')) as { pid: number }
    process.kill(pid, 'SIGTERM')
  } catch {
    // It was never started, or has ended.
  }
}
