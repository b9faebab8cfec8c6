// Properties:
//   - Each line is handed over exactly once, in the order of its file, through every kind of rotation.
//   - A restart at any checkpoint loses nothing and doubles nothing.
//   - A report that was rejected is handed over again, the same.
//   - Hostile content costs bounded memory and never stops the watcher.

import { Buffer } from 'node:buffer'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

import { describe, expect, it } from 'vitest'
import { recorder, simulatedClock, temporaryFolder, type Recorder } from '../test/support.ts'
import { logWatcher, type LogWatcherOptions } from './log-watcher.ts'

function project(options: Partial<LogWatcherOptions> = {}) {
  const root = temporaryFolder()
  const clock = simulatedClock()
  const log = path.join(root, 'app.log')
  const watcher = logWatcher({ service: 'shop', files: ['app.log'], ...options })
  const record = recorder(root, clock)
  // Each poll starts from the checkpoint: it is a restart too.
  const poll = () => watcher.poll(record.context())
  return { root, clock, log, record, watcher, poll }
}

function messages(record: Recorder): string[] {
  return record.entries().map((entry) => entry.message)
}

describe('the beginning', () => {
  it('leaves out what is there at the first start, and reads what comes later, in new files too', async () => {
    const { root, log, record, poll } = project({ files: ['*.log'] })
    writeFileSync(log, 'old\nha')
    await poll()
    expect(messages(record)).toEqual([])
    appendFileSync(log, 'lf\nnew\n')
    writeFileSync(path.join(root, 'other.log'), 'first of other\n')
    await poll()
    expect(messages(record).toSorted()).toEqual(['first of other', 'half', 'new'])
  })

  it('reads from the start when told so, and gives file, offset and service', async () => {
    const { log, record, poll } = project({ from: 'start' })
    writeFileSync(log, 'one\ntwo\n')
    await poll()
    expect(record.entries()).toMatchObject([
      { message: 'one', file: 'app.log', offset: 0, fields: { service: 'shop' } },
      { message: 'two', file: 'app.log', offset: 4, fields: { service: 'shop' } },
    ])
  })

  it('waits for the end of the last line', async () => {
    const { log, record, poll } = project()
    await poll()
    appendFileSync(log, 'begun')
    await poll()
    expect(messages(record)).toEqual([])
    appendFileSync(log, ' and ended\n')
    await poll()
    expect(messages(record)).toEqual(['begun and ended'])
  })

  it('refuses a pattern that leaves the project', () => {
    expect(() => logWatcher({ service: 'shop', files: ['../other.log'] })).toThrow(/does not stay inside/u)
    expect(() => logWatcher({ service: 'shop', files: ['/var/log/x.log'] })).toThrow(/does not stay inside/u)
  })

  it('follows a link to a file inside the project only', async () => {
    const { root, record, poll } = project({ files: ['logs/*.log'] })
    const outside = temporaryFolder()
    writeFileSync(path.join(outside, 'secret'), '')
    mkdirSync(path.join(root, 'logs'))
    writeFileSync(path.join(root, 'real'), '')
    symlinkSync('../real', path.join(root, 'logs', 'inside.log'))
    symlinkSync(path.join(outside, 'secret'), path.join(root, 'logs', 'outside.log'))
    await poll()
    appendFileSync(path.join(root, 'real'), 'inside\n')
    appendFileSync(path.join(outside, 'secret'), 'outside\n')
    await poll()
    expect(messages(record)).toEqual(['inside'])
  })
})

describe('rotation', () => {
  it('by rename: reads the rest of the old file first, also what its writer still writes', async () => {
    const { log, record, poll } = project()
    writeFileSync(log, '')
    await poll()
    const writer = openSync(log, 'a')
    writeSync(writer, 'a1\n')
    await poll()
    writeSync(writer, 'a2\n')
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'b1\n')
    await poll()
    writeSync(writer, 'a3\n')
    await poll()
    closeSync(writer)
    expect(messages(record)).toEqual(['a1', 'a2', 'b1', 'a3'])
  })

  it('several times between two looks', async () => {
    const { log, record, poll } = project()
    writeFileSync(log, 'old 1\n')
    writeFileSync(`${log}.1`, 'old 2\n')
    await poll()
    for (const name of ['a', 'b', 'c', 'd']) {
      for (const number of [4, 3, 2, 1]) renameIfThere(`${log}.${number}`, `${log}.${number + 1}`)
      appendFileSync(log, `${name} last\n`)
      renameSync(log, `${log}.1`)
      writeFileSync(log, `after ${name}\n`)
    }
    await poll()
    expect(messages(record)).toEqual([
      'a last',
      'after a',
      'b last',
      'after b',
      'c last',
      'after c',
      'd last',
      'after d',
    ])
  })

  it('by copy and truncate: reads what only the copy still holds', async () => {
    const { log, record, poll } = project()
    writeFileSync(log, 'old\n')
    await poll()
    appendFileSync(log, 'a1\n')
    await poll()
    appendFileSync(log, 'a2\n')
    copyFileSync(log, `${log}.1`)
    truncateSync(log)
    appendFileSync(log, 'b1\n')
    await poll()
    expect(messages(record)).toEqual(['a1', 'a2', 'b1'])
  })

  it('by copy and truncate, several times between two looks', async () => {
    const { log, record, poll } = project()
    writeFileSync(log, 'old\n')
    await poll()
    for (const name of ['a', 'b', 'c']) {
      appendFileSync(log, `${name}\n`)
      for (const number of [3, 2, 1]) renameIfThere(`${log}.${number}`, `${log}.${number + 1}`)
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
    }
    await poll()
    expect(messages(record)).toEqual(['a', 'b', 'c'])
  })

  it('by copy and truncate, and then by rename, between two looks', async () => {
    const { log, record, poll } = project({ from: 'start' })
    writeFileSync(log, 'a1\n')
    await poll()
    appendFileSync(log, 'a2\n')
    copyFileSync(log, `${log}.1`)
    truncateSync(log)
    appendFileSync(log, 'b1\n')
    renameSync(`${log}.1`, `${log}.2`)
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'c1\n')
    await poll()
    expect(messages(record)).toEqual(['a1', 'a2', 'b1', 'c1'])
  })

  it('truncated and grown past its old size between two looks', async () => {
    const { log, record, poll } = project()
    writeFileSync(log, '')
    await poll()
    appendFileSync(log, 'short\n')
    await poll()
    truncateSync(log)
    appendFileSync(log, 'one that is longer\nand another\n')
    await poll()
    expect(messages(record)).toEqual(['short', 'one that is longer', 'and another'])
  })

  it('truncated and grown again behind the same long beginning', async () => {
    const { log, record, poll } = project({ from: 'start' })
    const banner = `${'='.repeat(400)}\n`
    writeFileSync(log, `${banner}a1\na2\n`)
    await poll()
    writeFileSync(log, `${banner}b1\nb2\nb3\n`)
    await poll()
    expect(messages(record).filter((message) => !message.startsWith('='))).toEqual([
      'a1',
      'a2',
      'b1',
      'b2',
      'b3',
    ])
  })

  it('truncated and grown again to the same end behind another beginning', async () => {
    const { log, record, poll } = project({ from: 'start' })
    const end = `${'='.repeat(400)}\n`
    writeFileSync(log, `a1\n${end}`)
    await poll()
    writeFileSync(log, `b1\n${end}b2\n`)
    await poll()
    expect(messages(record).filter((message) => !message.startsWith('='))).toEqual(['a1', 'b1', 'b2'])
  })

  it('where the inode of a removed file is given to the copy of another', async () => {
    const { log, record, poll } = project({ from: 'start', files: ['app.log*'] })
    writeFileSync(log, 'removed\n')
    await poll()
    rmSync(log)
    writeFileSync(`${log}.tmp`, '')
    writeFileSync(log, 'a1\n')
    await poll()
    rmSync(`${log}.tmp`)
    copyFileSync(log, `${log}.1`)
    truncateSync(log)
    await poll()
    expect(messages(record)).toEqual(['removed', 'a1'])
  })

  it('removed and made anew', async () => {
    const { log, record, poll } = project({ from: 'start' })
    writeFileSync(log, 'a1\n')
    await poll()
    rmSync(log)
    await poll()
    writeFileSync(log, 'b1\n')
    await poll()
    rmSync(log)
    writeFileSync(log, 'c1\nc2\n')
    await poll()
    expect(messages(record)).toEqual(['a1', 'b1', 'c1', 'c2'])
  })

  it('where the pattern matches the rotated files too', async () => {
    const { log, record, clock, poll } = project({ files: ['app.log*'], from: 'start' })
    writeFileSync(log, 'a1\n')
    await poll()
    appendFileSync(log, 'a2\n')
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'b1\n')
    await poll()
    copyFileSync(log, `${log}.0`)
    await poll()
    clock.advance(5_000)
    await poll()
    appendFileSync(log, 'b2\n')
    renameSync(`${log}.1`, `${log}.2`)
    copyFileSync(log, `${log}.1`)
    truncateSync(log)
    appendFileSync(log, 'c1\n')
    await poll()
    expect(messages(record)).toEqual(['a1', 'a2', 'b1', 'b2', 'c1'])
  })

  it('gives the last line of a rotated file although nobody ended it', async () => {
    const { log, record, clock, poll } = project({ from: 'start' })
    writeFileSync(log, 'a1\nunended')
    await poll()
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'b1\n')
    await poll()
    clock.advance(6_000)
    await poll()
    await poll()
    expect(messages(record)).toEqual(['a1', 'b1', 'unended'])
  })

  it('says so when the rest of a replaced file is gone', async () => {
    const { root, log, record, poll } = project({ from: 'start' })
    writeFileSync(log, 'a1\n')
    await poll()
    // Held by another name elsewhere, so that its inode is not given to the new file.
    renameSync(log, path.join(temporaryFolder(), 'moved'))
    writeFileSync(path.join(root, 'app.log'), 'b1\n')
    await poll()
    expect(messages(record)).toEqual(['a1', 'b1'])
    expect(record.problems()).toEqual([expect.stringContaining('app.log was replaced')])
  })
})

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Not there yet.
  }
}

describe('hostile content', () => {
  it('cuts a line that is too long, and reads on behind it', async () => {
    const { log, record, poll } = project({ from: 'start' })
    writeFileSync(log, `first\n${'x'.repeat(3_000_000)}\nafter\n`)
    await poll()
    expect(record.entries()).toHaveLength(3)
    expect(record.entries()[1]?.message.length).toBeLessThanOrEqual(2_000)
    expect(record.entries()[2]).toMatchObject({ message: 'after', offset: 3_000_007 })
  })

  it('skips the rest of a line that grows for ever', async () => {
    const { log, record, poll } = project()
    await poll()
    for (let block = 0; block < 4; block += 1) {
      appendFileSync(log, 'y'.repeat(700_000))
      await poll()
    }
    appendFileSync(log, 'still it\nnext\n')
    await poll()
    expect(messages(record)).toHaveLength(2)
    expect(messages(record)[1]).toBe('next')
  })

  it('tears no character at a boundary of reads, and takes invalid UTF-8 as it is', async () => {
    const { log, record, poll } = project()
    await poll()
    const bytes = Buffer.from('grüße 👋\n')
    for (const byte of bytes) {
      appendFileSync(log, Buffer.from([byte]))
      await poll()
    }
    appendFileSync(log, Buffer.from([0xff, 0xfe, 0x41, 0x0a]))
    await poll()
    expect(messages(record)).toEqual(['grüße 👋', '\ufffd\ufffdA'])
  })

  it('reads a line behind a hole of NUL bytes, however large', async () => {
    const { log, record, poll } = project()
    writeFileSync(log, '')
    await poll()
    const writer = openSync(log, 'r+')
    writeSync(writer, 'after the hole\n', 1_000_000)
    closeSync(writer)
    await poll()
    expect(messages(record)).toEqual(['after the hole'])
  })

  it('takes out control characters and terminal sequences', async () => {
    const { log, record, poll } = project()
    await poll()
    appendFileSync(log, '\u001b[31mred\u001b[0m \u001b]0;title\u0007and\u0000\u0008 \u202edone\n')
    await poll()
    expect(messages(record)).toEqual(['red and done'])
  })

  it('begins anew at the end when its checkpoint is none', async () => {
    const { log, record, watcher } = project()
    writeFileSync(log, 'old\n')
    await watcher.poll({ ...record.context(), checkpoint: { version: 1, places: 'nonsense' } })
    expect(messages(record)).toEqual([])
    expect(record.checkpoint()).toMatchObject({ version: 1, places: [{ offset: 4 }] })
  })
})

describe('reports', () => {
  it('are bounded, and a large gap is read on in pieces', async () => {
    const { log, record, poll } = project({ from: 'start' })
    const lines = Array.from({ length: 9_000 }, (_, index) => `line ${index}`)
    writeFileSync(log, `${lines.join('\n')}\n`)
    await poll()
    expect(Math.max(...record.reports.map((report) => report.entries?.length ?? 0))).toBeLessThanOrEqual(
      2_000,
    )
    expect(messages(record)).toEqual(lines)
  })

  it('that a poll could not save are found again by the next one', async () => {
    const { log, record, poll } = project({ from: 'start' })
    writeFileSync(log, 'a1\n')
    record.failures = 1
    await expect(poll()).rejects.toThrow('full')
    appendFileSync(log, 'a2\n')
    await poll()
    expect(messages(record)).toEqual(['a1', 'a2'])
  })

  it('are not made when nothing has changed', async () => {
    const { log, record, poll } = project()
    writeFileSync(log, 'a1\n')
    await poll()
    await poll()
    await poll()
    expect(record.reports).toHaveLength(1)
  })
})

describe('watching', () => {
  it('hands over what is appended, and a rejected report again, the same', async () => {
    const root = temporaryFolder()
    const log = path.join(root, 'app.log')
    writeFileSync(log, '')
    const record = recorder(root)
    const watching = logWatcher({ service: 'shop', files: ['app.log'] }).watch(record.context())
    await record.until(() => record.reports.length === 1)
    record.failures = 2
    appendFileSync(log, '{"msg":"a1"}\n{"msg":"a2"}\n')
    await record.until(() => record.entries().length === 2)
    expect(record.rejected).toEqual([record.reports[1], record.reports[1]])
    renameSync(log, `${log}.1`)
    writeFileSync(log, '{"msg":"b1"}\n')
    appendFileSync(`${log}.1`, '{"msg":"a3"}\n')
    await record.until(() => record.entries().length === 4)
    record.cancel()
    await watching
    expect(messages(record).toSorted()).toEqual(['a1', 'a2', 'a3', 'b1'])
  })

  it('keeps a stack trace that is written in parts together', async () => {
    const root = temporaryFolder()
    const log = path.join(root, 'app.log')
    writeFileSync(log, '')
    const record = recorder(root)
    const watching = logWatcher({ service: 'shop', files: ['app.log'] }).watch(record.context())
    await record.until(() => record.reports.length === 1)
    appendFileSync(log, '2026-01-02T03:04:05Z ERROR it broke\n')
    appendFileSync(log, 'TypeError: x is not a function\n    at serve (server.js:1:2)\n')
    appendFileSync(log, '    at main (main.js:3:4)\n')
    await record.until(() => record.entries().length > 0)
    record.cancel()
    await watching
    expect(record.entries()).toMatchObject([
      {
        message: 'it broke',
        level: 'error',
        stack: expect.stringMatching(/^TypeError[^]*serve[^]*main/u) as string,
      },
    ])
  })

  it('goes on when the project was away, and says so once', async () => {
    const folder = temporaryFolder()
    const root = path.join(folder, 'project')
    mkdirSync(root)
    writeFileSync(path.join(root, 'app.log'), '')
    const record = recorder(root)
    const watching = logWatcher({ service: 'shop', files: ['app.log'] }).watch(record.context())
    await record.until(() => record.reports.length === 1)
    renameSync(root, path.join(folder, 'away'))
    await record.until(() => record.problems().length === 1)
    appendFileSync(path.join(folder, 'away', 'app.log'), '{"msg":"meanwhile"}\n')
    renameSync(path.join(folder, 'away'), root)
    await record.until(() => record.entries().length === 1)
    record.cancel()
    await watching
    expect(record.problems()).toHaveLength(1)
  })

  it('ends at once when cancelled, also while the store cannot write', async () => {
    const root = temporaryFolder()
    const clock = simulatedClock()
    const record = recorder(root, clock)
    record.failures = 1_000
    const watching = logWatcher({ service: 'shop', files: ['app.log'] }).watch(record.context())
    record.cancel()
    await watching
    expect(record.reports).toEqual([])
  })
})
