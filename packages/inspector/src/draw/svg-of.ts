import { statesOf, type ArrowView, type ChartDifference, type ChartView } from '@opschart/core'

import { eventOf } from '../layout/_content.ts'
import type { ArrowPath, Box, InitialMark, Layout, StateBox, TextPiece } from '../layout/layout.ts'
import { attribute, escaped } from './_escape.ts'
import { headOf, number, roundedLine } from './_shapes.ts'
import { changeMark, changeOf, changeStyle } from './_changes.ts'
import { styleOf, type Theme } from './theme.ts'

/** What a drawing shows beside the chart. */
export interface Look {
  /** Ids of the active states, as `activeIn` gives them; none unless told. */
  readonly active?: ReadonlySet<string>
  /** Id of the arrow that was taken last. */
  readonly last?: string
  /** Ids of the arrows that may be taken now; none are marked unless told. */
  readonly allowed?: ReadonlySet<string>
  /** What became of states and arrows since another version: each is told by colour and sign. */
  readonly changes?: Pick<ChartDifference, 'states' | 'arrows'>
  /** Whether a page lights it up later: what may be lit is there then, and hidden. */
  readonly live?: boolean
  /** `auto` unless told: as the reader's system has it. */
  readonly theme?: Theme
  /** Whether the style sheet stands in the drawing; `false` for a page that brings {@link styleOf} itself. */
  readonly style?: boolean
}

/**
 * A chart as one SVG text that stands alone: no script, nothing from elsewhere, every name escaped. States and arrows carry
 * their ids as `data-state` and `data-arrow`, so that a page can light them up without drawing anew.
 */
export function svgOf(chart: ChartView, layout: Layout, look: Look = {}): string {
  const { active = new Set<string>(), theme = 'auto' } = look
  const arrows = new Map(chart.arrows.map((arrow) => [arrow.id, arrow]))
  const lit = litOf(chart, layout, active)
  const { width, height } = layout
  const name = `Statechart ${chart.id}`
  const paths = layout.arrows.toSorted((a, b) => rank(a, look) - rank(b, look))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="oc-chart" role="img" aria-label="${escaped(name)}" width="${number(width)}" height="${number(height)}" viewBox="0 0 ${number(width)} ${number(height)}">`,
    `<title>${escaped(name)}</title>`,
    `<desc>${escaped(described(chart, active))}</desc>`,
    ...(look.style === false
      ? []
      : [`<style>${styleOf(theme)}${look.changes === undefined ? '' : changeStyle}</style>`]),
    `<rect class="oc-ground" width="${number(width)}" height="${number(height)}"/>`,
    ...layout.states.map((state) => stateSvg(state, lit, look)),
    ...layout.initials.map(initialSvg),
    ...paths.map((path) => lineSvg(path, look)),
    // What is written stands above every line.
    ...layout.states.map((state) => writtenSvg(state, lit, look, arrows)),
    ...paths.map((path) => labelSvg(path, look, arrows.get(path.arrow))),
    '</svg>',
  ]
    .filter((part) => part !== '')
    .join('\n')
    .concat('\n')
}

/** How the boxes are lit: `active` is filled, `within` is an active state that holds others. The root always is: it says nothing. */
function litOf(
  chart: ChartView,
  layout: Layout,
  active: ReadonlySet<string>,
): Map<string, 'active' | 'within'> {
  const lit = new Map<string, 'active' | 'within'>()
  const holders = new Set(layout.states.flatMap(({ parent }) => parent ?? []))
  for (const { id } of statesOf(chart))
    if (id !== '' && active.has(id)) lit.set(id, holders.has(id) ? 'within' : 'active')
  return lit
}

function rank({ arrow }: ArrowPath, { last, allowed }: Look): number {
  return arrow === last ? 2 : allowed?.has(arrow) === true ? 1 : 0
}

function described(chart: ChartView, active: ReadonlySet<string>): string {
  const states = statesOf(chart)
  const standing = states.filter(({ id, states: inner }) => active.has(id) && inner.length === 0)
  const counts = `${states.length} states, ${chart.arrows.length} arrows`
  return standing.length === 0
    ? counts
    : `${counts}; active: ${standing.map(({ id, key }) => id || key).join(', ')}`
}

function stateSvg(state: StateBox, lit: ReadonlyMap<string, string>, { changes }: Look): string {
  const { id, kind, x, y, width, height, header, rows } = state
  const classes = ['oc-state', `oc-${kind}`]
  if (isHolder(state)) classes.push('oc-holder')
  if (state.region) classes.push('oc-region')
  const light = lit.get(id)
  if (light !== undefined) classes.push(`oc-${light}`)
  const change = changes?.states.get(id)
  if (change !== undefined) classes.push(`oc-${change}`)
  const parts: string[] = [`<g class="${classes.join(' ')}" data-state="${attribute(id)}">`]
  if (kind === 'history') {
    const radius = width / 2
    parts.push(
      `<circle class="oc-box" cx="${number(x + radius)}" cy="${number(y + radius)}" r="${number(radius)}"/>`,
    )
  } else {
    parts.push(`<rect class="oc-box" ${boxAttributes(state)} rx="8"/>`)
    // The strip is round above as its box is, and straight below when something follows.
    const strip = rows.length > 0 || isHolder(state)
    if (strip) {
      const bottom = number(y + header)
      parts.push(
        `<path class="oc-strip" d="M${number(x + 1)} ${bottom}V${number(y + 8)}Q${number(x + 1)} ${number(y + 1)} ${number(x + 8)} ${number(y + 1)}H${number(x + width - 8)}Q${number(x + width - 1)} ${number(y + 1)} ${number(x + width - 1)} ${number(y + 8)}V${bottom}Z"/>`,
      )
    }
    if (kind === 'final') {
      const inner = { x: x + 3.5, y: y + 3.5, width: width - 7, height: height - 7 }
      parts.push(`<rect class="oc-inner" ${boxAttributes(inner)} rx="5"/>`)
    }
  }
  return `${parts.join('')}${changeMark(change, state)}</g>`
}

const isHolder = ({ kind, folded }: Pick<StateBox, 'kind' | 'folded'>): boolean =>
  (kind === 'compound' || kind === 'parallel') && !folded

/** What stands in a state: above the lines, which may have to pass there. */
function writtenSvg(
  { id, kind, title, rows, folded }: StateBox,
  lit: ReadonlyMap<string, string>,
  look: Look,
  arrows: ReadonlyMap<string, ArrowView>,
): string {
  const over = isHolder({ kind, folded }) ? ' oc-over' : ''
  const light = lit.get(id)
  const lines = rows.map(({ arrow, x, y, pieces }) => {
    const text = pieces.map(pieceSvg).join('')
    if (arrow === undefined) return `<g class="oc-row">${text}</g>`
    const mark = allowedMark(arrow, look, { x: x + 5.5, y: y + 8 })
    const change = changeMark(changeOf(arrow, look.changes), { x, y: y - 2, width: 14 })
    return `<g class="oc-row${toldBy(arrow, look)}" data-arrow="${attribute(arrow)}">${tooltip(arrows.get(arrow))}${mark}${text}${change}</g>`
  })
  const name = `<g class="oc-heading"><title>${escaped(id || 'root')}</title>${title.map(pieceSvg).join('')}</g>`
  return `<g class="oc-written${over}${light === undefined ? '' : ` oc-${light}`}" data-state="${attribute(id)}">${name}${lines.join('')}</g>`
}

function initialSvg({ x, y, radius, points }: InitialMark): string {
  return `<g class="oc-initial"><circle class="oc-dot" cx="${number(x)}" cy="${number(y)}" r="${number(radius)}"/>${way(points)}</g>`
}

function lineSvg(path: ArrowPath, look: Look): string {
  return `<g class="oc-arrow${toldBy(path.arrow, look)}" data-arrow="${attribute(path.arrow)}">${way(path.points)}</g>`
}

function way(points: ArrowPath['points']): string {
  return points.length < 2
    ? ''
    : `<path class="oc-line" d="${roundedLine(points)}"/><path class="oc-head" d="${headOf(points)}"/>`
}

function labelSvg({ arrow, label }: ArrowPath, look: Look, view: ArrowView | undefined): string {
  if (label === undefined) return ''
  const mark = allowedMark(arrow, look, { x: label.x, y: label.y + label.height / 2 })
  return `<g class="oc-label${toldBy(arrow, look)}" data-arrow="${attribute(arrow)}">${tooltip(view)}<rect class="oc-pill" ${boxAttributes(label)} rx="6"/>${mark}${label.pieces.map(pieceSvg).join('')}${changeMark(changeOf(arrow, look.changes), label)}</g>`
}

/** A dot beside what may be taken: colour alone does not say it to everyone. */
function allowedMark(arrow: string, { allowed, live }: Look, { x, y }: { x: number; y: number }): string {
  return live === true || allowed?.has(arrow) === true
    ? `<circle class="oc-mark" cx="${number(x)}" cy="${number(y)}" r="3.5"/>`
    : ''
}

function toldBy(arrow: string, { last, allowed, changes }: Look): string {
  const change = changeOf(arrow, changes)
  return `${change === undefined ? '' : ` oc-${change}`}${allowed?.has(arrow) === true ? ' oc-allowed' : ''}${arrow === last ? ' oc-last' : ''}`
}

/** The whole text of an arrow, which its label may have to cut. */
function tooltip(arrow: ArrowView | undefined): string {
  if (arrow === undefined) return ''
  const { guard, actions, starts, by, description } = arrow
  const parts = [
    eventOf(arrow),
    ...(guard === undefined ? [] : [`[${guard}]`]),
    ...(actions.length === 0 ? [] : [`/ ${actions.join(', ')}`]),
    ...(starts === undefined ? [] : [`starts ${starts}`]),
    ...(by === undefined ? [] : [`by ${by.join(', ') || 'nobody'}`]),
    ...(description === undefined ? [] : [description]),
  ]
  return `<title>${escaped(parts.join(' '))}</title>`
}

function pieceSvg({ role, text, x, y }: TextPiece): string {
  return `<text class="oc-${role}" x="${number(x)}" y="${number(y)}">${escaped(text)}</text>`
}

function boxAttributes({ x, y, width, height }: Box): string {
  return `x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"`
}
