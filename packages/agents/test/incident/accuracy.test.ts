// Properties:
//   - Where a commit caused the incident, it ranks first, before innocents that touched the same files.
//   - Where nothing in the release caused it, no commit is named: the answer is `unknown` or `external`.
//   - A roll-back is decided only where it can help and can be taken: else a person is asked.

import { afterAll, describe, expect, it } from 'vitest'

import { decide } from '../../src/incident/decide.ts'
import { triage } from '../../src/incident/triage.ts'
import { play } from './planted-case.ts'
import { heldOutCases } from './held-out-cases.ts'
import { plantedCases } from './planted-cases.ts'

interface Told {
  readonly cause: { readonly kind: string; readonly commit?: string; readonly in_release: boolean; readonly confidence: number; summary: string }
  readonly suspects: readonly { readonly kind: string; readonly commit?: string; readonly title: string; readonly score: number; evidence: unknown[] }[]
}

const rows: string[] = []
let hits = 0
let named = 0

describe('triage and decide on planted incidents', () => {
  it.each(process.env['HELD'] ? heldOutCases : plantedCases)('$name', async (planted) => {
    const tasks = { triage: triage().run, decide: decide().run }
    await play(planted, tasks, ({ planted: { expected }, triage: found, decision }) => {
      const told = found as unknown as Told
      const first = told.suspects[0]
      const isHit = expected.commit === null ? told.cause.kind === expected.kind : first?.commit === expected.commit
      if (expected.commit !== null) {
        named++
        if (isHit) hits++
      }
      const second = told.suspects[1]
      rows.push(
        `${isHit ? 'hit ' : 'MISS'}  ${planted.name.padEnd(64)} ${told.cause.kind.padEnd(14)} ${String(told.cause.confidence).padEnd(6)} ` +
          `${first?.score ?? 0} / ${second?.score ?? 0}  ${String(decision['decision'])}`,
      )
      if (process.env['SHOW']) console.log(planted.name, JSON.stringify(found, null, 1), JSON.stringify(decision, null, 1))
      if (expected.commit !== null) expect(first?.commit).toBe(expected.commit)
      expect(told.cause.kind).toBe(expected.kind)
      expect(told.cause.commit ?? null).toBe(expected.commit)
      expect(told.cause.in_release).toBe(expected.inRelease)
      expect(decision['decision']).toBe(expected.decision)
    })
  }, 20_000)

  afterAll(() => {
    console.log(`${rows.join('\n')}\ntop-1: ${hits} of ${named} planted causes`)
  })
})
