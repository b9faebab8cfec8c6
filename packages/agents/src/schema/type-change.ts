/** What a change of a column's type does to what is stored. */
export type TypeChange = 'same' | 'widens' | 'rewrites' | 'narrows' | 'converts'

const integers = ['smallint', 'integer', 'bigint']
const floats = ['real', 'double precision']

/**
 * Compares two types as `typeText` spells them. `widens` keeps each value and, in PostgreSQL, rewrites nothing;
 * `rewrites` keeps each value but writes the whole table anew; `narrows` can fail on or cut what is stored; `converts`
 * goes to another kind of type.
 */
export function typeChange(from: string, to: string): TypeChange {
  if (from === to) return 'same'
  const [old, next] = [parts(from), parts(to)]
  if (old.array !== next.array) return 'converts'
  const texts = ['varchar', 'text', 'char', 'citext']
  if (texts.includes(old.name) && texts.includes(next.name)) return textChange(old, next)
  if (old.name === 'numeric' && next.name === 'numeric') return numericChange(old.sizes, next.sizes)
  for (const family of [integers, floats]) {
    const [a, b] = [family.indexOf(plainInteger(old.name)), family.indexOf(plainInteger(next.name))]
    if (a >= 0 && b >= 0) return a === b ? 'same' : a < b ? 'rewrites' : 'narrows'
  }
  if (integers.includes(old.name) && next.name === 'numeric')
    return next.sizes.length === 0 ? 'rewrites' : 'narrows'
  if (old.name === next.name && timed.has(old.name)) {
    return (next.sizes[0] ?? 6) >= (old.sizes[0] ?? 6) ? 'widens' : 'narrows'
  }
  // Anything has a text form, but those who read the column get another type.
  return 'converts'
}

const timed = new Set(['timestamp', 'timestamptz', 'time', 'timetz', 'interval', 'bit', 'varbit'])

function textChange(old: Parts, next: Parts): TypeChange {
  if (old.name === 'char' || next.name === 'char' || old.name === 'citext' || next.name === 'citext') {
    return old.name === next.name && (next.sizes[0] ?? 1) >= (old.sizes[0] ?? 1) ? 'rewrites' : 'converts'
  }
  const [before, after] = [old.sizes[0] ?? Infinity, next.sizes[0] ?? Infinity]
  return after >= before ? 'widens' : 'narrows'
}

function numericChange(old: readonly number[], next: readonly number[]): TypeChange {
  if (next.length === 0) return 'widens'
  if (old.length === 0) return 'narrows'
  const [oldScale, nextScale] = [old[1] ?? 0, next[1] ?? 0]
  const [oldWhole, nextWhole] = [(old[0] as number) - oldScale, (next[0] as number) - nextScale]
  if (nextScale < oldScale || nextWhole < oldWhole) return 'narrows'
  return nextScale === oldScale ? 'widens' : 'rewrites'
}

interface Parts {
  readonly name: string
  readonly sizes: readonly number[]
  readonly array: string
}

function parts(type: string): Parts {
  const match = /^([^([]*)(?:\(([\d,]*)\))?((?:\[\])*)/.exec(type)
  const sizes = (match?.[2] ?? '').split(',').filter((size) => size !== '')
  return { name: (match?.[1] ?? type).trim(), sizes: sizes.map(Number), array: match?.[3] ?? '' }
}

function plainInteger(name: string): string {
  return { smallserial: 'smallint', serial: 'integer', bigserial: 'bigint' }[name] ?? name
}
