import type { z } from 'zod'

import { wrongArguments } from './argument-array.ts'
import { typeName } from './names.ts'
import { plainText } from './plain-text.ts'
import type { Finding, ProblemPath } from './problem.ts'
import { keysAt } from './schema-keys.ts'

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

/** What a schema found wrong with data, said to a person: one finding for each place, at the part of the data that is meant. */
export function schemaFindings(
  schema: z.ZodType,
  data: unknown,
  issues: readonly Issue[],
  base: ProblemPath,
): Finding[] {
  const seen = new Set<string>()
  return issues
    .flatMap((issue) => findingsOf(issue, []))
    .filter(({ path, at }) => {
      const key = JSON.stringify([at ?? 'value', ...path])
      return seen.has(key) ? false : seen.add(key) !== undefined
    })
    .map((finding) => ({ ...finding, path: [...base, ...finding.path] }))

  function findingsOf(issue: Issue, above: ProblemPath): Finding[] {
    const path = [...above, ...(issue.path as (string | number)[])]
    const value = valueAt(data, path)
    const finding = (message: string, more: Partial<Finding> = {}): Finding[] => [
      { severity: 'error', path, message, ...more },
    ]
    switch (issue.code) {
      case 'unrecognized_keys': {
        const keys = keysAt(schema, path)
        return issue.keys.map((key) => ({
          severity: 'error' as const,
          path: [...path, key],
          at: 'key' as const,
          message: coming.has(key)
            ? `${key} comes in a later version: take it out`
            : `nothing is called ${plainText(key, 60)} here`,
          ...(keys.length > 0 && !coming.has(key)
            ? { expected: listed(keys), name: key, candidates: keys }
            : {}),
        }))
      }
      case 'invalid_key':
        return finding(issue.issues[0]?.message ?? issue.message, { at: 'key' })
      case 'invalid_union': {
        const branch = issue.errors
          .filter((errors) => !errors.some(misfits))
          .sort((one, other) => weight(one) - weight(other))[0]
        if (branch !== undefined) return branch.flatMap((inner) => findingsOf(inner, path))
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

  function missing(issue: Issue, path: ProblemPath): Finding[] {
    const name = path.at(-1)
    const message = own(issue) ? issue.message : `${String(name)} is missing`
    return [{ severity: 'error', path: path.slice(0, -1), at: 'key', message }]
  }
}

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

/** How far a branch is from what was written: unknown and missing keys count most. */
function weight(issues: readonly Issue[]): number {
  return issues
    .map((issue) =>
      issue.code === 'unrecognized_keys' ? 3 * issue.keys.length : issue.code === 'invalid_type' ? 2 : 1,
    )
    .reduce((sum, each) => sum + each, 0)
}

const offered = (value: unknown, candidates: readonly string[]): Partial<Finding> =>
  typeof value === 'string' && candidates.length > 0 ? { name: value, candidates } : {}

/** Names in a list, the first ones when there are many. */
export function listed(names: readonly string[], limit = 20): string {
  const shown = names.slice(0, limit).join(', ')
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown
}
