// Properties:
//   - What lies in the window is found, oldest first, in rotated files too, wherever a block ends.
//   - Memory is bounded; the newest entries are kept.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support.ts'
import { readLogs } from './read-logs.ts'

const start = Date.UTC(2026, 0, 2)
const line = (second: number, text: string) => `${new Date(start + second * 1000).toISOString()} ${text}\n`
const everything = [0, Number.MAX_SAFE_INTEGER] as const

describe('reading logs', () => {
  it('gives the entries of the window, of rotated files first', async () => {
    const root = temporaryFolder()
    mkdirSync(path.join(root, 'logs'))
    const write = (name: string, from: number) =>
      writeFileSync(
        path.join(root, 'logs', name),
        [0, 1, 2].map((at) => line(from + at, `INFO ${name} ${at}`)).join(''),
      )
    write('app.log.2', 0)
    write('app.log.1', 10)
    write('app.log', 20)
    write('other.log', 11)
    const found = await readLogs(root, ['logs/*.log'], start + 2_000, start + 22_000)
    expect(found.map((entry) => entry.message)).toEqual([
      'app.log.2 2',
      'app.log.1 0',
      'app.log.1 1',
      'other.log 0',
      'app.log.1 2',
      'other.log 1',
      'other.log 2',
      'app.log 0',
      'app.log 1',
    ])
    expect(found[0]).toMatchObject({ file: 'logs/app.log.2', offset: 2 * line(0, 'INFO app.log.2 0').length })
    const matching = await readLogs(root, ['logs/app.log*'], ...everything)
    expect(matching).toHaveLength(9)
  })

  it('keeps traces together and offsets right, wherever a block ends', async () => {
    const root = temporaryFolder()
    const entries = Array.from({ length: 6_000 }, (_, at) =>
      at % 3 === 0
        ? `${line(at, `ERROR broke ${at}`)}TypeError: ${at}\n${'    at f (a.js:1:2)\n'.repeat(at % 40)}`
        : line(at, `INFO fine ${at} ${'x'.repeat(at % 100)}`),
    )
    const text = entries.join('')
    expect(text.length).toBeGreaterThan(3 * 256 * 1024)
    writeFileSync(path.join(root, 'app.log'), text)
    const found = await readLogs(root, ['app.log'], ...everything)
    expect(found).toHaveLength(6_000)
    for (const [at, entry] of found.entries()) {
      expect(entry.message).toMatch(new RegExp(`^(?:broke|fine) ${at}( |$)`, 'u'))
      expect(text.slice(entry.offset, entry.offset + 20)).toBe(
        new Date(start + at * 1000).toISOString().slice(0, 20),
      )
      if (at % 3 === 0) expect(entry.stack?.startsWith(`TypeError: ${at}`)).toBe(true)
    }
  })

  it('keeps the newest when there are more than the limit', async () => {
    const root = temporaryFolder()
    writeFileSync(
      path.join(root, 'app.log'),
      Array.from({ length: 500 }, (_, at) => line(at, `INFO ${at}`)).join(''),
    )
    const found = await readLogs(root, ['app.log'], ...everything, 10)
    expect(found.map((entry) => entry.message)).toEqual(
      Array.from({ length: 10 }, (_, at) => String(490 + at)),
    )
  })

  it('gives a line without a time the time of the one before', async () => {
    const root = temporaryFolder()
    writeFileSync(path.join(root, 'app.log'), `${line(1, 'INFO one')}plain\n${line(2, 'INFO two')}`)
    const found = await readLogs(root, ['app.log'], start, start + 2_000)
    expect(found.map((entry) => [entry.message, entry.time - start])).toEqual([
      ['one', 1_000],
      ['plain', 1_000],
    ])
  })

  it('reads a line without end in bounded memory, and nothing outside', async () => {
    const root = temporaryFolder()
    const outside = temporaryFolder()
    writeFileSync(path.join(outside, 'secret.log'), line(1, 'INFO secret'))
    symlinkSync(path.join(outside, 'secret.log'), path.join(root, 'link.log'))
    writeFileSync(
      path.join(root, 'app.log'),
      `${line(1, 'INFO one')}${new Date(start + 2_000).toISOString()} ${'x'.repeat(3_000_000)}\n${line(3, 'INFO three')}`,
    )
    const found = await readLogs(root, ['*.log'], ...everything)
    expect(found.map((entry) => entry.message.slice(0, 5))).toEqual(['one', 'xxxxx', 'three'])
    await expect(readLogs(root, ['../*.log'], ...everything)).rejects.toMatchObject({ code: 'configuration' })
    expect(await readLogs(root, ['missing.log'], ...everything)).toEqual([])
  })
})
