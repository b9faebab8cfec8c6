import { kindOf, type Principal, type PrincipalKind, type WhoMayView } from '@opschart/core'

/** Somebody, and their place among the answers. */
export interface Column {
  readonly by: Principal
  readonly place: number
  /** Whether whoever stands before is of another kind. */
  readonly isFirst: boolean
}

/** Whom a person asks about first. */
const order: readonly PrincipalKind[] = ['person', 'agent', 'watcher', 'rule', 'workflow', 'system']

/** Persons and agents first; of each kind, whoever may do most here. Words leave out whom they do not name. */
export function columnsOf({ principals, signals }: WhoMayView, text: string): readonly Column[] {
  const here = signals.filter((signal) => signal.here)
  const named = principals.some((by) => has(by, text))
  return principals
    .map((by, place) => ({
      by,
      place,
      kind: order.indexOf(kindOf(by)),
      may: here.filter(({ answers }) => answers[place]?.kind === 'accepted').length,
    }))
    .filter(({ by }) => !named || has(by, text))
    .toSorted((one, other) => one.kind - other.kind || other.may - one.may)
    .map(({ by, place, kind }, index, all) => ({ by, place, isFirst: all[index - 1]?.kind !== kind }))
    .filter(() => named || signals.some(({ type }) => has(type, text)))
}

/** The signals that words name; all of them where the words name somebody. */
export function rowsOf({ principals, signals }: WhoMayView, text: string): WhoMayView['signals'] {
  if (principals.some((by) => has(by, text))) return signals
  return signals.filter(({ type }) => has(type, text))
}

const has = (name: string, text: string): boolean => name.toLowerCase().includes(text.trim().toLowerCase())
