import type { IncomingMessage, ServerResponse } from 'node:http'

/** Path of the page that apps in browsers open. */
export const bridgePath = '/bridge'

/** A page of this machine, as it names itself; a text, as the page has it, too. */
const localPage = String.raw`^https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$`
const isLocalPage = new RegExp(localPage)

/** Whether a page is one of this machine's own, whatever its port. */
export const isLocalOrigin = (origin: string): boolean => isLocalPage.test(origin)

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Inspected by opschart</title>
<p>Connecting to the inspector.</p>
<script src="${bridgePath}.js"></script>
</html>
`

/** Passes on what the page says that opened this one, or holds it; it says nothing back but that it listens. */
const script = `const app = window.opener ?? (window.parent === window ? null : window.parent)
const isLocal = new RegExp(${JSON.stringify(localPage)})
const say = (text) => { document.querySelector('p').textContent = text }
const longest = 4 * 1024 * 1024
if (app === null) say('An app opens this page: createBrowserInspector({ url }), with this address.')
else {
  const socket = new WebSocket('ws://' + location.host)
  socket.onopen = () => {
    say('What the app says is shown in the inspector. Leave this page open.')
    app.postMessage({ type: '@statelyai.connected' }, '*')
    app.postMessage({ type: 'xstate.inspecting' }, '*')
  }
  socket.onclose = () => say('The inspector has ended. Reload this page when it is there again.')
  window.onmessage = ({ source, origin, data }) => {
    if (source !== app || socket.readyState !== WebSocket.OPEN) return
    if (!isLocal.test(origin)) return say('Only pages of this machine are inspected; this app is from ' + origin)
    if (!/^(?:@xstate\\.|service\\.|xstate\\.disconnect$)/.test(data?.type)) return
    let text = '?'
    try { text = JSON.stringify(data) } catch {}
    socket.send(text.length > longest ? '?' : text)
  }
}
`

/**
 * The page may be held by pages of this machine, and knows the page that opened it: it has no session and shows nothing,
 * so that it needs no stricter rule. What they feed it is what they could say at the socket themselves.
 */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self' ws://localhost:* ws://127.0.0.1:*",
    "base-uri 'none'",
    "form-action 'none'",
    'frame-ancestors http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*',
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
  [bridgePath]: ['text/html; charset=utf-8', page],
  [`${bridgePath}.js`]: ['text/javascript; charset=utf-8', script],
}

/** Answers whoever asks the door for apps otherwise than by a WebSocket: with the page, or with what is to be done here. */
export function answerBridge(request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '').split('?')[0]!
  const file = request.method === 'GET' && Object.hasOwn(files, path) ? files[path] : undefined
  const [type, body] = file ?? [
    'text/plain; charset=utf-8',
    `Apps connect here by WebSocket: createWebSocketInspector({ url: 'ws://${hostOf(request)}' })\n`,
  ]
  const more = file === undefined ? { upgrade: 'websocket', connection: 'upgrade' } : {}
  response.writeHead(file === undefined ? 426 : 200, { ...headers, ...more, 'content-type': type })
  response.end(request.method === 'HEAD' ? undefined : body)
}

const hostOf = ({ socket }: IncomingMessage): string => `localhost:${socket.localPort}`
