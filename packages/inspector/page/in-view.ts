import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** What is drawn beyond what is seen, in pixels. */
const beyond = 700
/** What is drawn changes only after so many pixels. */
const stride = 200

/** Where things of different heights stand below one another, and which of them are within a part of that. */
export function placesOf(heights: readonly number[]): {
  readonly tops: readonly number[]
  readonly whole: number
} {
  let whole = 0
  const tops = heights.map((height) => {
    whole += height
    return whole - height
  })
  return { tops, whole }
}

/** The first and the last of them that reach into a part; none where `from` is larger than `to`. */
export function withinOf(
  tops: readonly number[],
  whole: number,
  top: number,
  bottom: number,
): { from: number; to: number } {
  if (bottom <= 0 || top >= whole) return { from: 0, to: -1 }
  return { from: Math.max(0, lastAt(tops, top)), to: lastAt(tops, bottom - 0.001) }
}

/** The last that begins at a place or before it. */
function lastAt(tops: readonly number[], place: number): number {
  let [low, high] = [0, tops.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (tops[middle]! <= place) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Which part of a list is in view, in its own pixels, while something around it is scrolled. */
export function useInView<Element extends HTMLElement>(scrolled: string, isThere: boolean) {
  const list = useRef<Element>(null)
  const [part, setPart] = useState({ top: 0, bottom: 1200 })
  useLayoutEffect(() => {
    const around = list.current?.closest(scrolled)
    if (around === null || around === undefined) return
    const see = (): void => {
      if (list.current === null) return
      const [outer, own] = [around.getBoundingClientRect(), list.current.getBoundingClientRect()]
      const top = Math.floor((outer.top - own.top - beyond) / stride) * stride
      const bottom = Math.ceil((outer.bottom - own.top + beyond) / stride) * stride
      setPart((was) => (was.top === top && was.bottom === bottom ? was : { top, bottom }))
    }
    see()
    const observer = new ResizeObserver(see)
    // The lists above it may become longer, too.
    for (const one of [around, ...around.children]) observer.observe(one)
    around.addEventListener('scroll', see, { passive: true })
    return () => {
      observer.disconnect()
      around.removeEventListener('scroll', see)
    }
  }, [isThere])
  return { list, part }
}
