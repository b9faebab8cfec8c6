import { shellWord, type ActorView, type Json, type PastView } from '@opschart/core'

import { fitted, paragraph, type Look } from './_look.ts'
import { visible, type Style } from './_text.ts'
import { distance, moment } from './_time.ts'

const styles: Readonly<Record<ActorView['status'], Style>> = {
  active: 'green',
  done: 'gray',
  error: ['bold', 'red'],
  stopped: 'gray',
  parked: ['bold', 'red'],
  misfit: ['bold', 'red'],
}

/** Longest text of a value that is shown. */
const longest = 2_000

/** An actor of a machine, line by line: where it is, what it knows, what it waits for. */
export function renderActor(actor: ActorView, look: Look): string[] {
  const { paint } = look
  const { id, machine, status, value, version, tags, context, children, timers, parked, misfit } = actor
  const head = `${paint('bold', visible(id, 200))}  ${paint(styles[status], status)}  ${machine}, ${version} decisions`
  const lines = [head]
  if (parked !== null) {
    const waits = parked.letters === 1 ? '1 event waits' : `${parked.letters} events wait`
    const way = `${waits}. Mend it, then \`opschart resume ${shellWord(`actor:${visible(id, 300)}`)}\``
    lines.push(...paragraph(look, '  ! ', `${visible(parked.reason, longest)}; ${way}`, ['bold', 'red']))
  }
  if (misfit !== null) {
    const text = `does not fit: ${visible(misfit, longest)}; its timers and operations wait`
    lines.push(...paragraph(look, '  ! ', text, ['bold', 'red']))
  }
  const say = (name: string, told: string) =>
    lines.push(...paragraph(look, `  ${name.padEnd(9)}`, visible(told, longest)))
  say('state', stateText(value))
  if (tags.length > 0) say('tags', tags.join(', '))
  say('context', JSON.stringify(context))
  if (actor.output !== undefined) say('output', JSON.stringify(actor.output))
  if (actor.error !== undefined) say('error', JSON.stringify(actor.error))
  for (const { id: child, src, actor: own } of children)
    say(
      'child',
      `${child} (${src}${own === null ? ', an operation' : `: opschart status ${shellWord(own)}`})`,
    )
  for (const { id: timer, due } of timers)
    say('timer', `${moment(due, look)}, ${distance(due, look)}: ${timer}`)
  return fitted(lines, look)
}

/** What an actor was after a row, and the rows to step to. */
export function renderPast(past: PastView, look: Look): string[] {
  const { paint } = look
  const { actor, status, value, version, context, sequence, at, previous, next } = past
  const lines = [
    `${paint('bold', visible(actor, 200))}  ${paint(styles[status], status)}  after row ${sequence}, ${moment(at, look)}; its decision ${version}`,
  ]
  const say = (name: string, told: string) =>
    lines.push(...paragraph(look, `  ${name.padEnd(9)}`, visible(told, longest)))
  say('state', stateText(value))
  say('context', JSON.stringify(context))
  say(
    'rows',
    `${previous === null ? 'its first' : `before it ${previous}`}, ${next === null ? 'its last' : `after it ${next}`}`,
  )
  return fitted(lines, look)
}

function stateText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
