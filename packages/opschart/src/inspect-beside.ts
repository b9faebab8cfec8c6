import { OpschartError, type Clock, type ForeseeingClient } from '@opschart/core'
import {
  connectApps,
  createAppHub,
  serveApps,
  tellStately,
  type AppDoor,
  type AppHub,
  type Dialled,
} from '@opschart/hosts/apps'
import type { InspectedBeside, InspectorAsked } from '@opschart/hosts/http'

/** What is inspected beside a journal: nothing, until it is asked for. */
export interface Beside {
  /** What other apps have said. */
  readonly apps: Pick<AppHub, 'messages'>
  /**
   * Opens what is asked for, and is not open yet.
   *
   * @throws OpschartError `conflict` for a port that is taken, `configuration` for what is no address of this machine.
   */
  open(asked: Omit<InspectorAsked, 'port'>): Promise<void>
  view(): InspectedBeside
  close(): Promise<void>
}

/** Where `@statelyai/inspect` connects, and Stately's inspector listens, unless they are told otherwise. */
const usualPort = 8080

/** Makes what may be opened beside the journal of a project of that name. */
export function createBeside(options: {
  readonly client: Pick<ForeseeingClient, 'inspection'>
  readonly name: string
  readonly clock: Clock
  readonly onProblem: (line: string) => void
}): Beside {
  const { client, name, clock, onProblem } = options
  // A page that is left open takes no app of this daemon for one of the daemon before.
  const hub = createAppHub({ clock, prefix: `app-${clock.now().toString(36)}` })
  const connected = new Map<string, Dialled>()
  const told = new Map<string, Dialled>()
  let opening: Promise<AppDoor> | undefined
  let door: AppDoor | undefined

  async function openDoor({ port }: { readonly port?: number }): Promise<void> {
    opening ??= serveApps({ hub, clock, port: port ?? usualPort })
    try {
      door = await opening
    } catch (error) {
      opening = undefined
      throw error
    }
    if (port !== undefined && port !== portOf(door.address))
      throw new OpschartError(
        'conflict',
        `apps connect to ${door.address} already; leave the port out, or end the daemon first`,
      )
  }

  return {
    apps: hub,
    async open({ apps, connect = [], stately }) {
      checkBeside({ connect, ...(stately === undefined ? {} : { stately }) })
      // All of it is looked at first: what is asked for wrongly opens nothing.
      const ours =
        door?.address ?? (apps === undefined ? undefined : `ws://127.0.0.1:${apps.port ?? usualPort}`)
      const asked = stately === undefined ? connect : [...connect, stately]
      for (const url of [...asked, ...connected.keys(), ...told.keys()]) {
        if (ours !== undefined && portOf(url) === portOf(ours))
          throw new OpschartError(
            'configuration',
            `${url} is where apps come to this inspector itself; name the other one's own port, or take another for apps`,
          )
      }
      if (apps !== undefined) await openDoor(apps)
      for (const url of connect)
        if (!connected.has(url)) connected.set(url, connectApps({ hub, clock, urls: [url], onProblem }))
      if (stately !== undefined && !told.has(stately)) {
        const messages = () => client.inspection({ source: name })
        told.set(stately, tellStately({ url: stately, clock, messages, onProblem }))
      }
    },
    view: () => ({
      apps: door?.address ?? null,
      bridge: door?.bridge ?? null,
      connect: [...connected.keys()],
      stately: [...told.keys()],
    }),
    async close() {
      for (const one of [...connected.values(), ...told.values()]) one.close()
      hub.close()
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

/** Anyone who reaches the daemon's socket may ask; none of them sends what happens here to another machine. */
/**
 * Looks at what is asked for before anything is opened for it.
 *
 * @throws OpschartError `configuration` for what is no address of this machine.
 */
export function checkBeside({ connect = [], stately }: Pick<InspectorAsked, 'connect' | 'stately'>): void {
  for (const url of stately === undefined ? connect : [...connect, stately]) checkLocal(url)
}

function checkLocal(url: string): void {
  const { protocol, hostname } = URL.parse(url) ?? {}
  const isSocket = protocol === 'ws:' || protocol === 'wss:'
  if (isSocket && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname ?? '')) return
  throw new OpschartError(
    'configuration',
    `${url.slice(0, 200)} is no WebSocket address of this machine; give one such as ws://localhost:8888, and for another machine a port here that is forwarded to it`,
  )
}

function portOf(address: string): number {
  const { port, protocol } = new URL(address)
  return port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port)
}
