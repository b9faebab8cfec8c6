// Properties:
//   - Each new commit, merge, revert and tag of the service is told once, in order, with the branch it came from.
//   - What is there at the first start is not told; a restart at any checkpoint loses nothing.
//   - Nothing in a repository (names, messages, configuration) is run, asked for, or able to stop the watcher.

import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { SignalDraft } from '@opschart/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { repository, type Repository } from '../test/repository.ts'
import { recorder, simulatedClock, temporaryFolder, word } from '../test/support.ts'
import { gitWatcher, type GitWatcherOptions } from './git-watcher.ts'

// Many real git processes take a while where two processors are shared.
vi.setConfig({ testTimeout: 30_000 })

function project(options: Partial<GitWatcherOptions> = {}) {
  const repo = repository(temporaryFolder())
  repo.git('init', '-q', '-b', 'main')
  const record = recorder(repo.root, simulatedClock())
  const watcher = gitWatcher({ service: 'shop', ...options })
  return {
    ...repo,
    record,
    watcher,
    // Each poll starts from the checkpoint: it is a restart too. Gives what it told.
    poll: async (): Promise<SignalDraft[]> => {
      const before = record.signals().length
      await watcher.poll(record.context())
      return record.signals().slice(before)
    },
  }
}

/** A project with one commit on its trunk that the watcher has seen. */
async function begun(options: Partial<GitWatcherOptions> = {}) {
  const begun = project(options)
  const first = begun.commit('first')
  await begun.poll()
  return { ...begun, first }
}

function branchWith(repo: Repository, branch: string, ...titles: string[]): string[] {
  repo.git('checkout', '-q', '-b', branch, 'main')
  return titles.map((title) => repo.commit(title))
}

const short = (signals: readonly SignalDraft[]) =>
  signals.map(({ type, data = {} }) =>
    [type, data['branch'], data['how'], type === 'CODE_COMMITTED' ? data['title'] : '', data['version']]
      .map(word)
      .filter((part) => part !== '')
      .join(' '),
  )

describe('commits', () => {
  it('that are there at the first start are not told; new ones are, with what they are', async () => {
    const { git, commit, poll, first } = await begun()
    git('checkout', '-q', '-b', 'feature/login')
    const second = commit('Add login', 'src/login.ts')
    expect(await poll()).toEqual([
      {
        type: 'CODE_COMMITTED',
        id: `commit:${second}`,
        source: 'git',
        subject: 'shop',
        time: expect.any(Number) as number,
        data: {
          branch: 'feature/login',
          commit: second,
          parents: [first],
          author: 'ada@example.com',
          authored_at: expect.any(Number) as number,
          title: 'Add login',
          paths: ['src/login.ts'],
          files_changed: 1,
        },
      },
    ])
    expect(await poll()).toEqual([])
  })

  it('are told once, on the branch that is theirs, when several branches hold them', async () => {
    const { git, commit, poll } = await begun()
    git('checkout', '-q', '-b', 'one')
    commit('a')
    git('checkout', '-q', '-b', 'another')
    commit('b')
    expect(short(await poll())).toEqual(['CODE_COMMITTED one a', 'CODE_COMMITTED another b'])
    git('branch', 'third')
    expect(await poll()).toEqual([])
  })

  it('of other services are not told', async () => {
    const { git, commit, poll } = await begun({ paths: ['services/shop', './lib/'] })
    git('checkout', '-q', '-b', 'feature')
    commit('other', 'services/shopping/a')
    commit('own', 'services/shop/a')
    commit('lib', 'lib/b')
    expect(short(await poll())).toEqual(['CODE_COMMITTED feature own', 'CODE_COMMITTED feature lib'])
    git('checkout', '-q', 'main')
    commit('elsewhere', 'docs/x')
    expect(await poll()).toEqual([])
  })

  it('are told of the whole history when told to begin at the start, in parts', async () => {
    const { commit, poll, record } = project({ from: 'start' })
    for (const title of ['a', 'b', 'c']) commit(title)
    const told = await poll()
    expect(short(told)).toEqual([
      'CODE_COMMITTED main a',
      'CODE_COMMITTED main b',
      'CODE_COMMITTED main c',
      'CODE_MERGED main direct',
    ])
    expect(record.reports.length).toBeGreaterThan(0)
  })

  it('of a rewritten branch are told anew, and nothing breaks', async () => {
    const repo = await begun()
    branchWith(repo, 'feature', 'a', 'b')
    await repo.poll()
    repo.git('reset', '-q', '--hard', 'HEAD~1')
    repo.git('commit', '-q', '--amend', '-m', 'a, better')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED feature a, better'])
    repo.git('reflog', 'expire', '--expire=now', '--all')
    repo.git('gc', '-q', '--prune=now')
    repo.commit('c')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED feature c'])
  })

  it('on no branch are not told until a branch holds them', async () => {
    const { git, commit, poll } = await begun()
    git('checkout', '-q', '--detach')
    commit('a')
    expect(await poll()).toEqual([])
    git('branch', 'kept')
    expect(short(await poll())).toEqual(['CODE_COMMITTED kept a'])
  })

  it('of a worktree are told, also to a watcher in it', async () => {
    const repo = await begun()
    const folder = path.join(temporaryFolder(), 'tree')
    repo.git('worktree', 'add', '-q', '-b', 'side', folder)
    repo.at(folder).commit('a')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED side a'])
    const record = recorder(folder)
    const watcher = gitWatcher({ service: 'shop' })
    await watcher.poll(record.context())
    repo.at(folder).commit('b')
    await watcher.poll(record.context())
    expect(short(record.signals())).toEqual(['CODE_COMMITTED side b'])
  })

  it('are found with packed refs, and in a project below the repository', async () => {
    const repo = repository(temporaryFolder())
    repo.git('init', '-q', '-b', 'main')
    repo.commit('first')
    const root = path.join(repo.root, 'project')
    mkdirSync(root)
    const record = recorder(root)
    const watcher = gitWatcher({ service: 'shop', paths: ['src'] })
    await watcher.poll(record.context())
    repo.git('checkout', '-q', '-b', 'feature')
    repo.commit('outside', 'src/x')
    repo.commit('inside', 'project/src/x')
    repo.git('pack-refs', '--all')
    await watcher.poll(record.context())
    expect(record.signals()).toMatchObject([{ data: { title: 'inside', paths: ['src/x'] } }])
  })
})

describe('merges', () => {
  it('with a merge commit carry the branch, its commits and its paths', async () => {
    const repo = await begun()
    const commits = branchWith(repo, 'feature', 'a', 'b')
    await repo.poll()
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', '--no-ff', '-m', 'anything', 'feature')
    const merge = repo.git('rev-parse', 'HEAD')
    expect(await repo.poll()).toMatchObject([
      {
        type: 'CODE_MERGED',
        id: `merge:feature:${merge}`,
        subject: 'shop',
        data: {
          branch: 'feature',
          into: 'main',
          commit: merge,
          parents: [repo.first, commits[1]],
          commits,
          author: 'ada@example.com',
          paths: ['a', 'b'],
          how: 'merge',
        },
      },
    ])
  })

  it('of a branch that was made, merged and removed between two looks are known by their message', async () => {
    const repo = await begun()
    branchWith(repo, 'team/feature', 'a')
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', '--no-ff', '--no-edit', 'team/feature')
    repo.git('branch', '-q', '-D', 'team/feature')
    expect(short(await repo.poll())).toEqual([
      'CODE_COMMITTED team/feature a',
      'CODE_MERGED team/feature merge',
    ])
  })

  it('of a branch that is gone are known by where it stood, whatever the message says', async () => {
    const repo = await begun()
    branchWith(repo, 'feature', 'a')
    branchWith(repo, 'innocent', 'i')
    await repo.poll()
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', '--no-ff', '-m', "Merge branch 'innocent'", 'feature')
    repo.git('branch', '-q', '-D', 'feature')
    expect(short(await repo.poll())).toEqual(['CODE_MERGED feature merge'])
  })

  it('do not take the name of a known branch from a message when the commits are not its', async () => {
    const repo = await begun()
    branchWith(repo, 'reviewed', 'r')
    await repo.poll()
    branchWith(repo, 'hidden', 'h')
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', '--no-ff', '-m', "Merge branch 'reviewed'", 'hidden')
    repo.git('branch', '-q', '-D', 'hidden')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED main h', 'CODE_MERGED main merge'])
  })

  it('by fast-forward', async () => {
    const repo = await begun()
    const commits = branchWith(repo, 'feature', 'a', 'b')
    await repo.poll()
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', 'feature')
    expect(await repo.poll()).toMatchObject([
      {
        type: 'CODE_MERGED',
        data: { branch: 'feature', commit: commits[1], commits, how: 'fast-forward', paths: ['a', 'b'] },
      },
    ])
  })

  it('by fast-forward of a branch that no look had seen, and without a reflog', async () => {
    const repo = await begun()
    branchWith(repo, 'feature', 'a')
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', 'feature')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED feature a', 'CODE_MERGED feature fast-forward'])
    branchWith(repo, 'pushed', 'b')
    repo.git('update-ref', 'refs/heads/main', 'pushed')
    repo.git('reflog', 'expire', '--expire=now', '--all')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED pushed b', 'CODE_MERGED pushed fast-forward'])
  })

  it('by fast-forward of a branch that came and went, of a commit by its name, and of what a remote has', async () => {
    const repo = await begun()
    branchWith(repo, 'team/brief', 'a')
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', 'team/brief')
    repo.git('branch', '-q', '-D', 'team/brief')
    expect(short(await repo.poll())).toEqual([
      'CODE_COMMITTED team/brief a',
      'CODE_MERGED team/brief fast-forward',
    ])
    const [tip = ''] = branchWith(repo, 'feature', 'b')
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', tip)
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED feature b', 'CODE_MERGED feature fast-forward'])
    repo.git('checkout', '-q', '--detach')
    const remote = repo.commit('c')
    repo.git('update-ref', 'refs/remotes/origin/main', remote)
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', 'origin/main')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED main c', 'CODE_MERGED main direct'])
    repo.git('checkout', '-q', '--detach')
    const nameless = repo.commit('d')
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', nameless)
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED main d', 'CODE_MERGED main direct'])
  })

  it('do not take a direct commit for a fast-forward because a branch was made from it', async () => {
    const repo = await begun()
    repo.commit('direct')
    repo.git('checkout', '-q', '-b', 'made-from-it')
    repo.git('commit', '-q', '--allow-empty', '-m', 'nothing')
    expect(short(await repo.poll())).toEqual([
      'CODE_COMMITTED main direct',
      'CODE_MERGED main direct',
      'CODE_COMMITTED made-from-it nothing',
    ])
    repo.commit('a')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED made-from-it a'])
  })

  it('by squash, of a branch that is behind the trunk and gone', async () => {
    const repo = await begun()
    branchWith(repo, 'feature', 'a', 'b')
    await repo.poll()
    repo.git('checkout', '-q', 'main')
    repo.commit('meanwhile')
    repo.git('merge', '-q', '--squash', 'feature')
    repo.git('commit', '-q', '-m', 'Feature, in one')
    repo.git('branch', '-q', '-D', 'feature')
    const told = await repo.poll()
    expect(short(told)).toEqual([
      'CODE_COMMITTED main meanwhile',
      'CODE_MERGED main direct',
      'CODE_MERGED feature squash',
    ])
    expect(told[2]?.data).toMatchObject({ paths: ['a', 'b'], commits_merged: 2, title: 'Feature, in one' })
  })

  it('by putting its commits onto the trunk anew', async () => {
    const repo = await begun()
    branchWith(repo, 'feature', 'a', 'b')
    await repo.poll()
    repo.git('checkout', '-q', 'main')
    repo.commit('meanwhile')
    await repo.poll()
    repo.git('cherry-pick', 'feature~1', 'feature')
    expect(short(await repo.poll())).toEqual(['CODE_MERGED feature squash'])
  })

  it('of several branches at once', async () => {
    const repo = await begun()
    branchWith(repo, 'one', 'a')
    branchWith(repo, 'two', 'b')
    branchWith(repo, 'three', 'c')
    await repo.poll()
    branchWith(repo, 'four', 'd')
    branchWith(repo, 'five', 'e')
    await repo.poll()
    // Git forwards a trunk that has not moved to the first of them.
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', '--no-edit', 'one', 'two', 'three')
    expect(short(await repo.poll())).toEqual([
      'CODE_MERGED one fast-forward',
      'CODE_MERGED two merge',
      'CODE_MERGED three merge',
    ])
    repo.git('merge', '-q', '--no-edit', 'four', 'five')
    repo.git('branch', '-q', '-D', 'four', 'five')
    expect(short(await repo.poll())).toEqual(['CODE_MERGED four merge', 'CODE_MERGED five merge'])
  })

  it('one after another between two looks, with direct commits between them', async () => {
    const repo = await begun()
    branchWith(repo, 'one', 'a')
    branchWith(repo, 'two', 'b')
    await repo.poll()
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', 'one')
    repo.commit('direct')
    repo.git('merge', '-q', '--no-edit', 'two')
    expect(short(await repo.poll())).toEqual([
      'CODE_MERGED one fast-forward',
      'CODE_COMMITTED main direct',
      'CODE_MERGED main direct',
      'CODE_MERGED two merge',
    ])
  })

  it('of a branch into which the trunk was merged before', async () => {
    const repo = await begun()
    branchWith(repo, 'feature', 'a')
    repo.git('checkout', '-q', 'main')
    repo.commit('on main')
    await repo.poll()
    repo.git('checkout', '-q', 'feature')
    repo.git('merge', '-q', '--no-edit', 'main')
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', 'feature')
    expect(short(await repo.poll())).toEqual([
      "CODE_COMMITTED feature Merge branch 'main' into feature",
      'CODE_MERGED feature fast-forward',
    ])
  })

  it('into a trunk that was moved back and rewritten tell of the new commits', async () => {
    const repo = await begun()
    repo.commit('a')
    await repo.poll()
    repo.git('reset', '-q', '--hard', repo.first)
    expect(await repo.poll()).toEqual([])
    repo.commit('b')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED main b', 'CODE_MERGED main direct'])
  })

  it('are told of the service only', async () => {
    const repo = await begun({ paths: ['services/shop'] })
    repo.git('checkout', '-q', '-b', 'other')
    repo.commit('x', 'services/other/x')
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', '--no-ff', '--no-edit', 'other')
    expect(await repo.poll()).toEqual([])
  })

  it('go to the trunk that is configured', async () => {
    const repo = project({ trunk: 'release/next' })
    repo.commit('first')
    repo.git('checkout', '-q', '-b', 'release/next')
    await repo.poll()
    branchWith(repo, 'feature', 'a')
    repo.git('checkout', '-q', 'release/next')
    repo.git('merge', '-q', 'feature')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED feature a', 'CODE_MERGED feature fast-forward'])
  })
})

describe('reverts and tags', () => {
  it('tells of a revert of a commit that exists, and of no other', async () => {
    const repo = await begun()
    const broken = repo.commit('broken')
    await repo.poll()
    repo.git('revert', '--no-edit', broken)
    repo.git('commit', '-q', '--allow-empty', '-m', `liar\n\nThis reverts commit ${'0'.repeat(40)}.`)
    repo.git('commit', '-q', '--allow-empty', '-m', `lazy\n\nThis reverts commit ${broken.slice(0, 10)}.`)
    const reverts = (await repo.poll()).filter((signal) => signal.type === 'COMMIT_REVERTED')
    expect(reverts).toMatchObject([{ subject: 'shop', data: { reverts: broken, branch: 'main' } }])
  })

  it('tells of new tags by their commit, annotated or not, and of moved ones again', async () => {
    const repo = await begun()
    repo.git('tag', 'v1')
    repo.git('tag', '-a', 'v2', '-m', 'two')
    repo.git('tag', '-a', 'of-a-tag', '-m', 'x', 'v2')
    repo.git('tag', 'of-a-tree', 'HEAD^{tree}')
    const told = await repo.poll()
    expect(told.map((signal) => [signal.type, signal.data?.['version'], signal.data?.['commit']])).toEqual([
      ['VERSION_TAGGED', 'of-a-tag', repo.first],
      ['VERSION_TAGGED', 'v1', repo.first],
      ['VERSION_TAGGED', 'v2', repo.first],
    ])
    const second = repo.commit('second')
    repo.git('tag', '-f', 'v1')
    expect((await repo.poll()).at(-1)).toMatchObject({
      type: 'VERSION_TAGGED',
      data: { version: 'v1', commit: second },
    })
  })

  it('tells of no tags when versions come from elsewhere, and of its own alone among services', async () => {
    const other = await begun({ version: { file: 'package.json' } })
    other.git('tag', 'v1')
    expect(await other.poll()).toEqual([])
    const repo = await begun({ paths: ['services/shop'] })
    for (const tag of ['shop@1.0.0', 'shop/v2', 'cart@1.0.0', 'cart/v2', 'v3']) repo.git('tag', tag)
    expect(short(await repo.poll())).toEqual([
      'VERSION_TAGGED v2',
      'VERSION_TAGGED 1.0.0',
      'VERSION_TAGGED v3',
    ])
  })
})

describe('any repository', () => {
  it('that is empty, and then is not', async () => {
    const repo = project()
    expect(await repo.poll()).toEqual([])
    repo.commit('first')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED main first', 'CODE_MERGED main direct'])
  })

  it('that is not there is a problem', async () => {
    const record = recorder(temporaryFolder())
    for (let look = 0; look < 3; look += 1) await gitWatcher({ service: 'shop' }).poll(record.context())
    expect(record.problems()).toEqual([expect.stringContaining('no git repository')])
  })

  it('that is replaced by another one is begun with anew, and said', async () => {
    const repo = await begun()
    rmSync(path.join(repo.root, '.git'), { recursive: true })
    repo.git('init', '-q', '-b', 'main')
    repo.commit('other history', 'x')
    repo.commit('more of it', 'y')
    expect(await repo.poll()).toEqual([])
    expect(repo.record.problems()).toEqual([expect.stringContaining('beginning anew')])
    repo.commit('new', 'z')
    expect(short(await repo.poll())).toEqual(['CODE_COMMITTED main new', 'CODE_MERGED main direct'])
  })

  it('whose trunk is made from a branch that was there, or was rewritten and cleaned, tells no history', async () => {
    const repo = repository(temporaryFolder())
    repo.git('init', '-q', '-b', 'develop')
    for (const title of ['a', 'b', 'c']) repo.commit(title)
    const record = recorder(repo.root)
    const watcher = gitWatcher({ service: 'shop' })
    await watcher.poll(record.context())
    repo.git('checkout', '-q', '-b', 'main')
    await watcher.poll(record.context())
    expect(record.signals()).toEqual([])
    repo.commit('d')
    await watcher.poll(record.context())
    const before = record.signals().length
    repo.git('commit', '-q', '--amend', '-m', 'd, better')
    repo.git('reflog', 'expire', '--expire=now', '--all')
    repo.git('gc', '-q', '--prune=now')
    await watcher.poll(record.context())
    expect(short(record.signals().slice(before))).toEqual([
      'CODE_COMMITTED main d, better',
      'CODE_MERGED main direct',
    ])
  })

  it('of which objects are missing tells of the rest, and fetches nothing', async () => {
    const repo = await begun({ paths: ['src'] })
    const trap = path.join(repo.root, 'trap')
    writeFileSync(trap, `#!/bin/sh\ntouch '${repo.root}/sprung'\n`)
    chmodSync(trap, 0o755)
    repo.git('checkout', '-q', '-b', 'feature')
    const file = path.join(temporaryFolder(), 'commit')
    const person = 'A <a@example.com> 1767225600 +0000'
    writeFileSync(
      file,
      `tree ${'1'.repeat(40)}\nparent ${repo.first}\nauthor ${person}\ncommitter ${person}\n\nbroken\n`,
    )
    const broken = repo.git('hash-object', '-t', 'commit', '-w', '--literally', file)
    repo.commit('before', 'src/before')
    const tree = repo.git('rev-parse', 'HEAD^{tree}')
    const join = repo.git('commit-tree', '-p', broken, '-p', 'HEAD', '-m', 'join', tree)
    repo.git('update-ref', 'refs/heads/feature', join)
    repo.commit('after', 'src/after')
    appendFileSync(
      path.join(repo.root, '.git', 'config'),
      `[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ext::${trap}\n\tpromisor = true\n[protocol "ext"]\n\tallow = always\n`,
    )
    expect(short(await repo.poll())).toEqual(
      expect.arrayContaining(['CODE_COMMITTED feature before', 'CODE_COMMITTED feature after']),
    )
    expect(existsSync(path.join(repo.root, 'sprung'))).toBe(false)
  })

  it('that is shallow', async () => {
    const origin = await begun()
    origin.commit('second')
    const folder = path.join(temporaryFolder(), 'clone')
    origin.git('clone', '-q', '--depth', '1', `file://${origin.root}`, folder)
    const record = recorder(folder)
    const watcher = gitWatcher({ service: 'shop' })
    await watcher.poll(record.context())
    origin.at(folder).commit('third')
    await watcher.poll(record.context())
    expect(short(record.signals())).toEqual(['CODE_COMMITTED main third', 'CODE_MERGED main direct'])
  })

  it('with branch names that look like options, commands and properties', async () => {
    const repo = await begun()
    const names = ['constructor', '__proto__', '-D', '$(touch${IFS}pwned)', 'a;b', 'ünïcode', 'x/y/z']
    for (const [index, name] of names.entries()) {
      repo.git('checkout', '-q', '--detach', 'main')
      const commit = repo.commit(`c${index}`)
      repo.git('update-ref', `refs/heads/${name}`, commit)
    }
    const told = await repo.poll()
    expect(told.map((signal) => word(signal.data?.['branch'])).toSorted()).toEqual(names.toSorted())
    repo.git('checkout', '-q', 'main')
    for (const name of names) repo.git('merge', '-q', '--no-ff', '-m', 'x', `refs/heads/${name}`)
    const merges = await repo.poll()
    expect(merges.map((signal) => word(signal.data?.['branch'])).toSorted()).toEqual(names.toSorted())
    expect(existsSync(path.join(repo.root, 'pwned'))).toBe(false)
  })

  it('with messages, names and files of any bytes and sizes', async () => {
    const repo = await begun()
    repo.git('checkout', '-q', '-b', 'feature')
    const message = path.join(temporaryFolder(), 'message')
    writeFileSync(message, `\u001b[31mred\u0007 ti\u202etle\n\n${'m'.repeat(3_000_000)}`)
    writeFileSync(path.join(repo.root, 'new\nline'), 'x')
    repo.git('add', '-A')
    repo.git('commit', '-q', '-F', message)
    writeFileSync(message, Buffer.from([0x69, 0xff, 0xfe, 0x0a]))
    writeFileSync(path.join(repo.root, '0'.repeat(40)), 'x')
    repo.git('add', '-A')
    repo.git('-c', 'i18n.commitEncoding=UTF-8', 'commit', '-q', '-F', message)
    const told = await repo.poll()
    expect(told.map((signal) => [signal.data?.['title'], signal.data?.['paths']])).toEqual([
      ['red title', ['new line']],
      [expect.stringContaining('i'), ['0'.repeat(40)]],
    ])
  })

  it('whose configuration names programs runs none of them', async () => {
    const repo = await begun()
    const trap = path.join(repo.root, 'trap')
    writeFileSync(trap, `#!/bin/sh\ntouch '${repo.root}/sprung'\n`)
    chmodSync(trap, 0o755)
    branchWith(repo, 'feature', 'a')
    repo.git('checkout', '-q', 'main')
    repo.commit('meanwhile', '.gitattributes', '* diff=trap filter=trap\n')
    await repo.poll()
    repo.git('merge', '-q', '--squash', 'feature')
    repo.git('commit', '-q', '-m', 'squashed')
    const signed = path.join(temporaryFolder(), 'commit')
    const [header = '', ...rest] = repo.git('cat-file', 'commit', 'feature').split('\n\n')
    const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----'
    writeFileSync(signed, `${header}\n${signature}\n\n${rest.join('\n\n')}\n`)
    repo.git('update-ref', 'refs/heads/signed', repo.git('hash-object', '-t', 'commit', '-w', signed))
    appendFileSync(
      path.join(repo.root, '.git', 'config'),
      `[core]\n\tfsmonitor = ${trap}\n\tpager = ${trap}\n\thooksPath = ${repo.root}\n[diff]\n\texternal = ${trap}\n` +
        `[diff "trap"]\n\tcommand = ${trap}\n\ttextconv = ${trap}\n[gpg]\n\tprogram = ${trap}\n[log]\n\tshowSignature = true\n`,
    )
    expect(short(await repo.poll())).toContain('CODE_MERGED feature squash')
    expect(existsSync(path.join(repo.root, 'sprung'))).toBe(false)
  })

  it('with more branches than are remembered tells of the new commits only', async () => {
    const repo = await begun()
    const old = repo.git('commit-tree', '-p', 'HEAD', '-m', 'old', 'HEAD^{tree}')
    repo.git('commit', '-q', '--allow-empty', '-m', 'newer')
    const newer = repo.git('rev-parse', 'HEAD')
    // One branch is older than a thousand others.
    const updates = [`create refs/heads/old ${old}`]
    for (let index = 0; index < 1_100; index += 1) updates.push(`create refs/heads/many/b${index} ${newer}`)
    execFileSync('git', ['update-ref', '--stdin'], { cwd: repo.root, input: `${updates.join('\n')}\n` })
    repo.git('pack-refs', '--all')
    const record = recorder(repo.root)
    const watcher = gitWatcher({ service: 'shop' })
    await watcher.poll(record.context())
    expect(JSON.stringify(record.checkpoint()).length).toBeLessThan(120_000)
    await watcher.poll(record.context())
    expect(record.reports).toHaveLength(1)
    repo.git('checkout', '-q', 'old')
    repo.commit('fresh')
    await watcher.poll(record.context())
    expect(short(record.signals())).toEqual(['CODE_COMMITTED old fresh'])
  })
})

describe('reports', () => {
  it('that could not be saved are found again, and told once', async () => {
    const repo = await begun()
    branchWith(repo, 'one', 'a')
    branchWith(repo, 'two', 'b')
    for (const failures of [1, 1, 1]) {
      repo.record.failures = failures
      await expect(repo.poll()).rejects.toThrow('full')
    }
    await repo.poll()
    expect(short(repo.record.signals())).toEqual(['CODE_COMMITTED one a', 'CODE_COMMITTED two b'])
  })

  it('are cut where there is much, and nothing is lost when only a part was saved', async () => {
    const repo = await begun()
    repo.git('checkout', '-q', '-b', 'long')
    const stream = Array.from(
      { length: 450 },
      (_, index) =>
        `commit refs/heads/long\ncommitter A <a@example.com> ${1_767_300_000 + index} +0000\ndata 1\nx\n` +
        `${index === 0 ? `from ${repo.first}\n` : ''}M 644 inline f\ndata 3\n${String(index).padStart(3, '0')}\n`,
    )
    execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: repo.root, input: stream.join('') })
    // The first part is saved, the second one is not.
    const context = repo.record.context()
    let reports = 0
    const failing = {
      ...context,
      report: (report: Parameters<typeof context.report>[0]) =>
        (reports += 1) === 2 ? Promise.reject(new Error('full')) : context.report(report),
    }
    await expect(repo.watcher.poll(failing)).rejects.toThrow('full')
    await repo.poll()
    const ids = repo.record.signals().map((signal) => signal.id)
    expect(new Set(ids).size).toBe(450)
    expect(Math.max(...repo.record.reports.map((report) => report.signals?.length ?? 0))).toBeLessThanOrEqual(
      200,
    )
  })
})

describe('watching', () => {
  it('tells of commits and merges as they come, and keeps a report that was rejected', async () => {
    const repo = repository(temporaryFolder())
    repo.git('init', '-q', '-b', 'main')
    repo.commit('first')
    const record = recorder(repo.root)
    onTestFinished(() => record.cancel())
    const watching = gitWatcher({ service: 'shop' }).watch(record.context())
    await record.until(() => record.reports.length > 0)
    branchWith(repo, 'feature', 'a')
    await record.until(() => record.signals().length === 1)
    record.failures = 2
    repo.git('checkout', '-q', 'main')
    repo.git('merge', '-q', '--no-ff', '--no-edit', 'feature')
    await record.until(() => record.signals().length === 2)
    record.cancel()
    await watching
    expect(record.rejected).toHaveLength(2)
    expect(short(record.signals())).toEqual(['CODE_COMMITTED feature a', 'CODE_MERGED feature merge'])
  })
})
