// Properties:
//   - Machines are kept alike under XState's production build, which plain Node loads, and its development build, which tests do.
//   - What processes under the one build have left when they were killed is sound under the other, to the byte.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

import { afterAll, describe, expect, it } from 'vitest'

import { crashRun } from './crash-driver.ts'
import type { CrashFindings } from './crash-record.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-both-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a program of this folder prints under plain Node. */
async function printed(conditions: readonly string[], program: string, ...args: string[]): Promise<string> {
  const script = path.join(import.meta.dirname, program)
  const { stdout } = await promisify(execFile)(process.execPath, [...conditions, script, ...args], {
    env: { PATH: process.env['PATH'] },
    maxBuffer: 1e8,
  })
  return stdout
}

describe('under both builds of XState', () => {
  it('[D11] the cases of machines and of their trees are kept', async () => {
    const [production, development] = await Promise.all([
      printed([], 'print-cases.ts'),
      printed(['--conditions=development'], 'print-cases.ts'),
    ])
    const [builds, cases] = [production, development]
      .map((text) => text.trim().split('\n'))
      .reduce<[string[], string[]]>(
        ([names, all], [name = '', ...lines]) => [
          [...names, name],
          [...all, ...lines],
        ],
        [[], []],
      )
    expect(builds).toEqual(['production', 'development'])
    expect(cases.length).toBeGreaterThan(60)
    expect(cases.filter((line) => !line.endsWith(': kept'))).toEqual([])
  }, 60_000)

  it.each([
    ['production', [], ['--conditions=development']],
    ['development', ['--conditions=development'], []],
  ])(
    '[D6] what was killed under the %s build is sound under the other',
    async (build, own, other) => {
      const place = mkdtempSync(path.join(folder, `${build}-`))
      const record = await crashRun({ folder: place, seed: 26, kills: 4, node: own })
      writeFileSync(path.join(place, 'record.json'), JSON.stringify(record))
      const { faults, operations } = JSON.parse(
        await printed(other, 'crash-check.ts', place),
      ) as CrashFindings
      expect(faults).toEqual([])
      expect(operations).toBeGreaterThan(5)
    },
    60_000,
  )
})
