import type { Clock } from '@opschart/core'
import { connectApps, createAppHub, serveApps } from '@opschart/hosts/apps'
import { serveLoopback } from '@opschart/hosts/http'
import { pageFiles } from '@opschart/inspector'
import { nodeCrypto, type Runtime } from '@opschart/runtime'
import type { InspectionEvent } from 'xstate'

import { emptyClient } from './empty-client.ts'
import { inspectInProcess } from './inspect-in-process.ts'
import { packageVersion } from './package-version.ts'

export { tellStately, type TellStatelyOptions } from '@opschart/hosts/apps'

/** What {@link createInspector} shows, and where. All of it is optional. */
export interface InspectorOptions {
  /** Of the page; a free one when absent. */
  readonly port?: number
  /** What this process is called; as its first actor is when absent. */
  readonly name?: string
  /** A runtime of this process: its journal is shown, with its past, and what would come of a signal. */
  readonly runtime?: Runtime
  /** Port at which other apps with `@statelyai/inspect` may connect, usually 8080; 0 is a free one. None when absent. */
  readonly websocket?: number
  /** Where XState 4 apps listen with `@xstate/inspect`, such as `ws://localhost:8888`; they are tried until they are there. */
  readonly connect?: readonly string[]
  /** Told what does not work, in a line each. */
  readonly onProblem?: (line: string) => void
}

/** An inspector of this process. */
export interface Inspector {
  /** The page, with its token: for the browser of who runs this. */
  readonly address: string
  /** Observes an actor and all in its system: `createActor(machine, { inspect: inspector.inspect })`. Never throws. */
  readonly inspect: (event: InspectionEvent) => void
  /** Where other apps connect: `createWebSocketInspector({ url: inspector.websocket })`; null without `websocket`. */
  readonly websocket: string | null
  /** What apps in browsers open: `createBrowserInspector({ url: inspector.bridge })`; null without `websocket`. */
  readonly bridge: string | null
  close(): Promise<void>
}

/**
 * Opens a local inspector beside any XState 5 app: its page shows charts, actors and each step, and changes nothing. It
 * listens at this machine's own addresses, and does not keep the process alive.
 *
 * @throws OpschartError `conflict` for a port that is taken, `configuration` for what is no address of a WebSocket.
 */
export async function createInspector(options: InspectorOptions = {}): Promise<Inspector> {
  const { connect = [], name, onProblem, port, runtime, websocket } = options
  const clock = backgroundClock
  const background = true
  const hub = createAppHub({ clock })
  const own = inspectInProcess({ hub, clock, ...(name === undefined ? {} : { name }) })
  const problems = onProblem === undefined ? {} : { onProblem }
  const opened: { close(): unknown }[] = [own, hub]
  const close = async () => {
    for (const one of opened.splice(0)) await one.close()
  }
  try {
    const page = await serveLoopback({
      client: runtime ?? emptyClient(),
      // Nobody acts here: there is no control to be given.
      people: { name: 'nobody' },
      clock,
      crypto: nodeCrypto,
      about: { root: name ?? process.cwd(), version: packageVersion },
      files: await pageFiles(),
      apps: hub,
      background,
      ...(port === undefined ? {} : { port }),
      ...problems,
    })
    opened.push(page)
    const apps =
      websocket === undefined ? undefined : await serveApps({ hub, clock, port: websocket, background })
    if (apps !== undefined) opened.push(apps)
    opened.push(connectApps({ hub, clock, urls: connect, background, ...problems }))
    return {
      address: `${page.address}/#token=${page.token}`,
      inspect: (event) => own.inspect(event),
      websocket: apps?.address ?? null,
      bridge: apps?.bridge ?? null,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The machine's clock, for what may be left undone: nothing that waits on it keeps the process alive. */
const backgroundClock: Clock = {
  now: () => Date.now(),
  at(at, callback) {
    const timer = setTimeout(callback, Math.max(0, at - Date.now())).unref()
    return () => clearTimeout(timer)
  },
}
