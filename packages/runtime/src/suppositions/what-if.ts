import { setImmediate as turn } from 'node:timers/promises'

import {
  mostSupposed,
  OpschartError,
  type ActorState,
  type SeenState,
  type SupposedOutcome,
  type SupposedSignal,
  type Supposition,
  type Verdict,
  type WhatIfView,
} from '@opschart/core'

import { principalOf } from '../driver/sender.ts'
import { lifecycleOf, serviceOfActor } from '../driver/names.ts'
import { isMachineActor } from '../machines/actor-names.ts'
import { plainLine } from '../plain-text.ts'
import { seen, shown, stepOf } from '../views/seen-state.ts'
import type { Sandbox } from './sandbox.ts'
import { suppose, type SuppositionSources } from './suppositions.ts'

/** Answers what would have come of signals; undefined when the actor was not there. `actor` is its own id. */
export function whatIf(
  sources: SuppositionSources,
  { actor, sequence, signals }: Supposition,
): Promise<WhatIfView | undefined> {
  if (signals.length > mostSupposed) {
    const reason = `${signals.length} signals are supposed; ${mostSupposed} are the most in one question`
    return Promise.reject(new OpschartError('input', reason))
  }
  return suppose(sources, sequence, async (sandbox, after) => {
    const before = await stateIn(sandbox, actor)
    if (before === undefined) return undefined
    const outcomes: SupposedOutcome[] = []
    for (const [index, signal] of signals.entries()) {
      // Others have their turn between two signals, however many there are.
      await turn()
      const written = sandbox.store.rows.length
      const verdict = await sent(sandbox, actor, signal, `signal ${index + 1} of ${signals.length}`)
      outcomes.push({
        verdict,
        steps: sandbox.store.rows.slice(written).map(({ row, state }) => stepOf(row, state)),
        state: (await stateIn(sandbox, actor))!,
      })
    }
    return { actor: shown(actor), sequence: after, before, outcomes }
  })
}

/** What an actor is in a sandbox; undefined when it is not there. */
export async function stateIn({ store }: Sandbox, actor: string): Promise<SeenState | undefined> {
  const stored = await store.actor(actor)
  return stored && seen(stored.state as unknown as ActorState)
}

async function sent(
  sandbox: Sandbox,
  actor: string,
  { by, type, data, to = receiverOf(actor) }: SupposedSignal,
  which: string,
): Promise<Verdict> {
  try {
    return await sandbox.send(principalOf(by), to, { type, ...(data === undefined ? {} : { data }) })
  } catch (error) {
    if (!(error instanceof OpschartError)) throw error
    const name = plainLine(String(type), 64)
    throw new OpschartError(error.code, `${which} (${name}): ${error.message}`, { cause: error })
  }
}

/** Whom a signal is sent to that says nothing of it: nobody sends to a workflow's run, but to its release. */
function receiverOf(actor: string): string {
  if (isMachineActor(actor)) return shown(actor)
  return actor.includes('/') ? lifecycleOf(actor) : serviceOfActor(actor)
}
