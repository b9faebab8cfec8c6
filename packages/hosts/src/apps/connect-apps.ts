import { xstate4Reader, type Clock } from '@opschart/core'

import { dial } from './_dial.ts'
import type { Dialled } from './dialled.ts'
import { listenTo } from './_listen-to.ts'
import type { AppHub } from './hub.ts'

/** What apps are dialled with. */
export interface ConnectAppsOptions {
  readonly hub: AppHub
  readonly clock: Clock
  /** Where apps listen that use `@xstate/inspect` in its server mode, such as `ws://localhost:8888`. */
  readonly urls: readonly string[]
  /** Whether the process may end meanwhile; it stays when absent. */
  readonly background?: boolean
  readonly onProblem?: (line: string) => void
}

/**
 * Connects to XState 4 apps, which listen themselves: says to each that it is inspected, and nothing else, ever. One that
 * is not there yet, or ends, is tried again.
 *
 * @throws OpschartError `configuration` for what is no address of a WebSocket.
 */
export function connectApps(options: ConnectAppsOptions): Dialled {
  const { hub, urls, ...rest } = options
  const dialled: Dialled[] = []
  const close = () => {
    for (const one of dialled) one.close()
  }
  try {
    for (const url of urls) {
      dialled.push(
        dial({
          ...rest,
          url,
          onOpen(socket) {
            socket.send(JSON.stringify({ type: 'xstate.inspecting' }))
            return listenTo(hub.open(xstate4Reader), rest.clock)
          },
        }),
      )
    }
  } catch (error) {
    close()
    throw error
  }
  return { close }
}
