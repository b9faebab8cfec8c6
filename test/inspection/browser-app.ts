// An app on XState 5 in a browser, with `@statelyai/inspect`. The page says where the inspector's is, and whether it is held
// in a frame or opened as a window. The button begins, then says GO.

import { createBrowserInspector } from '@statelyai/inspect'
import { createActor, createMachine } from 'xstate'

interface Browsing {
  readonly document: {
    querySelector(selector: string): { addEventListener(type: string, listener: () => void): void } | null
  }
  readonly location: { readonly hash: string }
}
const { document, location } = globalThis as unknown as Browsing

const machine = createMachine({
  id: 'basket',
  initial: 'empty',
  states: { empty: { on: { GO: 'full' } }, full: {} },
})
let go: (() => void) | undefined
document.querySelector('button')!.addEventListener('click', () => {
  if (go !== undefined) return go()
  const url = decodeURIComponent(location.hash.slice(1))
  const inspector = createBrowserInspector({ url, iframe: document.querySelector('iframe') as never })
  const actor = createActor(machine, { inspect: inspector.inspect }).start()
  go = () => actor.send({ type: 'GO' })
})
