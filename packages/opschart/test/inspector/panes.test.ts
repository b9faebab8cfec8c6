// Properties:
//   - What lies between two panes is dragged, and moved with the keyboard; how it was left is remembered.
//   - In a window of 1000 by 700 every pane is on the screen; where they stand below one another, what was chosen is gone to.
//   - The bar for the past cuts nothing off, and its slider can be held.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Locator, Page } from 'playwright-core'

import { browserPath, startBrowser, type RealBrowser } from './browser.ts'
import { intoStaging, startProject, type TestProject } from './project.ts'

describe.skipIf(browserPath === undefined)('the panes', () => {
  let browser: RealBrowser
  let project: TestProject
  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject()
    await intoStaging(project)
  })
  afterAll(async () => {
    await browser?.close()
    await project?.close()
  })
  const opened = async (width: number, height: number): Promise<Page> => {
    const { page } = await browser.open(project.address, { reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    await page.locator('.drawing g.oc-active').first().waitFor()
    return page
  }
  const boxOf = async (element: Locator) => (await element.boundingBox())!
  const chooseRefused = async (page: Page): Promise<void> => {
    await page.locator('.timeline .chip.refused').click()
    await page.locator('.timeline .row.refused').first().click()
    await page.getByText('the law allows').waitFor()
    await page.locator('.moment').filter({ hasText: 'row' }).waitFor()
  }

  it('are sized by dragging and by keys, and stay so', async () => {
    const page = await opened(1440, 900)
    const timeline = page.locator('.page > .timeline')
    const between = page.getByRole('separator', { name: 'Height of the timeline' })
    const before = await boxOf(timeline)
    const { x, y, width, height } = await boxOf(between)
    await page.mouse.move(x + width / 2, y + height / 2)
    await page.mouse.down()
    await page.mouse.move(x + width / 2, y + height / 2 - 100, { steps: 5 })
    await page.mouse.up()
    const dragged = (await boxOf(timeline)).height
    expect(Math.abs(dragged - before.height - 100)).toBeLessThan(8)
    const panel = page.locator('.page > .panel')
    const wide = (await boxOf(panel)).width
    const side = page.getByRole('separator', { name: 'Width of the details' })
    await side.focus()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(async () => (await boxOf(panel)).width).toBe(wide + 24)
    expect(await side.getAttribute('aria-valuenow')).toBe(String(wide + 24))
    await page.keyboard.press('End')
    await expect.poll(async () => (await boxOf(page.locator('.middle'))).width).toBeGreaterThan(300)
    await page.keyboard.press('Home')
    await expect.poll(async () => (await boxOf(panel)).width).toBe(240)
    await page.reload()
    await page.locator('.drawing g.oc-active').first().waitFor()
    expect((await boxOf(panel)).width).toBe(240)
    expect((await boxOf(timeline)).height).toBe(dragged)
    await side.dblclick()
    await expect.poll(async () => (await boxOf(panel)).width).toBe(wide)
  })

  it('are all on the screen at 1000 by 700, with what was chosen', async () => {
    const page = await opened(1000, 700)
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(700)
    for (const pane of ['.actors', '.middle', '.panel', '.timeline']) {
      const { x, y, width, height } = await boxOf(page.locator(`.page > ${pane}`))
      expect([pane, x >= 0 && y >= 0 && x + width <= 1000 && y + height <= 700]).toEqual([pane, true])
    }
    await chooseRefused(page)
    const reason = await boxOf(page.getByText('the law allows'))
    expect(reason.y).toBeGreaterThan(0)
    expect(reason.y).toBeLessThan(700)
    const cut = await page.evaluate(
      `[...document.querySelectorAll('.time > *')].filter((one) => one.scrollWidth > one.clientWidth + 1 && one.matches('span, strong')).map((one) => one.textContent)`,
    )
    expect(cut).toEqual([])
    expect((await boxOf(page.getByRole('slider'))).width).toBeGreaterThan(200)
    expect(await page.locator('.moment').textContent()).toMatch(/^row \d+, [\d:]+(; it has gone on since)?$/)
  })

  it('go to what was chosen where they stand below one another', async () => {
    const page = await opened(800, 700)
    await chooseRefused(page)
    await expect.poll(async () => (await boxOf(page.locator('.panel'))).y).toBeLessThan(350)
    expect((await boxOf(page.locator('.panel'))).y).toBeGreaterThan(-10)
  })
})
