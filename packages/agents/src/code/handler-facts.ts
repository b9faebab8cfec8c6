import { oneLine } from '../project/plain-text.ts'
import type { FoundRoute } from './found-route.ts'
import type { FileNames } from './router-names.ts'
import { argumentsOf, membersOf, type SourceFile } from './source-files.ts'

/** What a route's handler shows of itself. All of it is seen in the code; what is computed is not known here. */
export interface HandlerFacts {
  /** The comment above the route or its handler, at most 1,000 characters; empty when there is none. */
  readonly description: string
  /** Status codes that the handler names, ascending; 200 where it answers without naming one. */
  readonly statuses: readonly number[]
  /** Keys of JSON objects that it answers with, sorted. */
  readonly responseKeys: readonly string[]
  /** Members of the body that it reads, sorted. */
  readonly bodyKeys: readonly string[]
  /** Query parameters that it reads, sorted. */
  readonly queryKeys: readonly string[]
}

type Span = readonly [number, number]

/** Reads a handler's facts; a handler that is only named is looked up in its file, or in the one it is imported from. */
export function handlerFacts(
  source: SourceFile,
  route: FoundRoute,
  sources: readonly SourceFile[],
  names: ReadonlyMap<string, FileNames>,
): HandlerFacts {
  const own = definition(source, route.handler, sources, names)
  const description =
    commentBefore(source, route.start) || (own.at < 0 ? '' : commentBefore(own.source, own.at))
  const { statuses, answers } = statusesIn(own.source, own.span)
  const response = new Set<string>()
  const body = new Set<string>()
  const query = new Set<string>()
  for (let at = own.span[0]; at < own.span[1]; at++) {
    collectResponse(own.source, at, response)
    collectRequest(own.source, at, body, query)
  }
  const found = [...statuses].toSorted((a, b) => a - b)
  return {
    description,
    statuses: answers && !found.some((status) => status < 400) ? [200, ...found] : found,
    responseKeys: [...response].toSorted().slice(0, 60),
    bodyKeys: [...body].toSorted().slice(0, 60),
    queryKeys: [...query].toSorted().slice(0, 60),
  }
}

/** Where the handler's own code is: in place, or where its name is defined. */
function definition(
  source: SourceFile,
  span: Span,
  sources: readonly SourceFile[],
  names: ReadonlyMap<string, FileNames>,
): { source: SourceFile; span: Span; at: number } {
  const first = source.tokens[span[0]]
  if (span[1] - span[0] !== 1 || first?.kind !== 'word') return { source, span, at: -1 }
  const local = defined(source, first.text)
  if (local) return { source, ...local }
  const imported = names.get(source.path)?.imports.get(first.text)
  const other = sources.find((candidate) => candidate.path === imported?.file)
  const there = other && imported ? defined(other, imported.name) : undefined
  return other && there ? { source: other, ...there } : { source, span, at: -1 }
}

function defined(source: SourceFile, name: string): { span: Span; at: number } | undefined {
  const { tokens, partner } = source
  for (let at = 1; at < tokens.length; at++) {
    if (tokens[at]?.text !== name || tokens[at]?.kind !== 'word') continue
    const before = tokens[at - 1]?.text
    if (before !== 'function' && before !== 'const' && before !== 'let') continue
    let from = at - 1
    while (['async', 'export', 'default'].includes(tokens[from - 1]?.text as string)) from--
    let end = at + 1
    // To the end of the function's body: the first braces at this level after its parameters.
    while (end < tokens.length && tokens[end]?.text !== ';') {
      const close = partner[end] ?? -1
      if (tokens[end]?.text === '{' && close > end) return { span: [at + 1, close + 1], at: from }
      end = close > end ? close + 1 : end + 1
    }
    return { span: [at + 1, end], at: from }
  }
  return undefined
}

function commentBefore(source: SourceFile, token: number): string {
  const start = source.tokens[token]?.start ?? 0
  const lines: string[] = []
  let limit = start
  for (let at = source.comments.length - 1; at >= 0; at--) {
    const comment = source.comments[at] as SourceFile['comments'][number]
    if (comment.end > limit) continue
    // Only white space, and words such as `await` or `if (`, may stand between a comment and its route, on few lines.
    const between = source.text.slice(comment.end, Math.min(limit, comment.end + 200))
    if (limit - comment.end > 120 || /[;}]|\n\s*\n/.test(between) || between.split('\n').length > 3) break
    lines.unshift(...comment.text.split('\n').map((line) => line.replace(/^\s*\*?\s?/, '')))
    limit = comment.start
  }
  const useful = lines.filter((line) => !/^\s*(?:eslint|oxlint|@ts-|prettier|istanbul|c8|v8)\b/.test(line))
  const upToTags = useful.findIndex((line) => /^\s*@\w/.test(line))
  return oneLine((upToTags < 0 ? useful : useful.slice(0, upToTags)).join(' '), 1000)
}

function statusesIn(source: SourceFile, [from, to]: Span): { statuses: Set<number>; answers: boolean } {
  const { tokens } = source
  const statuses = new Set<number>()
  let answers = false
  for (let at = from; at < to; at++) {
    const token = tokens[at]
    if (token?.kind !== 'word') continue
    const next = tokens[at + 1]?.text
    const isCall = next === '(' && tokens[at - 1]?.text === '.'
    if (isCall && /^(?:json|send|text|html|end|body)$/.test(token.text)) answers = true
    if (isCall && /^(?:status|code|sendStatus|writeHead)$/.test(token.text))
      add(statuses, tokens[at + 2]?.text)
    if (isCall && /^(?:json|text|html|body)$/.test(token.text)) {
      const second = argumentsOf(source, at + 1)[1]
      if (second && second[1] - second[0] === 1) add(statuses, tokens[second[0]]?.text)
    }
    if (/^(?:statusCode|status)$/.test(token.text) && (next === '=' || next === ':'))
      add(statuses, tokens[at + 2]?.text)
    if (token.text === 'return' && next === '{') answers = true
  }
  return { statuses, answers }
}

function add(statuses: Set<number>, text: string | undefined): void {
  if (text !== undefined && /^[1-5][0-9][0-9]$/.test(text)) statuses.add(Number(text))
}

function collectResponse(source: SourceFile, at: number, keys: Set<string>): void {
  const { tokens } = source
  const word = tokens[at]
  if (word?.kind !== 'word') return
  const isAnswer = /^(?:json|send|stringify)$/.test(word.text) && tokens[at + 1]?.text === '('
  const brace = isAnswer ? at + 2 : word.text === 'return' ? at + 1 : -1
  if (brace < 0 || tokens[brace]?.text !== '{') return
  for (const key of membersOf(source, brace).keys()) if (key.length <= 60) keys.add(oneLine(key, 60))
}

function collectRequest(source: SourceFile, at: number, body: Set<string>, query: Set<string>): void {
  const { tokens, partner } = source
  const token = tokens[at]
  if (token?.kind !== 'word' || !['body', 'query', 'searchParams'].includes(token.text)) return
  if (tokens[at - 1]?.text !== '.') return
  const keys = token.text === 'body' ? body : query
  const after = tokens[at + 1]?.text
  const inner = tokens[at + 2]
  if (token.text === 'searchParams') {
    const wanted = tokens[at + 4]
    if (after === '.' && inner?.text === 'get' && wanted?.kind === 'string')
      keys.add(oneLine(wanted.text, 60))
  } else if ((after === '.' || after === '?.') && inner?.kind === 'word') keys.add(oneLine(inner.text, 60))
  else if ((after === '(' || after === '[') && inner?.kind === 'string') keys.add(oneLine(inner.text, 60))
  // const { name, age } = request.body
  let left = at - 2
  if (tokens[left - 1]?.text === '=') left--
  const equals = tokens[left]?.text === '=' ? left : tokens[left - 1]?.text === '=' ? left - 1 : -1
  const close = equals - 1
  if (equals > 0 && tokens[close]?.text === '}' && (partner[close] ?? -1) >= 0) {
    for (const key of membersOf(source, partner[close] as number).keys()) keys.add(oneLine(key, 60))
  }
}
