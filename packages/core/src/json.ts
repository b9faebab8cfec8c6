/** What a JSON text can hold. Everything that is stored, sent or hashed is of this type. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json | undefined }

/** Deepest nesting that {@link canonicalJson} writes; deeper values are hostile or a mistake. */
const deepest = 500

/**
 * The one JSON text of a value: keys sorted by code unit, no white space, absent keys left out. Equal values give equal
 * bytes, so snapshots, plans and journal rows are compared and hashed through it.
 *
 * @throws TypeError for what JSON cannot hold (a function, a symbol, a bigint, `NaN`, a cycle), and for more than 500
 * levels of nesting.
 */
export function canonicalJson(value: unknown): string {
  return write(value, [])
}

/** What JSON writes otherwise than it stands: quotes, backslashes, control characters, halves of surrogate pairs. */
const escaped = /[\p{Cc}"\\\p{Surrogate}]/u
/** Up to this length, looking for those is faster than JSON's own writing. */
const short = 64

/** `path` holds the objects that a value lies in. */
function write(value: unknown, path: object[]): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`)
    return String(value)
  }
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no JSON form`)
  // What contains itself comes to this depth, too: it need not be looked for before.
  if (path.length >= deepest) {
    throw new TypeError(
      path.includes(value)
        ? 'a value that contains itself has no JSON form'
        : `more than ${deepest} levels of nesting have no JSON form here`,
    )
  }
  path.push(value)
  const text = writeObject(value, path)
  path.pop()
  return text
}

function writeObject(value: object, path: object[]): string {
  const convertible = value as { toJSON?: () => unknown }
  if (typeof convertible.toJSON === 'function') return write(convertible.toJSON(), path)
  return Array.isArray(value)
    ? writeArray(value as unknown[], path)
    : writeRecord(value as Record<string, unknown>, path)
}

function writeArray(items: readonly unknown[], path: object[]): string {
  let text = ''
  // By index: a hole must not make text that is no JSON.
  for (let index = 0; index < items.length; index += 1) {
    text += `${index === 0 ? '' : ','}${write(items[index] ?? null, path)}`
  }
  return `[${text}]`
}

function writeRecord(record: Readonly<Record<string, unknown>>, path: object[]): string {
  let text = ''
  for (const key of sorted(Object.keys(record))) {
    const member = record[key]
    if (member !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${write(member, path)}`
  }
  return `{${text}}`
}

/** Sorts names, most of which are in order already. */
function sorted(names: string[]): string[] {
  for (let index = 1; index < names.length; index += 1) {
    if ((names[index - 1] as string) > (names[index] as string)) return names.sort()
  }
  return names
}

function quoted(text: string): string {
  return text.length <= short && !escaped.test(text) ? `"${text}"` : JSON.stringify(text)
}

/**
 * What in a value is no JSON and would be lost or turned into something else by a round trip (a date, a map, an instance
 * of a class, a function, `NaN`), said with its place; undefined when all of it is. An absent member is fine.
 */
export function notJson(value: unknown): string | undefined {
  // Nearly always it is JSON: the place is looked for where it is not.
  return isJson(value, 0) ? undefined : search(value, '', new Set())
}

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'number'
      ? Number.isFinite(value)
      : value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean'
  }
  // What contains itself comes to this depth, too.
  if (depth >= deepest) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return false
  for (const key of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[key]
    if (typeof member !== 'string' && !isJson(member, depth + 1)) return false
  }
  return true
}

function search(value: unknown, place: string, path: Set<object>): string | undefined {
  const no = (what: string) => `${place.length > 100 ? `${place.slice(0, 100)}…` : place} ${what}`
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean')
    return undefined
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : no(`is ${value}, which has no JSON form`)
  if (typeof value !== 'object') return no(`is a ${typeof value}, which has no JSON form`)
  if (path.has(value)) return no('contains itself, which has no JSON form')
  if (path.size >= deepest)
    return no(`has more than ${deepest} levels of nesting, which have no JSON form here`)
  const isList = Array.isArray(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!isList && prototype !== Object.prototype && prototype !== null)
    return no(`is a ${value.constructor.name}, which has no JSON form`)
  path.add(value)
  for (const [key, member] of Object.entries(value)) {
    if (member === null || typeof member === 'string') continue
    const wrong = search(member, isList ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`, path)
    if (wrong !== undefined) return wrong
  }
  path.delete(value)
  return undefined
}

/**
 * A copy of what is JSON, as reading its text would give it: without absent members, and no member is a prototype.
 *
 * @throws TypeError for more than 500 levels of nesting.
 */
export function copiedJson<Value>(value: Value): Value {
  return copied(value, 0) as Value
}

function copied(value: unknown, depth: number): unknown {
  if (value === null || typeof value !== 'object') return value
  if (depth >= deepest) throw new TypeError(`more than ${deepest} levels of nesting have no JSON form here`)
  if (Array.isArray(value)) return Array.from(value as unknown[], (item) => copied(item ?? null, depth + 1))
  const copy: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue
    if (key !== '__proto__') copy[key] = copied(member, depth + 1)
    else
      Object.defineProperty(copy, key, {
        value: copied(member, depth + 1),
        enumerable: true,
        writable: true,
        configurable: true,
      })
  }
  return copy
}
