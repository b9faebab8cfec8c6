import { parseSync, Visitor } from 'oxc-parser'

/** A clause of the specification. */
export interface Clause {
  /** `L3` */
  readonly number: string
  /** Not kept yet: no test is asked for. */
  readonly later: boolean
}

/** A test's title, or a conformance case's, that may name clauses. */
export interface Title {
  readonly file: string
  readonly text: string
  /** Skipped, or only planned: it proves nothing. */
  readonly idle: boolean
}

/** What does not fit between the specification and the tests, one line each. */
export interface Orphans {
  readonly untested: readonly string[]
  readonly unknown: readonly string[]
}

const clauseLine = /^- \*\*\[([A-Z]\d+)\]\*\* (`later` )?/
const citation = /\[([A-Z]\d+)\]/g

/** The clauses of a specification, in its order. */
export function clausesOf(markdown: string): Clause[] {
  return markdown.split('\n').flatMap((line) => {
    const match = clauseLine.exec(line)
    return match === null ? [] : [{ number: match[1]!, later: match[2] !== undefined }]
  })
}

/** What makes a title: the first argument of a call to one of these, whatever hangs on it (`it.each(...)`). */
const titled = [
  'it',
  'test',
  'describe',
  'storeCase',
  'placeCase',
  'transferCase',
  'pruneCase',
  'runtimeCase',
]

/** The titles in a file of tests or of conformance cases. */
export function titlesOf(file: string, code: string): Title[] {
  const { program, errors } = parseSync(file, code)
  if (errors[0] !== undefined) throw new Error(`${file} does not parse: ${errors[0].message}`)
  const found: Title[] = []
  new Visitor({
    CallExpression(node) {
      const words = calleeWords(node.callee)
      const [first] = node.arguments
      const text = first === undefined ? undefined : textOf(first)
      if (text === undefined || !titled.includes(words[0] ?? '')) return
      found.push({ file, text, idle: words.includes('skip') || words.includes('todo') })
    },
  }).visit(program)
  return found
}

/** Clauses that no test proves, and tests that name clauses that there are not. */
export function orphansOf(clauses: readonly Clause[], titles: readonly Title[]): Orphans {
  const cited = titles.flatMap(({ file, text, idle }) =>
    [...text.matchAll(citation)].map(([, number]) => ({ number: number!, idle, where: `${file}: ${text}` })),
  )
  const proved = new Set(cited.filter(({ idle }) => !idle).map(({ number }) => number))
  const known = new Set(clauses.map(({ number }) => number))
  return {
    untested: clauses
      .filter(({ number, later }) => !later && !proved.has(number))
      .map(({ number }) => number),
    unknown: cited.filter(({ number }) => !known.has(number)).map(({ where }) => where),
  }
}

interface Node {
  readonly type: string
}

/** The names along a callee, from the left: `['it', 'each']` for `it.each([...])(...)`. */
function calleeWords(callee: Node): string[] {
  if (callee.type === 'Identifier') return [(callee as Node & { name: string }).name]
  if (callee.type === 'MemberExpression') {
    const { object, property } = callee as Node & { object: Node; property: Node }
    return [...calleeWords(object), ...calleeWords(property)]
  }
  if (callee.type === 'CallExpression') return calleeWords((callee as Node & { callee: Node }).callee)
  if (callee.type === 'TaggedTemplateExpression') return calleeWords((callee as Node & { tag: Node }).tag)
  return []
}

function textOf(node: Node): string | undefined {
  if ('value' in node && typeof node.value === 'string') return node.value
  if (node.type !== 'TemplateLiteral') return undefined
  const { quasis } = node as Node & { quasis: { value: { cooked: string | null } }[] }
  return quasis.map(({ value }) => value.cooked ?? '').join('…')
}
