/** Holds what the page knows, and draws it once for each frame in which it changed. */
export interface Store<Model> {
  get(): Model
  /** Changes what is known at once; drawn with the next frame. */
  set(change: (model: Model) => Model): void
  /** Calls this before the next frame is drawn: for what comes more often than it can be looked at. */
  beforeDraw(act: () => void): void
}

/** Makes a store; `draw` is called with what is known then. */
export function createStore<Model>(first: Model, draw: (model: Model) => void): Store<Model> {
  let model = first
  let drawn: Model | undefined
  let isPending = false
  const waiting = new Set<() => void>()
  const schedule = (): void => {
    if (isPending) return
    isPending = true
    soon(() => {
      const acts = [...waiting]
      waiting.clear()
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
      schedule()
    },
  }
}

/** With the next frame; a page that is not looked at has none, and still goes on. */
function soon(act: () => void): void {
  if (document.hidden) setTimeout(act, 250)
  else requestAnimationFrame(act)
}
