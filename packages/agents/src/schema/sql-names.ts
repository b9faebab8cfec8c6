import type { SqlNode } from './sql-statements.ts'

/** A member node: `inner(node, 'relation')`; undefined when absent. */
export function inner(node: unknown, ...path: readonly string[]): SqlNode | undefined {
  let current = node
  for (const name of path) {
    if (typeof current !== 'object' || current === null) return undefined
    current = (current as Record<string, unknown>)[name]
  }
  return typeof current === 'object' && current !== null ? (current as SqlNode) : undefined
}

/** A member list; empty when absent. */
export function list(node: unknown, name: string): readonly SqlNode[] {
  const found = inner(node, name)
  return Array.isArray(found) ? (found as SqlNode[]) : []
}

/** A member text; empty when absent. */
export function text(node: unknown, name: string): string {
  const found = (node as Record<string, unknown> | undefined)?.[name]
  return typeof found === 'string' ? found : ''
}

/** The texts of a list of `String` nodes. */
export function strings(nodes: readonly SqlNode[]): string[] {
  return nodes.map((node) => text(node['String'], 'sval')).filter((value) => value !== '')
}

/** A relation's name; `public.` left out, other schemas kept. */
export function relationName(relation: SqlNode | undefined): string {
  return qualified([text(relation, 'schemaname'), text(relation, 'relname')])
}

/** A name of several parts; `public.` left out. */
export function qualified(parts: readonly string[]): string {
  const kept = parts.filter(
    (part, index) => part !== '' && !(part === 'public' && index === 0 && parts.length > 1),
  )
  return kept.join('.')
}

/** The names of what a DROP statement drops. */
export function droppedNames(node: SqlNode): string[] {
  return list(node, 'objects').map((object) => {
    const items = list(object['List'], 'items')
    if (items.length > 0) return qualified(strings(items))
    return qualified(strings(list(object['TypeName'], 'names'))) || text(object['String'], 'sval')
  })
}

const typeNames: Record<string, string> = {
  int2: 'smallint',
  int4: 'integer',
  int: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  bpchar: 'char',
  serial4: 'serial',
  serial8: 'bigserial',
  decimal: 'numeric',
}

/** A type in one spelling, lower case: `varchar(20)`, `numeric(10,2)`, `text[]`. Empty where a column names no type. */
export function typeText(type: SqlNode | undefined): string {
  const names = strings(list(type, 'names')).filter(
    (name, index, all) => !(name === 'pg_catalog' && all.length > 1),
  )
  const name = qualified(names)
  const known =
    (Object.hasOwn(typeNames, name.toLowerCase()) ? typeNames[name.toLowerCase()] : undefined) ?? name
  const modifiers = list(type, 'typmods').map((modifier) => {
    const value = inner(modifier, 'A_Const', 'ival')
    return value === undefined ? '?' : String((value as { ival?: number }).ival ?? 0)
  })
  // `char` alone is `char(1)` in the tree; an interval's modifier is a mask that says nothing to people.
  const shown = modifiers.length > 0 && known !== 'interval' ? `(${modifiers.join(',')})` : ''
  return `${known.toLowerCase()}${shown}${'[]'.repeat(list(type, 'arrayBounds').length)}`
}

/** A name as SQL writes it: quoted where it must be. */
export function quoteName(name: string): string {
  return name
    .split('.')
    .map((part) =>
      /^[a-z_][a-z0-9_]*$/.test(part) && !reserved.has(part) ? part : `"${part.replaceAll('"', '""')}"`,
    )
    .join('.')
}

const reserved = new Set(
  (
    'all and any array as asc authorization between both case cast check collate column constraint create cross ' +
    'default deferrable desc distinct do else end except false fetch for foreign from full grant group having in ' +
    'index inner intersect into is join key leading left like limit natural not null offset on only or order outer ' +
    'primary references right select set table then to trailing true union unique user using values when where window with'
  ).split(' '),
)
