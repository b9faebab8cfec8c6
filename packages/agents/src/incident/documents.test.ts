// Properties:
//   - A status page keeps what people wrote and what happened before, and shows nothing of the inside.
//   - Nothing from outside becomes markup, in HTML, Markdown or YAML.
//   - One operation writes one report; a person's text and other incidents' reports are never overwritten.
//   - Nothing is written through links or out of the project.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

import type { JsonObject, LogEntry } from '@opschart/core'

import { operationInput, steppedClock, taskContext } from '../../test/incident/task-context.ts'
import { updateStatusPage } from './update-status-page.ts'
import { writeReport } from './write-report.ts'

const now = 1_767_225_600_000
const evil = `</script><script>alert(1)</script> <!-- opschart:status end --> "quoted" | cell | [link](javascript:x) \`code\``

const triage = {
  onset: now - 180_000,
  requests: 100,
  failed: 20,
  error_rate: 0.2,
  before: { requests: 50, failed: 0, error_rate: 0 },
  groups: [
    {
      title: 'TypeError: no price',
      sample: evil,
      count: 20,
      is_new: true,
      routes: [{ route: '/orders', count: 20 }],
      frames: [{ file: 'src/price.js', line: 7 }],
    },
  ],
  suspects: [
    {
      kind: 'commit',
      commit: 'c0ffee00c0ffee00',
      title: evil,
      author: 'Ada Secretperson',
      score: 0.9,
      evidence: [{ what: 'removed_check', detail: evil, file: 'src/price.js', line: 7, weight: 2 }],
    },
  ],
  cause: {
    kind: 'commit',
    confidence: 0.8,
    commit: 'c0ffee00c0ffee00',
    in_release: true,
    summary: `c0ffee: ${evil}`,
  },
  common: [{ what: 'tenant', value: evil, failing: 20, succeeding: 0, lift: 9 }],
  notes: [],
}
const rolledBack = {
  command: ['./deploy', 'v1'],
  from: 'v2',
  to: 'v1',
  restarted_at: now - 60_000,
  already_done: false,
}
const recovery = {
  recovered: true,
  requests: 60,
  failed: 0,
  error_rate: 0,
  window: { from: now - 60_000, to: now - 1000 },
  reason: '0 of 60 requests failed',
}
const results = { triage, roll_back: rolledBack, verify_recovery: recovery }

let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'opschart-documents-')))
})

afterEach(() => rmSync(root, { recursive: true }))

const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

function logs(): LogEntry[] {
  return Array.from({ length: 40 }, (_, index) => ({
    time: now - 180_000 + index * 1000,
    level: 'info',
    message: 'request',
    status: index % 4 === 0 ? 500 : 200,
    route: index % 4 === 0 ? '/orders' : `/users`,
    fields: {},
    file: 'a.log',
    offset: index,
  }))
}

function context(options: { key?: string; page?: string; at?: number } = {}) {
  return taskContext({
    root,
    logs: logs(),
    clock: steppedClock(options.at ?? now),
    service: { status_page: options.page ?? 'status/index.html', rollback: ['./deploy', '{previous}'] },
    ...(options.key === undefined ? {} : { key: options.key }),
  })
}

const status = (input: Parameters<typeof operationInput>[0], options = {}) =>
  updateStatusPage().run(operationInput(input), context(options)) as Promise<JsonObject>
const report = (input: Parameters<typeof operationInput>[0], options = {}) =>
  writeReport().run(operationInput(input), context(options)) as Promise<{ path: string; changed: boolean }>

describe('the status page', () => {
  it('says how the service stands, and nothing of the inside', async () => {
    expect(await status({ results })).toEqual({
      path: 'status/index.html',
      state: 'operational',
      changed: true,
    })
    const page = read('status/index.html')
    expect(page).toContain('All systems operational')
    expect(page).toContain('20 of 100 requests failed')
    expect(page).toContain('The earlier version v1 was put back.')
    for (const inside of ['c0ffee', 'Secretperson', 'price.js', 'alert(1)'])
      expect(page).not.toContain(inside)
    expect(page).not.toMatch(/<(?:link|img|iframe|script(?! type="application\/json"))/)
  })

  it('goes from one state to the next in one incident, and keeps the incidents before', async () => {
    await status({
      incident: 'first',
      results: {
        triage: { ...triage, onset: now - 9_000_000 },
        roll_back: rolledBack,
        verify_recovery: recovery,
      },
    })
    await status({ incident: 'second', results: { triage } })
    expect(read('status/index.html')).toContain('We are looking into an incident')
    await status({
      incident: 'second',
      results: {
        triage,
        roll_back: rolledBack,
        verify_recovery: { ...recovery, recovered: 'unknown', requests: 0 },
      },
    })
    expect(read('status/index.html')).toContain('not confirmed')
    await status({
      incident: 'second',
      results: { ...results, verify_recovery: { ...recovery, recovered: false, failed: 30 } },
    })
    const page = read('status/index.html')
    expect(page).toContain('Service is degraded')
    expect(page.match(/<article/g)).toHaveLength(2)
  })

  it('[D3] is the same page after the same operation', async () => {
    await status({ results })
    const first = read('status/index.html')
    expect(await status({ results }, { at: now + 50_000 })).toMatchObject({ changed: false })
    expect(read('status/index.html')).toBe(first)
  })

  it('leaves what people wrote around it to the byte', async () => {
    mkdirSync(path.join(root, 'status'))
    writeFileSync(path.join(root, 'status/index.html'), '<html><body><h1>Ours</h1>\n</BODY></html>\n')
    await status({ results })
    await status({ incident: 'other', results })
    const page = read('status/index.html')
    expect(page.startsWith('<html><body><h1>Ours</h1>\n<!-- opschart:status begin -->')).toBe(true)
    expect(page.endsWith('<!-- opschart:status end -->\n</BODY></html>\n')).toBe(true)
    expect(page.match(/opschart:status begin/g)).toHaveLength(1)
  })

  it('makes no markup of outside text, also when it was read back from the page', async () => {
    const input = { results: { ...results, roll_back: { ...rolledBack, to: evil } }, incident: evil }
    await status(input)
    await status({ incident: 'later', results: { triage } })
    const page = read('status/index.html')
    expect(page).not.toContain('<script>alert')
    expect(page.match(/opschart:status end/g)?.length).toBeGreaterThan(0)
    expect(page.match(/<\/script>/g)).toHaveLength(1)
    expect(page.match(/<article/g)).toHaveLength(2)
  })

  it('begins anew where its data were damaged', async () => {
    await status({ results })
    const file = path.join(root, 'status/index.html')
    writeFileSync(file, read('status/index.html').replace('{"incidents"', '{{{'))
    await status({ incident: 'next', results })
    expect(read('status/index.html').match(/<article/g)).toHaveLength(1)
  })

  it.each(['../outside.html', '/tmp/outside.html', 'linked/index.html', 'status.html'])(
    'is not written to %s',
    async (page) => {
      symlinkSync('real', path.join(root, 'linked'))
      mkdirSync(path.join(root, 'real'))
      writeFileSync(path.join(root, 'real.html'), 'kept')
      symlinkSync('real.html', path.join(root, 'status.html'))
      await expect(status({ results }, { page })).rejects.toMatchObject({
        failure: { code: 'outside_project' },
      })
      expect(readdirSync(path.join(root, 'real'))).toEqual([])
      expect(read('real.html')).toBe('kept')
    },
  )

  it('[L12] declares the page before it writes it', async () => {
    const at = context()
    const existed: boolean[] = []
    await updateStatusPage().run(operationInput({ results }), {
      ...at,
      footprint: (touched) => {
        existed.push(existsSync(path.join(root, 'status/index.html')))
        return at.footprint(touched)
      },
    })
    expect(existed).toEqual([false])
    expect(at.footprints).toEqual([{ paths: ['status/index.html'] }])
  })
})

describe('the report', () => {
  it('tells what was measured, why, and what was run', async () => {
    const { path: file } = await report({ results })
    expect(file).toBe('incidents/2025-12-31-typeerror-no-price.md')
    const text = read(file)
    const head = parse(text.split('---\n')[1] ?? '') as JsonObject
    expect(head).toMatchObject({
      incident: 'incident-1',
      service: 'shop',
      release: 'shop/v2',
      requests: 100,
      failed: 20,
      cause: 'commit',
      recovered: true,
    })
    for (const part of [
      '## Summary',
      '## Timeline',
      '## Impact',
      '## Cause',
      '## What was done',
      '## Recovery',
      '## Action items',
    ])
      expect(text).toContain(part)
    expect(text).toContain('20 of 100 requests failed')
    expect(text).toContain('| `/orders` | 10 | 10 |')
    expect(text).toContain('`["./deploy","v1"]`')
    expect(text).toContain('Put the check at `src/price.js:7` back')
    expect(text).not.toContain('Secretperson')
  })

  it('makes no markup of outside text', async () => {
    const text = read((await report({ results, incident: `a"\n---\n: ${evil}` })).path)
    // Code spans show markup as text, and a back tick cannot end them early.
    const shown = text.slice(text.indexOf('\n---\n', 4)).replace(/(?<!\\)`[^`\n]*`/g, '')
    expect(shown).not.toMatch(/<|(?<!\\)\[link|<!--/)
    expect(shown.match(/(?<!\\)`/g)).toBeNull()
    const head = parse(text.slice(4, text.indexOf('\n---\n', 4))) as JsonObject
    expect(head['incident']).toBe(`a"\n---\n: ${evil}`)
    for (const line of text.split('\n').filter((one) => one.startsWith('| `')))
      expect(line.split(/(?<!\\)\|/)).toHaveLength(5)
  })

  it('[D3] is written once for one operation, and a person’s edits of it stay', async () => {
    const first = await report({ results }, { key: 'run:1:0' })
    writeFileSync(path.join(root, first.path), `${read(first.path)}\nA person adds.\n`)
    expect(await report({ results }, { key: 'run:1:0', at: now + 90_000 })).toEqual({
      path: first.path,
      changed: false,
    })
    expect(read(first.path)).toContain('A person adds.')
    expect(readdirSync(path.join(root, 'incidents'))).toHaveLength(1)
  })

  it('takes a number rather than the place of another report', async () => {
    await report({ results, incident: 'one' }, { key: 'run:1:0' })
    const second = await report({ results, incident: 'two' }, { key: 'run:2:0' })
    expect(second.path).toBe('incidents/2025-12-31-typeerror-no-price-2.md')
    const file = 'incidents/2025-12-31-typeerror-no-price.md'
    writeFileSync(path.join(root, file), read(file).replace('## Summary', '## What I saw'))
    const third = await report({ results, incident: 'one' }, { key: 'run:3:0' })
    expect(third.path).toBe('incidents/2025-12-31-typeerror-no-price-3.md')
    expect(read(file)).toContain('## What I saw')
  })

  it('brings an untouched report of the same incident up to date', async () => {
    await report({ results: { triage } }, { key: 'run:1:0' })
    const second = await report({ results }, { key: 'run:2:0' })
    expect(second.path).toBe('incidents/2025-12-31-typeerror-no-price.md')
    expect(read(second.path)).toContain('Recovered')
  })

  it('investigates by itself when nobody handed on what triage found', async () => {
    const text = read((await report({ signal: { time: now - 120_000 } })).path)
    expect(text).toContain('requests failed')
    expect(text).toContain('Nothing was changed in production.')
    expect(text).toContain('Find the cause')
  })

  it('is not written through a link that leads out', async () => {
    symlinkSync(tmpdir(), path.join(root, 'incidents'))
    await expect(report({ results })).rejects.toMatchObject({ failure: { code: 'outside_project' } })
  })
})
