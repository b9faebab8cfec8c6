import { statesOf, type ChartView } from '@opschart/core'

import { visible } from '../src/layout/_text.ts'
import type { Box, Layout } from '../src/layout/layout.ts'
import type { Light } from './chart-light.ts'
import { activeBy, spokenOf } from './chart-spoken.ts'
import type { ChangesShown } from './comparing.ts'
import { besideOf, holderOf, withinOf, type Side } from './chart-walk.ts'

/** What of a drawing has the keyboard: a state, or one of its arrows. */
export interface Place {
  readonly state: string
  readonly arrow?: string
}

/** What a key does to the drawing. */
export interface Acts {
  /** Shows a box, if it is not seen. */
  bring(box: Box): void
  /** What a click on it does. */
  click(place: Place): void
  isFolded(state: string): boolean
}

const sides: Readonly<Record<string, Side>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

/** How far the ring lies around what has the keyboard: nearer to a row, which has others above and below it. */
const around = { box: 5, row: 4 } as const

/**
 * Makes a drawing one stop of the Tab key, within which its states are gone through one by one, and the arrows of each. What
 * has the keyboard is the browser's own focus: every screen reader follows that.
 */
export function focusOn(
  drawing: SVGSVGElement,
  {
    chart,
    layout,
    folded,
    changes,
  }: {
    chart: ChartView
    layout: Layout
    folded: ReadonlySet<string>
    /** What became of it since another version, where that is drawn. */
    changes: ChangesShown | undefined
  },
  first: Place | null,
) {
  const spoken = spokenOf(chart, folded, changes)
  const views = new Map(statesOf(chart).map((state) => [state.id, state]))
  const parents = new Map(
    [...views.values()].flatMap((state) => state.states.map(({ id }) => [id, state.id])),
  )
  const arrows = new Map(chart.arrows.map((arrow) => [arrow.id, arrow]))
  const boxes = layout.states
  // Drawn in the layout's order; an id that would hide something is another one in the drawing.
  const drawn = drawing.querySelectorAll<SVGGElement>('g.oc-state')
  const elements = new Map(boxes.map(({ id }, place) => [id, drawn[place]!]))
  for (const element of elements.values()) stopAt(element, 'graphics-object', 'state')
  const written = new Map<string, SVGGElement>()
  const ids = new Map(chart.arrows.map(({ id }) => [visible(id), id]))
  // A line comes first, what is written on it after: that is what the keyboard goes to where there is any.
  for (const element of drawing.querySelectorAll<SVGGElement>('[data-arrow]'))
    written.set(ids.get(element.getAttribute('data-arrow')!)!, element)
  for (const element of written.values()) stopAt(element, 'graphics-symbol', 'arrow')
  drawing.setAttribute('role', 'none')
  drawing.removeAttribute('aria-label')
  const ring = ringIn(drawing)

  let light: Light | undefined
  /** Whether somebody has gone to where the keyboard is; until then it is where the actor stands. */
  let isChosen = first !== null
  let at: Place = shown(first)

  /** A place as it is drawn: where it is folded away, what holds it. */
  function shown(place: Place | null): Place {
    for (let id = place?.state; id !== undefined; id = parents.get(id))
      if (elements.has(id)) return place!.state === id ? place! : { state: id }
    return { state: '' }
  }
  const elementOf = ({ state, arrow }: Place): SVGGElement | undefined =>
    arrow === undefined ? elements.get(state) : written.get(arrow)

  function put(place: Place): void {
    elementOf(at)?.setAttribute('tabindex', '-1')
    at = place
    elementOf(at)?.setAttribute('tabindex', '0')
  }
  function go(place: Place, acts: Pick<Acts, 'bring'>): void {
    isChosen = true
    put(place)
    elementOf(at)?.focus({ preventScroll: true })
    const box = boxOf(elementOf(at))
    if (box !== undefined) acts.bring(box)
  }
  function goTo(state: string | undefined, acts: Acts): void {
    if (state !== undefined && elements.has(state)) go({ state }, acts)
  }
  function goIn(acts: Acts): void {
    const active: ReadonlySet<string> = light === undefined ? new Set() : activeBy(chart, light)
    if (acts.isFolded(at.state)) acts.click({ state: at.state })
    else goTo(withinOf(boxes, at.state, active, views.get(at.state)?.initial)?.id, acts)
  }
  function along(by: number, acts: Acts): void {
    const all = spoken.arrowsOf(at.state).filter(({ id }) => written.has(id))
    if (all.length === 0) return
    const place = all.findIndex(({ id }) => id === at.arrow)
    const next = place === -1 ? (by > 0 ? 0 : all.length - 1) : (place + by + all.length) % all.length
    go({ state: at.state, arrow: all[next]!.id }, acts)
  }
  function siblings(): string[] {
    const parent = boxes.find(({ id }) => id === at.state)?.parent
    return boxes.filter((box) => box.parent === parent).map(({ id }) => id)
  }
  function inOrder(by: number, acts: Acts): void {
    const place = boxes.findIndex(({ id }) => id === at.state)
    goTo(boxes[place + by]?.id, acts)
  }
  const keys: Readonly<Record<string, (acts: Acts) => void>> = {
    Enter: (acts) => (at.arrow === undefined ? goIn(acts) : acts.click(at)),
    ' ': (acts) => acts.click(at),
    Escape: (acts) => {
      const holder = holderOf(boxes, boxes.find(({ id }) => id === at.state) ?? {})
      goTo(at.arrow === undefined ? holder?.id : at.state, acts)
    },
    Home: (acts) => goTo(siblings()[0], acts),
    End: (acts) => goTo(siblings().at(-1), acts),
    PageUp: (acts) => inOrder(-1, acts),
    PageDown: (acts) => inOrder(1, acts),
    '.': (acts) => along(1, acts),
    ',': (acts) => along(-1, acts),
    t(acts) {
      const to = at.arrow === undefined ? undefined : arrows.get(at.arrow)?.to[0]
      if (to !== undefined) go(shown({ state: to }), acts)
    },
  }

  drawing.addEventListener('focusin', () => ring.around(elementOf(at)))
  put(at)

  return {
    /** Where the keyboard is, or would come in; null while nobody has gone anywhere. */
    place: (): Place | null => (isChosen ? at : null),
    /** Tells anew what is lit. */
    tell(next: Light): void {
      light = next
      const active = activeBy(chart, next)
      for (const { id, parent } of boxes)
        label(elements.get(id)!, spoken.state(views.get(id)!, parent, next, active))
      for (const [id, element] of written) label(element, spoken.arrow(arrows.get(id)!, next))
      if (isChosen) return
      // As deep as it is drawn.
      const standing = boxes.findLast(({ id }) => active.has(id))
      put(shown({ state: standing?.id || (chart.root.initial ?? '') }))
    },
    /** Comes in where something was looked for. */
    find(state: string, acts: Pick<Acts, 'bring'>): void {
      isChosen = true
      put(shown({ state }))
      const box = boxOf(elementOf(at))
      if (box !== undefined) acts.bring(box)
    },
    /** Shows what has it. */
    bring(acts: Pick<Acts, 'bring'>): void {
      const box = boxOf(elementOf(at))
      if (box !== undefined) acts.bring(box)
    },
    /** Takes the keyboard: to what was pointed at, or to where it was. */
    take(place: Place = at): void {
      if (place !== at) isChosen = true
      put(elementOf(place) === undefined ? at : place)
      elementOf(at)?.focus({ preventScroll: true })
    },
    /** Whether a key goes or does something here. */
    press(key: string, acts: Acts): boolean {
      const side = sides[key]
      if (side !== undefined) goTo(besideOf(boxes, at.state, side)?.id, acts)
      else keys[key]?.(acts)
      return side !== undefined || keys[key] !== undefined
    },
  }
}

/** What {@link focusOn} gives. */
export type ChartFocus = ReturnType<typeof focusOn>

function stopAt(element: Element, role: string, called: string): void {
  element.setAttribute('role', role)
  element.setAttribute('aria-roledescription', called)
  element.setAttribute('tabindex', '-1')
}

function label(element: Element, text: string): void {
  if (element.getAttribute('aria-label') !== text) element.setAttribute('aria-label', text)
}

function boxOf(element: SVGGElement | undefined): Box | undefined {
  return (element?.querySelector<SVGGraphicsElement>(':scope > .oc-box') ?? element)?.getBBox()
}

/** Two lines around what has the keyboard, one in the colour of text and one in that of the ground: one of them is seen on whatever is there. */
function ringIn(drawing: SVGSVGElement) {
  const lines = ['oc-ring oc-ring-ground', 'oc-ring'].map((name) => {
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
    line.setAttribute('class', name)
    line.setAttribute('rx', '9')
    drawing.append(line)
    return line
  })
  return {
    around(element: SVGGElement | undefined): void {
      const box = boxOf(element)
      if (box === undefined) return
      const isRow = element!.classList.contains('oc-row')
      const by = isRow ? around.row : around.box
      drawing.classList.toggle('oc-ring-bare', isRow)
      for (const line of lines) {
        line.setAttribute('x', String(box.x - by))
        line.setAttribute('y', String(box.y - by))
        line.setAttribute('width', String(box.width + 2 * by))
        line.setAttribute('height', String(box.height + 2 * by))
      }
    },
  }
}
