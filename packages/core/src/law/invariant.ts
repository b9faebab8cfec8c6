import { OpschartError } from '../errors.ts'
import type { Finding } from './check.ts'
import type { Lifecycle } from './lifecycle.ts'
import { arrowsOf } from './topology.ts'
import type { Walk } from './walk.ts'

/**
 * A promise about the ways through a chart: the first time that `enter` is entered, it is entered from one of
 * `onlyFrom`; or one of the signals `orBy` has been sent before, or sends it there (a person's word that puts a release
 * somewhere ends what the chart alone can promise of it). `{ enter: 'PRODUCTION', onlyFrom: ['STAGING'], orBy: ['ADOPTED'] }`.
 */
export interface LawInvariant<Phase extends string = string, Signal extends string = string> {
  readonly enter: Phase
  readonly onlyFrom: readonly Phase[]
  readonly orBy?: readonly Signal[]
}

/**
 * The shortest way that breaks an invariant, as a finding; none when it holds.
 *
 * @throws OpschartError code `configuration` when it names a phase or a signal that there is not.
 */
export function invariantFindings({ definition }: Lifecycle, walk: Walk, invariant: LawInvariant): Finding[] {
  const { enter, onlyFrom, orBy = [] } = invariant
  const phases = Object.keys(definition.phases)
  const signals = ['MOVE_REQUESTED', ...arrowsOf(definition).map(({ signal }) => signal)]
  known('phase', [enter, ...onlyFrom], phases)
  known('signal', orBy, signals)

  const about = `${enter} is first entered only from ${onlyFrom.join(', ')}${orBy.length > 0 ? ` or by ${orBy.join(', ')}` : ''}`
  const broken = (path: readonly string[], from: string): Finding[] => {
    const text = `${about}: not so; ${path.join(', ') || 'it is where a lifecycle begins'} leads there from ${from}`
    return [{ kind: 'invariant', about, text, path }]
  }
  if (definition.initial === enter) return onlyFrom.length === 0 ? [] : broken([], 'the beginning')
  const paths = new Map<string, readonly string[]>([[definition.initial, []]])
  for (const phase of paths.keys()) {
    for (const { signal, to } of walk.edges(phase)) {
      if (orBy.includes(signal)) continue
      const path = [...paths.get(phase)!, signal]
      if (to === enter) {
        if (!onlyFrom.includes(phase)) return broken(path, phase)
      } else if (!paths.has(to)) paths.set(to, path)
    }
  }
  return []
}

function known(kind: string, names: readonly string[], all: readonly string[]): void {
  const missing = names.find((name) => !all.includes(name))
  if (missing === undefined) return
  throw new OpschartError(
    'configuration',
    `invariant: no ${kind} ${missing}; there are ${[...new Set(all)].join(', ')}`,
  )
}
