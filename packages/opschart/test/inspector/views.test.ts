// Properties:
//   - Where many are followed the page begins with all of them on a board: by phase, who needs somebody seen first.
//   - A card opens its actor, and a key the board again; what is found there stays found.
//   - The board moves as they do.
//   - Coverage counts what was taken and refused, of the rows that exist and of those that come, and lists what never was.
//   - A sequence shows who sent what to a release, refusals marked; a row that is chosen there is chosen everywhere.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { browserPath, startBrowser, type Opened, type RealBrowser } from './browser.ts'
import { draft, intoReview, startProject, type TestProject } from './project.ts'

const many = 30

describe.skipIf(browserPath === undefined)('the fleet', () => {
  let browser: RealBrowser
  let project: TestProject
  let opened: Opened
  const column = (phase: string) => opened.page.getByRole('region', { name: phase, exact: true })
  const cards = (phase: string) => column(phase).getByRole('listitem')
  const view = (name: string) => opened.page.getByRole('button', { name, exact: true })

  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject()
    for (let index = 0; index < many; index += 1) {
      const branch = `topic-${String(index).padStart(2, '0')}`
      const author = 'ann@example.org'
      await project.send(
        'watcher:git',
        'web',
        draft('CODE_COMMITTED', { branch, commit: 'a'.repeat(40), author }),
      )
    }
    await intoReview(project, 'looked-at')
    opened = await browser.open(project.address)
    await cards('DEVELOPMENT')
      .nth(many - 1)
      .waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await project?.close()
  })

  it('is what many begin with, each in the column of its phase, the longest-standing first', async () => {
    expect(await view('fleet').getAttribute('aria-pressed')).toBe('true')
    const columns = await opened.page
      .locator('.column')
      .evaluateAll((all) => all.map((one) => (one as unknown as { ariaLabel: string }).ariaLabel))
    expect(columns).toEqual([
      'DEVELOPMENT',
      'REVIEW',
      'STAGING',
      'PRODUCTION',
      'INCIDENT',
      'ROLLBACK',
      'OPTIMIZATION',
      'RETIRED',
    ])
    expect(await cards('DEVELOPMENT').count()).toBe(many)
    expect(await cards('DEVELOPMENT').first().textContent()).toContain('topic-00')
    expect(await cards('REVIEW').allTextContents()).toEqual([expect.stringContaining('looked-at')])
  })

  it('draws only cards in view, of however many there are', async () => {
    await opened.page.setViewportSize({ width: 1500, height: 480 })
    await expect.poll(() => cards('DEVELOPMENT').count()).toBeLessThan(many)
    expect(await cards('DEVELOPMENT').first().getAttribute('aria-setsize')).toBe(String(many))
    await opened.page.locator('.boards').evaluate((boards) => {
      ;(boards as unknown as { scrollTop: number }).scrollTop = 1e6
    })
    await expect.poll(() => cards('DEVELOPMENT').last().getAttribute('aria-posinset')).toBe(String(many))
    expect(await cards('DEVELOPMENT').last().textContent()).toContain('topic-29')
    expect(await cards('DEVELOPMENT').last().isVisible()).toBe(true)
    await opened.page.setViewportSize({ width: 1500, height: 950 })
  })

  it('finds some of them, opens one, and is there again with a key', async () => {
    await opened.page.getByRole('searchbox', { name: 'Find in the fleet' }).fill('topic-1')
    await expect.poll(() => cards('DEVELOPMENT').count()).toBe(10)
    await cards('DEVELOPMENT').filter({ hasText: 'topic-17' }).getByRole('button').click()
    await expect
      .poll(() => opened.page.locator('.drawing g.oc-state.oc-active').getAttribute('data-state'))
      .toBe('DEVELOPMENT')
    expect(await opened.page.locator('.whose').textContent()).toContain('topic-17')
    await opened.page.keyboard.press('o')
    await expect.poll(() => cards('DEVELOPMENT').count()).toBe(10)
    expect(await opened.page.locator('.card[aria-current]').textContent()).toContain('topic-17')
    await opened.page.getByRole('searchbox', { name: 'Find in the fleet' }).fill('')
  })

  it('moves as they do', async () => {
    await project.send('agent:developer-agent', 'web/topic-03', draft('REVIEW_REQUESTED'))
    await expect.poll(() => cards('REVIEW').count()).toBe(2)
    expect(await cards('DEVELOPMENT').count()).toBe(many - 1)
  })

  it('shows who sent what to a release, and goes to the row that is chosen', async () => {
    await cards('REVIEW').filter({ hasText: 'looked-at' }).getByRole('button').click()
    await opened.page.keyboard.press('s')
    const messages = opened.page.getByRole('listbox', { name: 'Messages' }).getByRole('option')
    await expect.poll(() => messages.count()).toBe(4)
    const refused = messages.filter({
      hasText: 'performance-optimizer-agent → web/looked-at: REVIEW_REQUESTED',
    })
    expect(await refused.locator('.halt').count()).toBe(1)
    expect(await opened.page.locator('.messages .halt').count()).toBe(1)
    await refused.click()
    const rows = opened.page.getByRole('listbox', { name: 'Rows of the journal' })
    await expect
      .poll(() => rows.locator('[aria-selected=true]').textContent())
      .toContain('performance-optimizer-agent')
    await expect.poll(() => opened.page.locator('.moment').textContent()).toContain('row')
    expect(await refused.getAttribute('aria-selected')).toBe('true')
    await project.send('agent:reviewer-agent', 'web/looked-at', draft('CHANGES_REQUESTED'))
    await expect.poll(() => messages.count()).toBe(5)
    await opened.page.keyboard.press('s')
    await opened.page.locator('.drawing g.oc-state').first().waitFor()
  })

  it('[P10] counts how often each arrow was taken, what was refused, and lists what never was', async () => {
    await opened.page.keyboard.press('h')
    const coverage = opened.page.getByRole('region', { name: 'Coverage' })
    await expect.poll(() => coverage.textContent()).toContain('2 of 8')
    const count = (arrow: string) =>
      opened.page.locator(`.oc-label[data-arrow="${arrow}"] .oc-count`).textContent()
    expect(await count('DEVELOPMENT|REVIEW_REQUESTED|0')).toBe('2× ✕1')
    expect(await count('REVIEW|CHANGES_REQUESTED|0')).toBe('1×')
    expect(await count('REVIEW|CODE_MERGED|0')).toBe('never')
    expect(await coverage.textContent()).toContain('REVIEW: CODE_MERGED → STAGING')
    // What comes is counted, too.
    await project.send('agent:developer-agent', 'web/topic-04', draft('REVIEW_REQUESTED'))
    await expect.poll(() => count('DEVELOPMENT|REVIEW_REQUESTED|0')).toBe('3× ✕1')
    await opened.page.keyboard.press('h')
    await expect.poll(() => opened.page.locator('.oc-count').count()).toBe(0)
    expect(await coverage.count()).toBe(0)
  })

  it('complains of nothing', () => {
    expect(opened.complaints).toEqual([])
    expect(opened.strangers).toEqual([])
  })
})
