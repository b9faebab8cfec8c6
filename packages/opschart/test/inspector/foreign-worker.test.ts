// Properties:
//   - What another program left in a browser, that listened at the port before, is gone after one visit: the page that is
//     then seen at this address is ours.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { serveLoopback } from '@opschart/hosts/http'
import { pageFiles } from '@opschart/inspector'
import { nodeCrypto, systemClock } from '@opschart/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { emptyClient } from '../../src/empty-client.ts'
import { browserPath, startBrowser, type RealBrowser } from './browser.ts'

const worker = `self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => event.respondWith(
  new Response('<title>not ours</title>', { headers: { 'content-type': 'text/html' } })))`
const registers = `<title>before</title><script>
navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)
  .then(() => { document.title = 'registered' })</script>`

describe.skipIf(browserPath === undefined)('a service worker of another program', () => {
  let browser: RealBrowser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())

  it('[P3] is sent away by the first visit', { timeout: 60_000 }, async () => {
    const before = createServer(({ url }, response) => {
      const isWorker = url === '/worker.js'
      response.setHeader('content-type', isWorker ? 'text/javascript' : 'text/html')
      response.end(isWorker ? worker : registers)
    })
    await new Promise<void>((resolve) => before.listen(0, '127.0.0.1', resolve))
    const { port } = before.address() as AddressInfo
    const { page } = await browser.open(`http://127.0.0.1:${port}/`)
    await expect.poll(() => page.title()).toBe('registered')
    before.closeAllConnections()
    await new Promise((resolve) => before.close(resolve))

    const server = await serveLoopback({
      client: emptyClient(),
      people: { name: 'nobody' },
      clock: systemClock,
      crypto: nodeCrypto,
      port,
      about: { root: '/projects/web', version: '0.0.0' },
      files: await pageFiles(),
    })
    try {
      await page.goto(`${server.address}/`)
      await expect.poll(() => page.title(), { timeout: 30_000 }).toBe('opschart inspector')
      // As a text: the compiler knows no browser here.
      const left = 'navigator.serviceWorker.getRegistrations().then(({ length }) => length)'
      expect(await page.evaluate(left)).toBe(0)
    } finally {
      await server.close()
    }
  })
})
