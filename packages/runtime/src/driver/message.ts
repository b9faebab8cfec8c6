import type { JsonObject, Principal, ServiceChange, Signal, Verdict } from '@opschart/core'

/** What a turn begins with, and what follows from it within the turn. */
export type Message =
  /** A signal for a lifecycle (opened first when `open` is set). */
  | {
      readonly kind: 'signal'
      readonly lifecycle: string
      readonly signal: Signal
      readonly operation?: string
      readonly open?: { readonly branch: string | null }
      /** True when it came in by a sender: what it asks for gets a name of ours. */
      readonly outside?: true
    }
  /** A signal for whatever its service's directory says. */
  | { readonly kind: 'routed'; readonly signal: Signal; readonly operation?: string; readonly outside?: true }
  /** The private path: timers, results, messages between actors. Nothing from outside comes along here [L5]. */
  | {
      readonly kind: 'private'
      readonly entry: 'message' | 'timer' | 'result'
      readonly actor: string
      readonly event: JsonObject & { readonly type: string }
      readonly changes?: readonly ServiceChange[]
      readonly cause?: string
      /** What must still be so: a timer not replaced, a child not restarted. Else the event is late, and changes nothing. */
      readonly fence?: {
        readonly timer?: { readonly id: string; readonly version: number }
        readonly child?: { readonly id: string; readonly key: string }
      }
    }
  | {
      readonly kind: 'start'
      readonly actor: string
      readonly workflow: string
      readonly input: JsonObject
      readonly cause: string
    }
  /** A measure that would move a rule. */
  | {
      readonly kind: 'measure'
      readonly rule: string
      readonly service: string
      readonly event: JsonObject & { readonly type: string }
    }
  /** A row that only tells. */
  | {
      readonly kind: 'told'
      readonly entry: 'problem' | 'act' | 'signal'
      readonly type: string
      readonly by: Principal
      readonly data: JsonObject
      readonly verdict?: Verdict
      readonly key?: { readonly source: string; readonly id: string }
      readonly changes?: readonly ServiceChange[]
    }

/** A message of one kind. */
export type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>

/** The source and id that the first message of a turn is known again by; undefined when it has none. */
export function keyOf(
  message: Message | undefined,
): { readonly source: string; readonly id: string } | undefined {
  if (message?.kind === 'signal' || message?.kind === 'routed')
    return { source: message.signal.source, id: message.signal.id }
  return message?.kind === 'told' ? message.key : undefined
}
