import { activeIn, type ChartView, type SeenState } from '@opschart/core'

import type { Layout } from '../src/layout/layout.ts'

/** What of a chart is lit. */
export interface Light {
  readonly state: SeenState | null
  readonly kind: 'supposed' | 'past' | 'present'
  /** Id of the arrow that was taken last. */
  readonly taken: string | undefined
  /** Ids of the arrows that may be taken. */
  readonly allowed: ReadonlySet<string>
  /** The state that is pointed at. */
  readonly found: string | null
}

/** Lights a drawing up: its elements stay, only their classes change. */
export function lightUp(drawing: Element, chart: ChartView, layout: Layout, light: Light): void {
  const active = light.state === null ? new Set<string>() : activeIn(chart, light.state.value)
  const holders = new Set(layout.states.flatMap(({ parent }) => parent ?? []))
  drawing.setAttribute('data-kind', light.kind)
  for (const element of drawing.querySelectorAll('[data-state]')) {
    const id = element.getAttribute('data-state')!
    const isActive = id !== '' && active.has(id)
    element.classList.toggle('oc-active', isActive && !holders.has(id))
    element.classList.toggle('oc-within', isActive && holders.has(id))
    element.classList.toggle('oc-found', id === light.found)
  }
  for (const element of drawing.querySelectorAll('[data-arrow]')) {
    const id = element.getAttribute('data-arrow')!
    element.classList.toggle('oc-allowed', light.allowed.has(id))
    element.classList.toggle('oc-last', id === light.taken)
  }
  // Arrows may share a line: what is lit lies above what is not.
  for (const lit of ['.oc-allowed', '.oc-last'])
    for (const element of drawing.querySelectorAll(`g.oc-arrow${lit}:not(:focus)`))
      element.parentElement?.querySelector('.oc-written')?.before(element)
}

/** Lets the arrow that was taken run along its line once. */
export function runAlong(drawing: Element, arrow: string): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  for (const element of drawing.querySelectorAll<SVGGElement>('g.oc-arrow')) {
    if (element.getAttribute('data-arrow') !== arrow) continue
    const line = element.querySelector<SVGPathElement>('.oc-line')
    if (line === null) continue
    // Above the others while it runs.
    element.parentElement?.querySelector('.oc-written')?.before(element)
    const length = line.getTotalLength()
    line.animate(
      [
        { strokeDasharray: `${length}`, strokeDashoffset: `${length}` },
        { strokeDasharray: `${length}`, strokeDashoffset: '0' },
      ],
      { duration: Math.min(900, 250 + length), easing: 'ease-out' },
    )
  }
}
