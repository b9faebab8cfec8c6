import { notJson, type JsonObject, type Migration, type StoredActor, type Timer } from '@opschart/core'

import type { Chart } from './charts.ts'
import { movedNames, movedValue, type MovedTimer } from './fit-moves.ts'
import type { MachineState } from './machine-state.ts'
import { isNewer } from './versions.ts'

/** How a stored actor stands to the chart of today. */
export type Fit =
  /** Decided under this very definition. */
  | { readonly kind: 'same'; readonly state: MachineState }
  /** Under another; it fits, as it is or by a declared migration, and goes on with this state and these timers. */
  | {
      readonly kind: 'fits'
      readonly state: MachineState
      readonly by: readonly Migration[]
      readonly timers: readonly MovedTimer[]
    }
  /** It cannot go on. `newer`: not here, since a newer program has moved it. */
  | {
      readonly kind: 'misfit'
      readonly state: MachineState
      readonly problem: string
      readonly newer?: true
    }

/** Looks whether a stored actor fits its chart, after the migrations that are declared for its version [D7]. */
export function fitOf(stored: StoredActor, chart: Chart, timers: readonly Timer[] = []): Fit {
  const state = stored.state as unknown as MachineState
  if (state.format !== 1) {
    return { kind: 'misfit', state, problem: `its format is ${String(state.format)}, this version reads 1` }
  }
  if (stored.definition === chart.definition) return { kind: 'same', state }
  if (stored.ended) return { kind: 'fits', state, by: [], timers: [] }
  try {
    const by = migrationsOf(state, chart)
    const at = by.at(-1)?.to ?? state.chart_version
    const { version } = chart.machine
    if (isNewer(at, version)) {
      const problem = `it is of version ${at}, and ${chart.path} here of ${version}: a newer program has moved it`
      return { kind: 'misfit', state, problem, newer: true }
    }
    const names = movedNames(chart, by)
    const moved = names.inState(by.reduce(migrate, state))
    const next: MachineState = version === undefined ? moved : { ...moved, chart_version: version }
    const problem = misfitOf(next, chart)
    if (problem !== undefined) return { kind: 'misfit', state, problem }
    return { kind: 'fits', state: next, by, timers: names.ofTimers(timers) }
  } catch (error) {
    return { kind: 'misfit', state, problem: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * The migrations that lead from a state's version to the chart's, one after the other; none when it has that version.
 *
 * @throws Error when they lead only a part of the way: what they make of it is of a version that is not here.
 */
function migrationsOf({ chart_version }: MachineState, { path, machine, migrations }: Chart): Migration[] {
  const way: Migration[] = []
  let at = chart_version
  while (at !== machine.version) {
    const next = migrations.find((migration) => migration.from === at && !way.includes(migration))
    // Without a declared way it is tried as it is.
    if (next === undefined && way.length === 0) return way
    if (next === undefined) {
      const here = machine.version === undefined ? 'has no version' : `is of ${machine.version}`
      throw new Error(`its migrations lead to version ${at} only, and ${path} here ${here}`)
    }
    way.push(next)
    at = next.to
  }
  return way
}

function migrate(state: MachineState, { to, states = {}, context }: Migration): MachineState {
  const { snapshot } = state
  const before = JSON.parse(JSON.stringify(snapshot['context'])) as JsonObject
  const after = context === undefined ? undefined : context(before)
  const wrong = notJson({ context: after })
  if (wrong !== undefined) throw new TypeError(`what its migration makes of it cannot be kept: ${wrong}`)
  return {
    ...state,
    chart_version: to,
    snapshot: {
      ...snapshot,
      value: movedValue(snapshot['value'] as never, states),
      ...(after === undefined ? {} : { context: after }),
    },
  }
}

/** What restoring tells of the states that an actor is in. */
interface Restored {
  readonly value: unknown
  readonly _nodes: readonly { readonly invoke: readonly { readonly id: string }[] }[]
}

/**
 * Why a state cannot go on under a chart: a state that is gone, a child whose source is, one that is invoked under its id
 * nowhere, a history that leads nowhere.
 */
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
    const { value, _nodes: nodes } = kernel.restore(state) as unknown as Restored
    const stored = JSON.stringify(state.snapshot['value'])
    if (JSON.stringify(value) !== stored)
      return `it is in ${stored}, which leads to ${JSON.stringify(value)} today`
    // An id that nobody has given is made of the state's own name: nothing hears of such a child when that has moved.
    const invoked = new Set(nodes.flatMap(({ invoke }) => invoke.map(({ id }) => id)))
    const lost = Object.keys(children).find((id) => /^\d+\./.test(id) && !invoked.has(id))
    if (lost === undefined) return undefined
    return `its child ${lost} is invoked under that id nowhere in ${stored}; give what invokes it there id: '${lost}'`
  } catch (error) {
    return `it is in ${JSON.stringify(state.snapshot['value'])}: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** What to do about a misfit. */
export const wayOut = 'Declare a migration for its version, or put back what was taken out'
/** What to do about one whose machine is gone. */
export const goneWayOut = 'Put it back, or ask the program that has it'
/** What to do about one that a newer program has moved. */
export const newerWayOut = 'Run the newer program, or declare a migration to the version here'
