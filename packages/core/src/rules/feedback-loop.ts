import { produce } from 'immer'
import { assign, emit, type AnyStateMachine } from 'xstate'

import { compileMachine } from '../compile.ts'
import type { Emission } from '../law/emission.ts'
import type { Severity } from '../signal.ts'

/** A feedback loop: a measure, its threshold, and the signal when it is passed. */
export interface FeedbackLoop {
  readonly name: string
  readonly monitor: 'error_rate'
  /** Passed when the measure is above. */
  readonly threshold: number
  /** Well again when the measure is at or below. */
  readonly clear: number
  /** Milliseconds that the threshold must be passed without a break. */
  readonly for: number
  /** Milliseconds that the measure looks back. */
  readonly window: number
  /** Fewer requests than these in the window are no evidence, for either side. */
  readonly min_samples: number
  /** Milliseconds after firing in which it does not fire again. */
  readonly cooldown: number
  readonly severity: Severity
  /** What passing the threshold does: send a signal to the live release (ERROR_THRESHOLD_EXCEEDED when absent), or ask for a task. */
  readonly action?:
    | { readonly kind: 'signal'; readonly signal: string }
    | { readonly kind: 'task'; readonly agent: string; readonly task: string }
}

/** What a rule's actor remembers. */
export interface LoopContext {
  readonly service: string
  readonly rule: string
  value: number | null
  samples: number
  fired_at: number | null
  /** Why it does not fire although the threshold is passed. */
  held: string | null
  /** Since when samples count: what was measured before the live release changed says nothing about the one that is live now. */
  since: number
}

/** A measure, taken: what the rule's actor is handed. */
export interface Measured {
  readonly type: 'measure'
  readonly value: number | null
  readonly samples: number
  readonly now: number
  readonly since: number
}

interface Scope {
  readonly context: LoopContext
  readonly event: Measured
}

/**
 * The rule as a machine: `ok`, `pending` while `for` runs, `firing` until it clears, and `unsure` when it fired and another release
 * has gone live since: then it looks anew, and says what it finds. All of its state is durable.
 */
export function feedbackLoopMachine(loop: FeedbackLoop): AnyStateMachine {
  const enough = ({ event }: Scope) => event.value !== null && event.samples >= loop.min_samples
  const above = (scope: Scope) => enough(scope) && scope.event.value! > loop.threshold
  const cooling = ({ context, event }: Scope) =>
    context.fired_at !== null && event.now < context.fired_at + loop.cooldown
  const action = loop.action ?? { kind: 'signal', signal: 'ERROR_THRESHOLD_EXCEEDED' }
  const signal = (type: string | undefined) =>
    emit(({ context: given, event }): Emission => {
      const context = given as unknown as LoopContext
      const measured = event as unknown as Partial<Measured>
      const data = {
        rule: loop.name,
        monitor: loop.monitor,
        value: measured.value ?? context.value,
        samples: measured.samples ?? context.samples,
        threshold: loop.threshold,
        window: loop.window,
        since: measured.since ?? null,
      }
      if (type === undefined) {
        const { agent, task } = action as { agent: string; task: string }
        return { type: 'request', agent, task, data, severity: loop.severity, by: `rule:${loop.name}` }
      }
      return {
        type: 'signal',
        signal: { type, data, severity: loop.severity },
        to: context.service,
        by: `rule:${loop.name}`,
      }
    })
  const incident = action.kind === 'signal' && action.signal === 'ERROR_THRESHOLD_EXCEEDED'
  const note = (change: (draft: LoopContext, event: Measured) => void) =>
    assign(({ context, event }: { context: unknown; event: unknown }) =>
      produce(context as LoopContext, (draft) => change(draft, event as Measured)),
    )
  const clears = incident ? ['note', 'cleared'] : ['note']
  return compileMachine(
    {
      actors: {},
      guards: {
        fires_at_once: (scope: Scope) => above(scope) && !cooling(scope) && loop.for === 0,
        pends: (scope: Scope) => above(scope) && !cooling(scope),
        held: (scope: Scope) => above(scope) && cooling(scope) && scope.context.held === null,
        not_above: (scope: Scope) => enough(scope) && !above(scope),
        above,
        has_fired: ({ context }: Scope) => context.fired_at !== null,
        cleared: (scope: Scope) => enough(scope) && scope.event.value! <= loop.clear,
      },
      actions: {
        note: note((draft, event) => {
          draft.value = event.value
          draft.samples = event.samples
          draft.held = null
        }),
        note_held: note((draft) => void (draft.held = 'cooldown')),
        note_fired: note((draft, event) => void (draft.fired_at = event.now)),
        note_moved: note((draft, event) => {
          draft.since = event.now
          draft.held = null
        }),
        exceeded: signal(action.kind === 'signal' ? action.signal : undefined),
        cleared: signal('ERROR_THRESHOLD_CLEARED'),
      },
      delays: { for: loop.for },
    },
    {
      id: `rule:${loop.name}`,
      context: ({ input }: { input: { service: string } }): LoopContext => ({
        service: input.service,
        rule: loop.name,
        value: null,
        samples: 0,
        fired_at: null,
        held: null,
        since: 0,
      }),
      initial: 'ok',
      states: {
        ok: {
          on: {
            measure: [
              { guard: 'fires_at_once', target: 'firing', actions: 'note' },
              { guard: 'pends', target: 'pending', actions: 'note' },
              { guard: 'held', actions: 'note_held' },
            ],
            moved: [
              { guard: 'has_fired', target: 'unsure', actions: 'note_moved' },
              { actions: 'note_moved' },
            ],
          },
        },
        pending: {
          on: {
            measure: { guard: 'not_above', target: 'ok', actions: 'note' },
            moved: { target: 'ok', actions: 'note_moved' },
          },
          after: { for: { target: 'firing' } },
        },
        firing: {
          entry: ['note_fired', 'exceeded'],
          on: {
            measure: { guard: 'cleared', target: 'ok', actions: clears },
            moved: { target: 'unsure', actions: 'note_moved' },
          },
        },
        unsure: {
          on: {
            measure: [
              { guard: 'above', target: 'firing', actions: 'note' },
              { guard: 'cleared', target: 'ok', actions: clears },
            ],
            moved: { actions: 'note_moved' },
          },
        },
      },
    },
  )
}
