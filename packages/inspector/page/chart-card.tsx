import { statesOf, type ArrowView, type ChartView } from '@opschart/core'
import { useLayoutEffect, useRef } from 'preact/hooks'

import { eventOf } from '../src/layout/_content.ts'

/** What of a drawing is looked at closely, and where on the screen it stands. */
export interface Told {
  readonly state: string | undefined
  readonly arrow: string | undefined
  readonly box: DOMRect
}

const apart = 8

/** What the law says of a state or an arrow of which only the name is written, beside it. */
export function ChartCard({ chart, told, pane }: { chart: ChartView; told: Told; pane: HTMLElement | null }) {
  const card = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = card.current
    if (element === null || pane === null) return
    const room = pane.getBoundingClientRect()
    const { width, height } = element.getBoundingClientRect()
    const { left, right, top } = told.box
    // To the right where there is room, else to the left; never beyond the pane.
    const x = right + apart + width <= room.right ? right + apart : left - apart - width
    const y = Math.min(top, room.bottom - height - apart)
    element.style.left = `${Math.max(apart, x - room.left) + pane.offsetLeft}px`
    element.style.top = `${Math.max(apart, y - room.top)}px`
  }, [told])
  const arrow = chart.arrows.find(({ id }) => id === told.arrow)
  const state = statesOf(chart).find(({ id }) => id === told.state)
  const rows = arrow === undefined ? (state === undefined ? [] : rowsOf(chart, state)) : rowsOfArrow(arrow)
  if (rows.length === 0) return null
  return (
    <div ref={card} class="card-told" aria-hidden="true">
      <h4>{arrow === undefined ? state!.key : eventOf(arrow)}</h4>
      <dl class="facts">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

type Rows = readonly (readonly [string, string])[]

function rowsOfArrow({ from, to, guard, actions, starts, by, description }: ArrowView): Rows {
  return said([
    ['from', from],
    ['to', to.join(', ')],
    ['if', guard ?? ''],
    ['does', actions.join(', ')],
    ['starts', starts ?? ''],
    ['by', by === undefined ? '' : by.join(', ') || 'nobody'],
    ['', description ?? ''],
  ])
}

function rowsOf({ arrows }: ChartView, state: ReturnType<typeof statesOf>[number]): Rows {
  const { id, description, tags, allow, entry, invoke, exit } = state
  return said([
    ['', description ?? ''],
    ['tags', tags.join(', ')],
    ['agents', allow.join(', ')],
    ['entry', entry.join(', ')],
    ['invoke', invoke.map(({ src }) => src).join(', ')],
    ['exit', exit.join(', ')],
    ['arrows', arrows.flatMap((arrow) => (arrow.from === id ? [eventOf(arrow)] : [])).join(', ')],
  ])
}

const said = (rows: Rows): Rows => rows.filter(([, text]) => text !== '')
