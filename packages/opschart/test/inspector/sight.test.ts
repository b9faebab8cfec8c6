// Properties:
//   - At first sight the chart is read: its letters are 10 pixels high, the state is in view, nothing lies beyond its edge.
//   - All of it at once is read as well, with less written; what is not written is told beside what is pointed at.
//   - A state that is looked for is shown from any view, in the middle, with the keyboard on it.
//   - Keys of the chart hold wherever the keyboard is; Escape closes a menu; nothing covers the chart.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'

import { browserPath, startBrowser, type RealBrowser } from './browser.ts'
import { asking, draft, intoStaging, startProject, type TestProject } from './project.ts'

interface Seen {
  /** Heights of the letters of names, in pixels on the screen. */
  readonly letters: number
  /** How far the drawing's edges lie within the pane's. */
  readonly beyond: readonly number[]
  readonly fits: readonly boolean[]
}

const seen = (page: Page): Promise<Seen> =>
  page.evaluate(`(() => {
    const pane = document.querySelector('.drawing').getBoundingClientRect()
    const ground = document.querySelector('.drawing .oc-ground').getBoundingClientRect()
    const scale = ground.width / Number(document.querySelector('.drawing .oc-ground').getAttribute('width'))
    const sizes = [...document.querySelectorAll('.drawing text')].map((text) => parseFloat(getComputedStyle(text).fontSize))
    return {
      letters: Math.min(...sizes) * scale,
      beyond: [ground.left - pane.left, pane.right - ground.right, ground.top - pane.top, pane.bottom - ground.bottom],
      fits: [ground.width <= pane.width, ground.height <= pane.height],
    }
  })()`)

const middleOf = async (page: Page, what: string): Promise<{ x: number; y: number }> => {
  const { x, y, width, height } = (await page.locator(what).first().boundingBox())!
  return { x: x + width / 2, y: y + height / 2 }
}

describe.skipIf(browserPath === undefined)('the chart', () => {
  let browser: RealBrowser
  let project: TestProject
  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject(asking)
    await intoStaging(project)
    const commit = 'c'.repeat(40)
    await project.send(
      'watcher:git',
      'web',
      draft('CODE_COMMITTED', { branch: 'fresh', commit, author: 'ann@example.org' }),
    )
  })
  afterAll(async () => {
    await browser?.close()
    await project?.close()
  })
  const opened = async (width = 1440, height = 900): Promise<Page> => {
    const { page } = await browser.open(project.address, { reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    await page.locator('.drawing g.oc-active').first().waitFor()
    await page.locator('.actors .row').filter({ hasText: 'topic' }).first().click()
    await page.locator('g.oc-state.oc-active[data-state=STAGING]').waitFor()
    return page
  }
  const focused = (page: Page) => page.locator('.drawing :focus').getAttribute('data-state')

  it('is read at first sight, with the state in the middle', async () => {
    const page = await opened()
    const { letters, beyond, fits } = await seen(page)
    expect(letters).toBeGreaterThan(10)
    for (const [place, distance] of beyond.entries())
      if (!fits[place < 2 ? 0 : 1]) expect(distance).toBeLessThan(13)
    const [pane, state] = [await middleOf(page, '.drawing'), await middleOf(page, 'g.oc-state.oc-active')]
    expect(Math.abs(state.y - pane.y)).toBeLessThan(120)
    // Moved as far as it goes, it shows no more than its edge.
    await page
      .locator('.drawing')
      .focus()
      .catch(() => undefined)
    await page.mouse.move(pane.x, pane.y)
    await page.mouse.down()
    await page.mouse.move(pane.x + 3000, pane.y + 3000, { steps: 4 })
    await page.mouse.up()
    expect(
      Math.max(...(await seen(page)).beyond.filter((_, place) => !fits[place < 2 ? 0 : 1])),
    ).toBeLessThan(13)
  })

  it('is read when all of it is seen, and says more of what is pointed at', async () => {
    const page = await opened()
    await page.keyboard.press('0')
    await expect.poll(async () => (await seen(page)).fits).toEqual([true, true])
    expect((await seen(page)).letters).toBeGreaterThan(10)
    expect(await page.locator('.drawing .oc-label').count()).toBe(0)
    await page.locator('.drawing .oc-written[data-state=REVIEW] .oc-heading').hover()
    await expect
      .poll(() => page.locator('.card-told').textContent())
      .toContain('reviewer-agent, contract-guardian')
    // Nearer, more is written; so it is by a key.
    for (const _ of [1, 2, 3]) await page.keyboard.press('+')
    await expect.poll(() => page.locator('.drawing .oc-label').count()).toBeGreaterThan(20)
    expect(await page.locator('.drawing .oc-by').count()).toBe(0)
    await page.keyboard.press('i')
    await expect.poll(() => page.locator('.drawing .oc-by').count()).toBeGreaterThan(20)
    expect(await page.getByRole('button', { name: 'Details' }).getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('button', { name: 'Details' }).click()
    await expect.poll(() => page.locator('.drawing .oc-by').count()).toBe(0)
    // A line that several share is lit for any of them.
    const lit = page.locator('.drawing g.oc-arrow').last()
    expect(await lit.getAttribute('class')).toMatch(/oc-(last|allowed)/)
  })

  it('has somebody else in its middle once they are chosen', async () => {
    const page = await opened(1440, 700)
    const height = (await page.locator('.drawing').boundingBox())!.height
    for (const [branch, state] of [
      ['fresh', 'DEVELOPMENT'],
      ['topic', 'STAGING'],
    ] as const) {
      await page.locator('.actors .row').filter({ hasText: branch }).first().click()
      await page.locator(`g.oc-state.oc-active[data-state=${state}]`).waitFor()
      const [pane, at] = [await middleOf(page, '.drawing'), await middleOf(page, 'g.oc-state.oc-active')]
      expect([state, Math.abs(at.y - pane.y) < height * 0.36]).toEqual([state, true])
    }
  })

  it('goes to a state that is looked for, from any view, by key and by pointer', async () => {
    const page = await opened()
    const isThere = async (state: string): Promise<void> => {
      await expect.poll(() => page.locator('.page').getAttribute('data-view')).toBe('chart')
      await expect.poll(() => focused(page)).toBe(state)
      const box = `g.oc-state[data-state=${state}] > .oc-box`
      const [pane, at] = [
        (await page.locator('.drawing').boundingBox())!,
        (await page.locator(box).boundingBox())!,
      ]
      expect(at.y).toBeGreaterThanOrEqual(pane.y)
      expect(at.y + at.height).toBeLessThanOrEqual(pane.y + pane.height)
      expect(
        await page.getByRole('button', { name: 'Follow', exact: false }).first().getAttribute('aria-pressed'),
      ).toBe('false')
    }
    for (const view of ['s', 'o']) {
      await page.keyboard.press(view)
      await page.keyboard.press('/')
      await page.keyboard.type('RETIRED')
      await page.keyboard.press('Enter')
      await isThere('RETIRED')
      await page.keyboard.press(view)
      await page.getByRole('combobox', { name: /Go to/ }).fill('ROLLBACK')
      await page
        .getByRole('option')
        .filter({ hasText: /^state ROLLBACK/ })
        .click()
      await isThere('ROLLBACK')
    }
    await page.keyboard.press('h')
    await page
      .getByRole('region', { name: 'Coverage' })
      .getByRole('button', { name: 'OPTIMIZATION', exact: true })
      .click()
    await isThere('OPTIMIZATION')
    // Back from another view, nothing is gone to again.
    await page.keyboard.press('s')
    await page.getByRole('tab', { name: 'work' }).focus()
    await page.keyboard.press('s')
    await page.locator('.drawing g.oc-state').first().waitFor()
    expect(await page.locator('.drawing :focus').count()).toBe(0)
  }, 60_000)

  it('has its keys wherever the keyboard is but in a field, and nothing lies over it', async () => {
    const page = await opened()
    const follow = page.getByRole('button', { name: /Follow/ })
    await page.getByRole('tab', { name: 'work' }).focus()
    await page.keyboard.press('f')
    await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('false')
    await page.getByRole('searchbox', { name: 'Filter rows by their words' }).focus()
    await page.keyboard.press('f')
    expect(await follow.getAttribute('aria-pressed')).toBe('false')
    await page.getByLabel('Save what is looked at').click()
    const item = page.getByRole('button', { name: /as Mermaid/ })
    await item.waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => item.isVisible()).toBe(false)
    const [pane, tools] = [
      await page.locator('.drawing').boundingBox(),
      await page.locator('.tools').boundingBox(),
    ]
    expect(tools!.x).toBeGreaterThanOrEqual(pane!.x + pane!.width)
  })
})
