import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'

import { boundsOf, keepSizes, keptSizes, panes, sizesIn, type Pane, type PaneSizes } from './panes.ts'

/** What lies between two panes, by the one that it sizes; `grows` is the way on the screen in which that becomes larger. */
const between: Readonly<
  Record<Pane, { readonly told: string; readonly axis: 'x' | 'y'; readonly grows: 1 | -1 }>
> = {
  actors: { told: 'Width of the actors', axis: 'x', grows: 1 },
  panel: { told: 'Width of the details', axis: 'x', grows: -1 },
  timeline: { told: 'Height of the timeline', axis: 'y', grows: -1 },
}
const step = 24

const roomOf = () => ({ width: innerWidth, height: innerHeight })

/** The page's grid, whose panes are sized by dragging what lies between them, or with the keyboard on that. */
export function Sized({ children, ...given }: { children: ComponentChildren; [attribute: string]: unknown }) {
  const [chosen, setChosen] = useState(keptSizes)
  const [room, setRoom] = useState(roomOf)
  useEffect(() => {
    const see = (): void => setRoom(roomOf())
    see()
    addEventListener('resize', see)
    return () => removeEventListener('resize', see)
  }, [])
  const sizes = sizesIn(chosen, room)
  const choose = (next: Partial<PaneSizes>): void => {
    setChosen(next)
    keepSizes(next)
  }
  const style = Object.fromEntries(panes.map((pane) => [`--${pane}`, `${sizes[pane]}px`]))
  return (
    <div {...given} style={style}>
      {children}
      <section class="splitters" aria-label="Sizes of the panes">
        {panes.map((pane) => {
          const { told, axis, grows } = between[pane]
          const bounds = boundsOf(pane, sizes, room)
          const size = (to: number): void =>
            choose({ ...chosen, [pane]: Math.round(Math.min(bounds.most, Math.max(bounds.least, to))) })
          const keys: Readonly<Record<string, number>> = {
            [axis === 'x' ? 'ArrowRight' : 'ArrowDown']: sizes[pane] + step * grows,
            [axis === 'x' ? 'ArrowLeft' : 'ArrowUp']: sizes[pane] - step * grows,
            Home: bounds.least,
            End: bounds.most,
          }
          return (
            <div
              key={pane}
              class={`splitter of-${pane}`}
              role="separator"
              tabIndex={0}
              title={`${told}: drag it, or use the arrow keys; a double click undoes it`}
              aria-label={told}
              aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
              aria-valuenow={sizes[pane]}
              aria-valuemin={bounds.least}
              aria-valuemax={bounds.most}
              onKeyDown={(event) => {
                const to = keys[event.key]
                if (to === undefined) return
                event.preventDefault()
                size(to)
              }}
              onDblClick={() => {
                const { [pane]: _, ...rest } = chosen
                choose(rest)
              }}
              onPointerDown={(event) => {
                if (event.button !== 0) return
                event.preventDefault()
                event.currentTarget.focus()
                event.currentTarget.setPointerCapture(event.pointerId)
              }}
              onPointerMove={(event) => {
                if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
                // From the pane's other edge, which stays where it is.
                const box = document.querySelector(`.page > .${pane}`)!.getBoundingClientRect()
                if (axis === 'y') size(box.bottom - event.clientY)
                else size(grows === 1 ? event.clientX - box.left : box.right - event.clientX)
              }}
            />
          )
        })}
      </section>
    </div>
  )
}
