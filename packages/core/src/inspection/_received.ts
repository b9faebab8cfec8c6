import type { Json } from '../json.ts'

/** How much of a value from another process is kept. */
const most = { depth: 20, members: 200, text: 10_000, values: 5_000 }

/** Whether a value is an object that is no list. */
export const isJsonObject = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null && !Array.isArray(given)

/**
 * A value from another process as plain JSON of bounded size: what is deeper, longer or more is cut off, and marked by an
 * ellipsis. `__proto__` is left out. Undefined for what has no JSON form.
 */
export function plainJsonOf(given: unknown): Json | undefined {
  let left = most.values
  const copy = (value: unknown, depth: number): Json | undefined => {
    left -= 1
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'number') return Number.isFinite(value) ? value : null
    if (typeof value === 'string') return value.length <= most.text ? value : `${value.slice(0, most.text)}…`
    if (typeof value !== 'object') return undefined
    if (depth >= most.depth || left <= 0) return '…'
    if (Array.isArray(value)) {
      const items = (value as unknown[]).slice(0, most.members).map((item) => copy(item, depth + 1) ?? null)
      return value.length > most.members ? [...items, '…'] : items
    }
    const entries = Object.entries(value).filter(([key]) => key !== '__proto__')
    const kept = entries.slice(0, most.members).flatMap(([key, member]): [string, Json][] => {
      const inner = copy(member, depth + 1)
      return inner === undefined ? [] : [[key.slice(0, most.text), inner]]
    })
    return Object.fromEntries(entries.length > most.members ? [...kept, ['…', '…']] : kept)
  }
  return copy(given, 0)
}
