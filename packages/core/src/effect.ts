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
      /** Absent when it gets none. */
      readonly input?: Json
      /** Whether the parent is told of each change of the child's snapshot. */
      readonly sync?: true
    }
  /** End a child: cancel its work. */
  | { readonly kind: 'stop'; readonly key: string; readonly id: string; readonly child: string }
  /**
   * Deliver an event to another actor of the system by the private path. `to` is a child's id, `#_parent` or `#_internal`;
   * `child` is the key of the child that is meant when another one has its id by now.
   */
  | {
      readonly kind: 'send'
      readonly key: string
      readonly to: string
      readonly child?: string
      readonly event: JsonObject & { readonly type: string }
    }
  /** Deliver an event at a time, to the actor itself unless `to` says otherwise. */
  | {
      readonly kind: 'timer'
      readonly key: string
      readonly id: string
      readonly due: number
      readonly event: JsonObject & { readonly type: string }
      readonly to?: string
      readonly child?: string
    }
  | { readonly kind: 'cancel_timer'; readonly key: string; readonly id: string }
  /** What the machine emitted: a named request to the driver, with its content. */
  | { readonly kind: 'emit'; readonly key: string; readonly event: JsonObject & { readonly type: string } }
