import type { Coverage } from '@opschart/core'

/** Marks a drawing with what is covered: how often each arrow was taken and each state come into; null takes the marks off. */
export function heatUp(drawing: Element, coverage: Coverage | null): void {
  for (const count of drawing.querySelectorAll('.oc-count')) count.remove()
  drawing.classList.toggle('oc-heat', coverage !== null)
  const { entered = none, taken = none, refused = none } = coverage ?? {}
  for (const element of drawing.querySelectorAll<SVGGElement>('[data-arrow]')) {
    const id = element.getAttribute('data-arrow')!
    const count = taken.get(id) ?? 0
    const halted = refused.get(id) ?? 0
    element.classList.toggle('oc-never', coverage !== null && count === 0)
    const line = element.querySelector<SVGPathElement>('.oc-line')
    if (line !== null) line.style.strokeWidth = coverage === null ? '' : `${widthOf(count)}px`
    const pill = element.querySelector('.oc-pill')
    if (coverage === null) continue
    if (pill !== null) mark(element, pill, told(count, halted), { x: -2, y: -3 })
    else if (element.classList.contains('oc-row')) markRow(element, told(count, halted))
  }
  if (coverage === null) return
  // Arrows may share a line: what was taken lies above what never was.
  for (const element of drawing.querySelectorAll('g.oc-arrow:not(.oc-never, :focus)'))
    element.parentElement?.querySelector('.oc-written')?.before(element)
  for (const element of drawing.querySelectorAll('g.oc-state[data-state]')) {
    const id = element.getAttribute('data-state')!
    const box = element.querySelector('rect.oc-box')
    element.classList.toggle('oc-never', id !== '' && !entered.has(id))
    if (box !== null && id !== '') mark(element, box, told(entered.get(id) ?? 0, 0), { x: -4, y: -4 })
  }
}

const none: ReadonlyMap<string, number> = new Map()

/** Ten times as often is a step wider. */
function widthOf(count: number): number {
  return count === 0 ? 1 : Math.min(7, 2 + Math.floor(Math.log10(count)) * 1.5)
}

/** A count as it is written beside what it counts. */
function told(count: number, halted: number): string {
  const times = count === 0 ? 'never' : `${count.toLocaleString()}×`
  return halted === 0 ? times : `${times} ✕${halted.toLocaleString()}`
}

/** Writes above the right corner of a box. */
function mark(element: Element, box: Element, text: string, by: { x: number; y: number }): void {
  const of = (name: string) => Number(box.getAttribute(name))
  const written = document.createElementNS('http://www.w3.org/2000/svg', 'text')
  written.setAttribute('class', 'oc-count')
  written.setAttribute('x', String(of('x') + of('width') + by.x))
  written.setAttribute('y', String(of('y') + by.y))
  written.textContent = text
  element.append(written)
}

/** Writes behind an arrow that stays in its state, on the first of its lines. */
function markRow(row: SVGGElement, text: string): void {
  const first = row.querySelector('text')
  const last = [...row.querySelectorAll('text')].findLast(
    (one) => one.getAttribute('y') === first?.getAttribute('y'),
  )
  if (last === undefined) return
  const { x, width } = last.getBBox()
  const written = last.cloneNode() as SVGTextElement
  written.setAttribute('class', 'oc-count oc-behind')
  written.setAttribute('x', String(x + width + 6))
  written.textContent = text
  row.append(written)
}
