// Properties:
//   - Who may do what has persons and agents first, says why where it is asked, and can be read at a glance.
//   - All of a row can be read, each thing once; of a row that was found by what it does not show it is said.
//   - A sender that is nobody is told before anything is asked, and costs no answer; those that there are can be chosen.
//   - The work that is shown is that of the moment that the chart shows, and what is of now is headed so.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { browserPath, startBrowser, type Opened, type RealBrowser } from './browser.ts'
import { asking, intoStaging, startProject, type TestProject } from './project.ts'

describe.skipIf(browserPath === undefined)('the panel beside the chart', () => {
  let browser: RealBrowser
  let project: TestProject
  let opened: Opened
  const page = () => opened.page
  const rows = () => page().getByRole('listbox', { name: 'Rows of the journal' })
  const row = (text: string | RegExp) => rows().getByRole('option').filter({ hasText: text }).first()
  const details = () => page().getByRole('tabpanel')
  const tab = (name: string) => page().getByRole('tab', { name })

  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject(asking)
    await intoStaging(project)
    opened = await browser.open(project.address)
    await page().locator('.drawing g.oc-active').first().waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await project?.close()
  })

  it('shows the work of the moment that the chart shows, and says what is of now', async () => {
    await row('REVIEW_APPROVED').click()
    const moment = page().locator('.moment')
    await expect.poll(() => moment.textContent()).toMatch(/^row \d+/)
    const sequence = /^row (\d+)/.exec((await moment.textContent())!)![1]
    await tab('work').click()
    const then = page().getByRole('region', { name: `At row ${sequence}` })
    expect(await then.textContent()).toContain('had nothing under way')
    expect(await details().textContent()).toContain(`Now (the chart shows row ${sequence})`)
    const [asked] = (await project.daemon.client.read('web/topic'))!.operations
    await row(/OPERATION_REQUESTED/).click()
    await expect.poll(() => moment.textContent()).not.toContain(`row ${sequence},`)
    await tab('work').click()
    await expect.poll(() => page().locator('.then').textContent()).toContain(`${asked!.agent}.${asked!.task}`)
    await page().getByRole('button', { name: 'Back to now' }).click()
    expect(await details().textContent()).not.toContain('the chart shows row')
  })

  it('says why somebody may not, beneath what is told of everybody, and shows all of it over the chart', async () => {
    await tab('who may').click()
    const heads = page().locator('.matrix th[scope=col]')
    expect(await heads.first().textContent()).toMatch(/^person:/)
    expect(await details().locator('.legend').textContent()).toContain('depends on its data')
    await page()
      .getByRole('button', { name: /^ADOPTED by person:/ })
      .click()
    const why = page().getByRole('region', { name: 'Why' })
    await expect.poll(() => why.textContent()).toMatch(/^ADOPTED by person:.*its data/)
    // With the keys as with the pointer.
    await page().keyboard.press('Tab')
    await expect.poll(() => why.textContent()).toMatch(/^ADOPTED by agent:/)
    const widthOf = async () => (await page().locator('.panel').boundingBox())!.width
    const before = await widthOf()
    await page().getByRole('button', { name: 'Over the chart' }).click()
    expect(await widthOf()).toBeGreaterThan(2 * before)
    const isSeen = async () => {
      const shown = (await page().locator('.panel').boundingBox())!
      const last = (await heads.last().boundingBox())!
      return last.x + last.width <= shown.x + shown.width
    }
    expect(await isSeen()).toBe(true)
    await page().getByLabel('Find who, or what').fill('reviewer')
    await expect.poll(() => heads.allTextContents()).toEqual(['reviewer-agent'])
    await page().getByLabel('Find who, or what').fill('')
    await page().getByRole('button', { name: 'Beside the chart' }).click()
    expect(await widthOf()).toBe(before)
  })

  it('lets all of a row be read, tells its reason once, and says where its words were found', async () => {
    await page().getByRole('searchbox', { name: 'Filter rows' }).fill('performance-optimizer')
    await row('refused').click()
    await expect.poll(() => details().textContent()).toContain('Verdict')
    const whole = await page().locator('.whole').textContent()
    const reason = (await details().textContent())!.split('only developer-agent')
    expect([reason.length - 1, whole]).toEqual([1, expect.stringContaining('only developer-agent')])
    expect(await page().locator('.in-data').count()).toBe(0)
    // The merge is told without its commit, which is in its data.
    await page().getByRole('searchbox', { name: 'Filter rows' }).fill('bbbbbbbbbbbbbbbbbbbb')
    await expect.poll(() => page().locator('.in-data').count()).toBeGreaterThan(0)
    await page().getByRole('button', { name: 'all rows' }).click()
    await page().keyboard.press('n')
  })

  it('asks nothing of who is nobody, says so at the sender, and keeps what was answered', async () => {
    await tab('what if').click()
    const sender = page().getByLabel('by', { exact: true })
    const chosen = page().getByLabel('Choose who sends it')
    expect(
      await chosen
        .locator('optgroup')
        .evaluateAll((all: { label: string }[]) => all.map(({ label }) => label)),
    ).toEqual(['persons', 'agents', 'watchers', 'rules', 'workflows', 'the system itself'])
    await page().getByLabel('Signal').fill('DEPLOYMENT_REJECTED')
    await chosen.selectOption('agent:monitoring-agent')
    expect(await sender.inputValue()).toBe('agent:monitoring-agent')
    await page().getByRole('button', { name: 'Suppose it' }).click()
    const verdicts = () => page().locator('.suppositions > li > .bar > .verdict').allTextContents()
    await expect.poll(verdicts).toEqual(['accepted'])
    await page().getByLabel('Signal').fill('NONSENSE')
    await sender.fill('bob')
    await page().getByRole('button', { name: 'And then' }).click()
    expect(await page().getByRole('alert').textContent()).toContain('Do you mean person:bob?')
    expect(await verdicts()).toEqual(['accepted'])
    await sender.fill('person:bob')
    await page().getByRole('button', { name: 'And then' }).click()
    await expect.poll(verdicts).toEqual(['accepted', 'ignored'])
    await page().getByRole('button', { name: 'Forget all of it' }).click()
  })
})
