import type { z } from 'zod'

import { baseDigest, cutNoteOf } from '../base-digest.ts'
import { rowHash } from '../chain.ts'
import { OpschartError } from '../errors.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Beginning } from '../ports/pruning.ts'
import type { Store } from '../ports/store.ts'
import type { StoreRecord } from '../ports/transfer.ts'
import { unsupported } from './export-store.ts'
import { checkOf, formatName, formatVersion, kinds, lineSchema, splitLine } from './line-format.ts'

/** What an import brought. */
export interface Imported {
  readonly lines: number
  readonly head: { readonly sequence: number; readonly hash: string }
}

/** The longest line that is read, in characters. */
const longestLine = 256 * 1024 * 1024

/**
 * Fills an empty store with the lines that {@link exportStore} gave, whole or not at all. Each line is checked as it is
 * read, and the journal's chain of hashes with it; memory does not grow with the number of lines. Afterwards the store
 * gives the same lines again.
 *
 * @throws OpschartError `input` for a line that was changed, is missing or stands elsewhere, with its number, and for a
 * store that is not empty; `store_version` for lines of a newer version; `unsupported` when the store cannot be filled.
 */
export async function importStore(
  store: Store,
  lines: AsyncIterable<string> | Iterable<string>,
  crypto: Pick<Crypto, 'sha256'>,
): Promise<Imported> {
  if (store.transfer === undefined) throw unsupported('imported into')
  const reading = createReading(crypto)
  await store.transfer.fill(recordsOf(lines, reading))
  return reading.result()
}

async function* recordsOf(
  lines: AsyncIterable<string> | Iterable<string>,
  reading: ReturnType<typeof createReading>,
): AsyncGenerator<StoreRecord> {
  for await (const line of lines) {
    const record = reading.read(line)
    if (record !== undefined) yield record
  }
  reading.finish()
}

function createReading(crypto: Pick<Crypto, 'sha256'>) {
  let number = 0
  let check = ''
  let rank = 0
  let head: Imported['head'] | undefined
  /** The last row that was read. */
  let last: Imported['head'] = { sequence: 0, hash: '' }
  let ended = false
  let beginning: Beginning = { sequence: 0, hash: '', told: 0 }
  const base = baseDigest(crypto)

  function wrong(what: string): OpschartError {
    return new OpschartError(
      'input',
      `Line ${number}: ${what}. Nothing was imported. Export again from the store that it came from, and import that.`,
    )
  }

  /** The line's content, once it is known to be what was written there. */
  function checked(line: string) {
    if (line.length > longestLine) throw wrong(`it is longer than ${longestLine} characters`)
    const parts = splitLine(line)
    if (parts === undefined)
      throw wrong(number === 1 ? 'this is no export of a store' : 'it was cut off or changed')
    const right = checkOf(crypto, check, parts.body)
    if (number === 1) checkVersion(parts.body)
    if (right !== parts.check)
      throw wrong('it, or the line before it, was changed, is missing or stands elsewhere')
    check = right
    const parsed = lineSchema.safeParse(JSON.parse(parts.body))
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    throw wrong(`${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'it has not the form of a record'}`)
  }

  function checkVersion(body: string): void {
    const { format, version } = parsedHead(body)
    if (format !== formatName) throw wrong('this is no export of a store')
    if (typeof version === 'number' && version > formatVersion) {
      throw new OpschartError(
        'store_version',
        `This export is of version ${version}, and this version reads ${formatVersion}. Update opschart. Nothing was imported.`,
      )
    }
  }

  function follow(row: Extract<StoreRecord, { kind: 'row' }>): void {
    const { kind: _, hash, ...rest } = row
    if (row.sequence !== last.sequence + 1) throw wrong(`row ${row.sequence} follows row ${last.sequence}`)
    if (hash !== rowHash(crypto, last.hash, rest))
      throw wrong(`row ${row.sequence} does not follow from the row before it`)
    last = { sequence: row.sequence, hash }
    if (row.sequence !== beginning.told) return
    const note = cutNoteOf(row)
    if (note?.sequence !== beginning.sequence || note.hash !== beginning.hash || note.base !== base.digest())
      throw wrong('the base that it tells of is another one')
  }

  /** What is not only handed on: what the rest is compared with. */
  function noted(content: Exclude<z.infer<typeof lineSchema>, { kind: 'end' }>): StoreRecord {
    switch (content.kind) {
      case 'head': {
        const { kind, sequence, hash } = content
        beginning = content.beginning ?? beginning
        head = { sequence, hash }
        last = { sequence: beginning.sequence, hash: beginning.hash }
        return { kind, sequence, hash, beginning }
      }
      case 'base':
        base.add({ kind: content.of, name: content.name, version: content.version, state: content.state })
        return content
      case 'row':
        follow(content)
        return content
      case 'known':
        if (content.sequence > beginning.sequence) throw wrong('its row was not pruned')
        return content
      case 'actor':
      case 'fact':
      case 'checkpoint':
      case 'work':
      case 'timer':
        return content
    }
  }

  return {
    /** What a line holds; undefined for the last one. */
    read(line: string): StoreRecord | undefined {
      number += 1
      if (ended) throw wrong('there is something after the end')
      const content = checked(line)
      if (kinds.indexOf(content.kind) < rank || (number === 1) !== (content.kind === 'head'))
        throw wrong(`a line of kind ${content.kind} does not stand here`)
      rank = kinds.indexOf(content.kind)
      if (content.kind === 'end') {
        if (content.lines !== number - 1)
          throw wrong(`it ends ${content.lines} lines, and there are ${number - 1}`)
        if (last.sequence !== head?.sequence || last.hash !== head.hash)
          throw wrong(`the journal ends at row ${last.sequence}, and its head is ${head?.sequence}`)
        if (last.sequence < beginning.told)
          throw wrong(`row ${beginning.told} is missing, which tells of the base`)
        ended = true
        return undefined
      }
      return noted(content)
    },
    finish(): void {
      number += 1
      if (!ended) throw wrong('the end is missing: there are no more lines')
    },
    result: (): Imported => ({ lines: number - 1, head: last }),
  }
}

function parsedHead(body: string): { readonly format?: unknown; readonly version?: unknown } {
  try {
    return JSON.parse(body) as { format?: unknown; version?: unknown }
  } catch {
    return {}
  }
}
