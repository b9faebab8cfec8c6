import type { JsonObject } from '@opschart/core'

import { compare } from '../project/project-files.ts'
import type { Route } from '../code/route-scan.ts'

/** A path as OpenAPI writes it, with the names of its parameters in order: `/users/{id}`. */
export function openApiPath(path: string): { path: string; parameters: string[] } {
  const parameters: string[] = []
  const parts = path.split('/').map((part) => {
    const named = /^(?::|\{)([A-Za-z_]\w{0,80})(?:\([^)]{0,200}\))?[?}*+]{0,2}$/.exec(part)
    const name = named?.[1] ?? (part === '*' || part === '(.*)' ? 'wildcard' : undefined)
    if (name === undefined) return part.replace(/[{}]/g, '')
    const unique = parameters.includes(name) ? `${name}_${parameters.length + 1}` : name
    parameters.push(unique)
    return `{${unique}}`
  })
  return { path: parts.join('/') || '/', parameters }
}

/** An OpenAPI 3.1 description of what is seen in the code: types that the code does not tell are left open. */
export function openApiDocument(service: string, version: string, routes: readonly Route[]): JsonObject {
  const paths = new Map<string, Record<string, JsonObject>>()
  for (const route of routes) {
    const { path, parameters } = openApiPath(route.path)
    const operations = paths.get(path) ?? {}
    // A route without a method of its own is described once, as GET; OpenAPI has no word for all.
    const method = route.method === 'ALL' ? 'get' : route.method.toLowerCase()
    operations[method] ??= operation(route, path, parameters)
    paths.set(path, operations)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: service,
      version,
      description: 'Read from the code of the service. What the code does not tell is left open.',
    },
    paths: Object.fromEntries([...paths].toSorted(([a], [b]) => compare(a, b))),
  }
}

function operation(route: Route, path: string, parameters: readonly string[]): JsonObject {
  const inPath = parameters.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const inQuery = route.queryKeys.map((name) => ({
    name,
    in: 'query',
    required: false,
    schema: { type: 'string' },
  }))
  const statuses = route.statuses.length > 0 ? route.statuses.map(String) : ['default']
  const properties = Object.fromEntries(route.responseKeys.map((key) => [key, {}]))
  const content =
    route.responseKeys.length === 0
      ? {}
      : { content: { 'application/json': { schema: { type: 'object', properties } } } }
  const body = Object.fromEntries(route.bodyKeys.map((key) => [key, {}]))
  return {
    operationId: `${route.method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '')}`,
    ...(route.description === '' ? {} : { summary: route.description }),
    ...(route.method === 'ALL' ? { 'x-all-methods': true } : {}),
    'x-source': `${route.file}:${route.line}`,
    ...(inPath.length + inQuery.length === 0 ? {} : { parameters: [...inPath, ...inQuery] }),
    ...(route.bodyKeys.length === 0 || ['GET', 'HEAD', 'DELETE'].includes(route.method)
      ? {}
      : {
          requestBody: { content: { 'application/json': { schema: { type: 'object', properties: body } } } },
        }),
    responses: Object.fromEntries(
      statuses.map((status) => [
        status,
        { description: reasonOf(status), ...(Number(status) < 400 || statuses.length === 1 ? content : {}) },
      ]),
    ),
  }
}

function reasonOf(status: string): string {
  const words: Record<string, string> = {
    '200': 'OK',
    '201': 'Created',
    '202': 'Accepted',
    '204': 'No content',
    '301': 'Moved permanently',
    '302': 'Found',
    '304': 'Not modified',
    '400': 'Bad request',
    '401': 'Unauthorized',
    '403': 'Forbidden',
    '404': 'Not found',
    '405': 'Method not allowed',
    '409': 'Conflict',
    '413': 'Content too large',
    '415': 'Unsupported media type',
    '422': 'Unprocessable content',
    '429': 'Too many requests',
    '500': 'Internal server error',
    '502': 'Bad gateway',
    '503': 'Service unavailable',
    '504': 'Gateway timeout',
    default: 'Not told by the code',
  }
  return words[status] ?? `Status ${status}`
}
