/** Holds what the page knows, and draws it once for each frame in which it changed. */
export interface Store<Model> {
  get(): Model
  /** Changes what is known at once; drawn with the next frame. */
  set(change: (model: Model) => Model): void
  /** Calls this before the next frame is drawn; where the last such frame was just now, before a later one. */
  beforeDraw(act: () => void): void
}

/** Milliseconds between two frames in which what comes in is drawn: more cannot be read, and would leave no time for the rest. */
const pause = 50

/** Makes a store; `draw` is called with what is known then. */
export function createStore<Model>(first: Model, draw: (model: Model) => void): Store<Model> {
  let model = first
  let drawn: Model | undefined
  let isPending = false
  let isLater = false
  let drawnAt = -pause
  const waiting = new Set<() => void>()
  const schedule = (): void => {
    if (isPending) return
    isPending = true
    soon(() => {
      const acts = [...waiting]
      waiting.clear()
      if (acts.length > 0) drawnAt = performance.now()
      for (const act of acts) act()
      isPending = false
      if (drawn === model) return
      drawn = model
      draw(model)
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
      const rest = drawnAt + pause - performance.now()
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

/** With the next frame; a page that is not looked at has none, and still goes on. */
function soon(act: () => void): void {
  if (document.hidden) setTimeout(act, 250)
  else requestAnimationFrame(act)
}
