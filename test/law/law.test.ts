// Properties:
//   - What the law accepts is what the table says, cell by cell: phase, signal, sender, gates.
//   - What it does not accept leaves the state the same to the byte, and the reason says what would be allowed.
//   - Whether an operation is let in, waits or is refused is what the table says: phase, agent, sender, warrant.

import { createLifecycle, releaseLifecycle } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { admissionDifferences, cells, differences } from './law-cells.ts'
import { acts, agents, allowed, everywhere, phases, rows, workflows } from './law-table.ts'
import { toldGates } from '../../packages/core/test/law-world.ts'

const lifecycle = createLifecycle(releaseLifecycle.definition, {
  gates: toldGates(Object.keys(releaseLifecycle.gates)),
})

describe('the table and the law', () => {
  it('[L1] agree on every phase, signal, sender and gate', () => {
    expect([...differences(lifecycle)].slice(0, 5)).toEqual([])
  })

  it('[L2] [L3] agree on every phase, agent, sender and warrant', () => {
    expect([...admissionDifferences(lifecycle)].slice(0, 5)).toEqual([])
  })

  it('name the same phases, agents and workflows, in the same order', () => {
    const { definition } = releaseLifecycle
    expect(Object.keys(definition.phases)).toEqual(phases)
    expect(definition.agents).toEqual(agents)
    expect(definition.everywhere).toEqual(everywhere)
    expect(
      Object.fromEntries(Object.entries(definition.phases).map(([name, { allow }]) => [name, allow])),
    ).toEqual(allowed)
    expect(Object.keys(releaseLifecycle.workflows).toSorted()).toEqual(Object.keys(workflows).toSorted())
  })

  it('are compared in thousands of cells, of which some are accepted in each phase', () => {
    let count = 0
    const seen = new Set<string>()
    for (const cell of cells()) {
      count += 1
      seen.add(`${cell.phase} ${cell.signal}`)
    }
    expect(count).toBeGreaterThan(5_000)
    expect(seen.size).toBe(phases.length * (new Set([...rows, ...acts].map(({ signal }) => signal)).size + 2))
  })

  it('differ only where the table says why', () => {
    const additions = rows.filter((row) => row.addition !== undefined)
    expect(
      additions.map(({ signal }) => signal).filter((signal, index, all) => all.indexOf(signal) === index),
    ).toEqual([
      'REVIEW_REQUESTED',
      'DEPLOYMENT_REQUESTED',
      'ERROR_THRESHOLD_EXCEEDED',
      'PERFORMANCE_DEGRADED',
      'SLOW_QUERY',
      'MAINTENANCE_WINDOW_STARTED',
      'INCIDENT_ACKNOWLEDGED',
      'SUPERSEDED',
      'SCHEMA_CHANGED',
      'CODE_COMMITTED',
      'VERSION_TAGGED',
      'ERROR_THRESHOLD_CLEARED',
    ])
  })
})
