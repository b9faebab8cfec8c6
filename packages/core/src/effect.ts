import type { Json, JsonObject } from './json.ts'

/**
 * What one step of an actor asks for, as data; nothing has been done yet. Each has the key `<actor>:<version>:<index>`,
 * the same however often the step is replayed.
 */
export type Effect =
  /** Start a child: an actor of its own when `src` names a machine, leaf work when it is an operation. */
  | {
      readonly kind: 'spawn'
      readonly key: string
      readonly id: string
      readonly src: string
      readonly input: Json
    }
  /** End a child: cancel its work. */
  | { readonly kind: 'stop'; readonly key: string; readonly id: string; readonly child: string }
  /** Deliver an event to another actor of the system by the private path. `to` is a child's id or `parent`. */
  | {
      readonly kind: 'send'
      readonly key: string
      readonly to: string
      readonly event: JsonObject & { readonly type: string }
    }
  | {
      readonly kind: 'timer'
      readonly key: string
      readonly id: string
      readonly due: number
      readonly event: JsonObject & { readonly type: string }
    }
  | { readonly kind: 'cancel_timer'; readonly key: string; readonly id: string }
  /** What the machine emitted: a named request to the driver, with its content. */
  | { readonly kind: 'emit'; readonly key: string; readonly event: JsonObject & { readonly type: string } }
