import type { Service } from '@opschart/core'

import { lineAt, serviceFolders } from '../code/source-files.ts'
import { compare, type ProjectFiles } from '../project/project-files.ts'

/** A place in the code that names a table or column. */
export interface Mention {
  readonly file: string
  readonly line: number
}

const code = /\.(?:[cm]?[jt]sx?|py|rb|go|java|kt|cs|php|rs|ex|exs|scala|sql|graphql|prisma|vue|svelte)$/
const most = 20
// Characters; the files beyond, in the order of paths, are not searched.
const longest = 32_000_000

/** Finds the places of a service's code that name something of its schema, tests left in, migrations left out. */
export async function codeMentions(
  files: ProjectFiles,
  service: Service,
  leaveOut: (file: string) => boolean,
): Promise<(table: string, column?: string) => Mention[]> {
  const texts = new Map<string, string>()
  let left = longest
  for (const folder of serviceFolders(service)) {
    for (const file of await files.list(folder, (path) => code.test(path) && !leaveOut(path))) {
      const text = await files.read(file).catch(() => undefined)
      if (text === undefined || text.length > left) continue
      left -= text.length
      texts.set(file, text)
    }
  }
  const sorted = [...texts].toSorted(([a], [b]) => compare(a, b))
  return (table, column) => {
    const wanted = column ?? (table.split('.').at(-1) as string)
    const found: Mention[] = []
    for (const [file, text] of sorted) {
      // A column's name alone may be anything's; in a file that also names its table it is most likely the column.
      if (column !== undefined && !hasWord(text, table.split('.').at(-1) as string)) continue
      for (const position of wordPositions(text, wanted)) {
        found.push({ file, line: lineAt(text, position) })
        if (found.length >= most) return found
        break
      }
    }
    return found
  }
}

function hasWord(text: string, word: string): boolean {
  for (const _position of wordPositions(text, word)) return true
  return false
}

/** Where a word stands, also as camelCase of a snake_case name; not as a part of a longer word. */
function* wordPositions(text: string, word: string): Generator<number> {
  const camel = word.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase())
  for (const form of new Set([word, camel])) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
      if (!/\w/.test(text[at - 1] ?? '') && !/\w/.test(text[at + form.length] ?? '')) yield at
    }
  }
}
