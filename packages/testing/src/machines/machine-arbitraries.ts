import * as fc from 'fast-check'

import { insideEvents, outsideEvents } from './_placed-actions.ts'
import { placedMachine } from './_placed-machine.ts'
import { rawMachine } from './_raw-machine.ts'
import type { CaseLiteral, MachineLiteral, StepLiteral } from './machine-literal.ts'

/**
 * Random machines: nested and parallel states, histories, eventless, delayed and wildcard transitions, child machines two
 * generations deep and operations, and all of XState's actions between them. They shrink to short literals.
 */
export const machineLiterals: fc.Arbitrary<MachineLiteral> = rawMachine(2, 'whole').map((raw) =>
  placedMachine(raw, 'root', false),
)

const which = fc.oneof(
  { withCrossShrink: true },
  fc.constant('oldest' as const),
  fc.constant('newest' as const),
  fc.nat(5),
)

/** Random schedules: events that machines know, and ones that they do not; time that goes on; operations that end. */
export const schedules: fc.Arbitrary<StepLiteral[]> = fc.array(
  fc.oneof(
    { withCrossShrink: true },
    {
      weight: 10,
      arbitrary: fc.record(
        {
          send: fc.oneof(
            { weight: 12, arbitrary: fc.constantFrom(...outsideEvents) },
            { weight: 2, arbitrary: fc.constantFrom(...insideEvents, 'UNHEARD_OF') },
          ),
          x: fc.nat(2),
        },
        { requiredKeys: ['send'] },
      ),
    },
    { weight: 4, arbitrary: fc.record({ advance: fc.constantFrom(10, 0, 9, 1, 15, 30, 60, 120) }) },
    {
      weight: 4,
      arbitrary: fc.record({ settle: which, output: fc.constantFrom(1, null, { n: 7 }, 'done') }),
    },
    { weight: 2, arbitrary: fc.record({ settle: which, error: fc.constantFrom('broken', 'late') }) },
  ),
  { minLength: 1, maxLength: 14, size: 'max' },
)

/** Machines, what they start with, and what happens to them. */
export const caseLiterals: fc.Arbitrary<CaseLiteral> = fc.record({
  machine: machineLiterals,
  input: fc.constantFrom(null, { n: 1 }, { n: 2 }),
  steps: schedules,
})
