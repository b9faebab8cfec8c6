import type { Model } from './model.ts'
import type { Store } from './store.ts'

/** What every part of what the page does is made with. */
export interface Tools {
  get(): Model
  set(change: (model: Model) => Model): void
  change(part: Partial<Model>): void
  /** Tells a person something, in the line below the page. */
  say(said: string): void
  /** Does it; what fails is said, and nothing else happens. */
  orSay(act: () => Promise<void>): void
}

export function createTools({ get, set }: Store<Model>): Tools {
  const change = (part: Partial<Model>): void => set((model) => ({ ...model, ...part }))
  const say = (said: string): void => change({ said, heard: said })
  return {
    get,
    set,
    change,
    say,
    orSay: (act) => {
      act().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)))
    },
  }
}
