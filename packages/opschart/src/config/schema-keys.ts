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

/** What a schema is made of; `wrapped` is the one that it merely wraps. */
export function kindOf(schema: z.ZodType): Definition & { readonly wrapped: z.ZodType | undefined } {
  const definition = schema.def as unknown as Definition
  return { ...definition, wrapped: definition.innerType ?? definition.in }
}

/** The keys that a map at a path may have, in the schema's order; empty where any name may stand. */
export function keysAt(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  const level = schemasAt(schema, path).flatMap(alternatives)
  return [...new Set(level.flatMap(({ shape }) => Object.keys(shape ?? {})))]
}

/** The schemas that a value at a path may be held against; more than one below a union. */
export function schemasAt(schema: z.ZodType, path: readonly (string | number)[]): z.ZodType[] {
  let level = [schema]
  for (const part of path)
    level = level.flatMap(alternatives).flatMap((definition) => inside(definition, part))
  return level
}

/** A schema without what merely wraps it; a union as its options. */
function alternatives(schema: z.ZodType): Definition[] {
  const definition = kindOf(schema)
  if (definition.wrapped !== undefined) return alternatives(definition.wrapped)
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
