// Properties:
//   - Each well-formed line becomes one signal, also through rotation, restart and a store that cannot write.
//   - A malformed line costs a problem with its place, and nothing else.
//   - A line never says who it is from, and has the same id whenever it is seen again.

import { appendFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { OpschartError } from '@opschart/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { recorder, temporaryFolder } from '../test/support.ts'
import { appendToInbox, defaultInbox } from './append-to-inbox.ts'
import { inboxWatcher } from './inbox-watcher.ts'

function project() {
  const root = temporaryFolder()
  const file = path.join(root, defaultInbox)
  mkdirSync(path.dirname(file), { recursive: true })
  const record = recorder(root)
  const watcher = inboxWatcher()
  return { root, file, record, watcher, poll: () => watcher.poll(record.context()) }
}

describe('the inbox', () => {
  it('gives what was appended, also before the very first start', async () => {
    const { root, record, poll } = project()
    await appendToInbox(root, {
      type: 'BACKUP_DONE',
      data: { size: 1 },
      severity: 'LOW',
      subject: 'shop',
      time: 5,
    })
    await poll()
    await appendToInbox(root, { type: 'BACKUP_DONE', id: 'backup-2', source: 'cron' })
    await poll()
    await poll()
    expect(record.signals()).toEqual([
      {
        type: 'BACKUP_DONE',
        id: expect.stringMatching(/^inbox:1-\d+-\d+-[0-9a-f]{12}:0$/u) as string,
        source: 'inbox',
        subject: 'shop',
        time: 5,
        severity: 'LOW',
        data: { size: 1 },
      },
      { type: 'BACKUP_DONE', id: 'backup-2', source: 'inbox:cron' },
    ])
  })

  it('waits for the end of a line', async () => {
    const { file, record, poll } = project()
    writeFileSync(file, '{"type":"A_')
    await poll()
    appendFileSync(file, 'B"}')
    await poll()
    expect([...record.signals(), ...record.problems()]).toEqual([])
    appendFileSync(file, '\n')
    await poll()
    expect(record.signals()).toMatchObject([{ type: 'A_B' }])
  })

  it('passes over what is malformed, and says where and why', async () => {
    const { file, record, poll } = project()
    const lines = [
      '{"type":"GOOD_ONE"}',
      'not json \u001b[31m',
      '{"type":"lower"}',
      '',
      '{"type":"FROM_A_PERSON","by":"person:root"}',
      '{"type":"xstate.init"}',
      '[]',
      `{"type":"DEEP","data":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      `{"type":"LONG","data":{"a":"${'x'.repeat(300_000)}"}}`,
      `{"type":"LARGE","data":{"a":"${'x'.repeat(70_000)}"}}`,
      '{"type":"NUMBER","time":1e999}',
      '{"type":"GOOD_TWO"}',
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    await poll()
    expect(record.signals().map((signal) => signal.type)).toEqual(['GOOD_ONE', 'GOOD_TWO'])
    expect(record.problems().map((problem) => /, (line \d+): (.{0,24})/u.exec(problem)?.slice(1))).toEqual([
      ['line 2', 'not a JSON object: "not '],
      ['line 3', 'type: a signal type is U'],
      ['line 5', 'Unrecognized key: "by": '],
      ['line 6', 'type: a signal type is U'],
      ['line 7', expect.stringContaining('Invalid input')],
      ['line 8', 'nested too deeply: "{\\"t'],
      ['line 9', 'longer than 262144 bytes'],
      ['line 10', 'data: data is longer tha'],
      ['line 11', expect.stringContaining('time:')],
    ])
    for (const problem of record.problems()) {
      expect(problem.length).toBeLessThan(500)
      expect(problem).not.toMatch(/\p{Cc}/u)
    }
  })

  it('makes the text of a signal harmless, and drops its cause', async () => {
    const { file, record, poll } = project()
    writeFileSync(
      file,
      '{"type":"A","id":"i\\u0000d","source":"git","cause":"operation-1","data":{"__proto__":{"x":1},"t":"\\u001b[2Jred\\u202e","n":[1,{"k":"\\u0007v"}]}}\n',
    )
    await poll()
    expect(record.signals()).toEqual([
      { type: 'A', id: 'id', source: 'inbox:git', data: { t: 'red', n: [1, { k: 'v' }] } },
    ])
  })

  it('gives the same ids when the same lines are seen again, and others to the same text elsewhere', async () => {
    const { file, record, poll } = project()
    writeFileSync(file, '{"type":"A"}\n{"type":"A"}\n')
    record.failures = 1
    await expect(poll()).rejects.toThrow('full')
    await poll()
    expect(record.reports[0]).toEqual(record.rejected[0])
    writeFileSync(file, '')
    await poll()
    writeFileSync(file, '{"type":"A"}\n')
    await poll()
    renameSync(file, `${file}.1`)
    writeFileSync(file, '{"type":"A"}\n')
    await poll()
    expect(new Set(record.signals().map((signal) => signal.id)).size).toBe(4)
    expect(record.signals()).toHaveLength(4)
  })

  it('is watched', async () => {
    const { root, record, watcher } = project()
    onTestFinished(() => record.cancel())
    const watching = watcher.watch(record.context())
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => appendToInbox(root, { type: 'A', id: `a${index}` })),
    )
    await record.until(() => record.signals().length === 50)
    record.cancel()
    await watching
    expect(new Set(record.signals().map((signal) => signal.id)).size).toBe(50)
  })
})

describe('appending', () => {
  it('makes the folders, and does not join a line that was torn', async () => {
    const root = temporaryFolder()
    await appendToInbox(root, { type: 'A' })
    appendFileSync(path.join(root, defaultInbox), '{"type":"TORN')
    await appendToInbox(root, { type: 'B', data: { text: 'two\nlines' } })
    expect(readFileSync(path.join(root, defaultInbox), 'utf8')).toBe(
      '{"type":"A"}\n{"type":"TORN\n{"type":"B","data":{"text":"two\\nlines"}}\n',
    )
  })

  it('refuses what is no signal, and to leave the project', async () => {
    const root = temporaryFolder()
    const outside = temporaryFolder()
    await expect(appendToInbox(root, { type: 'lower' })).rejects.toMatchObject({ code: 'input' })
    await expect(appendToInbox(root, { type: 'A' }, '../x')).rejects.toMatchObject({ code: 'configuration' })
    symlinkSync(outside, path.join(root, '.claude'))
    await expect(appendToInbox(root, { type: 'A' })).rejects.toThrow(OpschartError)
    mkdirSync(path.join(root, 'inbox'))
    symlinkSync(path.join(outside, 'x'), path.join(root, 'inbox', 'x'))
    await expect(appendToInbox(root, { type: 'A' }, 'inbox/x')).rejects.toMatchObject({ code: 'storage' })
  })
})
