import type { FoundRoute } from './found-route.ts'
import type { SourceFile } from './source-files.ts'

const pathWords = new Set(['url', 'pathname', 'path', 'route'])
const methodPath = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\/\S{0,200})$/

/** Routes of a handler without a framework: `url.pathname === '/x'`, `case '/x':`, `'GET /x': handler`. */
export function plainHttpRoutes(source: SourceFile): FoundRoute[] {
  const routes: FoundRoute[] = []
  source.tokens.forEach((token, index) => {
    if (token.kind !== 'string' || token.text.length > 210) return
    const both = methodPath.exec(token.text)
    const path = both?.[2] ?? (token.text.startsWith('/') ? token.text : undefined)
    if (path === undefined || /\s/.test(path)) return
    const previous = source.tokens[index - 1]?.text
    const next = source.tokens[index + 1]?.text
    const method = both?.[1]
    if (previous === 'case' && next === ':') {
      const by = switchedOn(source, index)
      if (!both && !by) return
      routes.push({
        method: method ?? 'ALL',
        path,
        receiver: '',
        start: index,
        handler: caseBody(source, index),
      })
    } else if (both && next === ':') {
      const end = memberEnd(source, index + 2)
      routes.push({ method: method as string, path, receiver: '', start: index, handler: [index + 2, end] })
    } else if (isCompared(source, index, both !== null)) {
      const prefix = source.tokens[index - 2]?.text === 'startsWith'
      const condition = conditionAround(source, index)
      routes.push({
        method: method ?? methodIn(source, condition),
        path: prefix ? `${path.replace(/\/$/, '')}/*` : path,
        receiver: '',
        start: index,
        handler: bodyAfter(source, condition[1]),
      })
    }
  })
  return routes
}

function isCompared(source: SourceFile, index: number, whole: boolean): boolean {
  const { tokens } = source
  const isPath = (at: number) => tokens[at]?.kind === 'word' && pathWords.has(tokens[at]?.text as string)
  const equals = (at: number) => tokens[at]?.text === '===' || tokens[at]?.text === '=='
  if (equals(index - 1)) return whole || isPath(index - 2)
  if (equals(index + 1)) {
    // '/x' === request.url: the path word ends the chain of members.
    let at = index + 2
    while (tokens[at + 1]?.text === '.' && tokens[at + 2]?.kind === 'word') at += 2
    return whole || isPath(at)
  }
  return tokens[index - 1]?.text === '(' && tokens[index - 2]?.text === 'startsWith' && isPath(index - 4)
}

/** Tokens [from, to) of the bracket around a comparison, its brackets left out; without one the statement's. */
function conditionAround(source: SourceFile, index: number): readonly [number, number] {
  const { tokens, partner } = source
  let best: readonly [number, number] | undefined
  let at = index - 1
  for (let steps = 0; at >= 0 && steps < 120; steps++) {
    const token = tokens[at]
    const other = partner[at] ?? -1
    if (token?.text === '(' && other > index) {
      best = [at + 1, other]
      if (tokens[at - 1]?.text === 'if') break
    } else if (token?.text === ';' || token?.text === '{') break
    at = other >= 0 && other < at ? other - 1 : at - 1
  }
  if (best !== undefined) return best
  let end = index + 1
  while (end < tokens.length && end < index + 40 && tokens[end]?.text !== '?' && tokens[end]?.text !== ';')
    end++
  return [Math.max(0, at + 1), end]
}

function methodIn(source: SourceFile, [from, to]: readonly [number, number]): string {
  for (let at = from; at < to; at++) {
    const token = source.tokens[at]
    if (token?.kind === 'string' && /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/.test(token.text)) {
      if (source.tokens[at - 1]?.text.startsWith('==') || source.tokens[at + 1]?.text.startsWith('=='))
        return token.text
    }
  }
  return 'ALL'
}

/** Tokens of what runs when a condition that ends at `close` holds. */
function bodyAfter(source: SourceFile, close: number): readonly [number, number] {
  const { tokens, partner } = source
  const from = close + 1
  if (tokens[from]?.text === '{' && (partner[from] ?? -1) > from) return [from, (partner[from] as number) + 1]
  let end = from
  while (end < tokens.length && tokens[end]?.text !== ';' && tokens[end]?.text !== '}') {
    const other = partner[end] ?? -1
    end = other > end ? other + 1 : end + 1
  }
  return [from, end]
}

function caseBody(source: SourceFile, index: number): readonly [number, number] {
  const { tokens, partner } = source
  let end = index + 2
  while (end < tokens.length && !['case', 'default', '}'].includes(tokens[end]?.text as string)) {
    const other = partner[end] ?? -1
    end = other > end ? other + 1 : end + 1
  }
  return [index + 2, end]
}

function memberEnd(source: SourceFile, from: number): number {
  let end = from
  while (end < source.tokens.length && !['}', ','].includes(source.tokens[end]?.text as string)) {
    const other = source.partner[end] ?? -1
    end = other > end ? other + 1 : end + 1
  }
  return end
}

/** Whether the `switch` around a case looks at a path. */
function switchedOn(source: SourceFile, index: number): boolean {
  const { tokens, partner } = source
  for (let at = index - 1, steps = 0; at >= 0 && steps < 5000; steps++) {
    const other = partner[at] ?? -1
    if (tokens[at]?.text === '{' && other > index) {
      return tokens[at - 1]?.text === ')' && pathWords.has(tokens[at - 2]?.text as string)
    }
    at = other >= 0 && other < at ? other - 1 : at - 1
  }
  return false
}
