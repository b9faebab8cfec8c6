import type { z } from 'zod'

import { operationalSchema, sections, type Section } from './operational-schema.ts'
import type { Finding } from './problem.ts'
import { schemaFindings } from './schema-findings.ts'

/** What the sections hold, as far as they fit their form: an entry that does not is left out, or a hole in a list. */
export type SectionValues = { readonly [Name in Section]?: z.output<(typeof sections)[Name]> }

/**
 * Reads each section by its schema. What does not fit is told, and what does is kept, so that one mistake does not hide
 * the next.
 */
export function readSections(data: Readonly<Record<string, unknown>>): {
  values: SectionValues
  findings: Finding[]
} {
  const values: Record<string, unknown> = {}
  const findings: Finding[] = []
  const known = Object.keys(sections)
  const unknown = Object.keys(data).filter((key) => !known.includes(key))
  if (unknown.length > 0) {
    const { error } = operationalSchema.safeParse(Object.fromEntries(unknown.map((key) => [key, data[key]])))
    findings.push(...schemaFindings(operationalSchema, data, error?.issues ?? [], []))
  }
  for (const [name, schema] of Object.entries<z.ZodType>(sections)) {
    // A section whose entries are all commented out is an empty one.
    const written = data[name]
    if (written === undefined || written === null) continue
    const read = schema.safeParse(written)
    if (read.success) {
      values[name] = read.data
      continue
    }
    findings.push(...schemaFindings(schema, written, read.error.issues, [name]))
    const rest = withoutBroken(schema, written, new Set(read.error.issues.map(({ path }) => path[0])))
    if (rest !== undefined) values[name] = rest
  }
  return { values: values as SectionValues, findings }
}

/** The entries of a map or list that fit; undefined when the section is neither, or does not fit as a whole. */
function withoutBroken(
  schema: z.ZodType,
  written: unknown,
  broken: ReadonlySet<PropertyKey | undefined>,
): unknown {
  const { type, element } = schema.def as unknown as { type: string; element?: z.ZodType }
  if (type === 'array' && Array.isArray(written) && element !== undefined) {
    return written.map((item, index) => (broken.has(index) ? undefined : element.safeParse(item).data))
  }
  if (type !== 'record' || typeof written !== 'object' || written === null || Array.isArray(written))
    return undefined
  return schema.safeParse(Object.fromEntries(Object.entries(written).filter(([key]) => !broken.has(key))))
    .data
}
