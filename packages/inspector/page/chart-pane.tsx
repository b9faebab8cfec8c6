import { statesOf } from '@opschart/core'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

import { svgOf } from '../src/draw/svg-of.ts'
import type { StateBox } from '../src/layout/layout.ts'
import { createCamera } from './chart-camera.ts'
import { ChartCard, type Told } from './chart-card.tsx'
import { focusOn, type ChartFocus, type Place } from './chart-focus.ts'
import { heatUp } from './chart-heat.ts'
import { lightUp, runAlong } from './chart-light.ts'
import { ChartTools } from './chart-tools.tsx'
import { CoverageBox, coverageShown } from './coverage-box.tsx'
import type { Does } from './does.ts'
import { standing } from './format.ts'
import { isFree } from './keys.ts'
import { lightOf } from './light-of.ts'
import { changesShown } from './comparing.ts'
import { chartShown, sourceOf, type Model } from './model.ts'
import { VersionsBox } from './versions-box.tsx'

/** Milliseconds between two arrows that run along their lines: where much happens, one cannot look at more. */
const pause = 800

/** The chart of what is looked at, lit as it stands, to be moved about and enlarged. */
export function ChartPane({ model, does }: { model: Model; does: Does }) {
  const pane = useRef<HTMLDivElement>(null)
  const drawing = useRef<SVGSVGElement | null>(null)
  const drawn = useRef<Model['layout']>(null)
  const [told, setTold] = useState<Told | null>(null)
  const focus = useRef<ChartFocus | null>(null)
  /** Whether the keyboard was on a drawing that is no longer there, and on none since. */
  const wasFocused = useRef(false)
  const taken = useRef<string | undefined>(undefined)
  const ran = useRef(-pause)
  /** Who stood where when that was last brought into view. */
  const stood = useRef('')
  const { layout: made, follows } = model
  const chart = chartShown(model)
  const light = lightOf(model)

  const camera = useMemo(
    () =>
      createCamera(
        () => ({ width: pane.current?.clientWidth ?? 1, height: pane.current?.clientHeight ?? 1 }),
        (detail) => does.show({ detail }),
      ),
    [],
  )
  const { bring, zoom, fit, turn } = camera
  /** The boxes of what is active, as deep as it is drawn. */
  const active = (): StateBox[] => {
    const lit = [...(drawing.current?.querySelectorAll('g.oc-state.oc-active') ?? [])]
    const ids = new Set(lit.map((element) => element.getAttribute('data-state')))
    return made?.layout.states.filter(({ id }) => ids.has(id)) ?? []
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
    // The card beside it says what is not written; a drawing says it where all is.
    if (made.detail !== 'full') for (const title of svg.querySelectorAll('g > title')) title.remove()
    const before = drawn.current
    const place = before?.chart.id === made.chart.id ? (focus.current?.place() ?? null) : null
    pane.current.replaceChildren(svg)
    drawing.current = svg
    drawn.current = made
    focus.current = focusOn(svg, { ...made, folded: model.folded, changes }, place)
    taken.current = undefined
    lightUp(svg, made.chart, made.layout, light)
    focus.current.tell(light)
    const isSame = before?.chart === made.chart && before.detail !== made.detail
    camera.show(svg, made, isSame, place?.state ?? active()[0]?.id, active())
    setTold(null)
    if (wasFocused.current && document.activeElement === document.body) {
      focus.current.take()
      focus.current.bring({ bring })
    }
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
    const boxes = active()
    const standsAt = [model.actor, ...boxes.map(({ id }) => id)].join('\n')
    const isNew = standsAt !== stood.current
    // Who goes through the chart with the keyboard is taken elsewhere by a move alone, not by another drawing of it.
    const isWalked =
      (focus.current?.place() ?? null) !== null && pane.current?.contains(document.activeElement) === true
    if (follows && (isNew || !isWalked)) camera.follow(boxes, isNew)
    stood.current = standsAt
  }, [made, model.actor, light.state, light.taken, light.kind, light.found, light.allowed])

  const { seeking } = model
  useLayoutEffect(() => {
    if (seeking === null || focus.current === null || made?.chart !== chart) return
    // Who has looked for it goes on from there.
    focus.current.find(seeking, { bring: camera.centre })
    focus.current.take()
    does.change({ seeking: null })
  }, [made, seeking])

  const covered = coverageShown(model)
  useLayoutEffect(() => {
    if (drawing.current !== null && made !== null && made.chart === chart) heatUp(drawing.current, covered)
  }, [made, covered])

  useEffect(() => {
    if (pane.current === null) return
    const element = pane.current
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element
      // It has none while it is taken away.
      if (width === 0 || height === 0) return
      does.change({ room: { width, height } })
      camera.again()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const drag = useRef<{ x: number; y: number } | null>(null)
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
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => camera.move(60, 0),
    ArrowRight: () => camera.move(-60, 0),
    ArrowUp: () => camera.move(0, 60),
    ArrowDown: () => camera.move(0, -60),
  }
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => zoom(1.25),
    '=': () => zoom(1.25),
    '-': () => zoom(0.8),
    '0': fit,
    i: turn,
    f: () => does.change({ follows: !follows }),
    d: () => does.show({ direction: model.direction === 'down' ? 'right' : 'down' }),
  }
  // Wherever the keyboard is on the page: the chart is what these can be meant for.
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const act = isFree(event) ? keys[event.key] : undefined
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  })
  /** Says of a place what is not written there. */
  const tell = (target: EventTarget | null): void => {
    if (made === null || made.detail === 'full') return
    const element = (target as Element).closest('[data-arrow], g[data-state]')
    const state = element?.getAttribute('data-state') ?? undefined
    const arrow = element?.getAttribute('data-arrow') ?? undefined
    if (element === null || (arrow === undefined && state === '')) return setTold(null)
    const box = (element.querySelector('.oc-box, .oc-pill') ?? element).getBoundingClientRect()
    setTold({ state, arrow, box })
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
          const move = shiftKey ? moves[key] : undefined
          if (move !== undefined) move()
          else if (focus.current?.press(key, acts) !== true) return
          event.preventDefault()
        }}
        onWheel={(event) => {
          event.preventDefault()
          const box = event.currentTarget.getBoundingClientRect()
          const at = { x: event.clientX - box.left, y: event.clientY - box.top }
          setTold(null)
          if (event.shiftKey) camera.move(-event.deltaY, 0)
          else zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 120 : 500)), at)
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
          setTold(null)
          camera.move(event.clientX - from.x, event.clientY - from.y)
          drag.current = { x: event.clientX, y: event.clientY }
        }}
        onPointerUp={() => (drag.current = null)}
        onPointerCancel={() => (drag.current = null)}
        onClick={(event) => point(event.target as Element)}
        onPointerOver={({ target }) => tell(target)}
        onPointerLeave={() => setTold(null)}
        onFocusIn={({ target }) => tell(target)}
        onFocusOut={() => setTold(null)}
      />
      {told !== null && made !== null && <ChartCard chart={made.chart} told={told} pane={pane.current} />}
      {chart === null ? <Nothing model={model} /> : made?.chart !== chart && <p class="nothing">Drawing …</p>}
      <CoverageBox model={model} does={does} />
      <ChartTools model={model} does={does} zoom={zoom} fit={fit} write={turn} />
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
