// Properties:
//   - The page shows what happens as it happens: the chart, the actors, every row, and why a signal was refused.
//   - Any row opens what its actor was then, and the way on and back; the present goes on beside it.
//   - What would be is answered by the law, and changes nothing.
//   - It asks nobody but its own door, and complains of nothing.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { browserPath, startBrowser, type Opened, type RealBrowser } from './browser.ts'
import { draft, intoReview, startProject, type TestProject } from './project.ts'

describe.skipIf(browserPath === undefined)('the page', () => {
  let browser: RealBrowser
  let project: TestProject
  let opened: Opened
  const rows = () => opened.page.getByRole('listbox', { name: 'Rows of the journal' })
  const row = (text: string | RegExp) => rows().getByRole('option').filter({ hasText: text }).first()
  const details = () => opened.page.getByRole('tabpanel')
  const tab = (name: string) => opened.page.getByRole('tab', { name })
  const lit = () => opened.page.locator('.drawing g.oc-state.oc-active').getAttribute('data-state')

  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject()
    await intoReview(project)
    opened = await browser.open(project.address)
    await opened.page.locator('.drawing g.oc-active').first().waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await project?.close()
  })

  it('lights up where the release stands, and what may be taken from there', async () => {
    expect(await lit()).toBe('REVIEW')
    const allowed = await opened.page.locator('.drawing g.oc-label.oc-allowed').allTextContents()
    expect(allowed.join()).toContain('CHANGES_REQUESTED')
    expect(allowed.join()).not.toContain('ROLLED_BACK')
    // Its gate is closed: nobody has approved the review.
    const green = async () =>
      (await opened.page.locator('.drawing g.oc-label.oc-allowed').allTextContents()).join()
    await expect.poll(green).not.toContain('CODE_MERGED')
    expect(new URL(opened.page.url()).hash).toBe('')
  })

  it('tells why a signal was refused, and what is allowed instead', async () => {
    await row('refused').click()
    await expect.poll(() => details().textContent()).toContain('only developer-agent')
    expect(await details().textContent()).toContain('DEVELOPMENT the law allows')
  })

  it('opens the past of that row, goes on step by step, and comes back', async () => {
    await expect.poll(() => opened.page.locator('.moment').textContent()).toContain('row 4')
    expect(await lit()).toBe('DEVELOPMENT')
    await opened.page.keyboard.press(']')
    await expect.poll(lit).toBe('REVIEW')
    expect(await opened.page.locator('.drawing g.oc-arrow.oc-last').getAttribute('data-arrow')).toContain(
      'REVIEW_REQUESTED',
    )
    await opened.page.keyboard.press('[')
    await expect.poll(lit).toBe('DEVELOPMENT')
    await opened.page.keyboard.press('n')
    await expect.poll(() => opened.page.locator('.moment').textContent()).toBe('now')
    expect(await lit()).toBe('REVIEW')
  })

  it('answers who may send what, and what would come of it, and changes nothing', async () => {
    const before = await project.daemon.client.status()
    await tab('who may').click()
    const answer = opened.page.getByRole('button', {
      name: /^CHANGES_REQUESTED by agent:reviewer-agent: accepted/,
    })
    await answer.click()
    await opened.page.getByRole('button', { name: 'What would come of it' }).click()
    await expect.poll(lit).toBe('DEVELOPMENT')
    expect(await opened.page.locator('.moment').textContent()).toContain('supposed')
    await opened.page.getByLabel('Signal').fill('REVIEW_REQUESTED')
    await opened.page.getByLabel('by', { exact: true }).fill('agent:developer-agent')
    await opened.page.getByRole('button', { name: 'And then' }).click()
    await expect.poll(lit).toBe('REVIEW')
    await opened.page.getByLabel('data', { exact: true }).fill('{ "a": ')
    await opened.page.getByRole('button', { name: 'And then' }).click()
    await expect.poll(() => details().textContent()).toContain('Data is no JSON')
    expect((await project.daemon.client.status()).head).toEqual(before.head)
    await opened.page.getByRole('button', { name: 'Forget all of it' }).click()
    await expect.poll(() => opened.page.locator('.moment').textContent()).toBe('now')
  })

  it('shows what comes as it comes, and tells who listens', async () => {
    await project.send('agent:reviewer-agent', 'web/topic', draft('CHANGES_REQUESTED'))
    await expect.poll(lit).toBe('DEVELOPMENT')
    await expect.poll(() => rows().getByRole('option').first().textContent()).toContain('CHANGES_REQUESTED')
    expect(await opened.page.getByRole('status').textContent()).toContain('DEVELOPMENT')
  })

  it('finds rows by their words, and by verdict', async () => {
    await opened.page.getByRole('searchbox', { name: 'Filter rows' }).fill('performance-optimizer')
    await expect.poll(() => rows().getByRole('option').count()).toBe(1)
    await opened.page.getByRole('button', { name: 'all rows' }).click()
    await opened.page.getByRole('button', { name: 'refused' }).click()
    await expect.poll(() => rows().getByRole('option').count()).toBe(1)
    await project.send('agent:monitoring-agent', 'web/topic', draft('REVIEW_REQUESTED'))
    await expect.poll(() => rows().getByRole('option').count()).toBe(2)
    await opened.page.getByRole('button', { name: 'all rows' }).click()
  })

  it('asks nobody else, and complains of nothing', () => {
    expect(opened.strangers).toEqual([])
    expect(opened.complaints).toEqual([])
  })
})

describe.skipIf(browserPath === undefined)('the door', () => {
  it('shows a page without its token nothing but the way in', async () => {
    const browser = await startBrowser()
    const project = await startProject()
    try {
      await intoReview(project)
      const { page } = await browser.open(new URL(project.address).origin)
      await page.getByRole('heading', { name: 'This page is not let in' }).waitFor()
      expect(await page.locator('body').textContent()).not.toContain('REVIEW')
    } finally {
      await browser.close()
      await project.close()
    }
  })
})
