import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Tallest that an element may be everywhere: browsers cut off what is taller. */
const tallest = 8_000_000

/** Rows that are drawn beyond what is seen. */
const beyond = 6

/** A list of which only what is seen is there, however long it is. */
export function VirtualList(props: {
  readonly label: string
  readonly count: number
  readonly rowHeight: number
  /** The place that is chosen; -1 for none. */
  readonly chosen: number
  readonly row: (index: number) => ComponentChildren
  /** Class of a row; such as its verdict. */
  readonly rowClass?: (index: number) => string
  readonly onChoose: (index: number) => void
  /** Told which places are seen. */
  readonly onSeen?: (from: number, to: number) => void
  /** Told whether the first row is seen. */
  readonly onTop?: (isTop: boolean) => void
  /** What is seen is told again whenever this changes. */
  readonly again?: unknown
  /** Brought to the top whenever this changes. */
  readonly top?: unknown
  /** Brought to the end whenever this changes to something; then what is newest stands there. */
  readonly end?: unknown
  readonly empty: ComponentChildren
}) {
  const { label, count, rowHeight, chosen, row, rowClass, onChoose, onSeen, onTop, empty } = props
  const box = useRef<HTMLDivElement>(null)
  const [{ scrolled, height }, setSeen] = useState({ scrolled: 0, height: 400 })

  const whole = count * rowHeight
  const tall = Math.min(whole, tallest)
  // One that is taller than can be is shown through a scale: its ends are where they are.
  const ratio = tall <= height ? 1 : (whole - height) / (tall - height)
  const offset = scrolled * ratio
  const from = Math.max(0, Math.floor(offset / rowHeight) - beyond)
  const to = Math.min(count - 1, Math.ceil((offset + height) / rowHeight) + beyond)

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const see = () => setSeen({ scrolled: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(see)
    observer.observe(element)
    element.addEventListener('scroll', see, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', see)
    }
  }, [])
  useEffect(() => onSeen?.(from, to), [from, to, count, props.again])
  useEffect(() => onTop?.(scrolled < rowHeight), [scrolled < rowHeight])
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0
  }, [props.top])
  useLayoutEffect(() => {
    if (box.current !== null && props.end !== undefined && chosen < 0) box.current.scrollTop = tall
  }, [props.end])
  useLayoutEffect(() => {
    const element = box.current
    if (element === null || chosen < 0) return
    const place = chosen * rowHeight
    if (place >= offset && place + rowHeight <= offset + height) return
    element.scrollTop = Math.max(0, (place - height / 2) / ratio)
  }, [chosen])

  const keys: Readonly<Record<string, number>> = {
    ArrowDown: chosen + 1,
    ArrowUp: chosen < 0 ? 0 : chosen - 1,
    PageDown: chosen + Math.floor(height / rowHeight),
    PageUp: chosen - Math.floor(height / rowHeight),
    Home: 0,
    End: count - 1,
  }
  const places = Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => from + place)
  const idOf = (index: number) => `${label.replaceAll(/\W+/g, '-')}-${index}`
  return (
    <div
      ref={box}
      class="list"
      // One without anything in it is no list box: it says why instead.
      role={count === 0 ? 'group' : 'listbox'}
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={chosen >= from && chosen <= to ? idOf(chosen) : undefined}
      onKeyDown={(event) => {
        const next = keys[event.key]
        if (next === undefined || count === 0) return
        event.preventDefault()
        onChoose(Math.min(count - 1, Math.max(0, next)))
      }}
    >
      {count === 0 && <p class="nothing">{empty}</p>}
      <div class="tall" role="presentation" style={{ height: `${tall}px` }}>
        {places.map((index) => (
          <div
            key={index}
            id={idOf(index)}
            class={`row ${rowClass?.(index) ?? ''}`}
            role="option"
            aria-selected={index === chosen}
            aria-posinset={index + 1}
            aria-setsize={count}
            style={{
              transform: `translateY(${index * rowHeight - offset + scrolled}px)`,
              height: `${rowHeight}px`,
            }}
            onClick={() => onChoose(index)}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  )
}
