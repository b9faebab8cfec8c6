/** One arrow of the chart. */
export interface Arrow<Phase extends string = string, Agent extends string = string> {
  /** The phase it leads to; absent: the phase stays. `*`: the phase that the signal names in its data. */
  readonly to?: Phase | '*'
  /**
   * Who may send the signal: an agent's name; a kind (`person`, `watcher`, `rule`, `system`); or a whole principal
   * (`workflow:deploy`, `watcher:inbox`). `watcher` means those that see for themselves: the inbox and HTTP, where anyone
   * can write, must be named. Absent: anyone, though an agent only where its phase allows it.
   */
  readonly by?: readonly (
    | Agent
    | 'person'
    | 'watcher'
    | 'rule'
    | 'system'
    | `${'workflow' | 'watcher' | 'rule' | 'person'}:${string}`
  )[]
  /** Names of gates that must all hold. */
  readonly gate?: string | readonly string[]
  /** The workflow that it starts, under a warrant. */
  readonly starts?: string
  /** It is measured, again and again: out of its phase it is ignored (part of what is going on), never a violation. */
  readonly measured?: boolean
  /** Names of actions that note what the signal says in the lifecycle's context. */
  readonly does?: readonly string[]
}

/** One phase: who may act in it, and the arrows that leave it (or stay). A bare phase name is an arrow anyone may take. */
export interface PhaseDefinition<Phase extends string = string, Agent extends string = string> {
  readonly allow?: readonly Agent[]
  readonly on?: { readonly [signal: string]: Phase | Arrow<Phase, Agent> }
  /** Arrows that time takes: escalations, under a name of {@link LifecycleDefinition.delays}. */
  readonly after?: { readonly [delay: string]: { readonly does: readonly string[] } }
  /** Phases that a person reaches by `opschart move`, for want of a signal. */
  readonly moves?: readonly Phase[]
  /**
   * Whether entering it starts the arrow's workflow with nobody asking; what its tasks may do is their autonomy's to say.
   * True: at least one arrow into it starts one. False: none does. Absent: nothing is promised.
   */
  readonly auto_trigger?: boolean
  /** Names that it had in earlier versions of the law: lifecycles that are stored in one of them are here now [D7]. */
  readonly formerly?: readonly string[]
}

/** A law, as data: what a lifecycle is made of. */
export interface LifecycleDefinition<Phase extends string = string, Agent extends string = string> {
  readonly id: string
  /** Raised when the law changes in a way that stored lifecycles must be migrated for. */
  readonly version?: number
  readonly agents: readonly Agent[]
  /** Agents that every phase allows: their tasks touch no running service. */
  readonly everywhere?: readonly Agent[]
  readonly initial: Phase
  readonly phases: { readonly [name in Phase]: PhaseDefinition<Phase, Agent> }
  /** Arrows of every phase; `except` names those that lack it. */
  readonly all?: { readonly [signal: string]: Arrow<Phase, Agent> & { readonly except?: readonly Phase[] } }
  /** Milliseconds by name, for `after`. */
  readonly delays?: { readonly [name: string]: number }
}

/** Signals that every law answers by itself: they are no arrows of a chart, and cannot be made one. */
export const lawSignals: readonly string[] = [
  'OPERATION_REQUESTED',
  'OPERATION_APPROVED',
  'OPERATION_REJECTED',
  'OPERATION_CANCELLED',
  'MOVE_REQUESTED',
]

/** Whether a lifecycle ends in a phase: nobody acts there, and no arrow of its own leaves it. */
export function isFinal(phase: PhaseDefinition): boolean {
  const none = (list: readonly unknown[] | undefined) => (list ?? []).length === 0
  return none(phase.allow) && none(phase.moves) && Object.keys(phase.on ?? {}).length === 0
}

/** The arrow behind its short form. */
export function arrowOf<Phase extends string>(arrow: Phase | Arrow<Phase>): Arrow<Phase> {
  return typeof arrow === 'string' ? { to: arrow } : arrow
}

/** The names of an arrow's gates. */
export function gatesOf(arrow: Arrow): readonly string[] {
  return arrow.gate === undefined ? [] : typeof arrow.gate === 'string' ? [arrow.gate] : arrow.gate
}
