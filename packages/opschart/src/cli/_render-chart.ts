import type { Arrow, LifecycleDefinition, StatusView } from '@opschart/core'

import { phaseStyle, type Look } from './_look.ts'
import { cutPainted, padTo, widthOf, wrapTo, type Paint, type Style } from './_text.ts'

/** How many lifecycles stand in a phase, whether a live one is among them, and the one that was asked about. */
export interface PhaseOccupation {
  readonly count: number
  readonly live: readonly string[]
  readonly chosen: boolean
}

/** Who stands where, from a status; `chosen` is the lifecycle that was asked about. */
export function occupationOf(status: StatusView | undefined, chosen?: string): Map<string, PhaseOccupation> {
  const found = new Map<string, PhaseOccupation>()
  for (const lifecycle of status?.services.flatMap(({ lifecycles }) => lifecycles) ?? []) {
    const known = found.get(lifecycle.phase) ?? { count: 0, live: [], chosen: false }
    found.set(lifecycle.phase, {
      count: known.count + 1,
      live: lifecycle.live ? [...known.live, lifecycle.name] : known.live,
      chosen:
        known.chosen || (chosen !== undefined && (lifecycle.id === chosen || lifecycle.name === chosen)),
    })
  }
  return found
}

/** Widest drawing, in columns: longer lines are hard to read. */
const widest = 100

/** The view of `opschart chart`: the law as a box for each phase, with who may act and the arrows that leave it. */
export function renderChart(
  law: LifecycleDefinition,
  occupation: ReadonlyMap<string, PhaseOccupation>,
  look: Look,
): string[] {
  const { paint } = look
  const columns = Math.min(widest, look.columns ?? widest)
  const phases = Object.entries(law.phases)
  const arrows = phases.flatMap(([, phase]) => Object.entries(phase.on ?? {}))
  const all = Object.entries(law.all ?? {})
  const signalWidth = Math.max(0, ...[...arrows, ...all].map(([signal]) => signal.length))
  const targetWidth = Math.max(7, ...phases.map(([name]) => name.length + 2))
  const draw = { paint, columns, signalWidth, targetWidth }
  const lines = [
    `${paint('bold', law.id)}${law.version === undefined ? '' : ` v${law.version}`} · ${phases.length} phases · ${law.agents.length} agents · begins in ${law.initial}`,
  ]
  for (const [name, phase] of phases) {
    const present = occupation.get(name)
    const content = [
      agentsLine(phase.allow ?? [], draw),
      ...Object.entries(phase.on ?? {}).flatMap(([signal, arrow]) =>
        arrowLines(signal, typeof arrow === 'string' ? { to: arrow } : arrow, draw),
      ),
    ]
    for (const to of phase.moves ?? [])
      content.push(...arrowLines('opschart move', { to, by: ['person'] }, draw))
    for (const [delay, { does }] of Object.entries(phase.after ?? {})) {
      content.push(`${paint('gray', `◷ after ${duration(law.delays?.[delay])}: ${does.join(', ')}`)}`)
    }
    const marks = [
      ...(name === law.initial ? ['first'] : []),
      ...(phase.auto_trigger === true ? ['acts unasked'] : []),
    ]
    lines.push(...box({ name, marks, present, style: phaseStyle(name), content }, draw))
  }
  if (all.length > 0 || (law.everywhere ?? []).length > 0) {
    const content = all.flatMap(([signal, arrow]) => {
      const but = (arrow.except ?? []).length === 0 ? [] : [`not in ${arrow.except!.join(', ')}`]
      return arrowLines(signal, arrow, draw, but)
    })
    if ((law.everywhere ?? []).length > 0) content.unshift(agentsLine(law.everywhere ?? [], draw))
    lines.push(
      ...box({ name: 'in every phase', marks: [], present: undefined, style: 'gray', content }, draw),
    )
  }
  return lines
}

/** The law in short: a line for each phase, with who stands there. */
export function renderPhases(
  law: LifecycleDefinition,
  occupation: ReadonlyMap<string, PhaseOccupation>,
  { paint }: Look,
): string[] {
  const names = Object.keys(law.phases)
  const width = Math.max(0, ...names.map((name) => name.length + 2))
  return names.map((name) => {
    const present = occupation.get(name)
    const style = phaseStyle(name)
    if (present === undefined) return paint('gray', `  ${name}`)
    const shown = present.chosen
      ? paint(['inverse', ...[style].flat()] as Style, ` ${name} `)
      : ` ${paint(style, name)} `
    return ` ${padTo(shown, width)}  ${standsOf(present, paint)}`
  })
}

function standsOf({ count, live }: PhaseOccupation, paint: Paint): string {
  const marked = live.length === 0 ? '' : `${paint('green', '●')} live ${paint('bold', live.join(', '))} · `
  return `${marked}${count === 1 ? '1 release' : `${count} releases`}`
}

interface Drawing {
  readonly paint: Paint
  readonly columns: number
  readonly signalWidth: number
  readonly targetWidth: number
}

interface Box {
  readonly name: string
  readonly marks: readonly string[]
  readonly present: PhaseOccupation | undefined
  readonly style: Style
  readonly content: readonly string[]
}

function box({ name, marks, present, style, content }: Box, { paint, columns }: Drawing): string[] {
  const chosen = present?.chosen === true
  const [corner, bar, line, end, low, lowEnd] = chosen
    ? ['┏', '┃', '━', '┓', '┗', '┛']
    : ['╭', '│', '─', '╮', '╰', '╯']
  const frame = (text: string) => paint(chosen || (present?.count ?? 0) > 0 ? style : 'gray', text)
  const title = `${frame(`${corner}${line} `)}${paint(chosen ? (['inverse', ...[style].flat()] as Style) : style, chosen ? ` ${name} ` : name)}${marks.length === 0 ? '' : paint('gray', ` (${marks.join(', ')})`)} `
  const stands = present === undefined ? '' : ` ${standsOf(present, paint)} `
  const room = columns - 2
  const shownStands =
    widthOf(title) + widthOf(stands) + 2 > columns
      ? cutPainted(stands, Math.max(1, columns - widthOf(title) - 2))
      : stands
  const rule = line!.repeat(Math.max(0, columns - widthOf(title) - widthOf(shownStands) - 2))
  return [
    `${title}${frame(rule)}${shownStands}${frame(`${line}${end}`)}`,
    ...content.map((text) => `${frame(bar!)} ${padTo(cutPainted(text, room - 2), room - 2)} ${frame(bar!)}`),
    frame(`${low}${line!.repeat(room)}${lowEnd}`),
  ]
}

function agentsLine(agents: readonly string[], { paint }: Drawing): string {
  return agents.length === 0
    ? paint('gray', 'no agent acts here')
    : `${paint('gray', 'agents')} ${agents.join(', ')}`
}

function arrowLines(
  signal: string,
  arrow: Arrow,
  draw: Drawing,
  conditions: readonly string[] = [],
): string[] {
  const { paint, signalWidth, targetWidth } = draw
  const target =
    arrow.to === undefined
      ? paint('gray', '↺ stays')
      : arrow.to === '*'
        ? '→ any'
        : `→ ${paint(phaseStyle(arrow.to), arrow.to)}`
  const starts = arrow.starts === undefined ? '' : `starts ${paint('cyan', arrow.starts)}`
  const gates = arrow.gate === undefined ? [] : [arrow.gate].flat()
  const who = arrow.by === undefined ? 'by anyone' : `by ${arrow.by.join(', ')}`
  const gated = gates.length === 0 ? [] : [`if ${gates.map((gate) => gate.replaceAll('_', ' ')).join(', ')}`]
  const when = [...gated, ...conditions].join(' · ')
  const second = when === '' ? who : `${who} · ${when}`
  const room = draw.columns - 4 - 2
  return [
    `${padTo(signal, signalWidth)}  ${padTo(target, targetWidth)}  ${starts}`.trimEnd(),
    ...wrapTo(second, room).map((line) => paint('gray', `  ${line}`)),
  ]
}

function duration(milliseconds: number | undefined): string {
  return milliseconds === undefined
    ? 'a while'
    : milliseconds % 60_000 === 0
      ? `${milliseconds / 60_000} min`
      : `${milliseconds / 1000} s`
}
