import { statesOf, type ArrowView, type ChartView, type StateView } from '@opschart/core'

import { eventOf } from '../layout/_content.ts'

/**
 * A chart as a Mermaid state diagram, for documents. Who may act, what is done on entry and exit, and arrows that stay
 * stand in notes: Mermaid has no place for them. A history state is drawn as a state called H.
 */
export function mermaidOf(chart: ChartView): string {
  const ids = idsOf(chart)
  const lines = ['stateDiagram-v2']
  const parents = new Map(statesOf(chart).flatMap((state) => state.states.map(({ id }) => [id, state.id])))
  // Mermaid puts a state where it is named last: what names it from outside must come before its own place.
  const within = (state: StateView, depth: number): void => {
    const indent = '  '.repeat(depth)
    if (state.initial !== undefined) lines.push(`${indent}[*] --> ${ids.get(state.initial)}`)
    for (const arrow of chart.arrows)
      for (const to of arrow.to)
        if (homeOf(arrow.from, to, parents) === state.id)
          lines.push(`${indent}${ids.get(arrow.from)} --> ${ids.get(to)}${labelled(arrow)}`)
    for (const inner of state.states) {
      const notes = notesOf(inner, chart.arrows)
      if (inner.kind === 'final') lines.push(`${indent}${ids.get(inner.id)} --> [*]`)
      if (notes.length === 0) continue
      lines.push(`${indent}note right of ${ids.get(inner.id)}`)
      lines.push(...notes.map((note) => `${indent}  ${inNote(note)}`), `${indent}end note`)
    }
    state.states.forEach((inner, place) => {
      if (state.kind === 'parallel' && place > 0) lines.push(`${indent}--`)
      const id = ids.get(inner.id)!
      const name = inner.kind === 'history' ? (inner.deep === true ? 'H*' : 'H') : inner.key
      const isHolder = inner.states.length > 0
      if (name !== id || isHolder)
        lines.push(`${indent}state "${plain(name) || id}" as ${id}${isHolder ? ' {' : ''}`)
      else if (depth > 1 || !isNamed(chart, inner.id)) lines.push(`${indent}${id}`)
      if (!isHolder) return
      within(inner, depth + 1)
      lines.push(`${indent}}`)
    })
  }
  within(chart.root, 1)
  return lines.join('\n')
}

/** Whether an arrow names a state: it needs no line of its own then. */
const isNamed = ({ arrows, root }: ChartView, id: string): boolean =>
  root.initial === id || arrows.some(({ from, to }) => (from === id && to.length > 0) || to.includes(id))

/** The innermost state that holds both. */
function homeOf(from: string, to: string, parents: ReadonlyMap<string, string>): string {
  const above = (id: string): string[] => {
    const parent = parents.get(id)
    return parent === undefined ? [] : [parent, ...above(parent)]
  }
  const holders = new Set(above(to))
  return above(from).find((id) => holders.has(id)) ?? ''
}

/** A name for each state that Mermaid takes, and no two the same. */
function idsOf(chart: ChartView): Map<string, string> {
  const taken = new Set<string>()
  return new Map(
    statesOf(chart).map(({ id, key }) => {
      const plainKey = (id === '' ? chart.id : key).replaceAll(/[^A-Za-z0-9_]/g, '_') || 'state'
      // Words that Mermaid reads as its own.
      const base = /^(?:state|note|end|as|direction|default|class|style|click)$/i.test(plainKey)
        ? `${plainKey}_`
        : plainKey
      let name = base
      for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`
      taken.add(name)
      return [id, name]
    }),
  )
}

function notesOf({ id, allow, entry, exit, invoke }: StateView, arrows: readonly ArrowView[]): string[] {
  return [
    ...(allow.length === 0 ? [] : [`agents: ${allow.join(', ')}`]),
    ...(entry.length === 0 ? [] : [`entry / ${entry.join(', ')}`]),
    ...(exit.length === 0 ? [] : [`exit / ${exit.join(', ')}`]),
    ...invoke.map(({ src }) => `invoke ${src}`),
    ...arrows.filter(({ from, to }) => from === id && to.length === 0).map(labelOf),
  ]
}

const labelled = (arrow: ArrowView): string => {
  const label = plain(labelOf(arrow))
  return label === '' ? '' : `: ${label}`
}

/** `CODE_MERGED [review_approved] / post_merge`: the event, what must hold, and what it starts or does. */
function labelOf(arrow: ArrowView): string {
  const { guard, starts, actions, by } = arrow
  // What the law notes for itself is no part of what people read there.
  const done = [...(starts === undefined ? [] : [starts]), ...(by === undefined ? actions : [])].join(', ')
  return `${eventOf(arrow)}${guard === undefined ? '' : ` [${guard}]`}${done === '' ? '' : ` / ${done}`}`
}

/** A note's line: it may have a colon, and must not begin as the line that ends a note. */
function inNote(text: string): string {
  const line = text.split(':').map(plain).join(': ').trim()
  return /^end\s*note/i.test(line) ? `– ${line}` : line
}

/** A text without what Mermaid would read as its own. */
function plain(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/["#;:<>{}]/g, ' ')
    .trim()
    .slice(0, 200)
}
