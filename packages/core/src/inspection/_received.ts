import type { Json, JsonObject } from '../json.ts'
import { redactJson } from '../redact.ts'
import type { SeenState } from './messages.ts'

/** How much of a value from outside is kept: `characters` of all of its texts together. */
const most = { depth: 20, members: 200, text: 10_000, values: 5_000, characters: 500_000 }
/** Ids, names and event types are cut at this length. */
const longest = 200

/** Whether a value is an object that is no list. */
export const isJsonObject = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null && !Array.isArray(given)

/**
 * A value from outside as plain JSON of bounded size: what is deeper, longer or more is cut off, and marked by an
 * ellipsis. `__proto__` is left out. A live value is said as JSON would say it, bytes by their number. Undefined for what
 * has no JSON form.
 */
export function plainJsonOf(given: unknown): Json | undefined {
  let { values, characters } = most
  const cut = (text: string): string => {
    const length = Math.min(most.text, Math.max(0, characters))
    characters -= text.length
    return text.length <= length ? text : `${text.slice(0, length)}…`
  }
  const copy = (value: unknown, depth: number): Json | undefined => {
    values -= 1
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'number') return Number.isFinite(value) ? value : null
    if (typeof value === 'string') return cut(value)
    if (typeof value === 'bigint') return cut(String(value))
    if (typeof value !== 'object') return undefined
    if (depth >= most.depth || values <= 0) return '…'
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `${value.byteLength} bytes`
    if (Array.isArray(value)) {
      const items = (value as unknown[]).slice(0, most.members).map((item) => copy(item, depth + 1) ?? null)
      return value.length > most.members ? [...items, '…'] : items
    }
    if (value instanceof Map || value instanceof Set)
      return copy([...value].slice(0, most.members + 1), depth)
    if (value instanceof Error) return copy({ name: value.name, message: value.message }, depth)
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') return copy(toJSON.call(value), depth + 1)
    const kept: [string, Json][] = []
    for (const key of Object.keys(value)) {
      if (key === '__proto__') continue
      if (kept.length >= most.members) {
        kept.push(['…', '…'])
        break
      }
      const inner = copy((value as Record<string, unknown>)[key], depth + 1)
      if (inner !== undefined) kept.push([cut(key), inner])
    }
    return Object.fromEntries(kept)
  }
  return copy(given, 0)
}

/** A name or an id: on one line, without control characters, not without end; undefined for what is none. */
export function textOf(given: unknown): string | undefined {
  if (typeof given !== 'string' || given === '') return undefined
  return given.slice(0, longest).replaceAll(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, ' ')
}

/** What an event is called. */
export const typeOf = (event: unknown): string =>
  (isJsonObject(event) ? textOf(event['type']) : textOf(event)) ?? '?'

/** An event of another app as it is shown: bounded, without what looks like a secret. */
export function eventOf(event: unknown): JsonObject & { readonly type: string } {
  const data = isJsonObject(event) ? plainJsonOf(event) : {}
  return {
    ...(isJsonObject(data) ? (redactJson(data as JsonObject) as JsonObject) : {}),
    type: typeOf(event),
  }
}

const statuses = ['active', 'done', 'error', 'stopped'] as const

/** A snapshot of another app, XState 5's or 4's, as it is shown: bounded, without what looks like a secret. */
export function stateOf(snapshot: unknown): { state?: SeenState } {
  if (!isJsonObject(snapshot)) return {}
  const { status, value, context, tags, output, error, done } = snapshot
  const known = statuses.find((one) => one === status) ?? (done === true ? 'done' : 'active')
  const shown = (given: unknown): Json => redactJson(plainJsonOf(given) ?? null)
  const named = Array.isArray(tags) || tags instanceof Set ? Array.from<unknown>(tags) : []
  return {
    state: {
      status: known,
      value: plainJsonOf(value) ?? null,
      ...(isJsonObject(context) ? { context: shown(context) as JsonObject } : {}),
      ...(named.length > 0 ? { tags: named.slice(0, 100).flatMap((tag) => textOf(tag) ?? []) } : {}),
      ...(output === undefined ? {} : { output: shown(output) }),
      ...(error === undefined ? {} : { error: shown(error) }),
    },
  }
}
