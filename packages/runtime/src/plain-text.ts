import { redact, redactJson, type Json, type JsonObject } from '@opschart/core'

const escape = String.fromCharCode(27)
const bell = String.fromCharCode(7)

// CSI with its parameters, OSC up to its end, two-character escapes. No part can match an escape again: linear time.
const terminalSequence = new RegExp(
  `${escape}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?|[ -/]*[0-~])`,
  'gu',
)
const control = /\p{Cc}/gu
const controlButLayout = /(?![\n\t])\p{Cc}/gu
/** What is not seen, but turns round or hides what is: overrides of direction, zero-width marks. */
const invisible = /[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu

/** One line of text from outside, safe to show and to keep: no terminal sequences, no control or invisible characters, no secrets, at most `most` long. */
export function plainLine(text: string, most: number): string {
  return plainName(redact(text.slice(0, most * 4 + 256)), most)
}

/** Like {@link plainLine}, for names that must stay apart from one another: what looks like a secret stays. */
export function plainName(text: string, most: number): string {
  const clean = text
    .slice(0, most * 4 + 256)
    .replace(terminalSequence, '')
    .replace(/[\n\r\t]+/g, ' ')
    .replace(control, '')
    .replace(invisible, '')
    .trim()
    .toWellFormed()
  return clean.length <= most ? clean : `${clean.slice(0, most - 1).toWellFormed()}…`
}

/** A value from outside with every text in it, keys too, without terminal sequences, control characters and secrets; line feeds and tabs stay. */
export function plainJson(value: JsonObject): JsonObject {
  return redactJson(stripped(value)) as JsonObject
}

function stripped(value: Json): Json {
  if (typeof value === 'string') return strippedText(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Json) => stripped(item))
  const members = Object.entries(value as JsonObject).flatMap(([key, member]) =>
    // A member of this name would be the object's own prototype for whoever copies it.
    member === undefined || key === '__proto__' ? [] : [[strippedText(key), stripped(member)] as const],
  )
  return Object.fromEntries(members)
}

const strippedText = (text: string): string =>
  text.replace(terminalSequence, '').replace(controlButLayout, '').replace(invisible, '').toWellFormed()
