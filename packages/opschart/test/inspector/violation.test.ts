// Properties:
//   - What the law does not allow and nobody has answered is marked wherever somebody looks: in the title, above the page,
//     in the list, in the fleet, and first of all in the release's state.
//   - A page without control tells the command that answers it; with control it is answered there, by name, and the marks go.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { InspectDoor } from '../../src/inspect-door.ts'
import { browserPath, startBrowser, type RealBrowser } from './browser.ts'
import { draft, startProject, type TestProject, openDoorFor } from './project.ts'

describe.skipIf(browserPath === undefined)('[L7] a violation that nobody has answered', () => {
  let browser: RealBrowser
  let project: TestProject
  let door: InspectDoor

  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject()
    const [branch, commit, merge] = ['topic', 'a'.repeat(40), 'b'.repeat(40)]
    await project.send('watcher:git', 'web', draft('CODE_COMMITTED', { branch, commit, author: 'ann' }))
    await project.send('watcher:git', 'web', draft('CODE_MERGED', { branch, commit, merge }))
    door = openDoorFor(project)
  })
  afterAll(async () => {
    await door?.close()
    await browser?.close()
    await project?.close()
  })

  it('is marked in the title, above the page, in the list and in the fleet', async () => {
    const { page, complaints } = await browser.open(project.address)
    await page.getByRole('button', { name: '1 needs somebody' }).click()
    expect(await page.title()).toMatch(/^\(1\) /)
    const listed = page.getByRole('listbox', { name: 'Actors' }).getByRole('option')
    expect(await listed.first().textContent()).toContain('violation')
    const answer = page.getByRole('region', { name: 'Waits for an answer' })
    expect(await answer.textContent()).toContain('CODE_MERGED in DEVELOPMENT: no such arrow')
    expect(await answer.textContent()).toContain('opschart adopt web/topic STAGING --reason ')
    expect(await answer.getByRole('button', { name: 'Adopt' }).count()).toBe(0)
    await page.keyboard.press('o')
    await page.getByRole('button', { name: 'needs somebody 1', exact: true }).waitFor()
    expect(await page.locator('.card').first().textContent()).toContain('violation: CODE_MERGED')
    expect(complaints).toEqual([])
  })

  it('is answered with control, and is marked no more', async () => {
    const { address, token } = await door.open({})
    const { page } = await browser.open(`${address}/#token=${token}&control=${door.grant('maria').secret}`)
    const answer = page.getByRole('region', { name: 'Waits for an answer' })
    await answer.getByLabel('Why it is there').fill('merged by hand')
    await answer.getByRole('button', { name: 'Adopt' }).click()
    await answer.waitFor({ state: 'detached' })
    expect((await project.daemon.client.read('web/topic'))?.phase).toBe('STAGING')
    expect((await project.daemon.client.status()).violations).toBe(0)
    await expect.poll(() => page.title()).not.toMatch(/^\(/)
    const [row] = await project.daemon.client.log({ backwards: true, limit: 1, actor: 'web/topic' })
    expect(row).toMatchObject({ by: 'person:maria', type: 'ADOPTED' })
  })
})
