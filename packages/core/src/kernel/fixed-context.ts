/** Whether a value is an object or a list of its own, and no actor reference or instance of a class. */
function isPlain(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/**
 * Makes a context, and all that it holds, unchangeable: an action that changes it in place would change what other steps,
 * and other actors of the same machine, go on from. It throws instead, and the step is refused.
 */
export function fixContext(value: unknown): void {
  // What was fixed before is so to its depth.
  if (!isPlain(value) || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const member of Object.values(value)) fixContext(member)
}

/** A copy of the objects and lists in a context; what else it holds stays the same. */
export function copiedContext<Value>(value: Value): Value {
  if (!isPlain(value)) return value
  if (Array.isArray(value)) return value.map((item: unknown) => copiedContext(item)) as Value
  const members = Object.entries(value).map(([key, member]) => [key, copiedContext(member)] as const)
  return Object.fromEntries(members) as Value
}
