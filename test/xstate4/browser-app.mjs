// An app on XState 4 in a browser, with `@xstate/inspect` that opens the inspector's page as a window. The button begins,
// then says GO.

import { inspect } from '@xstate/inspect'
import { createMachine, interpret } from 'xstate'

const machine = createMachine({
  id: 'lamp',
  predictableActionArguments: true,
  initial: 'off',
  states: { off: { on: { GO: 'on' } }, on: {} },
})
let service
document.querySelector('button').addEventListener('click', () => {
  if (service !== undefined) return service.send({ type: 'GO' })
  inspect({ url: decodeURIComponent(location.hash.slice(1)), iframe: false })
  service = interpret(machine, { devTools: true }).start()
})
