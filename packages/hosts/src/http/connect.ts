import { OpschartError, wait, type Client, type Clock, type LogEntryView } from '@opschart/core'

import { ask, askRows, unreachable } from './ask.ts'
import type { Control } from './control.ts'
import type { Ask, InspectorAsked, InspectorPlace } from './door.ts'
import { readEvents } from './event-stream.ts'
import type { PersonAtTerminal } from './person-at-terminal.ts'
import type { ReadName } from './routes.ts'
import { askAsPerson, senderAs, senderOver } from './remote-sender.ts'
import { tokenHeader, type DaemonFacts } from './wire.ts'

/** How a connection is used. */
export interface ConnectOptions {
  readonly clock: Clock
  /** How a person at this process's terminal is asked; absent: nobody can act as a person over this connection. */
  readonly person?: PersonAtTerminal
  /** Milliseconds for which a lost stream of rows is sought again before it fails; 30 seconds when absent. */
  readonly patience?: number
}

/** The daemon's {@link Client}, from another process. Its `subscribe` begins with the first row unless told otherwise. */
export interface RemoteClient extends Client {
  /** What the daemon says of itself. */
  daemon(): Promise<DaemonFacts>
  /** Asks the daemon to end; resolves with its process when it has said yes. */
  down(): Promise<{ readonly pid: number }>
  /** Has the door for pages opened, and what is asked for beside it; where it is open already, says where. */
  inspect(asked: InspectorAsked): Promise<InspectorPlace>
  /**
   * Has the person at this terminal say yes to control in a browser; the secret that its page shows.
   *
   * @throws OpschartError `forbidden` when no person sits there, or none said yes.
   */
  control(): Promise<ReturnType<Control['grant']>>
}

/**
 * Connects to the daemon at a socket.
 *
 * @throws OpschartError `unreachable` when none answers there.
 */
export async function connect(path: string, options: ConnectOptions): Promise<RemoteClient> {
  const over: Ask = (name, body, headers) => ask(path, name, body, headers)
  const daemon = async () => (await ask(path, 'daemon', {})) as DaemonFacts
  await daemon()
  const read = <Name extends ReadName>(name: Name, body: object) =>
    ask(path, name, body) as ReturnType<Client[Name]>
  return {
    daemon,
    down: async () => (await ask(path, 'down', {})) as { pid: number },
    inspect: async (asked) => (await ask(path, 'inspect', asked)) as InspectorPlace,
    async control() {
      const act = { method: 'control', body: {} }
      return (await askAsPerson(over, act, options.person)) as ReturnType<Control['grant']>
    },
    as: (principal) => senderAs(over, principal, options.person),
    // Whether the token is good shows at the first use; asking beforehand would say no more.
    withToken: (token) =>
      Promise.resolve(senderOver((name, body) => over(name, body, { [tokenHeader]: token }))),
    status: (query = {}) => read('status', query),
    read: async (lifecycle) => (await read('read', { lifecycle })) ?? undefined,
    actor: async (id) => (await read('actor', { id })) ?? undefined,
    past: async (query) => (await read('past', query)) ?? undefined,
    log: (query = {}) => read('log', query),
    why: (about) => read('why', { about }),
    audit: (audit = {}) => read('audit', audit),
    digest: (digest) => read('digest', digest),
    record: (target) => read('record', { target }),
    subscribe: ({ from }) => rows(path, from, options),
  }
}

/** Every row from there on, over as many connections as it takes, without a gap and without a repetition. */
function rows(path: string, from: number | undefined, options: ConnectOptions): AsyncIterable<LogEntryView> {
  const { clock, patience = 30_000 } = options
  return {
    [Symbol.asyncIterator]() {
      const ended = new AbortController()
      const iterator = read()
      async function* read(): AsyncGenerator<LogEntryView> {
        let next = from ?? 1
        let lost: number | undefined
        let pause = 50
        for (;;) {
          let cause: unknown
          try {
            for await (const { data } of readEvents(await askRows(path, next, ended.signal))) {
              const row = JSON.parse(data) as LogEntryView
              if (row.sequence < next) continue
              next = row.sequence + 1
              lost = undefined
              pause = 50
              yield row
            }
          } catch (error) {
            if (error instanceof OpschartError && error.code !== 'unreachable') throw error
            cause = error
          }
          if (ended.signal.aborted) return
          lost ??= clock.now()
          if (clock.now() - lost >= patience) throw unreachable(path, cause)
          await wait(clock, pause, ended.signal).catch(() => {})
          if (ended.signal.aborted) return
          pause = Math.min(pause * 2, 2000)
        }
      }
      return {
        next: () => iterator.next(),
        async return() {
          // Aborting first: a generator that waits for the next row would not hear of its end before.
          ended.abort()
          await iterator.return(undefined)
          return { done: true, value: undefined }
        },
      }
    },
  }
}
