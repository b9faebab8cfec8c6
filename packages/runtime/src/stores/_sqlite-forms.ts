import type { DatabaseSync } from 'node:sqlite'

import { storedText } from './_text.ts'

/** An entry's text, and that of the event in it; undefined where it has none. */
export interface EntryText {
  readonly entry: string
  readonly event: string | undefined
}

/** How a row is written: with a form, `entry` is what stands where the form leaves off, and the form has the source. */
export interface WrittenEntry {
  readonly form: number | null
  readonly source: string | null
  readonly entry: string
}

/** How often a form is met before it is kept. */
const often = 3
/** Most forms of one definition, and the characters of the longest: all of them are held in memory. */
const most = 1_000
const longest = 4_096
/** Forms that are counted at once. */
const counted = 1_000

/**
 * The forms of a journal's entries. Of one actor after another the same chart says the same: an entry differs from many
 * before it only by its event. What stands around the event, and who sent it, is kept once for all such rows of a definition.
 *
 * To be called within a transaction that holds the writer's lock.
 */
export function sqliteForms(database: DatabaseSync) {
  const select = database.prepare(
    'select number, source, before, after from forms where definition = ? and number > ? order by number',
  )
  const add = database.prepare('insert into forms (definition, source, before, after) values (?, ?, ?, ?)')
  let definitions = new Map<number | bigint, Forms>()
  let met = new Map<string, number>()

  function formsOf(definition: number | bigint): Forms {
    let forms = definitions.get(definition)
    if (forms === undefined)
      definitions.set(definition, (forms = { numbers: new Map(), last: 0, seen: false }))
    if (forms.seen) return forms
    for (const row of select.iterate(definition, forms.last)) {
      const { number, source, before, after } = row as unknown as Form
      forms.numbers.set(nameOf(source, before, after), number)
      forms.last = number
    }
    forms.seen = true
    return forms
  }

  /** Whether a form is met so often that it is worth keeping. */
  function isUsual(name: string): boolean {
    const times = (met.get(name) ?? 0) + 1
    if (times >= often) return true
    if (met.size >= counted) met.clear()
    met.set(name, times)
    return false
  }

  return {
    /** How the entry of a row with this source is written. */
    written({ entry, event }: EntryText, source: string | null, definition: number | bigint): WrittenEntry {
      const stored = source === null ? null : storedText(source)
      const whole = { form: null, source: stored, entry }
      if (event === undefined || entry.length - event.length > longest) return whole
      const at = entry.indexOf(event)
      const [before, after] = [entry.slice(0, at), entry.slice(at + event.length)]
      const name = nameOf(stored, before, after)
      const { numbers } = formsOf(definition)
      let form = numbers.get(name)
      if (form === undefined) {
        if (numbers.size >= most || !isUsual(name)) return whole
        form = add.run(definition, stored, before, after).lastInsertRowid as number
        numbers.set(name, form)
        met.delete(name)
      }
      return { form, source: null, entry: event }
    },
    /** What other connections have kept since is read before it is used. */
    lookAgain(): void {
      for (const forms of definitions.values()) forms.seen = false
    },
    /** Forgets what a transaction that was undone may have left in memory. */
    forget(): void {
      definitions = new Map()
      met = new Map()
    },
  }
}

interface Form {
  readonly number: number
  readonly source: string | null
  readonly before: string
  readonly after: string
}

/** The forms of one definition. */
interface Forms {
  readonly numbers: Map<string, number>
  /** The last that was read. */
  last: number
  /** False when other connections may have added some. */
  seen: boolean
}

/** JSON text has no line ends of its own; whatever a source holds stands last. */
const nameOf = (source: string | null, before: string, after: string) =>
  `${before}\n${after}${source === null ? '' : `\n${source}`}`
