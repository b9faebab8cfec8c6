// Properties:
//   - Each change of a matching file's content is told once, with its hash and the branch; also when nobody watched.
//   - Own writes, unchanged content, links and ignored folders are not told.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'
import { repository } from '../test/repository.ts'
import { recorder, temporaryFolder, word } from '../test/support.ts'
import { fileWatcher, type FileWatcherOptions } from './file-watcher.ts'

function project(options: Partial<FileWatcherOptions> = {}) {
  const root = temporaryFolder()
  const record = recorder(root)
  const watcher = fileWatcher({ service: 'shop', globs: ['*.sql', 'config/**/*.yaml'], ...options })
  const write = (file: string, content: string) => {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(root, file), content)
  }
  const told = () =>
    record.signals().map(({ type, data }) => `${type} ${word(data?.['change'])} ${word(data?.['path'])}`)
  return { root, record, watcher, write, told, poll: () => watcher.poll(record.context()) }
}

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex')

describe('looking once', () => {
  it('takes note at the first start, and tells of what was added, changed and removed since', async () => {
    const { root, record, write, poll, told } = project()
    write('a.sql', 'old')
    write('gone.sql', 'gone')
    await poll()
    expect(told()).toEqual([])
    write('a.sql', 'new')
    write('deep/er/b.sql', 'b')
    write('config/x/y.yaml', 'y')
    write('other.txt', 'x')
    rmSync(path.join(root, 'gone.sql'))
    await poll()
    expect(told()).toEqual([
      'SCHEMA_CHANGED changed a.sql',
      'FILE_CHANGED added config/x/y.yaml',
      'SCHEMA_CHANGED added deep/er/b.sql',
      'SCHEMA_CHANGED removed gone.sql',
    ])
    expect(record.signals()[0]).toEqual({
      type: 'SCHEMA_CHANGED',
      id: `file:a.sql:${sha256('new')}`,
      source: 'files',
      subject: 'shop',
      data: { origin: 'file', path: 'a.sql', hash: sha256('new'), change: 'changed', branch: null },
    })
    expect(record.signals()[1]?.data).not.toHaveProperty('origin')
    await poll()
    expect(told()).toHaveLength(4)
  })

  it('tells of SQL in the migrations folder in any case, and of nothing else there', async () => {
    const { write, poll, told } = project({ globs: [], migrations: 'db/migrations/' })
    await poll()
    write('db/migrations/001.SQL', 'x')
    write('db/migrations/README.md', 'x')
    write('elsewhere.sql', 'x')
    await poll()
    expect(told()).toEqual(['SCHEMA_CHANGED added db/migrations/001.SQL'])
  })

  it('does not tell of a file that was touched, or written with the same content', async () => {
    const { root, write, poll, told } = project()
    write('a.sql', 'same')
    await poll()
    utimesSync(path.join(root, 'a.sql'), 1, 1)
    await poll()
    write('a.sql', 'same')
    await poll()
    expect(told()).toEqual([])
  })

  it('does not tell of own writes, neither then nor later', async () => {
    const { root, record, write, poll, told } = project()
    await poll()
    record.own = (file) => file === 'own.sql'
    write('own.sql', 'x')
    write('theirs.sql', 'x')
    await poll()
    record.own = () => false
    await poll()
    expect(told()).toEqual(['SCHEMA_CHANGED added theirs.sql'])
    rmSync(path.join(root, 'own.sql'))
    await poll()
    expect(told()[1]).toBe('SCHEMA_CHANGED removed own.sql')
  })

  it('follows no links, and looks into no ignored folder', async () => {
    const { root, write, poll, told } = project()
    const outside = temporaryFolder()
    writeFileSync(path.join(outside, 'secret.sql'), 'x')
    await poll()
    symlinkSync(path.join(outside, 'secret.sql'), path.join(root, 'link.sql'))
    symlinkSync(outside, path.join(root, 'folder'))
    for (const folder of ['.git', 'node_modules', '.opschart', 'a/node_modules/b'])
      write(`${folder}/x.sql`, 'x')
    await poll()
    expect(told()).toEqual([])
  })

  it('takes note of what only a new pattern matches', async () => {
    const { root, record, write, poll } = project()
    write('a.sql', 'a')
    write('b.txt', 'b')
    await poll()
    write('a.sql', 'a2')
    const wider = fileWatcher({ service: 'shop', globs: ['*.sql', '*.txt'] })
    await wider.poll(record.context())
    writeFileSync(path.join(root, 'b.txt'), 'b2')
    await wider.poll(record.context())
    expect(record.signals().map((signal) => signal.data?.['path'])).toEqual(['a.sql', 'b.txt'])
  })

  it('says which branch is checked out, in a worktree too, and null when none is', async () => {
    const repo = repository(temporaryFolder())
    repo.git('init', '-q', '-b', 'main')
    repo.commit('first')
    const tree = path.join(temporaryFolder(), 'tree')
    repo.git('worktree', 'add', '-q', '-b', 'feature/x', tree)
    const record = recorder(tree)
    const watcher = fileWatcher({ service: 'shop', globs: ['*.sql'] })
    await watcher.poll(record.context())
    writeFileSync(path.join(tree, 'a.sql'), 'a')
    await watcher.poll(record.context())
    repo.at(tree).git('checkout', '-q', '--detach')
    writeFileSync(path.join(tree, 'a.sql'), 'b')
    await watcher.poll(record.context())
    expect(record.signals().map((signal) => signal.data?.['branch'])).toEqual(['feature/x', null])
  })

  it('reads a large file in parts, and waits for nothing at a pipe', async () => {
    const { root, record, write, poll } = project()
    await poll()
    execFileSync('mkfifo', [path.join(root, 'pipe.sql')])
    const large = 'x'.repeat(20_000_000)
    write('large.sql', large)
    await poll()
    expect(record.signals().map((signal) => signal.data?.['hash'])).toEqual([sha256(large)])
  })

  it('hands over many changes in parts', async () => {
    const { record, write, poll, told } = project()
    await poll()
    for (let index = 0; index < 450; index += 1) write(`m/${index}.sql`, String(index))
    record.failures = 1
    await expect(poll()).rejects.toThrow('full')
    await poll()
    expect(new Set(told()).size).toBe(450)
    expect(told()).toHaveLength(450)
    expect(Math.max(...record.reports.map((report) => report.signals?.length ?? 0))).toBeLessThanOrEqual(200)
  })

  it('has bounded ids for names of any length and kind', async () => {
    const { record, write, poll } = project()
    await poll()
    write(`${'deep-in-folders/'.repeat(30)}x.sql`, 'x')
    write('new\nline.sql', 'x')
    await poll()
    expect(record.signals()).toHaveLength(2)
    for (const { id = '', data } of record.signals()) {
      expect(id.length).toBeLessThanOrEqual(200)
      expect(`${id}${word(data?.['path'])}`).not.toContain('\n')
    }
  })

  it('refuses what cannot be meant', () => {
    expect(() => fileWatcher({ service: 'shop', globs: ['../*.sql'] })).toThrow(/does not stay inside/u)
    expect(() => fileWatcher({ service: 'shop', globs: [], emits: 'xstate.init' })).toThrow(/UPPER_SNAKE/u)
  })
})

describe('watching', () => {
  it('tells of what happened before and while it watches, once each, and keeps a rejected report', async () => {
    const { root, record, watcher, write, told, poll } = project({ emits: 'CONFIGURATION_CHANGED' })
    onTestFinished(() => record.cancel())
    write('a.sql', '1')
    await poll()
    write('a.sql', '2')
    record.failures = 2
    const watching = watcher.watch(record.context())
    await record.until(() => told().length === 1)
    expect(record.rejected).toHaveLength(2)
    // Many writes at once are one change; a file that is replaced, as editors do, is a change too.
    for (let index = 0; index < 20; index += 1) write('config/c.yaml', String(index))
    symlinkSync(path.join(root, 'a.sql'), path.join(root, 'link.sql'))
    write('new/folder/b.sql', 'b')
    await record.until(() => told().length === 3)
    write('a.sql.tmp', '3')
    renameSync(path.join(root, 'a.sql.tmp'), path.join(root, 'a.sql'))
    await record.until(() => told().length === 4)
    unlinkSync(path.join(root, 'a.sql'))
    await record.until(() => told().length === 5)
    record.cancel()
    await watching
    expect(told()[0]).toBe('SCHEMA_CHANGED changed a.sql')
    expect(told().slice(1, 3).toSorted()).toEqual([
      'CONFIGURATION_CHANGED added config/c.yaml',
      'SCHEMA_CHANGED added new/folder/b.sql',
    ])
    expect(told().slice(3)).toEqual(['SCHEMA_CHANGED changed a.sql', 'SCHEMA_CHANGED removed a.sql'])
    expect(record.signals().find((signal) => signal.type === 'CONFIGURATION_CHANGED')?.data?.['hash']).toBe(
      sha256('19'),
    )
  })
})
