import { OpschartError } from '@opschart/core'

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many' }
  | CharacterClass
interface CharacterClass {
  readonly kind: 'class'
  readonly negated: boolean
  readonly ranges: readonly (readonly [string, string])[]
}

/** One part of a pattern between slashes. */
export type Segment = '**' | { readonly literal: string } | { readonly tokens: readonly Token[] }

const mostAlternatives = 100

/**
 * Patterns (`*`, `?`, `[a-z]`, `{a,b}`, and `**` for any folders) cut into segments, one list for each alternative.
 * `*` and `?` do not match a leading dot. Matching takes time linear in pattern times name, for any pattern.
 *
 * @throws OpschartError `configuration` for an empty or absolute pattern, one with `..`, or one of more than 100 alternatives.
 */
export function compileGlobs(patterns: readonly string[]): Segment[][] {
  return patterns.flatMap((pattern) => {
    const relative = pattern.replace(/^(?:\.\/)+/u, '')
    const parts = relative.split('/')
    if (relative === '' || relative.startsWith('/') || /^[A-Za-z]:/u.test(relative) || parts.includes('..')) {
      throw new OpschartError(
        'configuration',
        `the pattern ${JSON.stringify(pattern)} does not stay inside the project: use one relative to its root, such as logs/*.log`,
      )
    }
    return expandBraces(relative, pattern).map((alternative) =>
      alternative
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .map(compileSegment),
    )
  })
}

/** The folder (relative, `''` for the root) that a pattern begins with, and whether its files are in that folder only. */
export function baseOf(glob: readonly Segment[]): { readonly folder: string; readonly isFlat: boolean } {
  const folders = glob.slice(0, -1)
  const wild = folders.findIndex((segment) => segment === '**' || !('literal' in segment))
  const plain = wild < 0 ? folders : folders.slice(0, wild)
  const names = plain.flatMap((segment) =>
    segment !== '**' && 'literal' in segment ? [segment.literal] : [],
  )
  return { folder: names.join('/'), isFlat: wild < 0 && glob.at(-1) !== '**' }
}

/** Which places in the compiled patterns a path has come to; a state per pattern and segment. */
export type GlobState = readonly (readonly [pattern: number, segment: number])[]

/** The state before the first part of a path. */
export function startState(globs: readonly Segment[][]): GlobState {
  return closure(
    globs,
    globs.map((_, pattern) => [pattern, 0]),
  )
}

/** The state after one more part of the path; empty when nothing below can match. */
export function nextState(globs: readonly Segment[][], state: GlobState, name: string): GlobState {
  const next: [number, number][] = []
  for (const [pattern, index] of state) {
    const segment = globs[pattern]?.[index]
    if (segment === undefined) continue
    if (segment === '**') {
      if (!name.startsWith('.')) next.push([pattern, index])
    } else if (matchesSegment(segment, name)) {
      next.push([pattern, index + 1])
    }
  }
  return closure(globs, next)
}

/** Whether the path that led to this state matches. */
export function isMatch(globs: readonly Segment[][], state: GlobState): boolean {
  return state.some(([pattern, index]) => index === globs[pattern]?.length)
}

/** Whether the relative path matches one of the patterns. */
export function matchesGlobs(globs: readonly Segment[][], path: string): boolean {
  return isMatch(globs, stateOf(globs, path))
}

/** Whether something below the relative folder could match one of the patterns. */
export function mayContain(globs: readonly Segment[][], folder: string): boolean {
  return stateOf(globs, folder).some(([pattern, index]) => index < (globs[pattern]?.length ?? 0))
}

function stateOf(globs: readonly Segment[][], path: string): GlobState {
  let state = startState(globs)
  for (const part of path.split('/')) {
    if (part !== '') state = nextState(globs, state, part)
  }
  return state
}

// `**` may stand for no folder at all: whoever is before it is also after it.
function closure(globs: readonly Segment[][], states: readonly (readonly [number, number])[]): GlobState {
  const seen = new Map<string, readonly [number, number]>()
  const queue = [...states]
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    const key = state.join(':')
    if (seen.has(key)) continue
    seen.set(key, state)
    if (globs[state[0]]?.[state[1]] === '**') queue.push([state[0], state[1] + 1])
  }
  return [...seen.values()]
}

function matchesSegment(segment: Exclude<Segment, '**'>, name: string): boolean {
  if ('literal' in segment) return segment.literal === name
  const { tokens } = segment
  const first = tokens[0]
  if (name.startsWith('.') && !(first?.kind === 'text' && first.text.startsWith('.'))) return false
  const characters = Array.from(name)
  let token = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < characters.length) {
    const current = tokens[token]
    if (current?.kind === 'many') {
      star = token
      starAt = at
      token += 1
    } else if (current !== undefined && matchesToken(current, characters[at] ?? '')) {
      token += 1
      at += 1
    } else if (star >= 0) {
      // The last star takes one character more: going back further could not help, so that this stays linear per star.
      starAt += 1
      at = starAt
      token = star + 1
    } else return false
  }
  while (tokens[token]?.kind === 'many') token += 1
  return token === tokens.length
}

function matchesToken(token: Token, character: string): boolean {
  if (token.kind === 'text') return token.text === character
  if (token.kind === 'one') return true
  if (token.kind === 'many') return false
  return token.ranges.some(([low, high]) => character >= low && character <= high) !== token.negated
}

function compileSegment(part: string): Segment {
  if (part === '**') return '**'
  if (!/[*?[\\]/u.test(part)) return { literal: part }
  const characters = Array.from(part)
  const tokens: Token[] = []
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? ''
    if (character === '*') {
      if (tokens.at(-1)?.kind !== 'many') tokens.push({ kind: 'many' })
    } else if (character === '?') tokens.push({ kind: 'one' })
    else if (character === '[' && characters.indexOf(']', at + 2) > 0) {
      const end = characters.indexOf(']', at + 2)
      tokens.push(characterClass(characters.slice(at + 1, end)))
      at = end
    } else if (character === '\\' && at + 1 < characters.length) {
      at += 1
      tokens.push({ kind: 'text', text: characters[at] ?? '' })
    } else tokens.push({ kind: 'text', text: character })
  }
  return { tokens }
}

function characterClass(characters: readonly string[]): CharacterClass {
  const negated = characters[0] === '!' || characters[0] === '^'
  const members = negated ? characters.slice(1) : characters
  const ranges: [string, string][] = []
  for (let at = 0; at < members.length; at += 1) {
    const low = members[at] ?? ''
    if (members[at + 1] === '-' && at + 2 < members.length) {
      ranges.push([low, members[at + 2] ?? low])
      at += 2
    } else ranges.push([low, low])
  }
  return { kind: 'class', negated, ranges }
}

function expandBraces(pattern: string, whole: string): string[] {
  const done: string[] = []
  const queue = [pattern]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const group = innermostGroup(next)
    if (group === undefined) done.push(next)
    else {
      const { open, close } = group
      const before = next.slice(0, open)
      const after = next.slice(close + 1)
      queue.push(
        ...next
          .slice(open + 1, close)
          .split(',')
          .map((choice) => before + choice + after),
      )
    }
    if (done.length + queue.length > mostAlternatives) {
      throw new OpschartError(
        'configuration',
        `the pattern ${JSON.stringify(whole)} has more than ${mostAlternatives} alternatives: write several patterns`,
      )
    }
  }
  return done.toReversed()
}

function innermostGroup(pattern: string): { open: number; close: number } | undefined {
  const close = pattern.indexOf('}')
  if (close < 0) return undefined
  const open = pattern.lastIndexOf('{', close)
  return open < 0 ? undefined : { open, close }
}
