import type { z } from 'zod'

import { mapOf } from './known-names.ts'
import { nearestOption } from './schema-findings.ts'
import { kindOf } from './schema-keys.ts'

/** A value of which only those parts are sure that fit their form: a member or item that does not is undefined. */
export type Sound<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends readonly unknown[]
    ? { readonly [Index in keyof Value]: Sound<Value[Index]> | undefined }
    : Value extends object
      ? { readonly [Key in keyof Value]?: Sound<Value[Key]> | undefined }
      : Value

/**
 * What of a value fits its schema, so that one mistake does not hide the next: maps keep their names and lists their
 * positions, with undefined for what does not fit. Undefined when nothing of it does.
 */
export function soundParts<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): Sound<z.output<Schema>> | undefined {
  return partsOf(schema, value) as Sound<z.output<Schema>> | undefined
}

function partsOf(schema: z.ZodType, value: unknown): unknown {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const { type, shape, valueType, element, items, options, wrapped } = kindOf(schema)
  if (wrapped !== undefined) return partsOf(wrapped, value)
  if (options !== undefined) {
    const errors = options.map((option) => option.safeParse(value).error?.issues ?? [])
    const nearest = nearestOption(errors)
    return nearest === undefined ? undefined : partsOf(options[nearest]!, value)
  }
  // What is wrong as a whole is too long; its entries are not looked at one by one.
  if (read.error.issues.some(isOfWhole)) return undefined
  if (Array.isArray(value)) {
    if (type === 'array' && element !== undefined) return value.map((item) => partsOf(element, item))
    if (items?.length === value.length) return items.map((item, index) => partsOf(item, value[index]))
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const map = mapOf(value)
  if (shape !== undefined)
    return Object.fromEntries(
      Object.entries(shape).map(([key, member]) => [
        key,
        partsOf(member, Object.hasOwn(map, key) ? map[key] : undefined),
      ]),
    )
  if (valueType === undefined) return undefined
  // What stands under a wrong name is looked at all the same.
  const named = Object.entries(map).filter(([key]) => key !== '__proto__')
  return Object.fromEntries(named.map(([key, item]) => [key, partsOf(valueType, item)]))
}

const isOfWhole = ({ path, code }: z.core.$ZodIssue) =>
  path.length === 0 && (code === 'custom' || code === 'too_big')

/** A value without its holes: what of it can be worked with. Items behind a hole move up. */
export function withoutHoles<Value>(sound: Sound<Value>): Value {
  if (Array.isArray(sound))
    return sound.filter((item) => item !== undefined).map((item) => withoutHoles(item) as unknown) as Value
  if (typeof sound !== 'object' || sound === null) return sound as Value
  return Object.fromEntries(
    Object.entries(sound)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutHoles(item) as unknown]),
  ) as Value
}
