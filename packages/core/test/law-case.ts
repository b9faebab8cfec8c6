// One lifecycle under a law, led by hand: what a driver does with a decision, without a driver.

import {
  decide,
  contextOf,
  phaseOf,
  type Effect,
  type Emission,
  type JsonObject,
  type LawFacts,
  type Lifecycle,
  type LifecycleContext,
  type Principal,
  type Step,
  type Verdict,
} from '../src/index.ts'
import { event, facts, id, now as start, stateIn } from './law-world.ts'

export interface LawCase {
  phase(): string
  context(): LifecycleContext
  /** Sends a signal; the last step's effects are kept when one was taken. */
  send(
    type: string,
    by: Principal,
    data?: JsonObject,
    more?: { facts?: Partial<LawFacts>; operation?: string; id?: string },
  ): Verdict
  /** Tells the machine of a result, a timer or an ended workflow, by the private path. */
  tell(event: JsonObject & { readonly type: string }, more?: Partial<LawFacts>): Step
  /** Ends a workflow's run. */
  end(run: string, output?: JsonObject, more?: Partial<LawFacts>): Step
  /** What the last step that was taken asked for. */
  effects(): readonly Effect[]
  emitted(): readonly Emission[]
  /** Timers that are set, by id, with what is left of each. */
  timers(): Record<string, number>
  /** Lets time pass; a timer that falls due fires. */
  pass(milliseconds: number): void
}

/** Opens a case in a phase. */
export function lawCase(lifecycle: Lifecycle, phase: string, given: Partial<LifecycleContext> = {}): LawCase {
  const timers = new Map<string, { due: number; event: JsonObject & { readonly type: string } }>()
  let state = stateIn(lifecycle, phase, given)
  let now = start
  let version = 1
  let count = 0
  let effects: readonly Effect[] = []

  const take = (step: Extract<Step, { kind: 'stepped' }>) => {
    state = step.state
    effects = step.effects
    for (const effect of effects) {
      if (effect.kind === 'timer') timers.set(effect.id, { due: effect.due, event: effect.event })
      if (effect.kind === 'cancel_timer') timers.delete(effect.id)
    }
  }
  const tell: LawCase['tell'] = (told, more = {}) => {
    version += 1
    const whole = { ...told, now, facts: facts(more) as unknown as JsonObject }
    const step = lifecycle.kernel.step(state, whole, { id, version, now })
    if (step.kind === 'stepped') take(step)
    return step
  }
  return {
    phase: () => phaseOf(state),
    context: () => contextOf(state),
    effects: () => effects,
    emitted: () =>
      effects.flatMap((effect) => (effect.kind === 'emit' ? [effect.event as unknown as Emission] : [])),
    timers: () => Object.fromEntries([...timers].map(([timer, { due }]) => [timer, due - now])),
    send(type, by, data = {}, more = {}) {
      version += 1
      count += 1
      const asked = event(type, by, data, {
        now,
        signal: { id: more.id ?? `s${count}`, time: now },
        facts: more.facts ?? {},
        ...(more.operation === undefined ? {} : { operation: more.operation }),
      })
      const { verdict, step } = decide(lifecycle, state, asked, { id, version, now })
      if (step !== undefined) take(step)
      return verdict
    },
    tell,
    end: (run, output = { outcome: 'succeeded', signal: null, failure: null, results: [] }, more = {}) =>
      tell({ type: `xstate.done.actor.${run}`, output, actorId: run }, more),
    pass(milliseconds) {
      const until = now + milliseconds
      for (;;) {
        const [next] = [...timers].toSorted(([, one], [, other]) => one.due - other.due)
        if (next === undefined || next[1].due > until) break
        timers.delete(next[0])
        now = next[1].due
        tell(next[1].event)
      }
      now = until
    },
  }
}
