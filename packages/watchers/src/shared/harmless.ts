import type { Json } from '@opschart/core'

const escape = String.fromCharCode(27)
const bell = String.fromCharCode(7)

// Terminal sequences: CSI with parameters, OSC up to its terminator, and two-character escapes. No part can match
// an escape character again, so that the time is linear in the text.
const terminalSequence = new RegExp(
  `${escape}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?|[ -/]*[0-~])`,
  'gu',
)
const lineBreak = /[\n\r\t\v\f\u0085\u2028\u2029]+/gu
const control = /\p{Cc}/gu
const controlButLineFeed = /(?!\n)\p{Cc}/gu
// What a person does not see but a terminal or a model does: direction overrides, zero-width marks, tag characters.
const invisible =
  /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu

/**
 * One line of text from outside, made safe to show and to store: terminal sequences, control and invisible characters
 * taken out, line breaks and tabs turned into one space, lone surrogates replaced, and cut to `limit` UTF-16 units
 * (the last one is then `…`).
 */
export function harmlessText(text: string, limit: number): string {
  // What is longer than this is cut anyway; so that cleaning costs no more than what is kept of it.
  const bounded = text.slice(0, limit * 4 + 256)
  const clean = bounded
    .replace(terminalSequence, '')
    .replace(lineBreak, ' ')
    .replace(control, '')
    .replace(invisible, '')
    .trim()
  return cut(clean, limit)
}

/** Like {@link harmlessText}, but keeps line feeds (each line end becomes one): for stack traces. Tabs become two spaces. */
export function harmlessLines(text: string, limit: number): string {
  const clean = text
    .slice(0, limit * 4 + 256)
    .replace(terminalSequence, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '  ')
    .replace(controlButLineFeed, '')
    .replace(invisible, '')
    .trimEnd()
  return cut(clean, limit)
}

/** `text` with at most `limit` UTF-16 units, cut between characters; says so by a last `…`. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text.toWellFormed()
  const end = isHighSurrogate(text.charCodeAt(limit - 2)) ? limit - 2 : limit - 1
  return `${text.slice(0, end).toWellFormed()}…`
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])
const deepest = 16

/**
 * A JSON value from outside with every text in it made safe like {@link harmlessLines}: strings to 16,384 units, keys
 * to 200. Members that could reach a prototype are left out, and what is nested deeper than 16 becomes null.
 */
export function harmlessJson(value: Json, depth = 0): Json {
  if (typeof value === 'string') return harmlessLines(value, 16_384)
  if (value === null || typeof value !== 'object') return value
  if (depth >= deepest) return null
  if (Array.isArray(value)) return value.map((item: Json) => harmlessJson(item, depth + 1))
  const members = Object.entries(value as Record<string, Json | undefined>)
    .filter(([key, member]) => member !== undefined && !forbiddenKeys.has(key))
    .map(([key, member]) => [harmlessText(key, 200), harmlessJson(member ?? null, depth + 1)] as const)
  return Object.fromEntries(members)
}
