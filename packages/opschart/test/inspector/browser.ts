import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

import type { InspectionMessage } from '@opschart/core'
import { chromium, type Browser, type Page } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** The browser of this machine; undefined where there is none, and what needs one is left out. */
export const browserPath: string | undefined = [
  ...(process.env['CHROME_PATH'] === undefined ? [] : [process.env['CHROME_PATH']]),
  ...(process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name))),
].find(isProgram)

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A page, and what it must not do. */
export interface Opened {
  readonly page: Page
  /** What it wrote to the console as an error, what it threw, and what its policy kept from it. */
  readonly complaints: string[]
  /** Addresses that are not its own that it asked. */
  readonly strangers: string[]
  /** What it was sent on streams, in order, with the id that each had; empty for none. */
  readonly sent: { readonly id: string; readonly message: InspectionMessage }[]
}

/** A real browser. */
export interface RealBrowser {
  open(
    address: string,
    options?: { colorScheme?: 'light' | 'dark'; reducedMotion?: 'reduce' },
  ): Promise<Opened>
  close(): Promise<void>
}

export async function startBrowser(): Promise<RealBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: browserPath!,
    // As root, which a build machine's user is, Chromium starts no other way.
    args: ['--no-sandbox', '--disable-gpu'],
  })
  return {
    async open(address, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1500, height: 950 }, ...options })
      const page = await context.newPage()
      const complaints: string[] = []
      const strangers: string[] = []
      const sent: Opened['sent'] = []
      const network = await context.newCDPSession(page)
      network.on('Network.eventSourceMessageReceived', ({ eventId, data }) => {
        sent.push({ id: eventId, message: JSON.parse(data) as InspectionMessage })
      })
      await network.send('Network.enable')
      const { protocol, host } = new URL(address)
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('dialog', (dialog) => {
        complaints.push(`a dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('request', (request) => {
        const url = new URL(request.url())
        const isOwn = url.host === host && url.protocol === protocol
        if (!isOwn && !['data:', 'blob:'].includes(url.protocol)) strangers.push(request.url())
      })
      await page.goto(address)
      return { page, complaints, strangers, sent }
    },
    close: () => browser.close(),
  }
}
