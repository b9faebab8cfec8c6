/** What the law allows where the sender stands: the way out of a refusal. */
export interface Allowed {
  readonly phase: string
  /** Signals that have an arrow here, with who may send each. */
  readonly signals: readonly { readonly type: string; readonly by: readonly string[] }[]
  /** Agents that may act here. */
  readonly agents: readonly string[]
}

interface Common {
  /** What a person is told. */
  readonly reason: string
  /** The lifecycle that it concerned; absent when it concerned none. */
  readonly lifecycle?: string
  /** True when this signal had been journaled before: this is the first verdict again. */
  readonly duplicate?: true
  /** Its row in the journal; 0 when nothing was journaled. */
  readonly sequence?: number
  /** Id of the signal. */
  readonly signal?: string
}

/** The law's answer to a signal. Narrow by `kind` before reading what only one kind has. */
export type Verdict =
  /** An arrow was taken. */
  | (Common & { readonly kind: 'accepted'; readonly from: string; readonly phase: string })
  /** An operation is let in later: when its phase comes. */
  | (Common & {
      readonly kind: 'waiting'
      readonly phase: string
      readonly awaiting: string
      readonly expires: number | null
    })
  /** An illegal request: nothing changed. */
  | (Common & { readonly kind: 'refused'; readonly phase: string; readonly allowed: Allowed })
  /** A report of what the law did not allow: nothing changed; a person must answer. */
  | (Common & { readonly kind: 'violation'; readonly phase: string; readonly allowed: Allowed })
  /** It concerns nothing here. */
  | (Common & {
      readonly kind: 'ignored'
      readonly phase?: string
      /** Nothing knows a signal of this name, neither an arrow nor a rule; the names that are near it. */
      readonly unknown?: { readonly nearest: readonly string[] }
    })
  /** No such service or release. */
  | (Common & { readonly kind: 'unrouted' })

/** The kinds of verdict. */
export type VerdictKind = Verdict['kind']
