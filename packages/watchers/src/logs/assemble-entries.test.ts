// Properties:
//   - A stack trace is one entry with what it belongs to; other lines are entries of their own.
//   - Entries are bounded, however many lines go on.

import { describe, expect, it } from 'vitest'
import type { TailedLine } from '../tail/line.ts'
import { assembleEntries } from './assemble-entries.ts'

function assemble(text: string, last = true) {
  let offset = 0
  const lines: TailedLine[] = text.split('\n').map((line) => {
    const start = offset
    offset += line.length + 1
    return { text: line, start, end: offset, cut: false, open: false }
  })
  const groups = assembleEntries(lines, { file: 'app.log', arrival: 1 }, last)
  return { groups, entries: groups.flatMap((group) => group.item?.entry ?? []), all: lines.length }
}

describe('entries', () => {
  it.each([
    ['Node', '2026-01-02T03:04:05Z ERROR broke\nTypeError: x\n    at f (a.js:1:2)\n    at g (b.js:3:4)'],
    ['Node, alone', 'TypeError: x\n    at f (a.js:1:2)\n    at g (b.js:3:4)'],
    [
      'Java',
      '2026-01-02 03:04:05,678 ERROR [main] c.f.Foo - broke\njava.lang.IllegalStateException: x\n\tat c.f.Foo.f(Foo.java:1)\nCaused by: java.io.IOException: y\n\t... 12 more',
    ],
    [
      'Python',
      'ERROR:root:broke\nTraceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: x',
    ],
    ['Go', 'panic: broke\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/src/a.go:1 +0x1\ncreated by main.main'],
    [
      'Kubernetes',
      '2026-01-02T03:04:05Z stderr F ERROR broke\n2026-01-02T03:04:05Z stderr F     at f (a.js:1:2)',
    ],
  ])('of a trace of %s are one', (_name, trace) => {
    const { entries } = assemble(
      `2026-01-02T03:04:04Z INFO before\n${trace}\n2026-01-02T03:04:06Z INFO after`,
    )
    expect(entries.map((entry) => entry.level)).toEqual(['info', 'error', 'info'])
    expect(entries[1]?.stack?.split('\n').at(-1)).toContain(
      trace
        .split(/\n(?:.*stderr F)?/u)
        .at(-1)
        ?.trim(),
    )
  })

  it('of plain lines are one each, and indented lines that are no trace belong to the message', () => {
    const { entries } = assemble('started\nlistening\n\n{"msg":"json"}\nSELECT\n  a\n  FROM b')
    expect(entries.map((entry) => [entry.message, entry.offset])).toEqual([
      ['started', 0],
      ['listening', 8],
      ['json', 19],
      ['SELECT a FROM b', 34],
    ])
    expect(entries.some((entry) => entry.stack !== undefined)).toBe(false)
  })

  it('at the end are left when more may come, unless they are complete', () => {
    expect(assemble('one\ntwo', false).entries.map((entry) => entry.message)).toEqual(['one'])
    expect(assemble('{"msg":"one"}\n{"msg":"two"}', false).entries).toHaveLength(2)
  })

  it('account for each line', () => {
    const { groups, all } = assemble('\n\na\n  b\n\n{"x":1}\n  orphan\n\n\nc')
    expect(groups.reduce((sum, group) => sum + group.lines, 0)).toBe(all)
  })

  it('end, however long they go on', () => {
    const { entries, groups } = assemble(
      `2026-01-02T03:04:05Z ERROR broke\n${'    at f (a.js:1:2)\n'.repeat(2_500)}`,
      false,
    )
    expect(groups[0]?.lines).toBe(1_000)
    expect(entries[0]?.stack?.length).toBeLessThanOrEqual(8_000)
  })
})
