import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

import { eitherReader, OpschartError, type Clock } from '@opschart/core'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'

import { createLimitedServer, type LimitedServer } from '../http/limited-server.ts'
import { answerBridge, bridgePath, isLocalOrigin } from './bridge.ts'
import { listenTo } from './_listen-to.ts'
import type { AppHub } from './hub.ts'

/** What a door for apps is opened with. */
export interface AppDoorOptions {
  readonly hub: AppHub
  readonly clock: Clock
  /** Where `@statelyai/inspect` connects unless it is told otherwise is 8080; a free one when absent. */
  readonly port?: number
  /** Whether the process may end while the door is open; it stays when absent. */
  readonly background?: boolean
}

/** Where apps come to be inspected. */
export interface AppDoor {
  /** Such as `ws://127.0.0.1:8080`, for `createWebSocketInspector({ url })`. */
  readonly address: string
  /** Such as `http://127.0.0.1:8080/bridge`, for `createBrowserInspector({ url })`. */
  readonly bridge: string
  close(): Promise<void>
}

/** Apps at one time. */
const mostApps = 40
/** Bytes of one message. */
const longestMessage = 4 * 1024 * 1024
/**
 * Opens a door at which apps say what they do: those with `@statelyai/inspect` over WebSocket, whatever path they ask, and
 * those in browsers through the page at `/bridge`. It is at this machine's own addresses alone, takes nothing from pages
 * of elsewhere, and says nothing to anyone. What is too long, too much or not understood is dropped, and counted.
 *
 * @throws OpschartError `conflict` when the port is taken, `configuration` when it may not be listened at.
 */
export async function serveApps(options: AppDoorOptions): Promise<AppDoor> {
  const { background = false } = options
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: longestMessage,
    perMessageDeflate: false,
  })
  const make = (): LimitedServer => {
    const listener = createLimitedServer(answerBridge, { background })
    listener.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const refusal =
        refusalOf(request) ?? (sockets.clients.size >= mostApps ? '503 Service Unavailable' : undefined)
      if (refusal !== undefined) {
        socket.on('error', () => {})
        socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
        return
      }
      sockets.handleUpgrade(request, socket, head, (app) => listen(app, options))
    })
    return listener
  }
  const first = make()
  await first
    .listen({ host: '127.0.0.1', port: options.port ?? 0, exclusive: true })
    .catch((error: unknown) => {
      throw notListening(error, options.port ?? 0)
    })
  const { port } = first.server.address() as AddressInfo
  // `localhost` is either address; where there is no IPv6, or somebody else has that port, the first one serves.
  const second = make()
  const listeners = await second.listen({ host: '::1', port, exclusive: true }).then(
    () => [first, second],
    () => [first],
  )
  return {
    address: `ws://127.0.0.1:${port}`,
    bridge: `http://127.0.0.1:${port}${bridgePath}`,
    async close() {
      for (const app of sockets.clients) app.terminate()
      await Promise.all(listeners.map((listener) => listener.close()))
    },
  }
}

/** Hears one app out. */
function listen(app: WebSocket, { hub, clock }: AppDoorOptions): void {
  const listening = listenTo(hub.open(eitherReader), clock)
  app.on('message', (data: RawData, isBinary: boolean) => listening.hear(data, isBinary))
  // A message without end, or no frame at all: the connection ends with it.
  app.on('error', () => listening.fail())
  app.on('close', () => listening.end())
}

/**
 * Why a connection is not taken: a name that was pointed at this machine shows in `Host`, a page of elsewhere in `Origin`.
 * Pages of this machine, whatever their port, are the apps that are meant.
 */
function refusalOf({ headersDistinct, socket }: IncomingMessage): string | undefined {
  const hosts = headersDistinct.host ?? []
  const ours = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${socket.localPort}`)
  if (hosts.length !== 1 || !ours.includes(hosts[0]!)) return '403 Forbidden'
  const origins = headersDistinct.origin ?? []
  return origins.every(isLocalOrigin) ? undefined : '403 Forbidden'
}

function notListening(cause: unknown, port: number): Error {
  const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
  return isTaken
    ? new OpschartError('conflict', `port ${port} is taken on this machine; choose another one for apps`, {
        cause,
      })
    : new OpschartError(
        'configuration',
        `127.0.0.1:${port} cannot be listened at (${(cause as Error).message}); choose another port for apps`,
        { cause },
      )
}
