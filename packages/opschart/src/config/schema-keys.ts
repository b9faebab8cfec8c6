import type { z } from 'zod'

/** What is read of a zod schema: its kind and the schemas inside it. */
interface Definition {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly valueType?: z.ZodType
  readonly element?: z.ZodType
  readonly items?: readonly z.ZodType[]
  readonly options?: readonly z.ZodType[]
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
}

/** The keys that a map at a path may have, in the schema's order; empty where any name may stand. */
export function keysAt(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  let level = alternatives(schema)
  for (const part of path)
    level = level.flatMap((definition) => inside(definition, part)).flatMap(alternatives)
  return [...new Set(level.flatMap(({ shape }) => Object.keys(shape ?? {})))]
}

/** A schema without what merely wraps it; a union as its options. */
function alternatives(schema: z.ZodType): Definition[] {
  const definition = schema.def as unknown as Definition
  const wrapped = definition.innerType ?? definition.in
  if (wrapped !== undefined) return alternatives(wrapped)
  return definition.options === undefined ? [definition] : definition.options.flatMap(alternatives)
}

function inside(definition: Definition, part: string | number): z.ZodType[] {
  const found =
    typeof part === 'number'
      ? (definition.element ?? definition.items?.[part])
      : definition.shape !== undefined && Object.hasOwn(definition.shape, part)
        ? definition.shape[part]
        : definition.valueType
  return found === undefined ? [] : [found]
}
