// Properties:
//   - Apps of other processes are sources of their own beside the journal, unmodified, and under names that nobody else has,
//     whatever ids they give.
//   - The chart of the one that is looked at is lit as it moves; what the others do is theirs.
//   - A source in which nobody is yet can be chosen; who comes is looked at.
//   - One that ends is shown as ended, with what was known of it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

import { connect } from '@opschart/hosts/http'
import { systemClock } from '@opschart/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { browserPath, startBrowser, type Opened, type RealBrowser } from './browser.ts'
import { startProject, type TestProject } from './project.ts'
import { freePort } from '../free-port.ts'

const folder = path.join(import.meta.dirname, '../../../../test')

describe.skipIf(browserPath === undefined)('apps on the page', { timeout: 60_000 }, () => {
  let browser: RealBrowser
  let project: TestProject
  let opened: Opened
  let door: string
  let dialled: string
  const apps: App[] = []

  const source = () => opened.page.getByRole('combobox', { name: 'Source' })
  const sources = () => source().getByRole('option').allTextContents()
  const choose = (label: string | RegExp) => source().selectOption({ label: label as string })
  const lit = () => opened.page.locator('.drawing g.oc-state.oc-active').getAttribute('data-state')
  const actors = () => opened.page.getByRole('listbox', { name: 'Actors' }).getByRole('option')
  const rows = () => opened.page.getByRole('listbox', { name: 'Rows of the journal' }).getByRole('option')
  const start = (...given: readonly [file: string, ...string[]]): App => {
    const app = run(...given)
    apps.push(app)
    return app
  }
  const xstate5 = (id: string) => start(path.join(folder, 'inspection/xstate5-app.ts'), door, id)

  beforeAll(async () => {
    browser = await startBrowser()
    project = await startProject()
    const remote = await connect(project.daemon.socket, { clock: systemClock })
    const [first, second] = [await freePort(), await freePort()]
    dialled = String(second)
    const { beside } = await remote.inspect({
      apps: { port: first },
      connect: [`ws://127.0.0.1:${second}`],
    })
    door = beside.apps!
    opened = await browser.open(project.address)
  })
  afterAll(async () => {
    for (const app of apps) await app.end()
    await browser?.close()
    await project?.close()
  })

  it('are shown before anything happens in the journal, the first one at once', async () => {
    await expect.poll(() => opened.page.locator('.connection').textContent()).toBe('live')
    const till = xstate5('till')
    await expect.poll(lit).toBe('on')
    till.say('COUNT')
    await expect.poll(() => rows().first().textContent()).toContain('COUNT')
    expect(await opened.page.locator('.whose').textContent()).toBe('till')
  })

  it('are sources of their own, under names that nobody else has', async () => {
    xstate5('till')
    start(path.join(folder, 'xstate4/app.mjs'), dialled)
    await expect.poll(sources).toHaveLength(4)
    const [journal, ...others] = await sources()
    expect(journal).toMatch(/^opschart-inspector-/)
    expect(new Set(others)).toEqual(new Set(['till', 'till 2', 'light']))
  })

  it('light their own chart as they move, and nobody else’s', async () => {
    const [till, second, light] = apps
    await choose('light')
    await expect.poll(lit).toBe('green')
    light!.say('TIMER')
    await expect.poll(lit).toBe('yellow')
    await expect.poll(() => opened.page.getByRole('status').textContent()).toContain('yellow')
    light!.say('TIMER')
    await expect.poll(() => opened.page.locator('.time .is').textContent()).toBe('red.walk')
    expect(await opened.page.locator('.drawing g.oc-arrow.oc-last').getAttribute('data-arrow')).toContain(
      'yellow',
    )

    await choose('till 2')
    await expect.poll(lit).toBe('on')
    const before = await rows().count()
    till!.say('COUNT')
    till!.say('STOP')
    second!.say('COUNT')
    await expect.poll(() => rows().count()).toBe(before + 1)
    await expect.poll(() => rows().first().textContent()).toContain('COUNT')
    expect(await lit()).toBe('on')
    await choose('till')
    await expect.poll(lit).toBe('off')
    expect(await actors().count()).toBe(1)
    expect(await actors().first().textContent()).toContain('off (done)')
  })

  it('can be looked at in their past, step by step', async () => {
    await opened.page.keyboard.press('[')
    await expect.poll(() => opened.page.locator('.moment').textContent()).toContain('row')
    await opened.page.keyboard.press('[')
    await expect.poll(lit).toBe('on')
    await opened.page.keyboard.press('n')
    await expect.poll(lit).toBe('off')
  })

  it('leave the journal to be chosen while nobody is in it', async () => {
    await source().selectOption({ index: 0 })
    await expect.poll(() => actors().allTextContents()).toEqual(['ledger:web–'])
    await expect.poll(() => opened.page.locator('.drawing g.oc-active').count()).toBe(0)
    apps[1]!.say('COUNT')
    await expect.poll(sources).toHaveLength(4)
    const data = { branch: 'topic', commit: 'a'.repeat(40), author: 'ann@example.org' }
    await project.send('watcher:git', 'web', { id: 'first', type: 'CODE_COMMITTED', data })
    await expect.poll(lit).toBe('DEVELOPMENT')
    await expect.poll(() => rows().first().textContent()).toContain('CODE_COMMITTED')
  })

  it('are shown as ended when they end, with all that was known', async () => {
    await apps[2]!.end()
    await expect.poll(sources).toContain('light (ended)')
    await choose('light (ended)')
    await expect.poll(() => opened.page.locator('.time .is').textContent()).toBe('red.walk (stopped)')
    expect(await opened.page.locator('.drawing g.oc-active').count()).toBeGreaterThan(0)
    expect(await rows().count()).toBeGreaterThan(1)
    expect(await actors().first().getAttribute('class')).toContain('ended')
    expect(await sources()).toContain('till 2')
  })

  it('are told of anew when the page is, and complain of nothing', async () => {
    await opened.page.reload()
    await expect.poll(sources).toHaveLength(4)
    expect(await sources()).toContain('light (ended)')
    expect([...opened.complaints, ...opened.strangers]).toEqual([])
  })
})

interface App {
  say(line: string): void
  end(): Promise<void>
}

/** Starts an app that takes events as lines. */
function run(file: string, ...given: readonly string[]): App {
  const child = spawn(process.execPath, [file, ...given], { stdio: ['pipe', 'ignore', 'inherit'] })
  return {
    say: (line) => void child.stdin.write(`${line}\n`),
    async end() {
      child.stdin.end()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
