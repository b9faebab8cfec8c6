import { OpschartError, type Clock } from '@opschart/core'
import { WebSocket, type RawData } from 'ws'

import type { Dialled } from './dialled.ts'

/** Whom a connection is kept to, and what is done over it. */
export interface DialOptions {
  /** Such as `ws://localhost:8080`. */
  readonly url: string
  readonly clock: Clock
  /** Whether the process may end while it is tried; it stays when absent. */
  readonly background?: boolean
  /** Called with each connection as it opens; what it gives is called when that connection ends. */
  readonly onOpen: (socket: WebSocket) => {
    hear?(data: RawData, isBinary: boolean): void
    /** What came was no message, or too long a one; the connection ends with it. */
    fail?(): void
    end(): void
  }
  /** Told once when nobody answers there, and again only after somebody did. */
  readonly onProblem?: (line: string) => void
}

/** Milliseconds before it is tried again: doubled each time, up to the last. */
const pauses = { first: 250, last: 8_000 }
/** Milliseconds in which the other end has to answer. */
const patience = 5_000
/** Bytes of one message. */
const longestMessage = 4 * 1024 * 1024

/**
 * Keeps a connection to who listens at an address: tries at once, and again whenever it ends or nobody is there.
 *
 * @throws OpschartError `configuration` for what is no address of a WebSocket.
 */
export function dial(options: DialOptions): Dialled {
  const { url, clock, background = false, onOpen, onProblem } = options
  checkAddress(url)
  let pause = pauses.first
  let isClosed = false
  let isMissed = false
  let takeBack = () => {}
  let current: WebSocket | undefined

  function attempt(): void {
    const socket = new WebSocket(url, {
      maxPayload: longestMessage,
      perMessageDeflate: false,
      handshakeTimeout: patience,
    })
    current = socket
    let connection: ReturnType<DialOptions['onOpen']> | undefined
    socket.on('upgrade', (response) => {
      if (background) response.socket.unref()
    })
    socket.on('open', () => {
      pause = pauses.first
      isMissed = false
      connection = onOpen(socket)
    })
    socket.on('message', (data, isBinary) => connection?.hear?.(data, isBinary))
    // It is closed next, with or without this.
    socket.on('error', ({ message }) => {
      if (connection !== undefined) return connection.fail?.()
      if (!isMissed && !isClosed) onProblem?.(`nobody answers at ${url} (${message}); it is tried again`)
      isMissed = true
    })
    socket.on('close', () => {
      connection?.end()
      if (isClosed) return
      takeBack = clock.at(clock.now() + pause, attempt)
      pause = Math.min(pause * 2, pauses.last)
    })
  }

  attempt()
  return {
    close() {
      isClosed = true
      takeBack()
      current?.terminate()
    },
  }
}

function checkAddress(url: string): void {
  const { protocol, username, hash } = URL.parse(url) ?? {}
  if ((protocol === 'ws:' || protocol === 'wss:') && username === '' && hash === '') return
  throw new OpschartError(
    'configuration',
    `${url.slice(0, 200)} is no address of a WebSocket; give one such as ws://localhost:8080`,
  )
}
