// Properties of the demo that is watched, with one run of it:
//   - Its page tells the incident as it happens, without a reload and without being asked: the release that needs somebody
//     comes to stand there, in INCIDENT, in ROLLBACK, and in DEVELOPMENT again; the earlier one is live.
//   - Then it goes on, so that one can look around: back to the incident, and the story as a page that stands alone.
//   - It ends when it is told to, as a demo that went well, and leaves nothing behind.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { browserPath, startBrowser, type Opened, type RealBrowser } from './browser.ts'

const bin = join(import.meta.dirname, '../../src/bin.ts')

describe.skipIf(browserPath === undefined)('the demo in the inspector', { timeout: 240_000 }, () => {
  let folder: string
  let demo: ChildProcess
  let ended: Promise<unknown[]>
  let browser: RealBrowser
  let opened: Opened
  const told: string[] = []
  const rows = () => opened.page.getByRole('listbox', { name: 'Rows of the journal' }).getByRole('option')
  const lit = () => opened.page.locator('.drawing g.oc-state.oc-active').getAttribute('data-state')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opschart-watched-'))
    browser = await startBrowser()
    demo = spawn(process.execPath, [bin, 'demo', '--inspect', '--json'], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    ended = once(demo, 'exit')
    createInterface({ input: demo.stdout! }).on('line', (line) => told.push(line))
    for await (const line of createInterface({ input: demo.stderr! })) {
      const address = /^inspector: (http:\S+)$/.exec(line)?.[1]
      if (address === undefined) continue
      opened = await browser.open(address)
      break
    }
    demo.stderr!.resume()
    // What the page says of whom, each time that it changes.
    await opened.page.evaluate(`{
      globalThis.seen = []
      const textOf = (place) => document.querySelector(place)?.textContent ?? ''
      new MutationObserver(() => {
        const text = textOf('.whose') + ' ' + textOf('.time .is')
        if (seen.at(-1) !== text) seen.push(text)
      }).observe(document.body, { subtree: true, childList: true, characterData: true })
    }`)
  }, 60_000)
  afterAll(async () => {
    demo?.kill('SIGTERM')
    await ended
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('shows the incident as it happens, and how it ends', async () => {
    await expect.poll(() => told.join('\n'), { timeout: 220_000, interval: 200 }).toContain('"passed": true')
    await expect.poll(lit).toBe('DEVELOPMENT')
    const seen = (await opened.page.evaluate('seen')) as string[]
    const incident = seen.indexOf('orders/v2.0.0 INCIDENT')
    const after = seen.slice(incident)
    expect(incident, seen.join(', ')).toBeGreaterThan(0)
    expect(after.indexOf('orders/v2.0.0 ROLLBACK'), seen.join(', ')).toBeGreaterThan(0)
    expect(after.at(-1)).toBe('orders/v2.0.0 DEVELOPMENT')
    const live = opened.page
      .getByRole('listbox', { name: 'Actors' })
      .getByRole('option')
      .filter({
        has: opened.page.locator('.live'),
      })
    await expect
      .poll(() => live.allTextContents())
      .toEqual([expect.stringMatching(/^orders\/v1\.0\.0live.*PRODUCTION/)])
  })

  it('goes back to the incident', async () => {
    await opened.page.getByRole('searchbox', { name: 'Filter rows' }).fill('ROLLBACK_REQUESTED')
    await rows()
      .filter({ hasText: /accepted.*ROLLBACK_REQUESTED/ })
      .first()
      .click()
    await expect.poll(lit).toBe('ROLLBACK')
    await opened.page.locator('.chart-pane .drawing').focus()
    await opened.page.keyboard.press('[')
    await expect.poll(lit).toBe('INCIDENT')
    await expect.poll(() => opened.page.locator('.moment').textContent()).toContain('it has gone on since')
    await opened.page.keyboard.press('n')
    await expect.poll(lit).toBe('DEVELOPMENT')
  })

  it('gives its story as a page that tells it from the disk', async () => {
    await opened.page.getByLabel('Save what is looked at').click()
    const saving = opened.page.waitForEvent('download')
    await opened.page
      .getByRole('button', { name: /^The story of/ })
      .first()
      .click()
    const path = join(folder, 'story.html')
    await (await saving).saveAs(path)
    const story = await browser.open(`file://${path}`)
    await story.page.locator('.drawing g.oc-active').first().waitFor()
    expect(await story.page.locator('.whose').textContent()).toBe('orders/v2.0.0')
    const told = story.page.getByRole('listbox', { name: 'Rows of the journal' }).getByRole('option')
    await story.page.getByRole('searchbox', { name: 'Filter rows' }).fill('ERROR_THRESHOLD_EXCEEDED')
    await told
      .filter({ hasText: /accepted.*ERROR_THRESHOLD_EXCEEDED/ })
      .first()
      .click()
    await expect
      .poll(() => story.page.locator('.drawing g.oc-state.oc-active').getAttribute('data-state'))
      .toBe('INCIDENT')
    expect([...story.complaints, ...story.strangers]).toEqual([])
  })

  it('ends when it is told to, and leaves nothing behind', async () => {
    expect([...opened.complaints, ...opened.strangers]).toEqual([])
    demo.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect((await readdir(folder)).filter((name) => name.startsWith('opschart-demo-'))).toEqual([])
    await expect.poll(() => opened.page.locator('.connection').textContent()).toBe('not connected')
  })
})
