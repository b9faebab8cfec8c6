/** A member of an object that came from outside; undefined when it is no object or has no such own member. */
export function member(value: unknown, ...names: readonly string[]): unknown {
  let current = value
  for (const name of names) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined
    current = (current as Record<string, unknown>)[name]
  }
  return current
}

/** A member that is a text; undefined otherwise. */
export function textMember(value: unknown, ...names: readonly string[]): string | undefined {
  const found = member(value, ...names)
  return typeof found === 'string' ? found : undefined
}

/** A member that is a finite number; undefined otherwise. */
export function numberMember(value: unknown, ...names: readonly string[]): number | undefined {
  const found = member(value, ...names)
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined
}

/** A member that is an array, its texts only; empty otherwise. */
export function textsMember(value: unknown, ...names: readonly string[]): string[] {
  const found = member(value, ...names)
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : []
}
