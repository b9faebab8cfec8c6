import type { z } from 'zod'

import { operationalSchema, sections, type Section } from './operational-schema.ts'
import type { Finding } from './problem.ts'
import { schemaFindings } from './schema-findings.ts'
import { soundParts, type Sound } from './sound-parts.ts'

/** What the sections hold. */
export type SectionValues = { readonly [Name in Section]?: z.output<(typeof sections)[Name]> }

/** What the sections hold, as far as it fits its form. */
export type SoundSections = { readonly [Name in Section]?: Sound<z.output<(typeof sections)[Name]>> }

/**
 * Reads each section by its schema. What does not fit is told, and what does is kept, so that one mistake does not hide
 * the next. Without findings, the values are {@link SectionValues}.
 */
export function readSections(data: Readonly<Record<string, unknown>>): {
  values: SoundSections
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
    values[name] = read.success ? read.data : soundParts(schema, written)
    if (!read.success) findings.push(...schemaFindings(schema, written, read.error.issues, [name]))
  }
  return { values: values as SoundSections, findings }
}
