import {
  shellWord,
  type LifecycleView,
  type OperationView,
  type ServiceView,
  type StatusView,
} from '@opschart/core'
import type { DaemonFacts } from '@opschart/hosts/http'

import { fitted, paragraph, phaseStyle, type Look } from './_look.ts'
import { cutTo, padTo, visible, widthOf } from './_text.ts'
import { distance, lengthOf, moment, timeOfDay } from './_time.ts'

/** Actors that are parked and are told one by one. */
const mostParked = 5

/** Releases of one service that are listed. */
const mostReleases = 25

/** The view of `opschart status`, line by line. `daemon` is null when none runs and the store itself was read. */
export function renderStatus(status: StatusView, daemon: DaemonFacts | null, look: Look): string[] {
  const { paint } = look
  const lines = [headLine(status, daemon, look)]
  if (status.violations > 0) {
    const many = status.violations === 1 ? '1 violation waits' : `${status.violations} violations wait`
    const text = `${many} for a person: see \`opschart digest\`, answer with \`opschart adopt\``
    lines.push(...paragraph(look, '! ', text, ['bold', 'red']))
  }
  for (const { actor, reason, since } of status.parked.slice(0, mostParked)) {
    const text = `${visible(actor, 100)} is parked since ${timeOfDay(since, look)}: ${visible(reason, 300)}. Mend it, then \`opschart resume ${shellWord(`actor:${visible(actor, 300)}`)}\``
    lines.push(...paragraph(look, '! ', text, ['bold', 'red']))
  }
  if (status.parked.length > mostParked)
    lines.push(`  … and ${status.parked.length - mostParked} more are parked`)
  for (const pause of status.pauses) {
    const since = `${timeOfDay(pause.at, look)}, ${distance(pause.at, look)}`
    const text = `paused: ${visible(pause.target, 100)} by ${pause.by} (${since}): ${visible(pause.reason, 200)}`
    lines.push(...paragraph(look, '‖ ', text, 'yellow'))
  }
  if (status.services.length === 0) {
    const text = 'No service yet. `opschart init` looks at this project and proposes a configuration.'
    lines.push('', ...paragraph(look, '', text))
  }
  for (const service of status.services) lines.push('', ...serviceLines(service, look))
  const waiting = operationsOf(status).filter(({ status: state }) => state === 'awaiting_approval')
  if (waiting.length > 0)
    lines.push(
      '',
      paint('bold', 'Waits for you'),
      ...waiting.flatMap((operation) => waitingLines(operation, look)),
    )
  lines.push('', ...watcherLines(status, look))
  return fitted(lines, look)
}

/** Every operation that a status shows, with its release's name, in its order. */
export function operationsOf(status: StatusView): (OperationView & { readonly release: string })[] {
  return status.services.flatMap(({ lifecycles }) =>
    lifecycles.flatMap(({ name, operations }) =>
      operations.map((operation) => ({ ...operation, release: name })),
    ),
  )
}

/** Lines that ask a person for their answer to one operation. */
export function waitingLines(operation: OperationView & { readonly release?: string }, look: Look): string[] {
  const { paint } = look
  const expires =
    operation.expires === null
      ? ''
      : `, ${operation.expires < look.now ? 'expired' : 'expires'} ${distance(operation.expires, look)}`
  const commands = Object.entries(operation.commands ?? {}).map(
    ([name, value]) =>
      `           ${paint('gray', `${visible(name, 40)}:`)} ${visible(JSON.stringify(value), 300)}`,
  )
  return [
    `  ${paint('yellow', operation.plan.slice(0, 8))} ${paint('bold', `${operation.agent}.${operation.task}`)} for ${visible(operation.release ?? operation.lifecycle, 80)}`,
    `           asked ${distance(operation.requested_at, look)} by ${operation.requested_by}${expires}`,
    ...commands,
    `           ${paint('cyan', `opschart approve ${operation.plan.slice(0, 8)}`)}`,
  ]
}

function headLine(status: StatusView, daemon: DaemonFacts | null, look: Look): string {
  const { paint } = look
  const who =
    daemon === null
      ? paint('yellow', '○ no daemon runs')
      : `${paint('green', '●')} daemon ${daemon.pid}, up ${lengthOf(status.now - daemon.since)}`
  return `${who} · journal #${status.head.sequence}`
}

function serviceLines(service: ServiceView, look: Look): string[] {
  const { paint } = look
  const live = service.lifecycles.find((lifecycle) => lifecycle.live)
  const lines = [`${paint('bold', visible(service.service, 60))}  ${liveText(live, look)}`]
  const { incident } = service
  if (incident !== null) {
    const state = incident.acknowledged
      ? `owned by ${visible(incident.owner ?? 'nobody', 60)}`
      : 'not acknowledged'
    const text = `incident ${visible(incident.id, 60)}: ${visible(incident.type, 64)} since ${moment(incident.since, look)}, ${state}`
    lines.push(...paragraph(look, '  ', text, 'red'))
  }
  if (service.oscillating.length > 0) {
    const list = service.oscillating.map((name) => visible(name, 60)).join(', ')
    const remedy = `opschart resume remedy:${visible(service.service, 60)}`
    lines.push(
      ...paragraph(
        look,
        '  ',
        `${list} repeated within an hour and asks first now; to let it act again: ${remedy}`,
        'yellow',
      ),
    )
  }
  for (const measure of service.measures) {
    const value = measure.value === null ? 'no data' : percent(measure.value)
    const style = measure.state === 'firing' ? 'red' : measure.state === 'pending' ? 'yellow' : 'green'
    const held = measure.held === null ? '' : paint('gray', `, held back: ${visible(measure.held, 120)}`)
    const text = `${visible(measure.rule, 40)} ${paint(style, measure.state)}: ${value} of ${measure.samples} requests (limit ${percent(measure.threshold)})`
    lines.push(`  ${text}${held}`)
  }
  const shown = service.lifecycles.filter(
    ({ phase, live: isLive, operations }) => phase !== 'RETIRED' || isLive || operations.length > 0,
  )
  const retired = service.lifecycles.length - shown.length
  const name = Math.min(34, Math.max(...shown.map((lifecycle) => widthOf(visible(lifecycle.name, 80))), 7))
  const phase = Math.max(...shown.map((lifecycle) => widthOf(lifecycle.phase)), 5)
  for (const lifecycle of shown.slice(0, mostReleases))
    lines.push(...lifecycleLines(lifecycle, { name, phase }, look))
  if (shown.length > mostReleases)
    lines.push(paint('gray', `    and ${shown.length - mostReleases} more (see --json)`))
  if (retired > 0) lines.push(paint('gray', `    and ${retired} retired`))
  return lines
}

function liveText(live: LifecycleView | undefined, look: Look): string {
  if (live === undefined) return look.paint('gray', 'nothing live yet')
  return `live ${look.paint('bold', visible(live.version ?? live.name, 60))}`
}

function lifecycleLines(
  lifecycle: LifecycleView,
  widths: { name: number; phase: number },
  look: Look,
): string[] {
  const { paint } = look
  const mark = lifecycle.live ? paint('green', '●') : ' '
  const name = padTo(cutTo(visible(lifecycle.name, 80), widths.name), widths.name)
  const phase = padTo(paint(phaseStyle(lifecycle.phase), lifecycle.phase), widths.phase)
  const lines = [`  ${mark} ${name}  ${phase}  ${paint('gray', `since ${moment(lifecycle.since, look)}`)}`]
  for (const operation of lifecycle.operations) lines.push(`      ${operationText(operation, look)}`)
  return lines
}

/** One operation in a line: sign, who does what, and how it stands. */
function operationText(operation: OperationView, look: Look): string {
  const { paint } = look
  const what = `${operation.agent}.${operation.task}`
  const held = operation.held === undefined ? '' : paint('yellow', ` (${visible(operation.held, 100)})`)
  switch (operation.status) {
    case 'running': {
      const progress =
        operation.progress === undefined ? '' : paint('gray', ` ${visible(operation.progress, 200)}`)
      const attempt = operation.attempt > 1 ? paint('yellow', ` attempt ${operation.attempt}`) : ''
      return `${paint('blue', '▸')} ${what}${attempt}${progress}${held}`
    }
    case 'awaiting_approval':
      return `${paint('yellow', '?')} ${what} waits for your answer ${paint('yellow', operation.plan.slice(0, 8))}${held}`
    case 'waiting': {
      const awaiting =
        operation.awaiting === undefined ? '' : ` ${operation.awaiting.replace('awaiting_', 'for ')}`
      const expires =
        operation.expires === null ? '' : paint('gray', `, until ${moment(operation.expires, look)}`)
      return `${paint('gray', '…')} ${what} waits${awaiting}${expires}${held}`
    }
    case 'queued':
      return `${paint('gray', '…')} ${what} is queued${held}`
  }
}

function watcherLines(status: StatusView, look: Look): string[] {
  if (status.watchers.length === 0) return [look.paint('gray', 'no watcher runs')]
  const good = status.watchers
    .filter(({ state }) => state === 'watching')
    .map(({ name }) => watcherName(name))
  const bad = status.watchers.filter(({ state }) => state !== 'watching')
  return [
    ...(good.length === 0 ? [] : paragraph(look, '', `watching: ${good.join(', ')}`, 'gray')),
    ...bad.flatMap(({ name, state, problem }) => {
      const text = `${watcherName(name)} ${state}${problem === undefined ? '' : `: ${visible(problem, 300)}`}`
      return paragraph(look, '! ', text, 'red')
    }),
  ]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}

/** `git:web`; a watcher of no service has nothing behind the colon. */
function watcherName(name: string): string {
  return visible(name, 60).replace(/:$/, '')
}
