import { statelyWriter, type Clock, type InspectionMessage } from '@opschart/core'

import { dial } from './_dial.ts'
import type { Dialled } from './dialled.ts'

/** What Stately's inspector is told, and where it is. */
export interface TellStatelyOptions {
  /** Where `createInspectorServer()` of `@statelyai/inspect/server` listens; `ws://localhost:8080` when absent. */
  readonly url?: string
  readonly clock: Clock
  /** What is told, charts and actors first: asked for anew with each connection, as the other end forgets. */
  readonly messages: () => AsyncIterable<InspectionMessage>
  /** Whether the process may end meanwhile; it stays when absent. */
  readonly background?: boolean
  readonly onProblem?: (line: string) => void
}

/**
 * Says what an inspector is told to Stately's own, in its words, for as long as it is not closed. That inspector listens
 * at every address of its machine and asks nobody who they are: whatever is told here can be read there.
 *
 * @throws OpschartError `configuration` for what is no address of a WebSocket.
 */
export function tellStately(options: TellStatelyOptions): Dialled {
  const { url = 'ws://localhost:8080', messages, ...rest } = options
  return dial({
    ...rest,
    url,
    onOpen(socket) {
      const iterator = messages()[Symbol.asyncIterator]()
      const send = (text: string) =>
        new Promise<boolean>((resolve) => socket.send(text, (error) => resolve(!(error instanceof Error))))
      const tell = async (): Promise<void> => {
        const write = statelyWriter()
        for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
          for (const message of write(next.value as InspectionMessage))
            // One after the other: what the other end does not read is not piled up.
            if (!(await send(JSON.stringify(message)))) return
      }
      tell().catch((error: unknown) => {
        rest.onProblem?.(`what is told to ${url} broke off: ${String(error)}`)
        socket.terminate()
      })
      return {
        end() {
          void Promise.resolve(iterator.return?.()).catch(() => {})
        },
      }
    },
  })
}
