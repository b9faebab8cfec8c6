// Properties:
//   - Patches of a real git are read: renames, odd names, removed files, lines that look like heads of files.
//   - A line's place after later changes is found, also by way of real git.
//   - A merge's own change is seen, whatever order file or prefix the user configured.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { gitProject, type GitProject } from '../../test/incident/git-project.ts'
import { taskContext } from '../../test/incident/task-context.ts'
import { compare } from '../project/project-files.ts'
import { collectChanges } from './changes.ts'
import { dependencyChanges } from './dependency-changes.ts'
import { openRepository, type GitRepository } from './git-repository.ts'
import { mapLine, parsePatch } from './patch.ts'

let project: GitProject
let repository: GitRepository

beforeEach(async () => {
  project = gitProject()
  project.commit('First', {
    'a.js': 'one\ntwo\nthree\nfour\n',
    'old name.js': 'x\ny\nz\nw\nv\n',
    'gone.js': '-- a\n++ b\n',
  })
  const opened = await openRepository(taskContext({ root: project.root }))
  if (opened === null) throw new Error('there is a repository')
  repository = opened
})

afterEach(() => project.remove())

async function lastPatch() {
  const [commit] = await repository.commits(null, project.git('rev-parse', 'HEAD'), 1)
  return commit === undefined ? [] : parsePatch(await repository.patch(commit))
}

describe('patches', () => {
  it('are read as git writes them', async () => {
    project.git('mv', 'old name.js', 'new "name".js')
    project.commit('Change', {
      'a.js': 'one\nTWO\nthree\nfour\n--- a/b\n',
      'gone.js': null,
      'empty.js': '',
      'é.js': 'e\n',
    })
    const files = await lastPatch()
    expect(
      files.map((file) => `${file.status}: ${file.before ?? ''} > ${file.path}`).toSorted(compare),
    ).toEqual([
      'added:  > empty.js',
      'added:  > é.js',
      'changed: a.js > a.js',
      'removed: gone.js > gone.js',
      'renamed: old name.js > new "name".js',
    ])
    expect(files.find((file) => file.path === 'gone.js')?.hunks[0]?.removed).toEqual(['-- a', '++ b'])
    expect(files.find((file) => file.path === 'a.js')?.hunks).toMatchObject([
      { oldStart: 2, newStart: 2, removed: ['two'], added: ['TWO'] },
      { oldStart: 4, oldCount: 0, newStart: 5, added: ['--- a/b'] },
    ])
  })

  it('say where a line went', async () => {
    const from = project.git('rev-parse', 'HEAD')
    const to = project.commit('Shift', { 'a.js': 'zero\none\nthree\nhalf\nfour\n' })
    const [file] = parsePatch(await repository.difference(from, to, 'a.js'))
    expect([1, 2, 3, 4].map((line) => mapLine(line, file?.hunks ?? []))).toEqual([2, null, 3, 5])
  })

  it('survive being cut anywhere', async () => {
    project.commit('Change', { 'a.js': 'ONE\nTWO\n', 'b.js': 'b\n'.repeat(50) })
    const [commit] = await repository.commits(null, project.git('rev-parse', 'HEAD'), 1)
    const text = commit === undefined ? '' : await repository.patch(commit)
    for (let at = 0; at < text.length; at++) {
      for (const file of parsePatch(text.slice(0, at))) expect(['a.js', 'b.js']).toContain(file.path)
    }
  })

  it('of a merge are what resolving it changed, under any configuration', async () => {
    project.git('config', 'diff.noprefix', 'true')
    project.git('config', 'diff.external', 'false')
    project.git('config', 'diff.renames', 'false')
    const from = project.git('rev-parse', 'HEAD')
    project.git('checkout', '--quiet', '-b', 'side')
    project.commit('Side', { 'a.js': 'one\nleft\nthree\nfour\n' })
    project.git('checkout', '--quiet', 'main')
    project.commit('Main', { 'a.js': 'one\nright\nthree\nfour\n' })
    expect(() => project.git('merge', '--quiet', '--no-ff', 'side')).toThrow()
    const merge = project.commit('Merge side', { 'a.js': 'one\nboth and more\nthree\nfour\n' })
    const changes = await collectChanges(repository, from, merge, {
      migrations: 'migrations',
      cancel: new AbortController().signal,
    })
    const own = changes.find((change) => change.commit.hash === merge)
    expect(own?.files[0]?.hunks[0]?.added).toEqual(['both and more'])
    expect([...(own?.removedWords.keys() ?? [])].toSorted(compare)).toEqual(['left', 'right'])
    expect(changes).toHaveLength(3)
  })
})

describe('changes of a monorepo', () => {
  it('are told apart by the folders of the service', async () => {
    const from = project.git('rev-parse', 'HEAD')
    project.commit('Shop', { 'services/shop/a.js': 'a\n' })
    project.commit('Shop’s neighbour', { 'services/shop-admin/a.js': 'a\n' })
    const to = project.commit('Both', { 'services/shop/b.js': 'b\n', 'lib/b.js': 'b\n' })
    const cancel = new AbortController().signal
    const own = await collectChanges(repository, from, to, {
      migrations: 'migrations',
      paths: ['./services/shop/'],
      cancel,
    })
    expect(own.map((change) => [change.commit.title, change.isElsewhere])).toEqual([
      ['Both', false],
      ['Shop’s neighbour', true],
      ['Shop', false],
    ])
    const all = await collectChanges(repository, from, to, { migrations: 'migrations', cancel })
    expect(all.some((change) => change.isElsewhere)).toBe(false)
  })
})

describe('changes of dependencies', () => {
  it('are read from manifests and the lock files of npm, pnpm and yarn', () => {
    const npm = (version: string) =>
      JSON.stringify({
        packages: {
          '': { version: '9.9.9' },
          'node_modules/@s/a': { version },
          'node_modules/x/node_modules/@s/a': { version: '0.1.0' },
        },
      })
    expect(dependencyChanges('package-lock.json', npm('1.0.0'), npm('2.0.0'))).toEqual([
      { name: '@s/a', from: '1.0.0', to: '2.0.0', file: 'package-lock.json' },
    ])
    const pnpm = (version: string) =>
      `lockfileVersion: '9.0'\npackages:\n  '@s/a@${version}':\n    resolution: {}\n  b@1.1.1:\n    resolution: {}\n`
    expect(dependencyChanges('web/pnpm-lock.yaml', pnpm('1.0.0'), pnpm('2.0.0'))).toMatchObject([
      { name: '@s/a', from: '1.0.0', to: '2.0.0' },
    ])
    const yarn = (version: string) =>
      `"@s/a@^1.0.0":\n  version "${version}"\n  resolved "x"\n\nb@^1:\n  version "1.1.1"\n`
    expect(dependencyChanges('yarn.lock', yarn('1.0.0'), yarn('1.2.0'))).toMatchObject([
      { name: '@s/a', from: '1.0.0', to: '1.2.0' },
    ])
    const manifest = (range: string, version: string) =>
      JSON.stringify({ version, dependencies: { a: range } })
    expect(dependencyChanges('package.json', manifest('^1', '1.0.0'), manifest('^2', '2.0.0'))).toMatchObject(
      [{ name: 'a', from: '^1', to: '^2' }],
    )
    expect(dependencyChanges('package.json', '{"dependencies": 3', '[]')).toEqual([])
  })
})
