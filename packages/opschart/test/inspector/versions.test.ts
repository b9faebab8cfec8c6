// Properties:
//   - The law is drawn beside an earlier version of its repository, each state and arrow with what became of it: by a sign and
//     a word, and not by colour alone.
//   - What of the store would not fit the law as it is written is listed, and leads to it.
//   - A version that is not there is said, and what was shown stays; one that looks like an option is none.
//   - Nothing that axe finds is wrong with it, in either theme.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { gitIn, plain, security } from '../two-laws.ts'
import { browserPath, startBrowser, type Opened, type RealBrowser } from './browser.ts'
import { draft, startProject, type TestProject } from './project.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

describe.skipIf(browserPath === undefined)('versions on the page', () => {
  let browser: RealBrowser
  let project: TestProject
  let opened: Opened
  const git = (...argv: string[]) => gitIn(project.root, ...argv)
  const write = (text: string) => writeFile(join(project.root, '.claude/config/operational.yaml'), text)
  const box = () => opened.page.getByRole('region', { name: 'Versions' })
  const compare = async (version: string): Promise<void> => {
    await box().getByLabel('Compare with').fill(version)
    await opened.page.keyboard.press('Enter')
  }
  const state = (id: string) => opened.page.locator(`.drawing g.oc-state[data-state="${id}"]`)
  const faults = async (page: Page): Promise<string[]> => {
    const session = await page.context().newCDPSession(page)
    await session.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') })
    const { violations } = (await page.evaluate('axe.run()')) as {
      violations: { id: string; nodes: { html: string }[] }[]
    }
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  }

  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject(security)
    await git('init', '-q', '--initial-branch', 'main')
    await write(plain)
    await git('add', '.claude')
    await git('commit', '-q', '-m', 'The usual law')
    await git('tag', 'v1.0.0')
    await write(security)
    await git('commit', '-qam', 'Have security looked at first')
    const [branch, commit, author] = ['topic', 'a'.repeat(40), 'ann@example.org']
    await project.send('watcher:git', 'web', draft('CODE_COMMITTED', { branch, commit, author }))
    await project.send('agent:developer-agent', 'web/topic', draft('SECURITY_CHECK_REQUESTED'))
    await project.send(
      'watcher:git',
      'web',
      draft('CODE_COMMITTED', { branch: 'other', commit: 'b'.repeat(40), author }),
    )
    opened = await browser.open(project.address, { reducedMotion: 'reduce' })
    await opened.page.locator('.drawing g.oc-active').first().waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await project?.close()
  })

  it('begin with what runs, and offer tags and commits', { timeout: 60_000 }, async () => {
    await opened.page.keyboard.press('v')
    await box().getByText('The law as it is written is the same as the law that runs.').waitFor()
    await box().getByText('Tags, and commits that changed it').click()
    expect(await box().getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^v1\.0\.0 tag, \d+ s ago$/),
      expect.stringContaining('Have security looked at first'),
      expect.stringContaining('The usual law'),
    ])
    expect(await opened.page.locator('.drawing .oc-sign').count()).toBe(0)
  })

  it(
    '[P9] draw what was added, removed and changed, told by more than colour',
    { timeout: 60_000 },
    async () => {
      await box().getByRole('button', { name: 'v1.0.0' }).click()
      await opened.page.locator('.oc-state.oc-added[data-state="SECURITY"]').waitFor()
      expect(await state('SECURITY').locator('.oc-sign text').textContent()).toBe('+')
      expect(await state('SECURITY').getAttribute('aria-label')).toMatch(/^SECURITY, added\b/)
      const arrow = opened.page.locator('.oc-label[data-arrow="DEVELOPMENT|REVIEW_REQUESTED|0"]')
      expect(await arrow.locator('.oc-sign text').textContent()).toBe('−')
      expect(await arrow.getAttribute('aria-label')).toContain('removed')
      const told = await box().getByRole('listitem').allTextContents()
      expect(told).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^\+\s?SECURITY$/),
          expect.stringMatching(/^−\s?DEVELOPMENT: REVIEW_REQUESTED → REVIEW/),
          expect.stringMatching(/^\+ \d+ added$/),
          expect.stringMatching(/^− \d+ removed$/),
        ]),
      )
      await box().getByText('All of it fits.').waitFor()
      // Where the actor stands is lit all the same, and a difference leads to where it is.
      expect(await opened.page.locator('.drawing g.oc-state.oc-active').count()).toBe(1)
      await box().getByRole('button', { name: 'SECURITY', exact: true }).click()
      await opened.page.locator('.oc-state.oc-found[data-state="SECURITY"]').waitFor()
      expect(await faults(opened.page)).toEqual([])
      await opened.page.emulateMedia({ colorScheme: 'dark' })
      expect(await faults(opened.page)).toEqual([])
      await opened.page.emulateMedia({ colorScheme: 'light' })
    },
  )

  it('[P9] say what would not fit, and go to it', { timeout: 60_000 }, async () => {
    await write(plain)
    await compare('')
    await opened.page.locator('.oc-state.oc-removed[data-state="SECURITY"]').waitFor()
    await box().getByText('1 would not fit').waitFor()
    const misfit = box().getByRole('listitem').filter({ hasText: 'there is no such phase any more' })
    expect(await misfit.textContent()).toContain('is in SECURITY')
    await opened.page.getByRole('button', { name: /other/ }).first().click()
    await expect.poll(() => opened.page.locator('.whose').textContent()).toContain('other')
    await misfit.getByRole('button').click()
    await expect.poll(() => opened.page.locator('.whose').textContent()).toContain('topic')
    await opened.page.locator('.oc-state.oc-active.oc-removed[data-state="SECURITY"]').waitFor()
  })

  it('say that one is not there, and take nothing for an option', { timeout: 60_000 }, async () => {
    await compare('nowhere')
    await box().getByText('there is no nowhere').waitFor()
    await compare('--output=stolen')
    await box().getByText('does not begin with -').waitFor()
    expect((await readdir(project.root)).filter((name) => name.includes('stolen'))).toEqual([])
  })

  it('are gone when they are closed, and complain of nothing', async () => {
    await box().getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => opened.page.locator('.drawing .oc-sign').count()).toBe(0)
    // A refused question is written to the console by the browser itself.
    const own = opened.complaints.filter((line) => !line.includes('status of 400'))
    expect([...own, ...opened.strangers]).toEqual([])
  })
})
