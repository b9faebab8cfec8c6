import { nearestName } from '@opschart/core'
import type { z } from 'zod'

import { wrongArguments } from './argument-array.ts'
import { mapOf } from './known-names.ts'
import { typeName } from './names.ts'
import { plainText } from './plain-text.ts'
import type { Finding, ProblemPath } from './problem.ts'
import { keysAt, schemasAt } from './schema-keys.ts'

type Issue = z.core.$ZodIssue

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(data: unknown, path: ProblemPath): unknown {
  let value = data
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string | number, unknown>)[part]
  }
  return value
}

/**
 * What a schema found wrong with data, said to a person: one finding for each place, at the part of the data that is
 * meant. A member that stands there under a misspelt name is not missing as well.
 */
export function schemaFindings(
  schema: z.ZodType,
  data: unknown,
  issues: readonly Issue[],
  base: ProblemPath,
): Finding[] {
  const seen = new Set<string>()
  const found = issues.flatMap((issue) => findingsOf(issue, []))
  const misspelt = new Set(
    found.flatMap(({ path, name, candidates }) => {
      const meant = name === undefined || candidates === undefined ? undefined : nearestName(name, candidates)
      return meant === undefined || path.at(-1) !== name
        ? []
        : [JSON.stringify([...path.slice(0, -1), meant])]
    }),
  )
  return found
    .filter(({ path, at, missing }) => {
      const place = missing === undefined ? path : [...path, missing]
      if (missing !== undefined && misspelt.has(JSON.stringify(place))) return false
      const key = JSON.stringify([at ?? 'value', ...place])
      return seen.has(key) ? false : seen.add(key) !== undefined
    })
    .map((finding) => ({ ...finding, path: [...base, ...finding.path] }))

  function findingsOf(issue: Issue, above: ProblemPath): SchemaFinding[] {
    const path = [...above, ...(issue.path as (string | number)[])]
    const value = valueAt(data, path)
    const finding = (message: string, more: Partial<Finding> = {}): SchemaFinding[] => [
      { severity: 'error', path, message, ...more },
    ]
    switch (issue.code) {
      case 'unrecognized_keys': {
        const keys = keysAt(schema, path)
        return issue.keys.flatMap((key): SchemaFinding[] => {
          const unknown = { severity: 'error', path: [...path, key], at: 'key' } as const
          if (coming.has(key))
            return [{ ...unknown, message: `${key} comes in a later version: take it out` }]
          const message = `nothing is called ${plainText(key, 60)} here`
          if (keys.length === 0) return [{ ...unknown, message }]
          // The value is wrong or right as that of the member that was meant.
          const meant = nearestName(key, keys)
          const behind =
            meant === undefined || Object.hasOwn(mapOf(value), meant)
              ? undefined
              : schemasAt(schema, [...path, meant])[0]?.safeParse(valueAt(data, [...path, key])).error
          return [
            { ...unknown, message, expected: listed(keys), name: key, candidates: keys },
            ...(behind?.issues ?? []).flatMap((inner) => findingsOf(inner, [...path, key])),
          ]
        })
      }
      case 'invalid_key': {
        // The library does not look behind a name that is wrong.
        const behind = schemasAt(schema, path)[0]?.safeParse(value).error?.issues ?? []
        return [
          ...finding(issue.issues[0]?.message ?? issue.message, { at: 'key' }),
          ...behind.flatMap((inner) => findingsOf(inner, path)),
        ]
      }
      case 'invalid_union': {
        const branch = nearestOption(issue.errors)
        if (branch !== undefined) return issue.errors[branch]!.flatMap((inner) => findingsOf(inner, path))
        const values = issue.errors
          .flat()
          .flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : []))
        return finding(lower(issue.message), offered(value, values))
      }
      case 'invalid_value': {
        const values = issue.values.map(String)
        if (value === undefined) return missing(issue, path)
        const shown = typeof value === 'string' ? plainText(value, 60) : typeName(value)
        return finding(`${shown} is not one of them`, { expected: listed(values), ...offered(value, values) })
      }
      case 'invalid_type':
        if (value === undefined) return missing(issue, path)
        if (isCommand(path)) return finding(wrongArguments(value))
        return finding(
          own(issue)
            ? issue.message
            : `${kindNames[issue.expected] ?? `a ${issue.expected}`} is expected, not ${typeName(value)}`,
        )
      case 'invalid_format':
        if (issue.format === 'url' && !own(issue))
          return finding('no address', { expected: 'such as http://127.0.0.1:3000/health' })
        return finding(lower(issue.message))
      case 'custom':
      case 'invalid_element':
      case 'not_multiple_of':
      case 'too_big':
      case 'too_small':
        return finding(lower(issue.message))
    }
  }

  function missing(issue: Issue, path: ProblemPath): SchemaFinding[] {
    const name = String(path.at(-1))
    const lacks = `${name} is missing`
    const message = !own(issue)
      ? lacks
      : issue.message.endsWith(butNothing)
        ? `${lacks}: ${issue.message.slice(0, -butNothing.length)}`
        : issue.message
    const expected = issue.code === 'invalid_value' ? { expected: listed(issue.values.map(String)) } : {}
    return [{ severity: 'error', path: path.slice(0, -1), at: 'key', message, missing: name, ...expected }]
  }
}

/** A finding of a schema; `missing` names the member that the map at its path lacks. */
type SchemaFinding = Finding & { readonly missing?: string }

/** How messages of ours about a value end where there is none. */
const butNothing = `, not ${typeName(undefined)}`

/** Words of the design that this version does not evaluate; nobody should believe that they do something. */
const coming = new Set(['no_data', 'rate_limit', 'verify_within', 'shadow', 'maintenance_window'])

const kindNames: Readonly<Record<string, string>> = {
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

/** Keys of a service that hold an argument array; their schema is core's and knows no YAML. */
const isCommand = (path: ProblemPath) =>
  ['deploy', 'rollback', 'test', 'command'].includes(String(path.at(-1)))

/** Whether the message is one of ours and not the schema library's. */
const own = (issue: Issue) => !/^(?:Invalid|Too|Unrecognized)\b/.test(issue.message)

const lower = (message: string) =>
  /^[A-Z][a-z]/.test(message) ? message[0]!.toLowerCase() + message.slice(1) : message

/** Whether an issue says that the value is of another kind altogether: then it was not this branch of the union that was meant. */
function misfits(issue: Issue): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_union') return issue.errors.every((errors) => errors.some(misfits))
  return (
    issue.code === 'invalid_type' ||
    issue.code === 'invalid_value' ||
    (issue.code === 'too_small' && issue.origin === 'array' && issue.minimum === 2)
  )
}

/** Which option of a union was most likely meant, by what is wrong with each; undefined when none was. */
export function nearestOption(errors: readonly (readonly Issue[])[]): number | undefined {
  const fitting = errors.flatMap((issues, index) =>
    issues.some(misfits) ? [] : [{ index, weight: weight(issues) }],
  )
  return fitting.toSorted((one, other) => one.weight - other.weight)[0]?.index
}

/** How far an option is from what was written: unknown and missing keys count most, one that is the other misspelt but once. */
function weight(issues: readonly Issue[]): number {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  return issues
    .map((issue) => {
      if (issue.code === 'unrecognized_keys') return 3 * issue.keys.length
      const [name] = issue.path
      const isMisspelt =
        issue.path.length === 1 && unknown.some((key) => nearestName(key, [String(name)]) !== undefined)
      return isMisspelt ? 0 : issue.code === 'invalid_type' ? 2 : 1
    })
    .reduce((sum, each) => sum + each, 0)
}

const offered = (value: unknown, candidates: readonly string[]): Partial<Finding> =>
  typeof value === 'string' && candidates.length > 0 ? { name: value, candidates } : {}

/** Names in a list, the first ones when there are many. */
export function listed(names: readonly string[], limit = 20): string {
  const shown = names.slice(0, limit).join(', ')
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown
}
