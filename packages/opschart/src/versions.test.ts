// Properties:
//   - The law as it is written is compared with a commit, a tag, or the law that runs; of what is stored it is said what does
//     not fit the law as it is written, and nothing is changed.
//   - Whatever a version is called, it is no option of git's: nothing is written, and no program is started.
//   - No code of the project is run, of today or of another version.
//   - Versions that somebody may mean are offered, the latest first.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { gitIn, plain, security } from '../test/two-laws.ts'
import { compose, type Composed } from './compose.ts'
import { createVersions } from './versions.ts'

describe('versions of a law', () => {
  let root = ''
  let composed: Composed | undefined
  const git = (...argv: string[]) => gitIn(root, ...argv)
  const write = (text: string) => writeFile(join(root, '.claude/config/operational.yaml'), text)
  const versions = async () => {
    composed = await compose({ root })
    const { runtime, lifecycle } = composed
    const made = createVersions({ root, client: runtime, law: lifecycle.definition })
    return (version: string | undefined) => made.against(version)
  }

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'opschart-versions-'))
    await mkdir(join(root, '.claude/config'), { recursive: true })
    await git('init', '-q', '--initial-branch', 'main')
    await write(plain)
    await git('add', '.')
    await git('commit', '-q', '-m', 'The usual law')
    await git('tag', 'v1.0.0')
    await write(security)
    await git('commit', '-qam', 'Have security looked at first')
  })
  afterEach(async () => {
    await composed?.runtime.close()
    composed = undefined
    await rm(root, { recursive: true, force: true })
  })

  it('[P9] are compared with what is written now', async () => {
    const against = await versions()
    const found = await against('v1.0.0')
    expect(found).toMatchObject({ version: 'v1.0.0', fits: [], counts: { fits: 0, migrates: 0, misfit: 0 } })
    expect(found.states).toContainEqual(['SECURITY', 'added'])
    expect(found.arrows).toContainEqual(['DEVELOPMENT|REVIEW_REQUESTED|0', 'removed'])
    expect(await against('main')).toMatchObject({ states: [], arrows: [] })
    expect(await against(undefined)).toMatchObject({ version: null, states: [], arrows: [] })
  })

  it('[P9] say what of the store would not fit, and change nothing', async () => {
    const against = await versions()
    const { runtime } = composed!
    const commit = 'a'.repeat(40)
    const committed = {
      id: '1',
      type: 'CODE_COMMITTED',
      data: { branch: 'topic', commit, author: 'ann@example.org' },
    }
    await runtime.as('watcher:git').send('web', committed)
    await runtime
      .as('agent:developer-agent')
      .send('web/topic', { id: '2', type: 'SECURITY_CHECK_REQUESTED', data: {} })
    expect((await runtime.read('web/topic'))?.phase).toBe('SECURITY')
    const { head } = await runtime.status()
    await write(plain)
    const found = await against(undefined)
    expect(found.isWritten).toBe(true)
    expect(found.states).toContainEqual(['SECURITY', 'removed'])
    expect(found.fits).toEqual([
      {
        actor: 'web/topic',
        kind: 'misfit',
        text: expect.stringContaining('is in SECURITY, and there is no such phase'),
      },
    ])
    expect(found.counts).toEqual({ fits: 0, migrates: 0, misfit: 1 })
    expect((await runtime.status()).head).toEqual(head)
    // The same, whatever it is compared with: it is the law as it is written that must fit.
    expect((await against('v1.0.0')).fits).toEqual(found.fits)
  })

  it('are named, the latest first', async () => {
    const { offered } = await (await versions())(undefined)
    expect(offered.map(({ version, told }) => [version.replace(/^[0-9a-f]{7,}$/, 'a commit'), told])).toEqual(
      [
        ['v1.0.0', ''],
        ['a commit', 'Have security looked at first'],
        ['a commit', 'The usual law'],
      ],
    )
    expect(offered.every(({ at }) => at > 1_600_000_000_000)).toBe(true)
  })

  it.each([
    '--output=stolen',
    '-h',
    '--help',
    'HEAD:.claude/config/operational.yaml',
    'main..v1.0.0',
    '^main',
    'nowhere',
    '$(touch stolen)',
    '; touch stolen',
    '',
    'main --output=stolen',
    '@{upstream}',
    'x'.repeat(300),
  ])('[P9] are none that is called %s', async (version) => {
    const against = await versions()
    await expect(against(version)).rejects.toMatchObject({
      code: 'input',
      message: expect.stringMatching(/^there is no /),
    })
    expect(await readdir(root)).not.toContain('stolen')
  })

  it('[P9] run no code, of today or of then', async () => {
    const against = await versions()
    const ran = join(root, 'ran')
    await writeFile(
      join(root, 'opschart.config.ts'),
      `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(ran)}, '')\nexport default {}\n`,
    )
    expect(await against('v1.0.0')).toMatchObject({ isWritten: false })
    await git('add', '.')
    await git('commit', '-qm', 'A module')
    await expect(against('main')).rejects.toThrow('check it out elsewhere')
    expect(existsSync(ran)).toBe(false)
  })

  it('are none without a repository, and what runs is compared all the same', async () => {
    await rm(join(root, '.git'), { recursive: true })
    const against = await versions()
    await write(plain)
    expect(await against(undefined)).toMatchObject({ offered: [], states: [['SECURITY', 'removed']] })
    await expect(against('main')).rejects.toThrow('there is no main')
  })

  it('cannot be told while what is written is not sound', async () => {
    const against = await versions()
    await write('services: 1\n')
    await expect(against('v1.0.0')).rejects.toMatchObject({ code: 'configuration' })
  })
})
