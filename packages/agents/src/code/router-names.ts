import path from 'node:path'

import { argumentsOf, type SourceFile } from './source-files.ts'

/** What a file says of its routers: which names are routers, and where names come from. */
export interface FileNames {
  /** Router variables with the prefix that they were made with (`basePath`, `prefix`). */
  readonly routers: ReadonlyMap<string, string>
  /** Imported names: the file they come from, where that is one of the given files, and their name there. */
  readonly imports: ReadonlyMap<string, { readonly file: string; readonly name: string }>
}

const makers = new Set([
  'express',
  'Express',
  'Router',
  'fastify',
  'Fastify',
  'Hono',
  'OpenAPIHono',
  'polka',
  'restify',
  'Elysia',
  'KoaRouter',
])
const routerTypes = new Set([
  'Express',
  'Application',
  'Router',
  'IRouter',
  'FastifyInstance',
  'Hono',
  'OpenAPIHono',
  'Elysia',
])

/** Finds the routers and the relative imports of a file; `known` are the paths that an import may lead to. */
export function namesOf(source: SourceFile, known: ReadonlySet<string>): FileNames {
  const routers = new Map<string, string>()
  const imports = new Map<string, { file: string; name: string }>()
  const { tokens } = source
  for (let index = 0; index < tokens.length; index++) {
    const text = tokens[index]?.text
    if (tokens[index]?.kind !== 'word') continue
    if (text === 'const' || text === 'let' || text === 'var') declaration(source, index, routers)
    if (text === 'import') importClause(source, index, known, imports)
    if (text === 'require') requireCall(source, index, known, imports)
    const type = tokens[index + 2]
    if (tokens[index + 1]?.text === ':' && type?.kind === 'word' && routerTypes.has(type.text) && text) {
      if (!routers.has(text)) routers.set(text, '')
    }
  }
  return { routers, imports }
}

function declaration(source: SourceFile, index: number, routers: Map<string, string>): void {
  const { tokens, partner } = source
  const name = tokens[index + 1]
  if (name?.kind !== 'word') return
  let at = index + 2
  // A type annotation may stand between the name and the equals sign.
  while (at < index + 14 && tokens[at] && tokens[at]?.text !== '=' && tokens[at]?.text !== ';') at++
  if (tokens[at]?.text !== '=') return
  at++
  while (tokens[at]?.text === 'await' || tokens[at]?.text === 'new') at++
  let callee = tokens[at]
  while (tokens[at + 1]?.text === '.' && tokens[at + 2]?.kind === 'word') {
    at += 2
    callee = tokens[at]
  }
  if (callee?.kind !== 'word' || !makers.has(callee.text)) return
  let open = at + 1
  if (tokens[open]?.text === '<') {
    while (open < at + 40 && tokens[open] && tokens[open]?.text !== '(') open++
  }
  if (tokens[open]?.text !== '(') return
  let prefix = optionText(source, open, ['prefix', 'basePath']) ?? ''
  const close = partner[open] ?? -1
  if (tokens[close + 1]?.text === '.' && ['basePath', 'prefix'].includes(tokens[close + 2]?.text ?? '')) {
    const value = tokens[close + 4]
    if (value?.kind === 'string') prefix = value.text
  }
  routers.set(name.text, prefix)
}

/** The text of an option in the object literals among a call's arguments. */
export function optionText(source: SourceFile, open: number, names: readonly string[]): string | undefined {
  for (const [from, to] of argumentsOf(source, open)) {
    if (source.tokens[from]?.text !== '{') continue
    for (let at = from; at < to - 2; at++) {
      const value = source.tokens[at + 2]
      const isOption = names.includes(source.tokens[at]?.text ?? '') && source.tokens[at + 1]?.text === ':'
      if (isOption && value?.kind === 'string') return value.text
    }
  }
  return undefined
}

function importClause(
  source: SourceFile,
  index: number,
  known: ReadonlySet<string>,
  imports: Map<string, { file: string; name: string }>,
): void {
  const { tokens } = source
  let from = index + 1
  const end = Math.min(tokens.length, index + 200)
  while (from < end && tokens[from]?.text !== 'from' && tokens[from]?.text !== ';') from++
  const specifier = tokens[from + 1]
  if (tokens[from]?.text !== 'from' || specifier?.kind !== 'string') return
  const file = resolved(source.path, specifier.text, known)
  if (file === undefined) return
  let inBraces = false
  for (let at = index + 1; at < from; at++) {
    const token = tokens[at]
    if (token?.text === '{') inBraces = true
    else if (token?.text === '}') inBraces = false
    else if (token?.kind === 'word' && token.text !== 'type' && token.text !== 'as') {
      const renamed = tokens[at + 1]?.text === 'as' ? tokens[at + 2]?.text : undefined
      imports.set(renamed ?? token.text, { file, name: inBraces ? token.text : 'default' })
      if (renamed !== undefined) at += 2
    }
  }
}

function requireCall(
  source: SourceFile,
  index: number,
  known: ReadonlySet<string>,
  imports: Map<string, { file: string; name: string }>,
): void {
  const { tokens, partner } = source
  const specifier = tokens[index + 2]
  if (tokens[index + 1]?.text !== '(' || specifier?.kind !== 'string') return
  const file = resolved(source.path, specifier.text, known)
  if (file === undefined || tokens[index - 1]?.text !== '=') return
  const left = index - 2
  if (tokens[left]?.kind === 'word') imports.set(tokens[left]?.text as string, { file, name: 'default' })
  else if (tokens[left]?.text === '}') {
    for (let at = (partner[left] ?? left) + 1; at < left; at++) {
      const token = tokens[at]
      if (token?.kind === 'word') imports.set(token.text, { file, name: token.text })
    }
  }
}

/** The given file that a relative specifier of another leads to, extensions and `index` tried. */
export function resolved(from: string, specifier: string, known: ReadonlySet<string>): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const base = path.posix.join(path.posix.dirname(from), specifier)
  const bare = base.replace(/\.[cm]?[jt]sx?$/, '')
  const extensions = ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs', 'tsx', 'jsx']
  const candidates = [
    base,
    ...extensions.map((extension) => `${bare}.${extension}`),
    ...extensions.map((extension) => `${base}/index.${extension}`),
  ]
  return candidates.find((candidate) => known.has(candidate))
}
