// Properties:
//   - The state of a project lies in a folder of this user's own: nothing is made where a link leads, and nobody else looks in.

import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { compose, stateFolder } from './compose.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opschart-compose-'))
  await mkdir(join(root, '.claude', 'config'), { recursive: true })
  await writeFile(join(root, '.claude', 'config', 'operational.yaml'), 'services: { web: {} }\n')
})
afterEach(() => rm(root, { recursive: true, force: true }))

it('makes nothing in a folder that a link of the project leads to', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'opschart-elsewhere-'))
  await symlink(elsewhere, join(root, stateFolder))
  await expect(compose({ root, work: false })).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringContaining('must be a folder of your own'),
  })
  expect(await readdir(elsewhere)).toEqual([])
  await rm(elsewhere, { recursive: true })
})

it('lets nobody else into a folder that is there already', async () => {
  await mkdir(join(root, stateFolder))
  await chmod(join(root, stateFolder), 0o755)
  const { runtime } = await compose({ root, work: false })
  await runtime.close()
  expect((await stat(join(root, stateFolder))).mode & 0o777).toBe(0o700)
})
