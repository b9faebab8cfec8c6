// Properties:
//   - A page goes on after its daemon was killed and started again: by itself, with no row missing and none twice, on the
//     page and on the stream that it follows.
//   - It begins anew where the journal is another one by then, however long that is.
//   - Apps come back to a daemon that has the same options, apart from those that ended with the one before.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Page } from 'playwright-core'

import { browserPath, startBrowser, type Opened, type RealBrowser } from './browser.ts'
import { freePort } from '../free-port.ts'

const program = join(import.meta.dirname, '../../src/bin.ts')
const app = join(import.meta.dirname, '../../../../test/inspection/xstate5-app.ts')
const events = (root: string) => join(root, '.claude/events/log.ndjson')

describe.skipIf(browserPath === undefined)('a page whose daemon is killed', () => {
  let root: string
  let browser: RealBrowser
  let daemon: ChildProcess | undefined
  let apps: ChildProcess[]

  beforeEach(async () => {
    browser = await startBrowser()
    apps = []
    root = await mkdtemp(join(tmpdir(), 'opschart-killed-'))
    await prepare(root)
  })
  afterEach(async () => {
    daemon?.kill('SIGKILL')
    for (const each of apps) each.kill('SIGKILL')
    await browser?.close()
    await rm(root, { recursive: true, force: true })
  })

  /** A project with an inbox. */
  async function prepare(root: string): Promise<void> {
    await mkdir(join(root, '.claude/config'), { recursive: true })
    await mkdir(join(root, '.claude/events'), { recursive: true })
    await writeFile(
      join(root, '.claude/config/operational.yaml'),
      'services: { web: { deploy: [./deploy] } }\nautonomy: observe\n',
    )
    await writeFile(events(root), '')
  }
  const up = (...more: readonly string[]) => runUp('--inspect', ...more)
  /** Runs the daemon as a person does, and gives the address that it prints. */
  async function runUp(...more: readonly string[]): Promise<string> {
    daemon = spawn(process.execPath, [program, 'up', '--root', root, ...more], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let said = ''
    const stderr: Readable = daemon.stderr!
    // A daemon whose reader has gone ends at its next line.
    for await (const chunk of stderr.iterator({ destroyOnReturn: false })) {
      said += String(chunk)
      const address = /http:\/\/\S+(?=\n)/.exec(said)?.[0]
      if (address === undefined) continue
      stderr.resume()
      return address
    }
    throw new Error(`the daemon ended: ${said}`)
  }
  async function kill(): Promise<void> {
    const ended = once(daemon!, 'exit')
    daemon!.kill('SIGKILL')
    await ended
  }
  /** Reports through the inbox, as any tool may. */
  async function report(count: number, from: number, type = 'TEST_FAILED'): Promise<void> {
    for (let number = from; number < from + count; number += 1)
      await appendFile(events(root), `${JSON.stringify({ type, id: `${type}-${number}` })}\n`)
  }
  const live = (page: Page) =>
    expect.poll(() => page.locator('.connection').textContent(), { timeout: 30_000 }).toBe('live')
  const shownOf = (page: Page, type: string) => () =>
    page.locator('.timeline .event', { hasText: type }).count()
  /** The journal's begins, and the rows that were told of it. */
  const toldOf = (sent: Opened['sent']) => ({
    begins: sent.filter(({ message }) => message.kind === 'source' && message.source === 'journal').length,
    rows: sent.flatMap(({ id, message }) =>
      message.kind === 'step' && message.source === 'journal'
        ? [Number(/^\d+(?=-[0-9a-f]{16}$)/.exec(id))]
        : [],
    ),
  })

  it('goes on by itself, and has every row once', { timeout: 120_000 }, async () => {
    const address = await up()
    await report(3, 0)
    const { page, sent } = await browser.open(address)
    const shown = async () => {
      const rows = page.getByRole('listbox', { name: 'Rows of the journal' }).getByRole('option')
      return (await rows.locator('.sequence').allTextContents()).map(Number)
    }
    const reported = shownOf(page, 'TEST_FAILED')
    await expect.poll(reported).toBe(3)
    await report(2, 3)
    await expect.poll(reported).toBe(5)
    await kill()
    await page.getByText('not connected').waitFor()
    const told = page.getByRole('alert')
    expect(await told.textContent()).toMatch(
      /start it: opschart up --inspect. This page goes on by itself. What is shown is as of .*\d\d:\d\d:\d\d/,
    )
    // Nobody asks for the inspector again.
    expect(await runUp()).toBe(address)
    await report(4, 5)
    await live(page)
    await expect.poll(reported).toBe(9)
    const rows = await shown()
    expect(rows).toEqual(Array.from({ length: rows[0]! }, (_, place) => rows[0]! - place))
    await told.waitFor({ state: 'detached' })
    const rowsTold = toldOf(sent)
    expect(rowsTold.begins).toBe(1)
    expect(rowsTold.rows.length).toBeGreaterThanOrEqual(6)
    expect(rowsTold.rows).toEqual(rowsTold.rows.map((_, place) => rowsTold.rows[0]! + place))
    expect(rowsTold.rows.at(-1)).toBe(rows[0])
    expect(await readFile(join(root, '.opschart/inspect.token'), 'utf8')).toContain(
      new URLSearchParams(new URL(address).hash.slice(1)).get('token')!,
    )
  })

  it(
    'says so where it is not let in any more, and keeps what it has shown',
    { timeout: 120_000 },
    async () => {
      const { page } = await browser.open(await up())
      await report(1, 0)
      await expect.poll(shownOf(page, 'TEST_FAILED')).toBe(1)
      await kill()
      await rm(join(root, '.opschart/inspect.token'))
      await up()
      const told = page.getByRole('alert')
      await expect
        .poll(() => told.textContent(), { timeout: 30_000 })
        .toMatch(
          /token is no longer valid: open the address that opschart inspect prints. What is shown is as of /,
        )
      expect(await shownOf(page, 'TEST_FAILED')()).toBe(1)
    },
  )

  it(
    '[P7] begins anew where the journal is another one, and a longer one',
    { timeout: 120_000 },
    async () => {
      const own = root
      const other = await mkdtemp(join(tmpdir(), 'opschart-other-'))
      await prepare(other)
      try {
        root = other
        const { page: elsewhere } = await browser.open(await up())
        await report(9, 0, 'TEST_PASSED')
        await expect.poll(shownOf(elsewhere, 'TEST_PASSED')).toBe(9)
        await kill()
        root = own
        const address = await up()
        const { page, sent } = await browser.open(address)
        await live(page)
        await report(1, 0)
        await expect.poll(shownOf(page, 'TEST_FAILED')).toBe(1)
        await report(2, 1)
        await expect.poll(() => toldOf(sent).rows.length).toBeGreaterThanOrEqual(2)
        await kill()
        for (const end of ['', '-wal', '-shm']) {
          const file = `.opschart/state.db${end}`
          await rm(join(own, file), { force: true })
          await cp(join(other, file), join(own, file)).catch(() => {})
        }
        await writeFile(events(own), '')
        expect(await up()).toBe(address)
        await live(page)
        await expect.poll(shownOf(page, 'TEST_PASSED'), { timeout: 10_000 }).toBe(9)
        expect(await shownOf(page, 'TEST_FAILED')()).toBe(0)
        expect(toldOf(sent).begins).toBe(2)
      } finally {
        root = own
        await rm(other, { recursive: true, force: true })
      }
    },
  )

  it('shows apps again, apart from those of the daemon before', { timeout: 120_000 }, async () => {
    const port = await freePort()
    const start = () => {
      const child = spawn(process.execPath, [app, `ws://127.0.0.1:${port}`, 'till'], {
        stdio: ['pipe', 'ignore', 'inherit'],
      })
      apps.push(child)
      return (...lines: readonly string[]) => child.stdin.write(lines.map((line) => `${line}\n`).join(''))
    }
    const { page } = await browser.open(await up(`--apps=${port}`))
    const source = page.getByRole('combobox', { name: 'Source' })
    const apart = async () =>
      (await source.getByRole('option').allTextContents()).filter((name) => name.startsWith('till'))
    const counted = shownOf(page, 'COUNT')
    start()('COUNT', 'COUNT')
    await expect.poll(apart, { timeout: 10_000 }).toEqual(['till'])
    await source.selectOption({ label: 'till' })
    await expect.poll(counted).toBe(2)
    await kill()
    await page.getByText('not connected').waitFor()
    // Nobody listens yet: it tries again, as that library does.
    start()('COUNT')
    await up(`--apps=${port}`)
    await live(page)
    await expect.poll(apart, { timeout: 20_000 }).toEqual(['till (ended)', 'till'])
    expect(await counted()).toBe(2)
    await source.selectOption({ label: 'till' })
    await expect.poll(counted).toBe(1)
    expect(await page.getByRole('listbox', { name: 'Actors' }).getByRole('option').count()).toBe(1)
    const values = await source
      .getByRole('option')
      .evaluateAll((options: { value: string }[]) => options.map(({ value }) => value))
    expect(new Set(values).size).toBe(3)
  })
})
