import type { AnyActorRef } from 'xstate'

import type { Json } from '../json.ts'

/**
 * A reference to a child as a stored context holds it. XState writes the id alone; `child` is added, the effect key of the
 * child that is meant, when that child is gone: by then another one may have its id.
 */
export interface StoredReference {
  readonly xstate$$type: 1
  readonly id: string
  readonly child?: string
}

/** Marks the references in a stored context whose child is not the one that has its id now. */
export function markReferences(
  context: unknown,
  stored: Json,
  keyOf: (ref: AnyActorRef) => string | undefined,
  children: Readonly<Record<string, string>>,
): void {
  eachReference(stored, context, (marker, ref) => {
    const key = ref === undefined ? undefined : keyOf(ref as AnyActorRef)
    if (key !== undefined && children[marker.id] !== key) Object.assign(marker, { child: key })
  })
}

/** Puts back the references whose child is gone, which XState cannot find. */
export function reviveReferences(
  stored: Json,
  context: unknown,
  revive: (id: string, key: string) => AnyActorRef,
): void {
  eachReference(stored, context, ({ id, child }, _, put) => {
    if (child !== undefined) put(revive(id, child))
  })
}

/** Goes through what is stored and what it was, or became, side by side. */
function eachReference(
  stored: Json | undefined,
  actual: unknown,
  see: (marker: StoredReference, ref: unknown, put: (ref: AnyActorRef) => void) => void,
): void {
  if (stored === null || typeof stored !== 'object' || actual === null || typeof actual !== 'object') return
  const values = actual as Record<string, unknown>
  for (const [key, value] of Object.entries(stored)) {
    if (isReference(value)) see(value, values[key], (ref) => void (values[key] = ref))
    else eachReference(value as Json, values[key], see)
  }
}

function isReference(value: unknown): value is StoredReference {
  return (
    value !== null && typeof value === 'object' && (value as { xstate$$type?: unknown }).xstate$$type === 1
  )
}
