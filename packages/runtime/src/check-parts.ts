import { OpschartError } from '@opschart/core'

import { plainLine } from './plain-text.ts'
import type { RuntimeOptions } from './runtime-options.ts'

/**
 * Refuses what is obviously something else than it is given for: for JavaScript, where no type does.
 *
 * @throws OpschartError `configuration`, with what to write.
 */
export function checkParts({ lifecycle, machines, store }: RuntimeOptions): void {
  if (store !== undefined && !has(store, 'commit', 'factsBeginning')) {
    const path = typeof store === 'string' ? quoted(store) : "'.opschart/state.db'"
    throw new OpschartError(
      'configuration',
      `store: ${named(store)} is no store; write sqliteStore(${path}), from opschart/sqlite`,
    )
  }
  if (lifecycle !== undefined && !has((lifecycle as Partial<typeof lifecycle>)?.kernel, 'step', 'restore'))
    throw new OpschartError(
      'configuration',
      `lifecycle: ${named(lifecycle)} is no law; write defineLifecycle({ … })`,
    )
  const isMap = typeof machines === 'object' && machines !== null && !Array.isArray(machines)
  if (machines !== undefined && (!isMap || has(machines, 'transition')))
    throw new OpschartError(
      'configuration',
      `machines: ${named(machines)} is no map of machines by name; write { order: machine }`,
    )
}

const has = (value: unknown, ...methods: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((method) => typeof (value as Readonly<Record<string, unknown>>)[method] === 'function')

const quoted = (text: string) => `'${plainLine(text, 100)}'`

/** What a value is, for who gave it. */
function named(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null) return 'null'
  if (typeof value !== 'object') return `a ${typeof value}`
  if (value instanceof Promise) return 'a promise (is an await missing?)'
  return Array.isArray(value) ? 'a list' : 'this object'
}
