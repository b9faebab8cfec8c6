import { z } from 'zod'

import { canonicalJson, type Json } from '../json.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { StoreRecord } from '../ports/transfer.ts'
import { severities } from '../signal.ts'

/** What the first line says of the form of those that follow. */
export const formatName = 'opschart-store'
/** The version of the form that is written here, and the newest that is read: in the first, timers stood with their times alone. */
export const formatVersion = 2

/** The last line: after it comes nothing, and before it that many lines. */
export interface LastLine {
  readonly kind: 'end'
  readonly lines: number
}

/** What stands in a line. */
export type LineContent = StoreRecord | LastLine

/** Digits of the check that ends a line. */
const checkLength = 16
const checkForm = new RegExp(`,"check":"([0-9a-f]{${checkLength}})"\\}$`)

/** The kinds in the order in which they come. */
export const kinds: readonly LineContent['kind'][] = [
  'head',
  'base',
  'known',
  'row',
  'actor',
  'fact',
  'checkpoint',
  'work',
  'timer',
  'end',
]

/**
 * The text of a line, which ends in a check over it and all lines before: what was changed, left out or put elsewhere is
 * found at that line.
 */
export function lineText(
  crypto: Pick<Crypto, 'sha256'>,
  before: string,
  content: LineContent,
): { readonly text: string; readonly check: string } {
  const body = bodyOf(content)
  const check = checkOf(crypto, before, body)
  return { text: `${body.slice(0, -1)},"check":"${check}"}`, check }
}

/** The body of a line and the check that it ends in; undefined when it ends in none. */
export function splitLine(text: string): { readonly body: string; readonly check: string } | undefined {
  const found = checkForm.exec(text)
  return found === null ? undefined : { body: `${text.slice(0, found.index)}}`, check: found[1] as string }
}

/** The check over a line that follows one with the check `before` (empty for the first). */
export function checkOf(crypto: Pick<Crypto, 'sha256'>, before: string, body: string): string {
  return crypto.sha256(`${before}\n${body}`).slice(0, checkLength)
}

// Members are written in the order that stands here, so that equal contents give equal bytes. A state keeps the order of
// its own members, which a machine may go through; all other values are canonical.
function bodyOf(content: LineContent): string {
  switch (content.kind) {
    case 'head': {
      const { kind, sequence, hash, beginning: first } = content
      const beginning =
        first.sequence === 0 ? null : { sequence: first.sequence, hash: first.hash, told: first.told }
      return JSON.stringify({ kind, format: formatName, version: formatVersion, sequence, hash, beginning })
    }
    case 'base': {
      const { kind, of, name, version, state } = content
      return JSON.stringify({ kind, of, name, version, state })
    }
    case 'known': {
      const { kind, hash, sequence } = content
      return JSON.stringify({ kind, hash, sequence })
    }
    case 'row': {
      const { kind, sequence, hash, actor, version, definition, at, key, entry } = content
      const named = key && { source: key.source, id: key.id }
      return withValue({ kind, sequence, hash, actor, version, definition, at, key: named }, 'entry', entry)
    }
    case 'actor': {
      const { kind, actor, version, definition, shard, ended, state } = content
      return JSON.stringify({ kind, actor, version, definition, shard, ended, state })
    }
    case 'fact': {
      const { kind, name, version, value } = content
      return withValue({ kind, name, version }, 'value', value)
    }
    case 'checkpoint':
      return withValue({ kind: content.kind, watcher: content.watcher }, 'value', content.value)
    case 'work': {
      const { kind, key, actor, shard, slot, severity, at, attempt, owner, until, task } = content
      const until_ = until === null ? null : timeText(until)
      const members = {
        kind,
        key,
        actor,
        shard,
        slot,
        severity,
        at: timeText(at),
        attempt,
        owner,
        until: until_,
      }
      return withValue(members, 'task', task)
    }
    case 'timer': {
      const { kind, actor, id, due, version, event } = content
      return withValue({ kind, actor, id, due: timeText(due), version }, 'event', event)
    }
    case 'end':
      return JSON.stringify({ kind: content.kind, lines: content.lines })
  }
}

function withValue(members: object, name: string, value: Json): string {
  return `${JSON.stringify(members).slice(0, -1)},"${name}":${canonicalJson(value)}}`
}

/** A time as JSON can hold it: what never comes is due at infinity. */
const timeText = (time: number) => (Number.isFinite(time) ? time : (`${time}` as 'Infinity' | '-Infinity'))

const text = z.string()
const count = z.int().nonnegative()
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const time = z
  .union([z.number(), z.enum(['Infinity', '-Infinity'])])
  .transform((value) => (typeof value === 'string' ? Number(value) : value))
// What JSON.parse gave is JSON: its inside is not gone through again.
const json = z.custom<Json>((value) => value !== undefined)

/** What may stand in a line of this version. */
export const lineSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('head'),
    format: z.literal(formatName),
    version: z.int().min(1).max(formatVersion),
    sequence: count,
    hash: z.union([hash, z.literal('')]),
    beginning: z.strictObject({ sequence: z.int().positive(), hash, told: z.int().positive() }).nullable(),
  }),
  z.strictObject({
    kind: z.literal('base'),
    of: z.enum(['actor', 'service', 'context']),
    name: text,
    version: count,
    state: json,
  }),
  z.strictObject({ kind: z.literal('known'), hash: z.string().regex(/^[0-9a-f]{32}$/), sequence: count }),
  z.strictObject({
    kind: z.literal('row'),
    sequence: count,
    hash,
    actor: text,
    version: count,
    definition: text,
    at: z.number(),
    key: z.strictObject({ source: text, id: text }).nullable(),
    entry: json,
  }),
  z.strictObject({
    kind: z.literal('actor'),
    actor: text,
    version: count,
    definition: text,
    shard: text,
    ended: z.boolean(),
    state: json,
  }),
  z.strictObject({ kind: z.literal('fact'), name: text, version: count, value: json }),
  z.strictObject({ kind: z.literal('checkpoint'), watcher: text, value: json }),
  z.strictObject({
    kind: z.literal('work'),
    key: text,
    actor: text,
    shard: text,
    slot: text.nullable(),
    severity: z.enum(severities),
    at: time,
    attempt: count,
    owner: text.nullable(),
    until: time.nullable(),
    task: json,
  }),
  z.strictObject({
    kind: z.literal('timer'),
    actor: text,
    id: text,
    due: time,
    version: z.number(),
    event: json,
  }),
  z.strictObject({ kind: z.literal('end'), lines: count }),
])
