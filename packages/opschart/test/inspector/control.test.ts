// Properties:
//   - A page without control answers nothing: its buttons do nothing, and it says how control is got.
//   - With control a person approves and rejects here, by name, through the same gates; it can be turned off again.
//   - What a browser shows another port of this machine lets nobody act; and what lets one act is not kept by a browser that
//     was closed.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { InspectDoor } from '../../src/inspect-door.ts'
import { browserPath, startBrowser, type Opened, type RealBrowser } from './browser.ts'
import { asking, intoReview, intoStaging, startProject, type TestProject, openDoorFor } from './project.ts'

describe.skipIf(browserPath === undefined)('what a person does on the page', () => {
  let browser: RealBrowser
  let project: TestProject
  let door: InspectDoor

  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject(asking)
    await intoStaging(project)
    door = openDoorFor(project)
  })
  afterAll(async () => {
    await door?.close()
    await browser?.close()
    await project?.close()
  })
  const waiting = async () =>
    (await project.daemon.client.status()).services
      .flatMap(({ lifecycles }) => lifecycles.flatMap(({ operations }) => operations))
      .filter(({ status }) => status === 'awaiting_approval')
  const openWork = async (address: string): Promise<Opened['page']> => {
    const { page } = await browser.open(address)
    await page.getByRole('tab', { name: 'work' }).click()
    await page.getByRole('heading', { name: /Waits for a person/ }).waitFor()
    return page
  }

  it('is nothing without control, and the page says how to get it', async () => {
    const page = await openWork(project.address)
    expect(await page.getByRole('tabpanel').textContent()).toContain('opschart inspect --control')
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true)
    const before = (await project.daemon.client.status()).head
    // Not the button alone: whoever asks the door from within the page is told the same.
    const told = await page.evaluate(async () => {
      const answer = await fetch('v1/cancel', { method: 'POST', body: JSON.stringify({ operation: 'x' }) })
      return answer.status
    })
    expect(told).toBe(403)
    expect((await project.daemon.client.status()).head).toEqual(before)
  })

  it('is theirs with control: approved, by name, and journaled', async () => {
    const { address, token } = await door.open({})
    const { secret } = door.grant('maria')
    const page = await openWork(`${address}/#token=${token}&control=${secret}`)
    expect(await page.getByRole('banner').textContent()).toContain('you act as maria')
    const [operation] = await waiting()
    await page.getByRole('button', { name: 'Approve' }).first().click()
    await expect.poll(async () => (await waiting()).some(({ id }) => id === operation!.id)).toBe(false)
    const [row] = (await project.daemon.client.log({ backwards: true, limit: 20 })).filter(
      ({ type }) => type === 'OPERATION_APPROVED',
    )
    expect(row).toMatchObject({ by: 'person:maria', verdict: { kind: 'accepted' } })
    // A secret is good for one browser, once.
    const other = await browser.open(`${address}/#token=${token}&control=${secret}`)
    await expect.poll(() => other.page.locator('body').textContent()).toMatch(/was used/)
  })

  it('sends what was supposed, and is turned off again', async () => {
    await intoReview(project, 'other')
    const { address, token } = await door.open({})
    const { page } = await browser.open(`${address}/#token=${token}&control=${door.grant('maria').secret}`)
    await page
      .getByRole('option', { name: /web\/other/ })
      .first()
      .click()
    await page.getByRole('tab', { name: 'who may' }).click()
    await page.getByRole('button', { name: /^CHANGES_REQUESTED by person:maria: accepted/ }).click()
    await page.getByRole('button', { name: 'What would come of it' }).click()
    await page.getByRole('button', { name: 'Send CHANGES_REQUESTED now' }).click()
    await expect.poll(async () => (await project.daemon.client.read('web/other'))?.phase).toBe('DEVELOPMENT')
    await page.getByRole('tab', { name: 'work' }).click()
    await page.getByRole('button', { name: 'Turn control off' }).click()
    await expect.poll(() => page.getByRole('tabpanel').textContent()).toContain('This page only shows')
  })

  it('[P6] is not to be had from what the browser shows another port of this machine', async () => {
    const { address, token } = await door.open({})
    const { page } = await browser.open(`${address}/#token=${token}&control=${door.grant('maria').secret}`)
    await expect.poll(() => page.getByRole('banner').textContent()).toContain('you act as maria')
    // An app that is built here, as an agent has a person look at one: a browser's cookies know no ports.
    const shown: string[] = []
    const app = createServer(({ headers }, response) => {
      shown.push(headers.cookie ?? '')
      response.end('an app')
    })
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    try {
      const other = await page.context().newPage()
      await other.goto(`http://127.0.0.1:${(app.address() as AddressInfo).port}/`)
      expect(shown[0]).toContain('-control=')
      const answer = await fetch(`${address}/v1/resume`, {
        method: 'POST',
        headers: { cookie: shown[0]!, origin: address },
        body: '{"target":"*"}',
      })
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('control is off')])
    } finally {
      app.close()
    }
    // The page itself keeps it, also when it is loaded anew; and no cookie of it outlives the browser.
    await page.reload()
    await expect.poll(() => page.getByRole('banner').textContent()).toContain('you act as maria')
    const cookies = await page.context().cookies(address)
    expect(cookies.filter(({ expires }) => expires !== -1)).toEqual([])
  })
})
