import type { Json } from '@opschart/core'

/** One member that is not what it was. */
export interface Difference {
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly before?: Json
  readonly after?: Json
}

/** Differences that are told; what is beyond is counted. */
const most = 200

/** What is another in a value than it was, member by member, in the order of the new one. */
export function differencesOf(before: Json | undefined, after: Json | undefined): Difference[] {
  const found: Difference[] = []
  compare('', before, after, found)
  return found
}

function compare(path: string, before: Json | undefined, after: Json | undefined, found: Difference[]): void {
  if (found.length >= most || before === after) return
  if (after === undefined) return void found.push({ path, kind: 'removed', before: before! })
  if (before === undefined) return void found.push({ path, kind: 'added', after })
  if (!isHolder(before) || !isHolder(after) || Array.isArray(before) !== Array.isArray(after)) {
    found.push({ path, kind: 'changed', before, after })
    return
  }
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  for (const key of new Set([...fresh.keys(), ...old.keys()])) {
    const step = Array.isArray(after) ? `[${key}]` : /^[\w$]+$/.test(key) ? key : JSON.stringify(key)
    const name = path === '' || step.startsWith('[') ? `${path}${step}` : `${path}.${step}`
    compare(name, old.get(key) as Json | undefined, fresh.get(key) as Json | undefined, found)
  }
}

const isHolder = (value: Json): value is { [key: string]: Json } | Json[] =>
  typeof value === 'object' && value !== null
