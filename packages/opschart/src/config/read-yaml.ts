import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml'

import { refusalOfYaml } from './guard-yaml.ts'
import type { Place } from './code-frame.ts'
import { typeName } from './names.ts'
import { plainText } from './plain-text.ts'

/** Most uses of one anchor's content that a file may make. */
const maxAliasCount = 50

/** Something wrong with the YAML itself. */
export interface YamlMistake {
  readonly place: Place
  readonly message: string
  readonly expected?: string
}

/** A YAML text, read. */
export interface YamlText {
  readonly text: string
  /** The document, for finding where things stand; undefined when it could not be read at all. */
  readonly document: Document | undefined
  /** Plain data; undefined when there is a mistake. An empty file is an empty map. */
  readonly data: Readonly<Record<string, unknown>> | undefined
  readonly mistakes: readonly YamlMistake[]
  /** The place of a piece of the text, by its first and last position. */
  readonly placeOf: (from: number, to: number) => Place
}

const kinds: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the indentation does not fit',
  TAB_AS_INDENT: 'a tab is no indentation',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon on the line: put the text in quotes',
  MISSING_CHAR: 'something is not closed, or a colon or comma is missing',
  MULTIPLE_DOCS: 'a second document begins here',
  DUPLICATE_KEY: 'the key stands above already',
  BAD_ALIAS: 'the alias has no anchor',
  UNEXPECTED_TOKEN: 'this cannot stand here, and what follows cannot be read',
}

const expectations: Readonly<Record<string, string>> = {
  UNEXPECTED_TOKEN: 'a text with a bracket, a brace or a comma in it stands in quotes',
}

/** Reads one YAML 1.2 document with bounds on size, depth and aliases. Never throws; what is wrong is told with its place. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter()
  const placeOf = (from: number, to: number): Place => {
    const { line, col } = lines.linePos(from)
    return { line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, to - from) }
  }
  const refusal = refusalOfYaml(text)
  if (refusal !== undefined) {
    lines.lineStarts = lineStarts(text)
    const mistakes = [
      { place: placeOf(refusal.offset, refusal.offset + 1), message: `not read: ${refusal.message}` },
    ]
    return { text, document: undefined, data: undefined, mistakes, placeOf }
  }
  // Keys are compared here: the parser does it pair by pair.
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    merge: false,
  })
  // Behind what cannot stand where it stands the parser is lost: what it says of the rest follows from that.
  const lost = document.errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN')
  const told = lost < 0 ? [...document.errors, ...document.warnings] : document.errors.slice(0, lost + 1)
  const mistakes: YamlMistake[] = told.map(({ code, message, pos }) => ({
    place: placeOf(pos[0], Math.min(pos[1], endOfLine(text, pos[0]))),
    message: message.startsWith('Flow ')
      ? 'a bracket is not closed'
      : (kinds[code] ?? `no YAML: ${plainText(message.split('\n')[0] ?? '', 200)}`),
    ...(kinds[code] === undefined
      ? {}
      : { expected: expectations[code] ?? plainText(message.split('\n')[0] ?? '', 200) }),
  }))
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    mistakes.push({
      place: placeOf(0, endOfLine(text, 0)),
      message: 'only YAML 1.2 is read',
      expected: 'the line taken out',
    })
  }
  if (document.errors.length === 0) mistakes.push(...keyMistakes(document, placeOf))
  if (mistakes.length > 0) return { text, document, data: undefined, mistakes, placeOf }
  try {
    const data: unknown = document.toJS({ maxAliasCount })
    if (data === null || data === undefined) return { text, document, data: {}, mistakes, placeOf }
    if (typeof data === 'object' && !Array.isArray(data))
      return { text, document, data: data as Record<string, unknown>, mistakes, placeOf }
    mistakes.push({
      place: nodePlace(document.contents, placeOf),
      message: `the configuration is a map of sections, not ${typeName(data)}`,
    })
  } catch (error) {
    mistakes.push({
      place: placeOf(0, 1),
      message: `not read: ${error instanceof Error ? plainText(error.message, 200) : 'too large'}`,
    })
  }
  return { text, document, data: undefined, mistakes, placeOf }
}

/** Keys that stand twice in a map, and keys that are no plain names. */
function keyMistakes(document: Document, placeOf: YamlText['placeOf']): YamlMistake[] {
  const mistakes: YamlMistake[] = []
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        const node = key as Node
        const value: unknown = isScalar(node) ? node.value : isAlias(node) ? undefined : node
        const place = nodePlace(node, placeOf)
        if (typeof value !== 'string') {
          const shown = isMap(value) || isSeq(value) || value === undefined ? 'this' : typeName(value)
          mistakes.push({
            place,
            message: `a key is a name, not ${shown}`,
            expected: 'a name; in quotes if it is a number or such',
          })
        } else if (value === '__proto__') mistakes.push({ place, message: 'nothing can be called __proto__' })
        else if (seen.has(value))
          mistakes.push({ place, message: `${plainText(value, 60)} stands in this map twice` })
        else seen.add(value)
      }
    },
  })
  return mistakes
}

/** The place of a node, cut at the end of its first line. */
export function nodePlace(node: unknown, placeOf: YamlText['placeOf'], text?: string): Place {
  const range = (node as Node | null | undefined)?.range
  if (range === null || range === undefined) return placeOf(0, 1)
  return placeOf(range[0], text === undefined ? range[1] : Math.min(range[1], endOfLine(text, range[0])))
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from)
  const end = newline < 0 ? text.length : newline
  return text[end - 1] === '\r' ? end - 1 : end
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
