/** Holds what the page knows, and draws it once for each frame in which it changed. */
export interface Store<Model> {
  get(): Model
  /** Changes what is known at once; drawn with the next frame. */
  set(change: (model: Model) => Model): void
  /** Calls this before the next frame is drawn; where the last such frame was just now, before a later one. */
  beforeDraw(act: () => void): void
}

/**
 * What comes in is drawn at once while that costs little. Where it costs much, twice as long is left for the rest, up to
 * so many milliseconds: scrolling and typing go on however much happens.
 */
const longestPause = 100

/** Makes a store; `draw` is called with what is known then. */
export function createStore<Model>(first: Model, draw: (model: Model) => void): Store<Model> {
  let model = first
  let drawn: Model | undefined
  let isPending = false
  let isLater = false
  let freeAt = 0
  const waiting = new Set<() => void>()
  const schedule = (): void => {
    if (isPending) return
    isPending = true
    soon(() => {
      const acts = [...waiting]
      waiting.clear()
      const from = performance.now()
      for (const act of acts) act()
      isPending = false
      if (drawn === model) return
      drawn = model
      draw(model)
      // After the frame is painted, which may be the greater part of it.
      if (acts.length > 0)
        setTimeout(() => {
          const now = performance.now()
          freeAt = now + Math.min(longestPause, 2 * (now - from))
        }, 0)
    })
  }
  return {
    get: () => model,
    set(change) {
      const next = change(model)
      if (next === model) return
      model = next
      schedule()
    },
    beforeDraw(act) {
      waiting.add(act)
      const rest = freeAt - performance.now()
      if (rest <= 0) return schedule()
      if (isLater) return
      isLater = true
      setTimeout(() => {
        isLater = false
        schedule()
      }, rest)
    },
  }
}

/** Milliseconds after which a page that is not looked at goes on without a frame: it has none. */
const patience = 250

/** With the next frame, or without one where none comes: what arrives must not pile up behind it. */
function soon(act: () => void): void {
  const frame = requestAnimationFrame(() => {
    clearTimeout(late)
    act()
  })
  const late = setTimeout(() => {
    cancelAnimationFrame(frame)
    act()
  }, patience)
}
