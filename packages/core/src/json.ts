/** What a JSON text can hold. Everything that is stored, sent or hashed is of this type. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json | undefined }

/**
 * The one JSON text of a value: keys sorted by code unit, no white space, absent keys left out. Equal values give equal
 * bytes, so snapshots, plans and journal rows are compared and hashed through it.
 *
 * @throws TypeError for what JSON cannot hold (a function, a symbol, a bigint, `NaN`, a cycle).
 */
export function canonicalJson(value: unknown): string {
  return write(value, [])
}

function write(value: unknown, path: readonly unknown[]): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`)
    return JSON.stringify(value)
  }
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no JSON form`)
  if (path.includes(value)) throw new TypeError('a value that contains itself has no JSON form')
  const inner = [...path, value]
  const convertible = value as { toJSON?: () => unknown }
  if (typeof convertible.toJSON === 'function') return write(convertible.toJSON(), inner)
  if (Array.isArray(value)) return `[${value.map((item) => write(item ?? null, inner)).join(',')}]`
  const record = value as Record<string, unknown>
  const members = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${write(record[key], inner)}`)
  return `{${members.join(',')}}`
}
