import { statesOf, type ChartView } from '@opschart/core'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

import { svgOf } from '../src/draw/svg-of.ts'
import type { Box } from '../src/layout/layout.ts'
import { focusOn, type ChartFocus, type Place } from './chart-focus.ts'
import { heatUp } from './chart-heat.ts'
import { lightUp, runAlong } from './chart-light.ts'
import { ChartTools } from './chart-tools.tsx'
import { CoverageBox, coverageShown } from './coverage-box.tsx'
import type { Does } from './does.ts'
import { standing } from './format.ts'
import { lightOf } from './light-of.ts'
import { changesShown } from './comparing.ts'
import { chartShown, sourceOf, type Model } from './model.ts'
import { VersionsBox } from './versions-box.tsx'
import { bringing, centred, fitted, isSeen, moved, zoomed, type View } from './view-box.ts'

/** Smallest scale at which a label can still be read. */
const readable = 0.55

/** Milliseconds between two arrows that run along their lines: where much happens, one cannot look at more. */
const pause = 800

/** The chart of what is looked at, lit as it stands, to be moved about and enlarged. */
export function ChartPane({ model, does }: { model: Model; does: Does }) {
  const pane = useRef<HTMLDivElement>(null)
  const drawing = useRef<SVGSVGElement | null>(null)
  const drawn = useRef<ChartView | null>(null)
  const view = useRef<View>({ x: 0, y: 0, scale: 1 })
  const focus = useRef<ChartFocus | null>(null)
  /** Whether the keyboard was on a drawing that is no longer there, and on none since. */
  const wasFocused = useRef(false)
  const taken = useRef<string | undefined>(undefined)
  const ran = useRef(-pause)
  const { layout: made, follows } = model
  const chart = chartShown(model)
  const light = lightOf(model)

  const size = () => ({ width: pane.current?.clientWidth ?? 1, height: pane.current?.clientHeight ?? 1 })
  const look = (next: View): void => {
    view.current = next
    const { width, height } = size()
    drawing.current?.setAttribute(
      'viewBox',
      `${next.x} ${next.y} ${width / next.scale} ${height / next.scale}`,
    )
  }
  const fit = (): void => {
    if (made !== null) look(fitted(made.layout, size()))
  }
  /** Brings what is active into view: all of it where it fits, at a size that can be read. */
  const follow = (): void => {
    const active = drawing.current?.querySelectorAll('.oc-active > .oc-box')
    if (made === null || active === undefined || active.length === 0) return
    const boxes = made.layout.states.filter(({ id }) =>
      [...active].some((element) => element.parentElement?.getAttribute('data-state') === id),
    )
    const hidden = boxes.find((box) => !isSeen(view.current, box, size()))
    if (hidden === undefined) return
    const { x, y, width, height } = hidden
    look(centred(x + width / 2, y + height / 2, Math.max(view.current.scale, readable), size()))
  }
  const zoom = (by: number): void => {
    const { width, height } = size()
    look(zoomed(view.current, by, { x: width / 2, y: height / 2 }))
  }

  useLayoutEffect(() => {
    if (pane.current === null) return
    if (pane.current.contains(document.activeElement)) wasFocused.current = true
    if (made === null) {
      pane.current.replaceChildren()
      drawing.current = null
      focus.current = null
      return
    }
    const changes = changesShown(model)
    const text = svgOf(made.chart, made.layout, {
      style: false,
      live: true,
      ...(changes === undefined ? {} : { changes }),
    })
    // Read as XML: what is no well-formed drawing is none at all, and nothing in it is run.
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement
    const svg = document.adoptNode(parsed) as unknown as SVGSVGElement
    svg.removeAttribute('width')
    svg.removeAttribute('height')
    const place = drawn.current?.id === made.chart.id ? (focus.current?.place() ?? null) : null
    pane.current.replaceChildren(svg)
    drawing.current = svg
    drawn.current = made.chart
    focus.current = focusOn(svg, { ...made, folded: model.folded, changes }, place)
    taken.current = undefined
    const whole = fitted(made.layout, size())
    look(whole)
    lightUp(svg, made.chart, made.layout, light)
    focus.current.tell(light)
    if (whole.scale < readable && follows) {
      look(centred(made.layout.width / 2, made.layout.height / 2, readable, size()))
      follow()
    }
    if (wasFocused.current && document.activeElement === document.body) focus.current.take()
    wasFocused.current = false
  }, [made])

  // Before the frame is painted: what is written beside the chart and what is lit are of one moment.
  useLayoutEffect(() => {
    if (drawing.current === null || made === null || made.chart !== chart) return
    lightUp(drawing.current, made.chart, made.layout, light)
    focus.current?.tell(light)
    if (
      light.taken !== undefined &&
      light.taken !== taken.current &&
      performance.now() - ran.current > pause
    ) {
      ran.current = performance.now()
      runAlong(drawing.current, light.taken)
    }
    taken.current = light.taken
    if (follows) follow()
  }, [made, light.state, light.taken, light.kind, light.found, light.allowed])

  const sought = useRef<string | null>(null)
  useLayoutEffect(() => {
    if (light.found !== null && light.found !== sought.current) {
      if (focus.current === null || made?.chart !== chart) return
      focus.current.find(light.found, { bring })
      // Who has typed a name goes on from there.
      if (document.activeElement === document.body) focus.current.take()
    }
    sought.current = light.found
  }, [made, light.found])

  const covered = coverageShown(model)
  useLayoutEffect(() => {
    if (drawing.current !== null && made !== null && made.chart === chart) heatUp(drawing.current, covered)
  }, [made, covered])

  useEffect(() => {
    if (pane.current === null) return
    const observer = new ResizeObserver(() => look(view.current))
    observer.observe(pane.current)
    return () => observer.disconnect()
  }, [])

  const drag = useRef<{ x: number; y: number } | null>(null)
  function bring(box: Box): void {
    look(bringing(view.current, box, size()))
  }
  /** A state that holds others is folded or unfolded; an arrow is supposed. */
  function click({ state, arrow }: Place): void {
    if (arrow === undefined) return toggle(state)
    const found = chart?.arrows.find(({ id }) => id === arrow)
    if (found === undefined || sourceOf(model)?.answers !== true) return
    does.change({ draftType: found.event })
    does.choose.tab('what if')
  }
  function toggle(state: string): void {
    const isHolder =
      made !== null && statesOf(made.chart).some(({ id, states }) => id === state && states.length > 0)
    if (!isHolder) return
    const folded = new Set(model.folded)
    if (!folded.delete(state)) folded.add(state)
    does.show({ folded })
  }
  /** What is pointed at has the keyboard from then on. */
  const point = (target: Element): void => {
    const state = target.closest('[data-state]')?.getAttribute('data-state') ?? undefined
    const arrow = target.closest('[data-arrow]')?.getAttribute('data-arrow') ?? undefined
    const from = chart?.arrows.find(({ id }) => id === arrow)?.from ?? state
    const place = from === undefined ? undefined : { state: from, ...(arrow === undefined ? {} : { arrow }) }
    focus.current?.take(place)
    if (place !== undefined && (arrow !== undefined || target.closest('.oc-heading') !== null)) click(place)
  }
  const acts = { bring, click, isFolded: (state: string) => model.folded.has(state) }
  const keys: Readonly<Record<string, () => void>> = {
    'Shift ArrowLeft': () => look(moved(view.current, 60, 0)),
    'Shift ArrowRight': () => look(moved(view.current, -60, 0)),
    'Shift ArrowUp': () => look(moved(view.current, 0, 60)),
    'Shift ArrowDown': () => look(moved(view.current, 0, -60)),
    '+': () => zoom(1.25),
    '=': () => zoom(1.25),
    '-': () => zoom(0.8),
    '0': fit,
    f: () => does.change({ follows: !follows }),
    d: () => does.show({ direction: model.direction === 'down' ? 'right' : 'down' }),
  }

  return (
    <div class={`chart-pane ${light.kind}`}>
      <VersionsBox model={model} does={does} />
      <div
        ref={pane}
        class="drawing"
        role="application"
        aria-label={`Statechart${chart === null ? '' : ` ${chart.id}`}, now ${standing(light.state)}. ? lists the keys`}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return
          const { key, shiftKey } = event
          const act = keys[shiftKey && key.startsWith('Arrow') ? `Shift ${key}` : key]
          if (act !== undefined) act()
          else if (focus.current?.press(key, acts) !== true) return
          event.preventDefault()
        }}
        onWheel={(event) => {
          event.preventDefault()
          const box = event.currentTarget.getBoundingClientRect()
          const at = { x: event.clientX - box.left, y: event.clientY - box.top }
          if (event.shiftKey) look(moved(view.current, -event.deltaY, 0))
          else look(zoomed(view.current, Math.exp(-event.deltaY / (event.ctrlKey ? 120 : 500)), at))
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          drag.current = { x: event.clientX, y: event.clientY }
        }}
        onPointerMove={(event) => {
          const from = drag.current
          if (from === null) return
          if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < 3) return
          event.currentTarget.setPointerCapture(event.pointerId)
          look(moved(view.current, event.clientX - from.x, event.clientY - from.y))
          drag.current = { x: event.clientX, y: event.clientY }
        }}
        onPointerUp={() => (drag.current = null)}
        onPointerCancel={() => (drag.current = null)}
        onClick={(event) => point(event.target as Element)}
      />
      {chart === null ? <Nothing model={model} /> : made?.chart !== chart && <p class="nothing">Drawing …</p>}
      <CoverageBox model={model} does={does} />
      <ChartTools model={model} does={does} zoom={zoom} fit={fit} />
    </div>
  )
}

function Nothing({ model }: { model: Model }) {
  if (model.actor !== null)
    return <p class="nothing">This actor has no chart; what it did is told in its rows.</p>
  return model.connection === 'connecting' ? (
    <p class="nothing">Connecting …</p>
  ) : (
    <p class="nothing">Nothing has happened yet. What comes is shown here.</p>
  )
}
