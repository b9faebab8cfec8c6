import type { Service } from '@opschart/core'

import { compare, type ProjectFiles } from '../project/project-files.ts'
import { tokenize, type TokenizedSource } from './source-tokens.ts'

/** Most source files that are read of one service. */
export const maxSourceFiles = 600

/** Most characters that are read of one service: what is beyond, in the order of paths, is left out. */
export const maxServiceLength = 8_000_000

/** Sources longer than this, in characters, are generated or bundled, and left out. */
export const maxSourceLength = 300_000

/** A source file of a service. */
export interface SourceFile extends TokenizedSource {
  /** Relative to the project. */
  readonly path: string
  readonly text: string
}

const script = /\.(?:[cm]?js|[cm]?ts|jsx|tsx)$/
const notShipped =
  /(?:^|\/)(?:test|tests|__tests__|__mocks__|fixtures|e2e|examples?)\/|\.(?:test|spec|stories|config)\.[a-z]+$|\.d\.[cm]?ts$|\.min\.js$/

/** Whether a path is a JavaScript or TypeScript source that ships: no test, no declaration, no configuration. */
export function isShippedScript(path: string): boolean {
  return script.test(path) && !notShipped.test(path)
}

/** The folders of a service's own code, relative to the project. */
export function serviceFolders(service: Service): readonly string[] {
  return service.paths !== undefined && service.paths.length > 0 ? service.paths : ['.']
}

/** The JavaScript and TypeScript sources of a service, cut into tokens, sorted by path; tests and bundles left out. */
export async function readSources(files: ProjectFiles, service: Service): Promise<SourceFile[]> {
  const paths = new Set<string>()
  for (const folder of serviceFolders(service)) {
    for (const path of await files.list(folder, isShippedScript)) paths.add(path)
  }
  const sources: SourceFile[] = []
  let left = maxServiceLength
  for (const path of [...paths].toSorted(compare).slice(0, maxSourceFiles)) {
    const text = await files.read(path).catch(() => undefined)
    if (text === undefined || text.length > maxSourceLength || text.length > left) continue
    left -= text.length
    sources.push({ path, text, ...tokenize(text) })
  }
  return sources
}

/** The line, from 1, that a position of a text is in. */
export function lineAt(text: string, position: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** The arguments of a call as pairs of token indexes [from, to), given the index of its opening bracket. */
export function argumentsOf(source: TokenizedSource, open: number): (readonly [number, number])[] {
  const close = source.partner[open] ?? -1
  if (close < 0) return []
  const parts: (readonly [number, number])[] = []
  let from = open + 1
  for (let at = open + 1; at < close; at++) {
    const partner = source.partner[at] ?? -1
    if (partner > at) at = partner
    else if (source.tokens[at]?.text === ',' && source.tokens[at]?.kind === 'punctuation') {
      parts.push([from, at])
      from = at + 1
    }
  }
  if (from < close) parts.push([from, close])
  return parts
}

/** The members of an object literal by name, each with its value's tokens [from, to); `open` is its `{`. */
export function membersOf(source: TokenizedSource, open: number): Map<string, readonly [number, number]> {
  const members = new Map<string, readonly [number, number]>()
  for (const [from, to] of argumentsOf(source, open)) {
    const key = source.tokens[from]
    if (key === undefined || (key.kind !== 'word' && key.kind !== 'string')) continue
    const second = source.tokens[from + 1]
    if (to - from === 1 && key.kind === 'word') members.set(key.text, [from, to])
    else if (second?.text === ':' && second.kind === 'punctuation') members.set(key.text, [from + 2, to])
    else if (second?.text === '(' && second.kind === 'punctuation') members.set(key.text, [from, to])
  }
  return members
}
