import { OpschartError, type JsonObject, type Migration, type StoredActor } from '@opschart/core'

import { publicId } from './actor-names.ts'
import type { Chart } from './charts.ts'
import type { MachineState } from './machine-state.ts'

/** How a stored actor stands to the chart of today. */
export type Fit =
  /** Decided under this very definition. */
  | { readonly kind: 'same'; readonly state: MachineState }
  /** Under another; it fits, as it is or by a declared migration, and goes on with this state. */
  | { readonly kind: 'fits'; readonly state: MachineState; readonly by: readonly Migration[] }
  /** It cannot go on. */
  | { readonly kind: 'misfit'; readonly state: MachineState; readonly problem: string }

/** Looks whether a stored actor fits its chart, after the migrations that are declared for its version [D7]. */
export function fitOf(stored: StoredActor, chart: Chart): Fit {
  const state = stored.state as unknown as MachineState
  if (state.format !== 1) {
    return { kind: 'misfit', state, problem: `its format is ${String(state.format)}, this version reads 1` }
  }
  if (stored.definition === chart.definition) return { kind: 'same', state }
  if (stored.ended) return { kind: 'fits', state, by: [] }
  try {
    const by = migrationsOf(state, chart)
    const moved = by.reduce(migrate, state)
    const { version } = chart.machine
    const next: MachineState = version === undefined ? moved : { ...moved, chart_version: version }
    const problem = misfitOf(next, chart)
    return problem === undefined ? { kind: 'fits', state: next, by } : { kind: 'misfit', state, problem }
  } catch (error) {
    return { kind: 'misfit', state, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** The migrations that lead from a state's version to the chart's, one after the other; none when it has that version. */
function migrationsOf({ chart_version }: MachineState, { machine, migrations }: Chart): Migration[] {
  const way: Migration[] = []
  let at = chart_version
  while (at !== machine.version) {
    const next = migrations.find((migration) => migration.from === at && !way.includes(migration))
    // Without a declared way it is tried as it is.
    if (next === undefined) return way
    way.push(next)
    at = next.to
  }
  return way
}

function migrate(state: MachineState, { to, states = {}, context }: Migration): MachineState {
  const { snapshot } = state
  const before = JSON.parse(JSON.stringify(snapshot['context'])) as JsonObject
  return {
    ...state,
    chart_version: to,
    snapshot: {
      ...snapshot,
      value: movedValue(snapshot['value'] as Value, states),
      ...(context === undefined ? {} : { context: context(before) }),
    },
  }
}

type Value = string | { readonly [region: string]: Value }

/** A state value whose states have moved, by path. */
function movedValue(value: Value, moves: Readonly<Record<string, string>>): Value {
  const paths = pathsOf(value).map((path) => moved(path, moves))
  return paths.reduce<Value>((whole, path) => joined(whole, path.split('.')), {})
}

function pathsOf(value: Value): string[] {
  if (typeof value === 'string') return [value]
  return Object.entries(value).flatMap(([name, inner]) => {
    const below = pathsOf(inner)
    return below.length === 0 ? [name] : below.map((path) => `${name}.${path}`)
  })
}

function moved(path: string, moves: Readonly<Record<string, string>>): string {
  const parts = path.split('.')
  for (let length = parts.length; length > 0; length -= 1) {
    const head = parts.slice(0, length).join('.')
    if (Object.hasOwn(moves, head)) return [moves[head], ...parts.slice(length)].join('.')
  }
  return path
}

function joined(value: Value, [first = '', ...rest]: string[]): Value {
  if (rest.length === 0)
    return typeof value === 'object' && Object.keys(value).length > 0 ? { ...value, [first]: {} } : first
  const members = typeof value === 'string' ? { [value]: {} } : value
  return { ...members, [first]: joined(members[first] ?? {}, rest) }
}

/** Why a state cannot go on under a chart: a state that is gone, a child whose source is, a history that leads nowhere. */
function misfitOf(state: MachineState, chart: Chart): string | undefined {
  const { machine, kernel } = chart
  const { children = {}, historyValue = {} } = state.snapshot as {
    children?: Record<string, { src?: string }>
    historyValue?: Record<string, { id: string }[]>
  }
  for (const [id, { src = '' }] of Object.entries(children)) {
    if (chart.child(src) === undefined && chart.operation(src) === undefined)
      return `its child ${id} is made of ${src}, and there is no such actor any more`
  }
  const { idMap } = machine as unknown as { idMap: ReadonlyMap<string, unknown> }
  const known = (id: string): boolean => idMap.has(id)
  for (const [history, nodes] of Object.entries(historyValue)) {
    const gone = [{ id: history }, ...nodes].find(({ id }) => !known(id))
    if (gone !== undefined) return `its history speaks of ${gone.id}, and there is no such state any more`
  }
  try {
    const { value } = kernel.restore(state)
    const stored = JSON.stringify(state.snapshot['value'])
    if (JSON.stringify(value) === stored) return undefined
    return `it is in ${stored}, which leads to ${JSON.stringify(value)} today`
  } catch (error) {
    return `it is in ${JSON.stringify(state.snapshot['value'])}: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The error that a misfit is told as, with the way out. */
export function misfitError(actor: string, problem: string): OpschartError {
  return new OpschartError(
    'configuration',
    `${publicId(actor)} does not fit its machine: ${problem}. ${wayOut}`,
  )
}

/** What to do about a misfit. */
export const wayOut = 'Declare a migration for its version, or put back what was taken out'
