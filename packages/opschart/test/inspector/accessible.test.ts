// Properties:
//   - axe finds nothing wrong with any part of the page, in either theme.
//   - The main tasks are done with the keyboard alone: find a refusal and read why, go back in time, ask what would be.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'

import { browserPath, startBrowser, type RealBrowser } from './browser.ts'
import { intoStaging, startProject, type TestProject } from './project.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface Found {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

describe.skipIf(browserPath === undefined)('the page', () => {
  let browser: RealBrowser
  let project: TestProject
  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject('services: { web: { deploy: [./deploy] } }\nautonomy: ask\n')
    await intoStaging(project)
  })
  afterAll(async () => {
    await browser?.close()
    await project?.close()
  })
  const opened = async (theme: 'light' | 'dark'): Promise<Page> => {
    const { page } = await browser.open(project.address, { colorScheme: theme, reducedMotion: 'reduce' })
    await page.locator('.drawing g.oc-active').first().waitFor()
    return page
  }
  const faults = async (page: Page): Promise<string[]> => {
    const { violations } = (await page.evaluate('axe.run()')) as Found
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  }

  for (const theme of ['light', 'dark'] as const) {
    it(`has nothing that axe finds wrong, in the ${theme} theme`, { timeout: 240_000 }, async () => {
      const page = await opened(theme)
      // By the debugger, which a page's policy does not bind.
      const session = await page.context().newCDPSession(page)
      await session.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') })
      for (const name of ['state', 'who may', 'what if', 'work'] as const) {
        await page.getByRole('tab', { name }).click()
        if (name === 'who may') await page.getByRole('table').waitFor()
        expect([name, await faults(page)]).toEqual([name, []])
      }
      await page.getByRole('button', { name: 'fleet', exact: true }).click()
      await page.locator('.card').first().waitFor()
      expect(['fleet', await faults(page)]).toEqual(['fleet', []])
      await page.getByRole('button', { name: 'sequence', exact: true }).click()
      await page.locator('.message').first().waitFor()
      expect(['sequence', await faults(page)]).toEqual(['sequence', []])
      await page.getByRole('button', { name: 'chart', exact: true }).click()
      const refused = page
        .getByRole('listbox', { name: 'Rows' })
        .getByRole('option')
        .filter({ hasText: 'refused' })
      await refused.first().click()
      await page.getByText('the law allows').waitFor()
      expect(await faults(page)).toEqual([])
      await page.getByRole('tab', { name: 'who may' }).click()
      await page
        .getByRole('button', { name: /: accepted/ })
        .first()
        .click()
      await page.getByText('would be').waitFor()
      expect(await faults(page)).toEqual([])
    })
  }

  it('is used with the keyboard alone', { timeout: 120_000 }, async () => {
    const page = await opened('light')
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve())
    const tabTo = async (what: string): Promise<void> => {
      for (let pressed = 0; pressed < 80; pressed += 1) {
        if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(what)})`)) return
        await press('Tab')
      }
      throw new Error(`${what} is not reached with Tab`)
    }
    // Find the refusal, and read why.
    await tabTo('.timeline .chip.refused')
    await press('Enter')
    await expect.poll(() => page.locator('.timeline .row').count()).toBe(1)
    await tabTo('.timeline .list')
    await press('ArrowDown')
    await page.getByText('the law allows').waitFor()
    // Go back in time, and on.
    await expect.poll(() => page.locator('.moment').textContent()).toContain('row')
    await press(']')
    await expect.poll(() => page.locator('.is').textContent()).toBe('REVIEW')
    await press('n')
    await expect.poll(() => page.locator('.moment').textContent()).toBe('now')
    // Ask what would be.
    await press('/')
    await page.keyboard.type('STAGING')
    await press('Enter')
    await page.locator('.oc-found').first().waitFor()
    await tabTo('[role=tab]')
    const chosen = () => page.locator('[role=tab][aria-selected=true]').textContent()
    while ((await chosen()) !== 'who may') await press('ArrowRight')
    await page.getByRole('table').waitFor()
    await tabTo('.answer.accepted')
    await press('Enter')
    await page.getByText('would be').waitFor()
    // The chart is moved and enlarged.
    await tabTo('.drawing')
    const view = () => page.locator('.drawing svg').getAttribute('viewBox')
    const before = await view()
    await press('+', 'ArrowRight')
    expect(await view()).not.toBe(before)
  })
})
