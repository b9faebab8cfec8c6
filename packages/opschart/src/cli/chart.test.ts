// Properties:
//   - `opschart chart --svg` draws the law into a file; with a release, its phase is lit up.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { runLine } from '../../test/command-line.ts'

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
