// Properties:
//   - XState's development build (which tests load) and its production build (which users run) give the same verdicts,
//     states and effects to the byte, and refuse the same machines.

import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

import { recordedSequence } from './recorded-sequence.ts'

const script = path.join(import.meta.dirname, 'print-sequence.ts')

async function printed(...conditions: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [...conditions, script], {
    env: { PATH: process.env['PATH'] },
  })
  return stdout.trim().split('\n')
}

describe('both builds of XState', () => {
  it('[D6] give the same bytes', async () => {
    const [production, development] = await Promise.all([printed(), printed('--conditions=development')])
    expect([production[0], development[0]]).toEqual(['production', 'development'])
    const here = recordedSequence().map((line) => createHash('sha256').update(line).digest('hex'))
    expect(here.length).toBeGreaterThan(500)
    expect(development.slice(1)).toEqual(here)
    expect(production.slice(1)).toEqual(here)
    expect(recordedSequence().slice(-4)).toEqual(['threw', 'threw', 'threw', 'threw'])
  }, 30_000)
})
