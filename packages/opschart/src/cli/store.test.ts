// Properties:
//   - What one store held, another holds after an export and an import; nothing is imported where something is.
//   - A store is pruned as far as a person has said yes to, and not where it is not sound.
//   - The plan shows the worst first, and its exit code says whether anything does not fit.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { OpschartError, type Clock } from '@opschart/core'
import { createPeople, serveSocket, socketPathOf } from '@opschart/hosts/http'
import { createRuntime, nodeCrypto } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { afterAll, describe, expect, it } from 'vitest'

import { noon, runLine } from '../../test/command-line.ts'
import { fakeClient } from '../../test/fake-client.ts'
import type { Composition } from './_composition.ts'
import { confirmHere } from './_confirm.ts'
import { processTerminal } from './_terminal.ts'

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

describe('store export and import where it cannot be', () => {
  it('make no store, and no file, by asking', async () => {
    const file = place('none.ndjson')
    const exported = await runLine(['store', 'export', file, '--root', place('none')])
    expect([exported.code, exported.notes]).toEqual([2, expect.stringContaining('there is no store in')])
    expect([existsSync(file), existsSync(place('none'))]).toEqual([false, false])
    const taken = await runLine(['store', 'export', place('copy.ndjson'), '--root', place('one')])
    expect([taken.code, taken.notes]).toEqual([2, expect.stringContaining('it is there already')])
    const missing = await runLine(['store', 'import', file, '--root', place('none')])
    expect([missing.code, missing.notes]).toEqual([2, expect.stringContaining('cannot be used: ENOENT')])
    expect(existsSync(place('none'))).toBe(false)
  })

  it('leave no half of an export behind', async () => {
    const broken = new DatabaseSync(place('one/.opschart/state.db'))
    broken.exec(`update actors set state = '{"half'`)
    broken.close()
    const file = place('half.ndjson')
    const { code, notes } = await runLine(['store', 'export', file, '--root', place('one')])
    expect([code, notes]).toEqual([1, expect.stringContaining('it is damaged')])
    expect(existsSync(file)).toBe(false)
  })

  it('import nothing beside a daemon', async () => {
    const root = place('beside')
    const clock = { now: () => 0, at: () => () => {} }
    const server = await serveSocket({
      client: fakeClient(),
      people: createPeople({ clock, crypto: nodeCrypto, folder: path.join(root, '.opschart/people') }),
      path: socketPathOf(root),
      clock,
      about: { root, version: '0.0.0' },
    })
    try {
      const { code, notes } = await runLine(['store', 'import', place('copy.ndjson'), '--root', root])
      expect([code, notes]).toEqual([1, expect.stringContaining('end it with `opschart down`, then import')])
      expect(existsSync(path.join(root, '.opschart/state.db'))).toBe(false)
    } finally {
      await server.close()
    }
  })
})

describe('store prune', () => {
  const root = place('pruned')
  const file = path.join(root, '.opschart/state.db')
  const day = 86_400_000
  const clock = { ...noon, now: () => noon.now() - 100 * day }

  async function open(at: Clock) {
    return createRuntime({ store: sqliteStore(file), clock: at, others: 0 })
  }

  /** What the program does, at a terminal where somebody says yes or no. */
  function composition(answer: () => Promise<string>, asked: string[][] = []): Partial<Composition> {
    return {
      async openLocal() {
        const runtime = await open(noon)
        return { client: runtime, prune: (given) => runtime.prune(given), close: () => runtime.close() }
      },
      confirm({ shown, act }) {
        asked.push([act.method, ...shown])
        return answer()
      },
    }
  }

  it('says what goes, asks, and prunes what a person has said yes to', async () => {
    const before = await open(clock)
    for (const name of ['a', 'b', 'c'])
      await before.as({ person: 'ann' }).send(`web/${name}`, { type: 'REVIEW_REQUESTED' })
    const { sequence } = await before.store.head()
    await before.close()
    const after = await open(noon)
    await after.as({ person: 'ann' }).send('web/a', { type: 'REVIEW_APPROVED' })
    await after.close()

    const no = composition(() => Promise.reject(new OpschartError('forbidden', 'nobody said yes')))
    const refused = await runLine(['store', 'prune', '--older-than', '90d', '--root', root], {
      composition: no,
    })
    expect(refused.code).toBe(3)
    const asked: string[][] = []
    const yes = composition(() => Promise.resolve('maria'), asked)
    const line = ['store', 'prune', '--older-than', '90d', '--root', root]
    const pruned = await runLine(line, { composition: yes })
    expect([pruned.code, pruned.out.split('\n')[0]]).toEqual([
      0,
      `✓ pruned ${sequence} rows: the journal begins with row ${sequence + 1}, and row ${sequence + 2} tells of it`,
    ])
    expect(asked).toEqual([
      [
        'prune',
        expect.stringContaining(`prune the journal: ${sequence} rows go, those older than 90 d (before `),
        expect.stringContaining(`it begins with row ${sequence + 1} then`),
      ],
    ])
    const runtime = await open(noon)
    expect((await runtime.log()).at(-1)).toMatchObject({ by: 'person:maria', type: 'pruned' })
    expect(await runtime.audit()).toMatchObject({ sound: true, pruned: sequence })
    await runtime.close()

    const again = await runLine([...line, '--json'], { composition: yes })
    expect(JSON.parse(again.out)).toMatchObject({ pruned: 0, told: null, audit: { sound: true } })
    expect(asked).toHaveLength(1)
  })

  it('prunes nothing of a journal that is not sound, and fails', async () => {
    const altered = new DatabaseSync(file)
    altered.exec('update journal set at = at + 1 where sequence = (select max(sequence) from journal)')
    altered.close()
    const yes = composition(() => Promise.resolve('maria'))
    const line = ['store', 'prune', '--older-than', '0s', '--root', root]
    const { code, out } = await runLine(line, { composition: yes })
    expect([code, out]).toEqual([1, expect.stringContaining('Nothing was pruned')])
  })

  it('wants to know how old, and a store', async () => {
    const none = await runLine(['store', 'prune', '--root', root])
    expect([none.code, none.notes]).toEqual([2, expect.stringContaining('needs --older-than <duration>')])
    const odd = await runLine(['store', 'prune', '--older-than', 'long', '--root', root])
    expect([odd.code, odd.notes]).toEqual([2, expect.stringContaining('such as 90d or 12h, not long')])
    const nowhere = await runLine(['store', 'prune', '--older-than', '1d', '--root', place('nowhere')])
    expect([nowhere.code, nowhere.notes]).toEqual([2, expect.stringContaining('there is no store in')])
  })

  it('is no act of a pipe', async () => {
    const terminal = { ...processTerminal(), interactive: false }
    const question = { root, clock: noon, terminal, act: { method: 'prune', body: {} }, shown: [] }
    await expect(confirmHere(question)).rejects.toMatchObject({ code: 'forbidden' })
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
    expect((await runLine(['store', 'burn'])).notes).toContain('write export, import, prune or migrate')
  })
})
