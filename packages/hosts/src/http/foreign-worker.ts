import type { ServerResponse } from 'node:http'

/** Takes the place of the worker that was there, and leaves; what it stood before is loaded anew, from here. */
const script = `self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil((async () => {
  await self.registration.unregister()
  for (const page of await self.clients.matchAll({ type: 'window' })) page.navigate(page.url).catch(() => {})
})()))
`

/**
 * Answers a browser that asks whether a service worker is still as it was. Our page has none: it is one that another program
 * left behind, which listened at this port before, and it would stand between the page and this door, and could show what
 * it likes under our address. The browser asks with each visit, past the worker itself; a page cannot ask so.
 */
export function sendWorkerAway(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': Buffer.byteLength(script),
  })
  response.end(script)
}
