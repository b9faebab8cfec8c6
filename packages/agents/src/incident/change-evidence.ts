import type { Change } from './changes.ts'
import { codeEvidence } from './code-evidence.ts'
import type { Evidence, EvidenceContext, LocatedFailure } from './evidence.ts'
import { settingEvidence } from './setting-evidence.ts'

/** All reasons to suspect a change for a failure, each kind once and with its strongest case. */
export function evidenceFor(change: Change, failure: LocatedFailure, context: EvidenceContext): Evidence[] {
  const all = [...codeEvidence(change, failure, context), ...settingEvidence(change, failure, context)]
  const strongest = new Map<string, Evidence>()
  for (const evidence of all) {
    const known = strongest.get(evidence.what)
    if (known === undefined || evidence.weight > known.weight) strongest.set(evidence.what, evidence)
  }
  return [...strongest.values()].toSorted((a, b) => b.weight - a.weight)
}
