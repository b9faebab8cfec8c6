// Properties:
//   - Whatever interleaving of writing, rotation, looking, restarting and crashing: each line that was written comes
//     out exactly once, and the lines of one file in their order.

import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Json } from '@opschart/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { simulatedClock } from '../../test/support.ts'
import { createTail, type Tail } from './tail.ts'

vi.setConfig({ testTimeout: 30_000 })

type Step =
  | { readonly kind: 'append'; readonly lines: number }
  | {
      readonly kind:
        | 'part'
        | 'rename'
        | 'backup'
        | 'copy'
        | 'truncate'
        | 'remake'
        | 'old writer'
        | 'look'
        | 'crash'
        | 'restart'
    }
  | { readonly kind: 'pass'; readonly milliseconds: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('append' as const), lines: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'part' as const,
        'rename',
        'backup',
        'copy',
        'truncate',
        'remake',
        'old writer',
        'look',
        'crash',
        'restart',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      milliseconds: fc.constantFrom(100, 3_000, 20_000),
    }),
  },
)

// Each of these once lost or doubled a line.
const examples = [
  'copy, rename',
  'copy, part, copy',
  'truncate, look, append, copy',
  'rename, truncate, append, copy',
  'remake, append, look, restart, copy',
  'remake, append, look, copy, crash, rename',
  'rename, rename, append, look, old writer',
  'truncate, part, rename, truncate, restart',
  'backup, rename',
  'copy, part, backup, rename',
  'rename, append, backup, copy',
  'append, backup, copy, rename',
  'backup, truncate, truncate, append, backup',
].map((kinds): [Step[]] => [kinds.split(', ').map((kind) => ({ kind, lines: 1 }) as Step)])

/** The outside: one log with its writer, and what it wrote, by incarnation of the file. */
function createWriter(log: string) {
  let number = 0
  let unended = ''
  let old: { descriptor: number; written: string[] } | undefined
  let current: string[] = []
  const incarnations: string[][] = [current]
  // Ends of files that were removed: given by who has the file open, lost to who has not.
  const optional = new Set<string>()

  const next = () => `line-${(number += 1)}-${'x'.repeat(number % 7 === 0 ? 300 : number % 5)}`
  const endPart = () => {
    if (unended !== '') current.push(unended)
    unended = ''
  }
  const begin = () => {
    endPart()
    current = []
    incarnations.push(current)
  }
  const shift = () => {
    for (let at = 40; at >= 1; at -= 1)
      if (existsSync(`${log}.${at}`)) renameSync(`${log}.${at}`, `${log}.${at + 1}`)
  }
  return {
    incarnations,
    optional,
    append(lines: number) {
      for (let count = 0; count < lines; count += 1) {
        const line = unended + next()
        unended = ''
        current.push(line)
        appendFileSync(log, `${line.slice(line.lastIndexOf('line'))}\n`)
      }
    },
    part() {
      const part = next()
      unended += part
      appendFileSync(log, part)
    },
    rename() {
      this.closeOld()
      shift()
      // Nobody ends its last line: whoever still writes to the old file would otherwise go on within it.
      if (unended === '') old = { descriptor: openSync(log, 'a'), written: current }
      renameSync(log, `${log}.1`)
      writeFileSync(log, '')
      begin()
    },
    backup() {
      // Should the log be cut, the copy is all that is left of the line.
      if (unended !== '') optional.add(unended)
      copyFileSync(log, `${log}.bak`)
    },
    copy() {
      shift()
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
      begin()
    },
    /** Takes place after a look only: what nobody has read is lost by right. A part that was not ended is dropped. */
    lose(how: () => void) {
      if (unended !== '') optional.add(unended)
      unended = ''
      how()
      begin()
    },
    oldWriter() {
      if (old === undefined) return
      const line = next()
      old.written.push(line)
      writeSync(old.descriptor, `${line}\n`)
    },
    closeOld() {
      if (old !== undefined) closeSync(old.descriptor)
      old = undefined
    },
    end: endPart,
  }
}

async function play(
  files: readonly string[],
  settle: number,
  steps: readonly Step[],
): Promise<{ got: string[]; wanted: string[][] }> {
  const root = mkdtempSync(path.join(tmpdir(), 'tail-'))
  const log = path.join(root, 'app.log')
  writeFileSync(log, 'before the first look\n')
  const clock = simulatedClock()
  const writer = createWriter(log)
  const got: string[] = []
  let saved: Json | undefined
  const create = (): Tail<string> =>
    createTail<string>({
      root,
      files,
      from: 'end',
      clock,
      settle,
      checkpoint: saved === undefined ? undefined : (JSON.parse(JSON.stringify(saved)) as Json),
      longest: 64 * 1024,
      // The last line is held back until it has rested, as that of a stack trace is.
      assemble: (lines, _place, last) =>
        lines.slice(0, last ? undefined : -1).map((line) => ({ item: line.text, lines: 1 })),
    })
  let tail = create()
  const look = async (isSaved: boolean) => {
    for (let more = true; more;) {
      const seen = await tail.look()
      more = seen.more
      if (!isSaved) return
      got.push(...seen.items)
      saved = seen.checkpoint
    }
  }
  const restart = async () => {
    await tail.close()
    tail = create()
  }
  try {
    await look(true)
    for (const { kind, ...rest } of steps) {
      if (kind === 'append') writer.append('lines' in rest ? rest.lines : 1)
      else if (kind === 'part') writer.part()
      else if (kind === 'rename') writer.rename()
      else if (kind === 'copy') writer.copy()
      // Where the pattern takes the backup for a log, it is one: such a pattern is asking for it.
      else if (kind === 'backup') {
        if (files.includes('app.log')) writer.backup()
      } else if (kind === 'old writer') writer.oldWriter()
      else if (kind === 'look') await look(true)
      else if (kind === 'restart') await restart()
      else if (kind === 'pass') clock.advance('milliseconds' in rest ? rest.milliseconds : 0)
      else if (kind === 'crash') {
        // Seen, but never saved.
        await look(false)
        await restart()
      } else {
        for (let count = 0; count < 3; count += 1) {
          await look(true)
          clock.advance(1_000)
        }
        writer.lose(() => {
          if (kind === 'truncate') truncateSync(log)
          else {
            rmSync(log)
            writeFileSync(log, '')
          }
        })
      }
    }
    writer.closeOld()
    writer.append(1)
    writer.end()
    for (let count = 0; count < 4; count += 1) {
      await look(true)
      clock.advance(6_000)
    }
    const wanted = new Set(writer.incarnations.flat())
    const counted = got.filter((line) => wanted.has(line) || !writer.optional.has(line))
    return { got: counted, wanted: writer.incarnations }
  } finally {
    writer.closeOld()
    await tail.close()
    rmSync(root, { recursive: true, force: true })
  }
}

describe('a tail', () => {
  it.each([
    { name: 'of one file, looking once', files: ['app.log'], settle: 0 },
    { name: 'of one file, staying open', files: ['app.log'], settle: 400 },
    { name: 'of the rotated files too, staying open', files: ['app.log*'], settle: 400 },
    { name: 'of the rotated files too, looking once', files: ['app.log*'], settle: 0 },
  ])('$name gives each line once', async ({ files, settle }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
        const { got, wanted } = await play(files, settle, steps)
        expect(got.toSorted()).toEqual(wanted.flat().toSorted())
        for (const lines of wanted) {
          const own = new Set(lines)
          expect(got.filter((line) => own.has(line))).toEqual(lines)
        }
      }),
      { numRuns: 120, seed: 20_260_101, examples },
    )
  })
})
