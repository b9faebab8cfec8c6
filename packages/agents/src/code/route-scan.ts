import { compare } from '../project/project-files.ts'
import type { FoundRoute } from './found-route.ts'
import { handlerFacts, type HandlerFacts } from './handler-facts.ts'
import { mountPrefixes, type Mount } from './mounts.ts'
import { plainHttpRoutes } from './plain-http-routes.ts'
import { namesOf, optionText, type FileNames } from './router-names.ts'
import { argumentsOf, lineAt, membersOf, type SourceFile } from './source-files.ts'

/** One HTTP route of a service, read from its code. */
export interface Route extends HandlerFacts {
  /** `GET` and so on; `ALL` where the code does not tell. */
  readonly method: string
  /** With parameters as the framework writes them: `/users/:id`. */
  readonly path: string
  readonly file: string
  readonly line: number
}

const methods = new Set(['get', 'post', 'put', 'patch', 'delete', 'options', 'head', 'all', 'del'])
const usualNames = /^(?:app|router|server|fastify|instance|routes?)$|(?:App|Router|Server|Routes)$/

/**
 * Finds the routes of a service in its sources: express, koa-router, fastify, hono and their like (with mounted routers
 * and prefixes, across files), and comparisons of the path in a node:http handler. Sorted by path, then method.
 */
export function scanRoutes(sources: readonly SourceFile[]): Route[] {
  const known = new Set(sources.map((source) => source.path))
  const names = new Map(sources.map((source) => [source.path, namesOf(source, known)]))
  const mounts: Mount[] = []
  const found: { source: SourceFile; route: FoundRoute }[] = []
  for (const source of sources) {
    const own = names.get(source.path) as FileNames
    for (let index = 1; index < source.tokens.length; index++) {
      const mount = mountAt(source, index, own)
      if (mount !== undefined) mounts.push(mount)
      for (const route of routesAt(source, index, own)) found.push({ source, route })
    }
    for (const route of plainHttpRoutes(source)) found.push({ source, route })
  }
  const routes = new Map<string, Route>()
  for (const { source, route } of found) {
    const prefixes = route.receiver === '' ? [''] : mountPrefixes(mounts, names, source.path, route.receiver)
    for (const prefix of prefixes) {
      const path = joined(prefix, route.path)
      const key = `${path} ${route.method}`
      if (routes.has(key)) continue
      const line = lineAt(source.text, source.tokens[route.start]?.start ?? 0)
      const facts = handlerFacts(source, route, sources, names)
      routes.set(key, { method: route.method, path, file: source.path, line, ...facts })
    }
  }
  return [...routes.values()].toSorted((a, b) => compare(a.path, b.path) || compare(a.method, b.method))
}

/** Two parts of a path as one, with single slashes. */
export function joined(prefix: string, path: string): string {
  const whole = `/${prefix}/${path}`.replace(/\/{2,}/g, '/')
  return whole.length > 1 && whole.endsWith('/') ? whole.slice(0, -1) : whole
}

function routesAt(source: SourceFile, index: number, names: FileNames): FoundRoute[] {
  const { tokens } = source
  const word = tokens[index]
  if (word?.kind !== 'word' || tokens[index - 1]?.text !== '.' || tokens[index + 1]?.text !== '(') return []
  const open = index + 1
  if (word.text === 'route') return fastifyRoute(source, index, names)
  if (!methods.has(word.text)) return []
  const chain = receiverOf(source, index)
  const parts = argumentsOf(source, open)
  const first = parts[0] === undefined ? undefined : tokens[parts[0][0]]
  const method = word.text === 'del' ? 'DELETE' : word.text.toUpperCase()
  const isPath = first?.kind === 'string' && parts[0]?.[1] === parts[0]![0] + 1
  if (isPath && /^[/*]/.test(first.text) && parts.length >= 2 && isRouter(chain.root, names, source, parts)) {
    const handler = parts.at(-1) as readonly [number, number]
    return [{ method, path: first.text, receiver: chain.root, start: chain.start, handler }]
  }
  // router.route('/users').get(list).post(create)
  if (!isPath && chain.routePath !== undefined && parts.length > 0) {
    const handler = parts.at(-1) as readonly [number, number]
    return [{ method, path: chain.routePath, receiver: chain.root, start: index, handler }]
  }
  return []
}

function fastifyRoute(source: SourceFile, index: number, names: FileNames): FoundRoute[] {
  const { tokens } = source
  const open = index + 1
  const brace = open + 1
  if (tokens[brace]?.text !== '{') return []
  const chain = receiverOf(source, index)
  const members = membersOf(source, brace)
  const path = optionText(source, open, ['url', 'path'])
  const method = members.get('method')
  const handler = members.get('handler')
  if (path === undefined || method === undefined || handler === undefined) return []
  if (!names.routers.has(chain.root) && !usualNames.test(chain.root)) return []
  const wanted = tokens.slice(method[0], method[1]).filter((token) => token.kind === 'string')
  return wanted.map((token) => ({
    method: token.text.toUpperCase(),
    path,
    receiver: chain.root,
    start: chain.start,
    handler,
  }))
}

/** Walks back over `a.b().c(` to the variable that the chain begins with. */
function receiverOf(source: SourceFile, index: number): { root: string; start: number; routePath?: string } {
  const { tokens, partner } = source
  let at = index - 2
  let routePath: string | undefined
  for (let steps = 0; steps < 200 && at >= 0; steps++) {
    const token = tokens[at]
    if (token?.text === ')' && token.kind === 'punctuation') {
      const open = partner[at] ?? -1
      if (open < 1) return { root: '', start: index }
      const callee = tokens[open - 1]
      const argument = tokens[open + 1]
      if (callee?.text === 'route' && argument?.kind === 'string') routePath ??= argument.text
      if (tokens[open - 2]?.text === '.') at = open - 3
      else
        return {
          root: callee?.text ?? '',
          start: open - 1,
          ...(routePath === undefined ? {} : { routePath }),
        }
    } else if (token?.kind === 'word') {
      return { root: token.text, start: at, ...(routePath === undefined ? {} : { routePath }) }
    } else return { root: '', start: index }
  }
  return { root: '', start: index }
}

function isRouter(
  root: string,
  names: FileNames,
  source: SourceFile,
  parts: readonly (readonly [number, number])[],
): boolean {
  if (names.routers.has(root) || ['Hono', 'Router', 'express', 'fastify'].includes(root)) return true
  if (!usualNames.test(root)) return false
  // `server.get('/x', { params })` of an HTTP client has no function and no name as its last argument.
  const last = parts.at(-1) as readonly [number, number]
  const token = source.tokens[last[0]]
  return token?.kind === 'word' || token?.text === '(' || token?.text === '['
}

function mountAt(source: SourceFile, index: number, names: FileNames): Mount | undefined {
  const { tokens } = source
  const word = tokens[index]
  if (word?.kind !== 'word' || !['use', 'route', 'register', 'mount'].includes(word.text)) return undefined
  if (tokens[index - 1]?.text !== '.' || tokens[index + 1]?.text !== '(') return undefined
  const parts = argumentsOf(source, index + 1)
  const first = tokens[parts[0]?.[0] ?? -1]
  if (first === undefined) return undefined
  const hasPath = first.kind === 'string'
  const optionsPrefix = optionText(source, index + 1, ['prefix'])
  const target = parts.find(
    ([from, to], position) =>
      (position > 0 || !hasPath) &&
      tokens[from]?.kind === 'word' &&
      (names.imports.has(tokens[from]?.text as string) ||
        names.routers.has(tokens[from]?.text as string) ||
        (to - from === 1 && word.text !== 'use')),
  )
  if (target === undefined) return undefined
  return {
    file: source.path,
    parent: receiverOf(source, index).root,
    prefix: optionsPrefix ?? (hasPath ? first.text : ''),
    target: tokens[target[0]]?.text as string,
  }
}
