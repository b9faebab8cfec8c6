import {
  arrowsOf,
  canonicalJson,
  contextOf,
  decide,
  kindOf,
  nameOf,
  phaseOf,
  type LawEvent,
  type Lifecycle,
} from '@opschart/core'
import * as fc from 'fast-check'

import { lawArbitraries, type LawArbitraryOptions, type LawStep } from './law-arbitraries.ts'
import { createLawRun, type LawTaken } from './law-run.ts'

/** What a law is held to besides what holds for every law. */
export interface LawPropertyOptions extends LawArbitraryOptions {
  /** Called after each step; throws when a promise of your own is broken. */
  readonly check?: (taken: LawTaken) => void
}

/**
 * The property that every law must have, for `fc.assert`: whatever is sent, by whomever, in whatever order,
 *
 * - the same question has the same answer, to the byte, and nothing that was handed over is changed;
 * - what is not accepted changes nothing, and says why;
 * - what is accepted has an arrow there, leads where the arrow leads, and came from whom the arrow names;
 * - the state survives JSON, its phase is one of the law's, and exactly the open warrants have a workflow that runs;
 * - no operation is open whose agent is no agent of the law;
 * - and what `check` says.
 *
 * Sequences shrink to the shortest that breaks it.
 */
export function lawProperty(
  lifecycle: Lifecycle,
  options: LawPropertyOptions = {},
): fc.IPropertyWithHooks<[LawStep[]]> {
  return fc.property(lawArbitraries(lifecycle, options).steps, (steps) => {
    const run = createLawRun(lifecycle)
    for (const step of steps) {
      const taken = run.take(step)
      if (taken === undefined) continue
      holdToLaw(lifecycle, taken)
      options.check?.(taken)
    }
  })
}

/** Throws, saying which promise of {@link lawProperty} a step has broken. */
export function holdToLaw(lifecycle: Lifecycle, taken: LawTaken): void {
  const { asked, before, after } = taken
  sound(lifecycle, taken)
  if (asked === undefined) return
  const { event, at, decided } = asked
  const { verdict, step } = decided
  const again = decide(lifecycle, frozen(before), frozen(event), at)
  promise(canonicalJson(again) === canonicalJson(decided), 'the same question has the same answer', taken)
  promise(
    verdict.reason !== '' && verdict.lifecycle === at.id && verdict.signal === event.signal.id,
    'a verdict says why',
    taken,
  )
  if (verdict.kind !== 'accepted' && verdict.kind !== 'waiting') {
    promise(
      step === undefined && canonicalJson(before) === canonicalJson(after),
      'what is not accepted changes nothing',
      taken,
    )
    return
  }
  promise(step !== undefined && verdict.phase === phaseOf(after), 'what is accepted is done', taken)
  if (event.type.startsWith('OPERATION_') || event.type === 'MOVE_REQUESTED') return
  const from = phaseOf(before)
  const arrow = arrowsOf(lifecycle.definition).find(
    ({ phase, signal }) =>
      signal === event.type &&
      (phase === from ||
        (phase === '*' && lifecycle.definition.all?.[signal]?.except?.includes(from) !== true)),
  )?.arrow
  promise(arrow !== undefined, 'what is accepted has an arrow', taken)
  const to = arrow!.to === '*' ? event.signal.data['phase'] : (arrow!.to ?? from)
  promise(phaseOf(after) === to, 'an arrow leads where it leads', taken)
  promise(
    arrow!.by === undefined || arrow!.by.some((entry) => isMeant(entry, event)),
    'an arrow is taken by whom it names',
    taken,
  )
}

function sound(lifecycle: Lifecycle, taken: LawTaken): void {
  const { after } = taken
  const context = contextOf(after)
  promise(
    canonicalJson(JSON.parse(JSON.stringify(after))) === canonicalJson(after),
    'the state survives JSON',
    taken,
  )
  promise(Object.hasOwn(lifecycle.definition.phases, phaseOf(after)), 'the phase is one of the law’s', taken)
  const runs = Object.keys(after.children).toSorted().join()
  promise(
    Object.keys(context.warrants).toSorted().join() === runs,
    'exactly the open warrants have a workflow that runs',
    taken,
  )
  promise(
    canonicalJson(Object.keys(after.snapshot['children'] as object).toSorted()) ===
      canonicalJson(runs === '' ? [] : Object.keys(after.children).toSorted()),
    'the machine knows its workflows',
    taken,
  )
  for (const { agent, warrant } of Object.values(context.operations)) {
    const known =
      lifecycle.definition.agents.includes(agent) || (warrant !== null && warrant in context.warrants)
    promise(known, 'an operation’s agent is one of the law’s', taken)
  }
}

function isMeant(entry: string, { signal }: LawEvent): boolean {
  if (entry === signal.by) return true
  const kind = kindOf(signal.by)
  return kind === 'agent' ? entry === nameOf(signal.by) : entry === kind
}

function promise(kept: boolean, what: string, taken: LawTaken): void {
  if (kept) return
  const { step, asked, before } = taken
  const verdict = asked === undefined ? '' : `; the verdict was ${canonicalJson(asked.decided.verdict)}`
  throw new Error(
    `broken: ${what}; in ${phaseOf(before)}, on ${canonicalJson(asked?.event.signal ?? step)}${verdict}`,
  )
}

/** A copy that nothing can change: what writes to it throws. */
function frozen<Value>(value: Value): Value {
  const copy = structuredClone(value)
  const freeze = (part: unknown): void => {
    if (part === null || typeof part !== 'object' || Object.isFrozen(part)) return
    Object.freeze(part)
    Object.values(part).forEach(freeze)
  }
  freeze(copy)
  return copy
}
