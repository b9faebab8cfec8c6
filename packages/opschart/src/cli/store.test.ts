// Properties:
//   - What one store held, another holds after an export and an import; nothing is imported where something is.
//   - The plan shows the worst first, and its exit code says whether anything does not fit.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { createRuntime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { afterAll, describe, expect, it } from 'vitest'

import { runLine } from '../../test/command-line.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'opschart-store-'))
afterAll(() => rmSync(folder, { recursive: true }))
const place = (name: string) => path.join(folder, name)

describe('store export and import', () => {
  it('move everything, once', async () => {
    await using runtime = await createRuntime({ store: sqliteStore(place('one/.opschart/state.db')) })
    await runtime.as({ person: 'ann' }).send('web/one', { type: 'REVIEW_REQUESTED' })
    const file = place('copy.ndjson')
    const root = (name: string) => ['--root', place(name)]
    const exported = await runLine(['store', 'export', file, '--json', ...root('one')])
    expect(exported.code).toBe(0)
    expect(JSON.parse(exported.out)).toMatchObject({
      file,
      lines: readFileSync(file, 'utf8').split('\n').length - 1,
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await runLine(['store', 'export', ...root('one')])).out.trimEnd()).toBe(
      readFileSync(file, 'utf8').trimEnd(),
    )

    const imported = await runLine(['store', 'import', file, ...root('two')])
    expect([imported.code, imported.out]).toEqual([0, expect.stringContaining('✓ imported')])
    const again = await runLine(['store', 'export', ...root('two')])
    expect(again.out.trimEnd()).toBe(readFileSync(file, 'utf8').trimEnd())

    const twice = await runLine(['store', 'import', file, ...root('two')])
    expect(twice.code).not.toBe(0)
    expect(twice.notes).toContain('empty')
    expect((await runLine(['store', 'export', file, ...root('one')])).code).not.toBe(0)
  })

  it('take nothing of what was changed', async () => {
    const file = place('broken.ndjson')
    writeFileSync(
      file,
      readFileSync(place('copy.ndjson'), 'utf8').replace('REVIEW_REQUESTED', 'REVIEW_APPROVED!'),
    )
    const { code, notes } = await runLine(['store', 'import', file, '--root', place('three')])
    expect(code).toBe(2)
    expect(notes).toMatch(/Line \d+: .*changed/)
    const left = await runLine(['store', 'export', '--root', place('three')])
    expect(left.out.trimEnd().split('\n')).toHaveLength(2)
  })
})

describe('store migrate --plan', () => {
  const fits = [
    { actor: 'web/v1', kind: 'fits', text: 'goes on as it is' },
    { actor: 'web/v2', kind: 'migrates', text: 'is in QA, which is STAGING now' },
    { actor: 'order/7', kind: 'misfit', text: 'it is in "gone". Declare a migration' },
  ] as const

  it('shows the worst first, and fails where something does not fit', async () => {
    const { code, out } = await runLine(['store', 'migrate', '--plan'], { answers: { fits } })
    expect(code).toBe(1)
    expect(out.trimEnd().split('\n')).toEqual([
      '✗ order/7 it is in "gone". Declare a migration',
      '→ web/v2 is in QA, which is STAGING now',
      '✓ web/v1 goes on as it is',
      '',
      '1 fit, 1 are migrated, 1 do not fit',
    ])
    expect(
      JSON.parse((await runLine(['store', 'migrate', '--plan', '--json'], { answers: { fits } })).out),
    ).toEqual(fits)
    const none = await runLine(['store', 'migrate', '--plan'], { answers: { fits: [] } })
    expect([none.code, none.out.trim()]).toEqual([
      0,
      '✓ all that is stored was decided by the configuration of today',
    ])
  })

  it('does nothing without --plan, and knows no other word', async () => {
    expect((await runLine(['store', 'migrate'], { answers: { fits } })).notes).toContain('migrate --plan')
    expect((await runLine(['store', 'burn'])).notes).toContain('write export, import or migrate')
  })
})
