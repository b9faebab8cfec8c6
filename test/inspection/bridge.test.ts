// Properties of the page that apps in browsers open:
//   - Unmodified apps on XState 5 and 4 are followed through it, in a frame or a window, from any page of this machine.
//   - A page of elsewhere can neither hold it nor feed it.

import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

import { createAppHub, serveApps } from '@opschart/hosts/apps'
import { systemClock } from '@opschart/runtime'
import { rolldown } from 'rolldown'
import { afterEach, describe, expect, it } from 'vitest'

import { browserPath, startBrowser } from '../../packages/opschart/test/inspector/browser.ts'
import { watch } from './watching.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function bundled(file: string): Promise<string> {
  const bundle = await rolldown({
    input: path.join(import.meta.dirname, file),
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' } },
    logLevel: 'silent',
  })
  ends.push(() => bundle.close())
  const { output } = await bundle.generate({ format: 'iife', codeSplitting: false })
  return output[0].code
}

const html = (frame: boolean) =>
  `<!doctype html><title>app</title>${frame ? '<iframe></iframe>' : ''}<button>Go</button><script src="/app.js"></script>`

/** A page with an app, at an address of this machine. */
async function serveApp(script: string, frame: boolean): Promise<string> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/app.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : html(frame))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  ends.push(() => server.closeAllConnections())
  return `http://localhost:${(server.address() as AddressInfo).port}/`
}

async function open() {
  const hub = createAppHub({ clock: systemClock })
  const door = await serveApps({ hub, clock: systemClock })
  ends.push(
    () => door.close(),
    () => hub.close(),
  )
  const browser = await startBrowser()
  ends.push(() => browser.close())
  return { bridge: door.bridge, watching: watch(hub.messages()), browser }
}

describe.skipIf(browserPath === undefined)('the page that apps in browsers open', { timeout: 60_000 }, () => {
  it.each([
    ['XState 5, in a frame', 'browser-app.ts', true, 'basket', 'full'],
    ['XState 5, in a window', 'browser-app.ts', false, 'basket', 'full'],
    ['XState 4, in a window', '../xstate4/browser-app.mjs', false, 'lamp', 'on'],
  ] as const)('passes on what an app says (%s)', async (_, file, frame, name, value) => {
    const { bridge, watching, browser } = await open()
    const address = await serveApp(await bundled(file), frame)
    const { page, complaints } = await browser.open(`${address}#${encodeURIComponent(bridge)}`)
    // The package speaks when the page is idle, which one without a window may not be for as long as nothing is drawn.
    await page.evaluate('window.requestIdleCallback = (act) => setTimeout(act, 0)')
    await page.click('button')
    await watching.until(() => watching.source(name)?.actors.size === 1)
    // The second time, it does something; what is said when it is idle waits for a page that is not seen.
    await page.bringToFront()
    await page.click('button')
    await watching.until(() => watching.source(name)!.steps.at(-1)?.state?.value === value)
    const app = watching.source(name)!
    expect(app.lost).toBe(0)
    expect(app.steps.at(-1)!.event.type).toBe('GO')
    expect(app.charts.size).toBe(1)
    // A browser asks for a picture of each site.
    expect(complaints.filter((line) => !line.includes('favicon'))).toEqual([])
    await page.context().close()
    await watching.until(() => watching.source(name)!.ended !== null)
  })

  it('takes nothing of a page of elsewhere, in a frame or a window', async () => {
    const { bridge, watching, browser } = await open()
    const script = await bundled('browser-app.ts')
    const { page } = await browser.open('about:blank')
    await page.addInitScript('window.requestIdleCallback = (act) => setTimeout(act, 0)')
    for (const frame of [true, false]) {
      await page.route('http://evil.example/**', async (route) => {
        const isScript = route.request().url().endsWith('.js')
        const contentType = isScript ? 'text/javascript' : 'text/html'
        await route.fulfill({ contentType, body: isScript ? script : html(frame) })
      })
      await page.goto('about:blank')
      await page.goto(`http://evil.example/#${encodeURIComponent(bridge)}`)
      if (frame) {
        await page.click('button')
        await expect.poll(() => page.frames()[1]?.url()).toBe('chrome-error://chromewebdata/')
      } else {
        const [popup] = await Promise.all([page.waitForEvent('popup'), page.click('button')])
        await popup.getByText('Only pages of this machine are inspected').waitFor()
      }
    }
    expect(watching.sources()).toEqual([])
  })
})
