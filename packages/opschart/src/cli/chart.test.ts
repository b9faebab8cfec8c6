// Properties:
//   - `opschart chart --svg` draws the law into a file; with a release, its phase is lit up.
//   - `--against` says, and draws, what has changed since another version, which is read without touching the work tree.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { releaseLifecycle } from '@opschart/core'

import { runLine } from '../../test/command-line.ts'
import { gitIn, plain, security } from '../../test/two-laws.ts'
import { lawOf } from '../config/law-of.ts'
import { loadConfiguration } from '../config/load-configuration.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opschart-chart-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('opschart chart --svg', () => {
  it('draws the law, which needs nothing that runs', async () => {
    const file = join(folder, 'law.svg')
    const { code, out, notes, client } = await runLine(['chart', '--svg', file])
    expect([code, notes, client.calls]).toEqual([0, '', []])
    expect(out).toMatch(/^✓ drawn to .*law\.svg, \d+ × \d+$/)
    const svg = await readFile(file, 'utf8')
    expect(svg).toMatch(/^<svg [^]*data-state="PRODUCTION"[^]*<\/svg>\n$/)
    expect(svg).toContain('prefers-color-scheme')
    expect(svg).not.toContain('oc-active"')
  })

  it('lights up the phase of a release, in the theme and direction that were asked for', async () => {
    const file = join(folder, 'release.svg')
    const argv = [
      'chart',
      '-l',
      'web/v2.3.1',
      '--svg',
      file,
      '--theme',
      'dark',
      '--direction',
      'right',
      '--json',
    ]
    const { code, out } = await runLine(argv)
    expect(code).toBe(0)
    const told = JSON.parse(out) as { phase: string; width: number; height: number }
    expect(told).toMatchObject({ file, theme: 'dark', direction: 'right' })
    expect(told.width).toBeGreaterThan(told.height)
    const svg = await readFile(file, 'utf8')
    expect(svg).toContain(`oc-active" data-state="${told.phase}"`)
    expect(svg).not.toContain('prefers-color-scheme')
  })
})

describe('opschart chart --against', () => {
  const real = {
    directory: '',
    composition: {
      loadConfiguration,
      lawOf: (configuration: Parameters<typeof lawOf>[0] | undefined) =>
        Promise.resolve(configuration === undefined ? releaseLifecycle : lawOf(configuration)),
    },
  }
  const file = () => join(folder, '.claude/config/operational.yaml')
  const git = (...argv: string[]) => gitIn(folder, ...argv)
  const against = (...argv: string[]) =>
    runLine(['chart', '--against', ...argv], { ...real, directory: folder })

  beforeEach(async () => {
    await mkdir(join(folder, '.claude/config'), { recursive: true })
    await git('init', '-q', '--initial-branch', 'main')
    await writeFile(file(), plain)
    await git('add', '.')
    await git('commit', '-q', '-m', 'first')
    await writeFile(file(), security)
  })

  it('says what has changed since a commit, and leaves the work tree as it is', async () => {
    const { code, out, notes } = await against('main')
    expect([code, notes]).toEqual([0, ''])
    expect(out.split('\n')).toEqual(
      expect.arrayContaining([
        '+ SECURITY',
        '+ DEVELOPMENT: SECURITY_CHECK_REQUESTED → SECURITY',
        '+ SECURITY: SECURITY_PASSED → REVIEW',
        '- DEVELOPMENT: REVIEW_REQUESTED → REVIEW',
      ]),
    )
    expect(out).toContain('opschart store migrate --plan')
    expect(await readFile(file(), 'utf8')).toBe(security)
    await git('commit', '-qam', 'second')
    expect((await against('main')).out).toContain('The law is the same as at main.')
    expect(JSON.parse((await against('main~1', '--json')).out)).toMatchObject({
      against: 'main~1',
      phases: { SECURITY: 'added' },
    })
  })

  it('draws both versions in one, each change with its sign', async () => {
    const picture = join(folder, 'law.svg')
    expect((await against('main', '--svg', picture)).code).toBe(0)
    const svg = await readFile(picture, 'utf8')
    expect(svg).toMatch(/oc-added" data-state="SECURITY">[^\n]*<title>added<\/title>[^\n]*>\+<\/text>/)
    expect(svg).toMatch(/oc-removed" data-arrow="DEVELOPMENT\|REVIEW_REQUESTED\|0">[^\n]*>−<\/text>/)
  })

  it('takes what chart --json has written, too', async () => {
    const before = join(folder, 'before.json')
    await writeFile(before, (await runLine(['chart', '--json'])).out)
    expect((await against(before)).out).toContain('+ SECURITY')
    await writeFile(before, '{}')
    const { code, notes } = await against(before)
    expect(code).toBe(2)
    expect(notes).toContain('holds no law; `opschart chart --json > before.json` writes one')
  })

  it.each([
    ['nowhere', 'there is no nowhere'],
    ['--output=x', '--against'],
    ['gone.json', 'gone.json cannot be read'],
  ])('refuses %s, with the way out', async (version, told) => {
    const { code, notes } = await against(version)
    expect(code).toBe(2)
    expect(notes).toContain(told)
  })

  it('does not run a module of another version', async () => {
    await writeFile(join(folder, 'opschart.config.ts'), 'export default {}\n')
    await git('add', '.')
    await git('commit', '-q', '-m', 'third')
    const { code, notes } = await against('main')
    expect(code).toBe(2)
    expect(notes).toContain('check it out elsewhere')
  })
})
