// Properties:
//   - Whatever small thing is wrong with the law, the enumeration of law.test.ts finds it: an arrow that is missing or
//     leads elsewhere, one sender or gate more or less, one agent more or less, another workflow.

import { createLifecycle, releaseLifecycle, type LifecycleDefinition } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { admissionDifferences, differences } from './law-cells.ts'
import { toldGates } from '../../packages/core/test/law-world.ts'
import { mutantsOf, type Mutant } from './mutants.ts'

const definition = releaseLifecycle.definition as LifecycleDefinition
const gates = toldGates(Object.keys(releaseLifecycle.gates))
const mutants = [...mutantsOf(definition)]

/** The first thing that the enumeration finds. It looks first where the mutant is, as the whole takes a second. */
function found({ definition: changed, phase, signal, agent }: Mutant): string | undefined {
  const lifecycle = createLifecycle(changed, { gates })
  if (agent !== undefined) {
    const [first] = admissionDifferences(lifecycle, (at, of) => (phase ?? at) === at && of === agent)
    if (first !== undefined) return first
  }
  const [first] = differences(lifecycle, (at, of) => (phase ?? at) === at && (signal ?? of) === of)
  return first ?? differences(lifecycle).next().value ?? admissionDifferences(lifecycle).next().value
}

describe('a law with one mistake', () => {
  it('comes in more than three hundred kinds', () => {
    expect(mutants.length).toBeGreaterThan(300)
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  })

  it.each([...Object.keys(definition.phases), 'all'])('[L1] is always found: arrows of %s', (phase) => {
    const arrows = mutants.filter(
      ({ name, signal }) => signal !== undefined && name.includes(` of ${phase}:`),
    )
    expect(arrows.length).toBeGreaterThan(0)
    expect(arrows.filter((mutant) => found(mutant) === undefined).map(({ name }) => name)).toEqual([])
  })

  it('[L7] is always found: what is measured, and so never a violation', () => {
    const measures = mutants.filter(({ name }) => name.endsWith('measured'))
    expect(measures.length).toBeGreaterThan(20)
    expect(measures.filter((mutant) => found(mutant) === undefined).map(({ name }) => name)).toEqual([])
  })

  it('[L2] is always found: allowed agents', () => {
    const agents = mutants.filter(({ agent }) => agent !== undefined)
    expect(agents.length).toBeGreaterThan(50)
    expect(agents.filter((mutant) => found(mutant) === undefined).map(({ name }) => name)).toEqual([])
  })
})
