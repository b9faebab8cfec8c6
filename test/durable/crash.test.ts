// Properties of actors of machines in processes that are killed at random instants and started again, under load:
//   - Each signal that was acknowledged is journaled once, with the verdict that its sender got; sent again, it gets the same.
//   - Each operation is done outside at least once, always under the same key, and completes once.
//   - Each timer fires once, not before its time, and soon after it as far as anything lives.
//   - The audit and the file are sound; the states of all actors are those of a twin that was never killed, given the same
//     signals, outcomes and recorded times, and what plain counting says they must be.
//
// OPSCHART_KILLS says how many (50; 1,000 every night), OPSCHART_SEED repeats what was sent and where each was to die.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

import { afterAll, expect, it } from 'vitest'

import { crashRun } from './crash-driver.ts'
import type { CrashFindings } from './crash-record.ts'

const kills = Number(process.env['OPSCHART_KILLS'] ?? 50)
const seed = Number(process.env['OPSCHART_SEED'] ?? Date.now() % 1_000_000)
const folder = mkdtempSync(path.join(tmpdir(), 'opschart-kills-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it(
  `[D5] ${kills} processes are killed, and nothing is lost or done twice`,
  { timeout: 120_000 + kills * 4_000 },
  async () => {
    process.stdout.write(`kills: OPSCHART_KILLS=${kills} OPSCHART_SEED=${seed}\n`)
    const record = await crashRun({ folder, seed, kills })
    writeFileSync(path.join(folder, 'record.json'), JSON.stringify(record))
    const check = path.join(import.meta.dirname, 'crash-check.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [check, folder], { maxBuffer: 1e8 })
    const { faults, ...numbers } = JSON.parse(stdout) as CrashFindings
    process.stdout.write(`${JSON.stringify(numbers)}\n`)
    expect(faults).toEqual([])
    expect(numbers.signals).toBeGreaterThan(kills * 5)
    expect(numbers.operations).toBeGreaterThan(kills)
    expect(numbers.timers).toBeGreaterThan(kills)
  },
)
