import type { BaseState, Pruning, UnitOutcome } from '@opschart/core'

import type { memoryJournal } from './_memory-journal.ts'
import { preparedUnit, type PreparedUnit } from './_prepared-unit.ts'

/** The bases of a store in memory, as text, by number; 0 is the one that counts. */
export type MemoryBases = Map<number, string[]>

/** Prunes the journal of a store in memory; `answer` refuses when the store is closed. */
export function memoryPruning(
  { journal, bases }: { readonly journal: ReturnType<typeof memoryJournal>; readonly bases: MemoryBases },
  answer: <T>(give: () => T) => Promise<T>,
  write: (unit: PreparedUnit) => UnitOutcome,
): Pruning {
  let last = 0
  return {
    beginning: () => answer(() => journal.beginning()),
    async *base() {
      const states = await answer(() => bases.get(0) ?? [])
      for (const state of states) yield JSON.parse(state) as BaseState
    },
    prepare: (base) =>
      answer(() => {
        last += 1
        bases.set(
          last,
          Array.from(base, (state) => JSON.stringify(state)),
        )
        return last
      }),
    cut: ({ sequence, after, base, unit }) =>
      answer((): UnitOutcome => {
        const conflict = { kind: 'conflict', on: 'journal' } as const
        if (journal.beginning().sequence !== after || sequence <= after) return conflict
        const states = bases.get(base)
        if (journal.row(sequence) === undefined || states === undefined) return conflict
        const outcome = write(preparedUnit(unit))
        if (outcome.kind !== 'written') return outcome
        journal.cut(sequence, outcome.sequence)
        bases.set(0, states)
        return outcome
      }),
    sweep: () =>
      answer(() => {
        for (const number of bases.keys()) if (number !== 0) bases.delete(number)
        return false
      }),
  }
}
