import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ListenOptions } from 'node:net'
import type { Duplex } from 'node:stream'

/** Milliseconds within which a question is to be there: all of it comes from this machine. */
export interface Patience {
  readonly headersTimeout: number
  readonly requestTimeout: number
  /** How often the two are looked at. */
  readonly connectionsCheckingInterval: number
}

/** A server of a door's, with a door's limits. */
export interface LimitedServer {
  readonly server: Server
  /** Listens, and says no more before it does. */
  listen(where: ListenOptions): Promise<void>
  /** Ends every connection, whatever it is in the middle of. */
  close(): Promise<void>
}

/** Connections at one time. */
const mostConnections = 256
/** Bytes of all the headers of a question. */
const longestHeaders = 16 * 1024
const usualPatience: Patience = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
}

/**
 * Makes the server of a door. What is no HTTP, comes too slowly or has headers without end is answered with a bare
 * status and the door's own headers, and its connection ends.
 */
export function createLimitedServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: {
    readonly headers?: Readonly<Record<string, string>>
    readonly patience?: Patience
    /** Whether the process may end while it listens; it stays when absent. */
    readonly background?: boolean
  } = {},
): LimitedServer {
  const { headers = {}, patience = usualPatience, background = false } = options
  const answering = new WeakMap<Duplex, ServerResponse>()
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    answering.set(request.socket, response)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    answer(request, response)
  }
  const server = createServer(
    // Whether there is a host is the door's to say: its refusal carries the door's headers, and Node's would not.
    { ...patience, maxHeaderSize: longestHeaders, requireHostHeader: false },
    respond,
  )
  server.maxConnections = mostConnections
  // None is dropped unseen: their length is bounded, and one of them may be what speaks against the question.
  server.maxHeadersCount = 0
  if (background) {
    server.unref()
    server.on('connection', (socket) => socket.unref())
  }
  server.on('checkExpectation', respond)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const current = answering.get(socket)
    const begun = current?.headersSent === true && !current.writableFinished
    if (begun || !socket.writable || error.code === 'ECONNRESET') return socket.destroy()
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(
      `HTTP/1.1 ${statusOf(error)}\r\nconnection: close\r\ncontent-length: 0\r\n${lines.join('')}\r\n`,
      () => socket.destroy(),
    )
  })
  return {
    server,
    listen: (where) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(where, () => {
          server.off('error', reject)
          resolve()
        })
      }),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function statusOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout'
  return '400 Bad Request'
}
