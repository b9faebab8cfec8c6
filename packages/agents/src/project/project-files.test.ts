// Properties:
//   - Nothing outside the project is read or written: not by `..`, an absolute path, a link, nor a link to nothing yet.
//   - A write is whole or absent, keeps the file's mode, and leaves no temporary file behind.
//   - Listings are sorted, and without dependencies, hidden folders and links.

import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

import { harness } from '../../test/task-harness.ts'
import { maxFileBytes, projectFiles } from './project-files.ts'

async function project(files: Record<string, string> = {}) {
  const { root } = await harness({ files: { 'inside/a.txt': 'a', ...files } })
  return { root, files: projectFiles(root) }
}

describe('projectFiles', () => {
  it('refuses every way out of the project', async () => {
    const { root, files } = await project()
    const other = await harness({ files: { 'secret.txt': 'secret' } })
    await symlink(other.root, path.join(root, 'away'))
    await symlink(path.join(other.root, 'secret.txt'), path.join(root, 'inside/link.txt'))
    await symlink(path.join(other.root, 'new.txt'), path.join(root, 'inside/nothing-yet.txt'))
    const ways = [
      '../x',
      'inside/../../x',
      '/etc/hosts',
      'a\0b',
      'away/secret.txt',
      'away/new/deep.txt',
      'inside/link.txt',
      'inside/nothing-yet.txt',
      '.git/hooks/post-checkout',
      'inside/.git/config',
      '.opschart/state.db',
    ]
    for (const way of ways) {
      await expect(files.read(way), way).rejects.toMatchObject({ failure: { code: 'outside_project' } })
      await expect(files.write(way, 'x'), way).rejects.toMatchObject({ failure: { code: 'outside_project' } })
    }
    expect(await readFile(path.join(other.root, 'secret.txt'), 'utf8')).toBe('secret')
    expect(await readdir(other.root)).toEqual(['secret.txt'])
  })

  it('follows a link that stays inside', async () => {
    const { root, files } = await project()
    await symlink('a.txt', path.join(root, 'inside/same.txt'))
    await files.write('inside/same.txt', 'b')
    expect(await readFile(path.join(root, 'inside/a.txt'), 'utf8')).toBe('b')
  })

  it('writes whole files, makes folders, keeps the mode, and leaves nothing else', async () => {
    const { root, files } = await project()
    await chmod(path.join(root, 'inside/a.txt'), 0o640)
    await files.write('inside/a.txt', 'new')
    await files.write('inside/deep/er/b.txt', 'b')
    expect((await stat(path.join(root, 'inside/a.txt'))).mode & 0o777).toBe(0o640)
    expect(await readdir(path.join(root, 'inside'))).toEqual(['a.txt', 'deep'])
    await expect(files.write('inside/deep', 'a folder is there')).rejects.toThrow()
    expect(await readdir(path.join(root, 'inside'))).toEqual(['a.txt', 'deep'])
  })

  it('does not follow a link that was planted under the name of its temporary file', async () => {
    const { root, files } = await project()
    const other = await harness({ files: { 'secret.txt': 'secret' } })
    const { createHash } = await import('node:crypto')
    const digest = createHash('sha256').update('new').digest('hex').slice(0, 12)
    await symlink(path.join(other.root, 'secret.txt'), path.join(root, `inside/.a.txt.${digest}.tmp`))
    await files.write('inside/a.txt', 'new')
    expect(await readFile(path.join(other.root, 'secret.txt'), 'utf8')).toBe('secret')
    expect(await files.read('inside/a.txt')).toBe('new')
  })

  it('lists what is the project’s own, sorted', async () => {
    const { root, files } = await project({
      'src/b.ts': '',
      'src/a.ts': '',
      'src/node_modules/x.ts': '',
      '.hidden/x.ts': '',
      'dist/x.ts': '',
    })
    await mkdir(path.join(root, 'elsewhere'))
    await symlink(path.join(root, 'src'), path.join(root, 'elsewhere/link'))
    expect(await files.list('.', (file) => file.endsWith('.ts'))).toEqual(['src/a.ts', 'src/b.ts'])
    expect(await files.list('nowhere', () => true)).toEqual([])
  })

  it('reads no file that is too large, and takes a folder for none', async () => {
    const { root, files } = await project()
    await writeFile(path.join(root, 'large'), 'x'.repeat(maxFileBytes + 1))
    await expect(files.read('large')).rejects.toMatchObject({ failure: { code: 'file_too_large' } })
    expect(await files.read('inside')).toBeUndefined()
    expect(await files.read('nothing')).toBeUndefined()
  })
})
