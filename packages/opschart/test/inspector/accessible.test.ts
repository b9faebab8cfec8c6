// Properties:
//   - axe finds nothing wrong with any part of the page, in either theme.
//   - The chart is one stop of the Tab key: within it every state and arrow is gone to, seen, marked and named, and whatever a
//     click does a key does.
//   - The main tasks are done with the keyboard alone: find a refusal and read why, go back in time, ask what would be.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'

import { browserPath, startBrowser, type RealBrowser } from './browser.ts'
import { asking, intoStaging, startProject, type TestProject } from './project.ts'

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
    project = await startProject(asking)
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
  const tabTo = async (page: Page, what: string): Promise<void> => {
    for (let pressed = 0; pressed < 80; pressed += 1) {
      if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(what)})`)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${what} is not reached with Tab`)
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
      await page.keyboard.press('h')
      await page.locator('.oc-count').first().waitFor()
      expect(['coverage', await faults(page)]).toEqual(['coverage', []])
      await page.keyboard.press('h')
      await page.getByRole('tab', { name: 'what if' }).click()
      await page.getByLabel('Signal').fill('DEPLOYMENT_REJECTED')
      await page.getByRole('button', { name: 'Suppose it' }).click()
      await page.locator('.moment').filter({ hasText: 'supposed' }).waitFor()
      expect(['supposed', await faults(page)]).toEqual(['supposed', []])
      await page.keyboard.press('n')
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
      expect(await faults(page)).toEqual([])
      await page.getByRole('button', { name: 'What would come of it' }).click()
      await page.getByText('would be').waitFor()
      expect(await faults(page)).toEqual([])
    })
  }

  for (const theme of ['light', 'dark'] as const) {
    it(
      `lets the chart be gone through state by state, in the ${theme} theme`,
      { timeout: 120_000 },
      async () => {
        const page = await opened(theme)
        const press = (key: string) => page.keyboard.press(key)
        const focused = page.locator('.drawing :focus')
        const at = () => focused.getAttribute('data-state')
        const name = () => focused.getAttribute('aria-label')
        await tabTo(page, '.drawing g')
        // It comes in where the actor stands, and there is no other stop.
        expect(await at()).toBe('STAGING')
        expect(await page.locator('.drawing [tabindex="0"]').count()).toBe(1)
        expect(await name()).toMatch(
          /^STAGING, it stands here\. Agents: data-migration-agent, monitoring-agent\. \d+ arrows: .*DEPLOYMENT_COMPLETE if .* to PRODUCTION/,
        )
        // The ring is seen around it, and stands out from what is beneath.
        const around = await page.evaluate(`(() => {
        const ring = document.querySelector('.oc-ring:not(.oc-ring-ground)').getBoundingClientRect()
        const box = document.activeElement.querySelector('.oc-box').getBoundingClientRect()
        return ring.left < box.left && ring.right > box.right && ring.top < box.top && ring.bottom > box.bottom
      })()`)
        expect(around).toBe(true)
        // Each key goes to what lies there.
        await press('ArrowUp')
        expect(await at()).toBe('REVIEW')
        expect(await name()).toMatch(/^REVIEW\. Agents: reviewer-agent, contract-guardian\./)
        await press('ArrowDown')
        expect(await at()).toBe('STAGING')
        // Out to what holds it, and in again; the first, the last, and all in their order.
        await press('Escape')
        expect(await at()).toBe('')
        await press('Enter')
        expect(await at()).toBe('STAGING')
        await press('Home')
        expect(await at()).toBe('DEVELOPMENT')
        expect(await name()).toMatch(/^DEVELOPMENT, initial\./)
        await press('End')
        expect(await at()).toBe('RETIRED')
        await press('PageUp')
        expect(await at()).toBe('OPTIMIZATION')
        // What is gone to is brought into view, wherever the drawing was, and stays there when it is drawn with more written.
        for (const _ of [1, 2, 3, 4, 5, 6]) await press('+')
        await press('Home')
        const pane = (await page.locator('.drawing').boundingBox())!
        const isSeen = async (): Promise<boolean> => {
          const box = (await focused.locator('.oc-box').boundingBox())!
          const [right, bottom] = [box.x + box.width, box.y + box.height]
          return (
            box.x >= pane.x &&
            box.y >= pane.y &&
            right <= pane.x + pane.width &&
            bottom <= pane.y + pane.height
          )
        }
        expect(await isSeen()).toBe(true)
        await press('End')
        for (const pressed of [false, true]) {
          await page.getByRole('button', { name: 'Details', pressed: !pressed }).waitFor()
          await press('i')
          await page.getByRole('button', { name: 'Details', pressed }).waitFor()
          expect([pressed, await at(), await isSeen()]).toEqual([pressed, 'RETIRED', true])
        }
        await press('Home')
        // Its arrows one by one, to where one leads, and back; on an arrow Enter does what a click does.
        await press('.')
        expect(await focused.getAttribute('data-arrow')).toBe('DEVELOPMENT|REVIEW_REQUESTED|0')
        expect(await name()).toMatch(
          /^REVIEW_REQUESTED to REVIEW.* By .*1 of \d+ arrows? from DEVELOPMENT\.$/,
        )
        await press('t')
        expect(await at()).toBe('REVIEW')
        await press('.')
        await press('Enter')
        await page.getByRole('tab', { name: 'what if', selected: true }).waitFor()
        expect(await page.getByLabel('Signal').inputValue()).not.toBe('')
        await press('Escape')
        expect(await at()).toBe('REVIEW')
        // What holds others is folded and unfolded; the keyboard stays on it.
        await press('Escape')
        await press(' ')
        await expect.poll(() => page.locator('.drawing g.oc-state').count()).toBe(1)
        expect(await name()).toContain('8 states folded')
        await press(' ')
        await expect.poll(() => page.locator('.drawing g.oc-state').count()).toBe(9)
        expect(await at()).toBe('')
        // What is looked for by its name has the keyboard.
        await press('/')
        await page.keyboard.type('ROLLBACK')
        await press('Enter')
        await expect.poll(at).toBe('ROLLBACK')
        const session = await page.context().newCDPSession(page)
        await session.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') })
        expect(await faults(page)).toEqual([])
        await press('?')
        await page.getByRole('dialog', { name: 'Keys' }).waitFor()
        expect(await faults(page)).toEqual([])
        await press('Escape')
        expect(await at()).toBe('ROLLBACK')
      },
    )
  }

  it('is used with the keyboard alone', { timeout: 120_000 }, async () => {
    const page = await opened('light')
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve())
    // Find the refusal, and read why.
    await tabTo(page, '.timeline .chip.refused')
    await press('Enter')
    await expect.poll(() => page.locator('.timeline .row').count()).toBe(1)
    await tabTo(page, '.timeline .list')
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
    await tabTo(page, '[role=tab]')
    const chosen = () => page.locator('[role=tab][aria-selected=true]').textContent()
    while ((await chosen()) !== 'who may') await press('ArrowRight')
    await page.getByRole('table').waitFor()
    await tabTo(page, '.answer.accepted')
    await press('Enter')
    await page.getByText('would be').waitFor()
    // The chart is moved and enlarged.
    await tabTo(page, '.drawing g')
    const view = () => page.locator('.drawing svg').getAttribute('viewBox')
    const before = await view()
    await press('+', 'Shift+ArrowRight')
    expect(await view()).not.toBe(before)
  })
})
