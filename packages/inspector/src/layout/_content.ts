import type { ArrowView } from '@opschart/core'

import { flow, lineHeight, moved, stacked, type Run, type TextBlock } from './_text.ts'
import type { Measure } from './measure.ts'
import type { Detail, RowKind } from './layout.ts'
import type { ShownState } from './_shown.ts'

/** A row before its state has a place: from the state's top left corner. */
export interface RowBlock extends TextBlock {
  readonly kind: RowKind
  readonly x: number
  readonly y: number
  /** How wide the row is; as wide as its state unless told. */
  readonly across?: number
  readonly arrow?: string
}

/** What stands in a state's box above its inner states. */
export interface Content {
  readonly title: TextBlock
  readonly rows: readonly RowBlock[]
  /** Of the strip with the title. */
  readonly header: number
  /** The least that the box must measure for this alone. */
  readonly width: number
  readonly height: number
}

/** Space around text in boxes and pills. */
export const gaps = { side: 12, row: 4, beside: 8, pill: 7, pillTop: 3 } as const

const widths = { event: 280, pill: 190, leaf: 250, compound: 460, root: 720, line: 540 } as const
/** A sign or a word that stays with the one after it. */
const joint = '\u00A0'
const header = 30
const historySize = 28

/** What stands in a state's box. */
export function contentOf(shown: ShownState, measure: Measure, detail: Detail): Content {
  const { state, inner } = shown
  if (state.kind === 'history') return sign(state.deep === true ? 'H*' : 'H', measure)
  const most = shown.parent === undefined ? widths.root : inner.length > 0 ? widths.compound : widths.leaf
  const title = flow([{ role: 'title', text: state.key }], { width: most, lines: 1, measure })
  const rows: RowBlock[] = []
  let y = header
  const add = (kind: RowKind, runs: readonly Run[], arrow?: string) => {
    const block = flow(runs, { width: most, lines: 5, measure, hanging: 10 })
    if (block.pieces.length === 0) return
    const top = y + (rows.length === 0 ? 6 : gaps.row)
    rows.push({ ...block, kind, x: 0, y: top, ...(arrow === undefined ? {} : { arrow }) })
    y = top + block.height
  }
  /** Beside the row before, where there is room. */
  const addBeside = (run: Run, arrow: string) => {
    const block = flow([run], { width: most, lines: 1, measure })
    const last = rows.at(-1)
    const [x, across] = [(last?.x ?? 0) + (last?.across ?? 0), gaps.side + block.width + gaps.beside]
    if (last?.across === undefined || x + across > widths.line) add('stays', [run], arrow)
    const own = rows.at(-1)!
    const isBelow = own.arrow === arrow
    const row = { ...block, kind: 'stays' as const, x: isBelow ? 0 : x, y: own.y, across, arrow }
    if (isBelow) rows.pop()
    rows.push(row)
  }
  const isFull = detail === 'full'
  if (isFull) {
    if (state.description !== undefined)
      add('description', [{ role: 'description', text: state.description }])
    if (state.tags.length > 0)
      add(
        'tags',
        state.tags.map((tag): Run => ({ role: 'tag', text: `#${tag}` })),
      )
    if (state.allow.length > 0) add('allow', listed('agents', state.allow))
    if (state.entry.length > 0) add('entry', listed('entry', state.entry))
    for (const { id, src } of state.invoke)
      add('invoke', listed('invoke', [src === id || /^\d+\./.test(id) ? src : `${src} as ${id}`]))
  }
  for (const arrow of detail === 'states' ? [] : shown.stays)
    if (isFull || inner.length === 0)
      add('stays', [eventRun(arrow), ...(isFull ? detailsOf(arrow) : [])], arrow.id)
    else addBeside(eventRun(arrow), arrow.id)
  if (isFull && state.exit.length > 0) add('exit', listed('exit', state.exit))
  if (shown.folded > 0)
    add('folded', [
      { role: 'description', text: `${shown.folded} ${shown.folded === 1 ? 'state' : 'states'} folded` },
    ])
  const simple = rows.length === 0 && inner.length === 0
  const width =
    Math.max(title.width + (state.kind === 'final' ? 8 : 0), ...rows.map((row) => row.x + row.width)) +
    2 * gaps.side
  const whole = Math.max(72, Math.ceil(width))
  return {
    // Alone in its box, a name stands in the middle.
    title: {
      ...title,
      pieces: moved(title.pieces, simple ? (whole - title.width) / 2 : gaps.side, simple ? 12 : 8),
    },
    rows: rows.map((row) => ({ ...row, pieces: moved(row.pieces, row.x + gaps.side, row.y) })),
    header: simple ? header + 10 : header,
    width: whole,
    height: rows.length === 0 ? header + (inner.length === 0 ? 10 : 0) : y + 8,
  }
}

/** The text on an arrow; undefined for one without any. */
export function labelOf(
  arrow: ArrowView,
  fromHistory: boolean,
  measure: Measure,
  detail: Detail,
): TextBlock | undefined {
  const details = detailsOf(arrow)
  if (fromHistory && (details.length === 0 || detail !== 'full')) return undefined
  const event = flow([eventRun(arrow)], { width: widths.event, lines: 2, measure })
  const width = Math.max(widths.pill, event.width)
  const text = stacked([
    event,
    ...(detail === 'full' ? details : []).map((run) => flow([run], { width, lines: 3, measure, hanging: 8 })),
  ])
  return {
    width: text.width + 2 * gaps.pill,
    height: text.height + 2 * gaps.pillTop,
    pieces: moved(text.pieces, gaps.pill, gaps.pillTop),
  }
}

/** Why an arrow is taken, in words. */
export function eventOf({ kind, event }: ArrowView): string {
  if (kind === 'always') return 'always'
  if (kind === 'event' || kind === 'move' || event === kind) return event
  // An id that XState has made up says nothing to a reader.
  if (kind !== 'after' && /^\d+\./.test(event)) return kind
  return `${kind} ${kind === 'after' ? spanOf(event) : event}`
}

const spans = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const

/** `120000 ms` as `2 min`; what is no whole number of anything stays as it is. */
function spanOf(delay: string): string {
  const length = Number(/^(\d+) ms$/.exec(delay)?.[1] ?? 0)
  for (const [unit, name] of spans) if (length > 0 && length % unit === 0) return `${length / unit} ${name}`
  return delay
}

function eventRun(arrow: ArrowView): Run {
  return { role: 'event', text: eventOf(arrow) }
}

function detailsOf({ guard, actions, starts, by, description }: ArrowView): Run[] {
  return [
    ...(guard === undefined ? [] : [{ role: 'guard' as const, text: `[${guard}]` }]),
    ...(actions.length === 0 ? [] : [{ role: 'action' as const, text: `/${joint}${actions.join(', ')}` }]),
    ...(starts === undefined ? [] : [{ role: 'starts' as const, text: `starts${joint}${starts}` }]),
    ...(by === undefined ? [] : [{ role: 'by' as const, text: `by${joint}${by.join(', ') || 'nobody'}` }]),
    ...(description === undefined ? [] : [{ role: 'description' as const, text: description }]),
  ]
}

function listed(keyword: string, names: readonly string[]): Run[] {
  return [
    { role: 'keyword', text: keyword },
    { role: 'name', text: names.join(', ') },
  ]
}

/** A history state: a circle with an H. */
function sign(text: string, measure: Measure): Content {
  const block = flow([{ role: 'event', text }], { width: historySize, lines: 1, measure })
  return {
    title: {
      ...block,
      pieces: moved(block.pieces, (historySize - block.width) / 2, (historySize - lineHeight) / 2),
    },
    rows: [],
    header: 0,
    width: historySize,
    height: historySize,
  }
}
