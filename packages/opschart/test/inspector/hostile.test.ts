// Properties:
//   - Names, events and payloads with markup, scripts, control characters or megabytes are shown as they are; none of it is
//     run, asks for anything, or breaks the page.
//   - What a saved page brings along is data there, too.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import {
  inspectionProtocol,
  chartOfConfig,
  type ForeseeingClient,
  type InspectionMessage,
} from '@opschart/core'
import { serveLoopback } from '@opschart/hosts/http'
import { pageFiles } from '@opschart/inspector'
import { nodeCrypto, systemClock } from '@opschart/runtime'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { browserPath, startBrowser, type RealBrowser } from './browser.ts'

const evil = [
  '<img src=x onerror="window.__run=1">',
  '"><script>window.__run=2</script>',
  "' onfocus='window.__run=3' autofocus='",
  '</script><script>window.__run=4</script>',
  'javascript:window.__run=5',
  '\u0000\u001B[31mred\u0007\u202Egnp.exe',
  '{{constructor.constructor("window.__run=6")()}}',
  '<svg onload="window.__run=7"/><foreignObject><iframe src="javascript:parent.__run=8"></iframe></foreignObject>',
  '__proto__',
]

describe.skipIf(browserPath === undefined)('what an app says of itself', () => {
  let browser: RealBrowser
  let folder: string
  beforeAll(async () => {
    browser = await startBrowser()
    folder = await mkdtemp(join(tmpdir(), 'opschart-hostile-'))
  })
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is shown, and never run', { timeout: 120_000 }, async () => {
    const stranger = createServer((_, response) => response.end())
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const { port } = stranger.address() as AddressInfo
    let asked = 0
    stranger.on('request', () => (asked += 1))
    const names = [
      ...evil,
      `<img src="http://127.0.0.1:${port}/leak">`,
      `x"; background: url(http://127.0.0.1:${port}/leak)`,
    ]
    const states = Object.fromEntries(
      names.map((name, place) => [
        name,
        { on: { [names[(place + 1) % names.length]!]: { target: undefined, actions: name } } },
      ]),
    )
    const view = chartOfConfig({ id: evil[0], initial: names[0], states }, evil[0]!)
    const value = names[0]!
    const messages: InspectionMessage[] = [
      { kind: 'source', source: 'app', protocol: inspectionProtocol, name: evil[1]!, at: 0 },
      { kind: 'chart', source: 'app', chart: 'c', view },
      {
        kind: 'actor',
        source: 'app',
        actor: evil[2]!,
        chart: 'c',
        name: evil[2]!,
        parent: null,
        at: 0,
        state: { status: 'active', value },
      },
      ...names.map((name, place) => ({
        kind: 'step' as const,
        source: 'app',
        actor: evil[2]!,
        sequence: place + 1,
        at: place,
        event: { type: name, [name]: name, large: 'x'.repeat(1_000_000) },
        from: name,
        text: name,
        state: { status: 'active' as const, value: names[place]!, context: { [name]: { [name]: name } } },
      })),
    ]
    const server = await serveLoopback({
      // Only an app is looked at: there is no journal behind this door.
      client: { inspection: () => nothing() } as unknown as ForeseeingClient,
      people: { name: evil[3]! },
      clock: systemClock,
      crypto: nodeCrypto,
      tokenPath: join(folder, 'state/token'),
      about: { root: `/tmp/${encodeURIComponent(evil[0]!)}`, version: '0' },
      files: await pageFiles(),
      apps: { messages: () => told(messages) },
    })
    const { page, complaints, strangers } = await browser.open(`${server.address}/#token=${server.token}`)
    const run = () => page.evaluate(() => (globalThis as { __run?: number }).__run)
    try {
      await page.locator('.drawing g.oc-active').first().waitFor()
      const rows = page.getByRole('listbox', { name: 'Rows of the journal' }).getByRole('option')
      await expect.poll(() => rows.count()).toBeGreaterThan(3)
      expect(await rows.allTextContents()).toEqual(
        expect.arrayContaining([expect.stringContaining('window.__run')]),
      )
      await rows.nth(1).click()
      await page.getByRole('tab', { name: 'step' }).click()
      await page.getByRole('combobox').fill('run')
      await expect
        .poll(() => page.getByRole('listbox', { name: 'Places' }).getByRole('option').count())
        .toBeGreaterThan(0)
      await page.keyboard.press('Escape')
      // Every state and label of the drawing is text, and no element but the drawing's own is in it.
      const elements = await page
        .locator('.drawing svg *')
        .evaluateAll((all) => [...new Set(all.map((one) => one.tagName))])
      expect(elements.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(
        ['circle', 'desc', 'g', 'path', 'rect', 'text', 'title'].filter((name) => elements.includes(name)),
      )
      expect(await run()).toBeUndefined()

      await page.getByLabel('Save what is looked at').click()
      const saving = page.waitForEvent('download')
      await page
        .getByRole('button', { name: /^The story of/ })
        .first()
        .click()
      const path = join(folder, 'story.html')
      await (await saving).saveAs(path)
      const story = await browser.open(`file://${path}`)
      await story.page.locator('.drawing g.oc-active').first().waitFor()
      expect(await story.page.evaluate(() => (globalThis as { __run?: number }).__run)).toBeUndefined()
      expect(await story.page.evaluate('document.scripts.length')).toBe(2)
      expect([...story.complaints, ...story.strangers]).toEqual([])

      expect(await run()).toBeUndefined()
      expect([...complaints, ...strangers]).toEqual([])
      expect(asked).toBe(0)
    } finally {
      await server.close()
      stranger.close()
    }
  })
})

async function* told(messages: readonly InspectionMessage[]): AsyncGenerator<InspectionMessage> {
  yield* messages
  await new Promise(() => {})
}

async function* nothing(): AsyncGenerator<InspectionMessage> {
  yield await new Promise<never>(() => {})
}
