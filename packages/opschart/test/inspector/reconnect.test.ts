// Properties:
//   - A page goes on after its daemon was killed and started again: by itself, with no row missing and none twice.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { browserPath, startBrowser, type RealBrowser } from './browser.ts'

const program = join(import.meta.dirname, '../../src/bin.ts')
const events = (root: string) => join(root, '.claude/events/log.ndjson')

describe.skipIf(browserPath === undefined)('a page whose daemon is killed', () => {
  let root: string
  let browser: RealBrowser
  let daemon: ChildProcess | undefined

  beforeEach(async () => {
    browser = await startBrowser()
    root = await mkdtemp(join(tmpdir(), 'opschart-killed-'))
    await mkdir(join(root, '.claude/config'), { recursive: true })
    await mkdir(join(root, '.claude/events'), { recursive: true })
    await writeFile(
      join(root, '.claude/config/operational.yaml'),
      'services: { web: { deploy: [./deploy] } }\nautonomy: observe\n',
    )
    await writeFile(events(root), '')
  })
  afterEach(async () => {
    daemon?.kill('SIGKILL')
    await browser?.close()
    await rm(root, { recursive: true, force: true })
  })

  /** Runs the daemon as a person does, and gives the address that it prints. */
  async function up(): Promise<string> {
    daemon = spawn(process.execPath, [program, 'up', '--inspect', '--root', root], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let said = ''
    for await (const chunk of daemon.stderr!) {
      said += String(chunk)
      const address = /http:\/\/\S+(?=\n)/.exec(said)?.[0]
      if (address === undefined) continue
      daemon.stderr!.resume()
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
  async function report(count: number, from: number): Promise<void> {
    for (let number = from; number < from + count; number += 1)
      await appendFile(events(root), `${JSON.stringify({ type: 'TEST_FAILED', id: `report-${number}` })}\n`)
  }

  it('goes on by itself, and has every row once', { timeout: 120_000 }, async () => {
    const address = await up()
    await report(5, 0)
    const { page } = await browser.open(address)
    const shown = async () => {
      const rows = page.getByRole('listbox', { name: 'Rows of the journal' }).getByRole('option')
      return (await rows.locator('.sequence').allTextContents()).map(Number)
    }
    const reported = () => page.locator('.timeline .event', { hasText: 'TEST_FAILED' }).count()
    await expect.poll(reported).toBe(5)
    await kill()
    await page.getByText('not connected').waitFor()
    const again = await up()
    expect(again).toBe(address)
    await report(4, 5)
    await expect.poll(() => page.locator('.connection').textContent(), { timeout: 30_000 }).toBe('live')
    await expect.poll(reported).toBe(9)
    const rows = await shown()
    expect(rows).toEqual(Array.from({ length: rows[0]! }, (_, place) => rows[0]! - place))
    expect(await readFile(join(root, '.opschart/inspect.token'), 'utf8')).toContain(
      new URLSearchParams(new URL(address).hash.slice(1)).get('token')!,
    )
  })
})
