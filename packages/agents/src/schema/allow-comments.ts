import { oneLine } from '../project/plain-text.ts'
import { placeOf } from './sql-statements.ts'
import { sqlTokens } from './sql-tokens.ts'

/** A leave that a person wrote into an SQL file: `-- opschart: allow drop-column nobody reads it since v2.1`. */
export interface Allowance {
  readonly rule: string
  readonly reason: string
  readonly line: number
  readonly start: number
}

const form =
  /^--\s{0,10}opschart:\s{0,10}allow\s{1,10}([a-z][a-z-]{1,60})(?:\s{1,10}(\S[^\n]{0,300}))?\s{0,50}$/

/** All leaves of a text; one without a reason is none. */
export function allowances(text: string): Allowance[] {
  return sqlTokens(text).flatMap((token) => {
    const match = token.kind === 'comment' && token.text.length < 500 ? form.exec(token.text.trim()) : null
    if (match?.[2] === undefined) return []
    const reason = oneLine(match[2], 300)
    return [{ rule: match[1] as string, reason, line: placeOf(text, token.start).line, start: token.start }]
  })
}

/**
 * The leave for a rule at a statement: written inside it, on its last line, or between it and the statement before it.
 * `from` is where the statement before it ended, `to` where the line of this one ends.
 */
export function allowanceFor(
  all: readonly Allowance[],
  rule: string,
  from: number,
  to: number,
): Allowance | undefined {
  return all.find((allowance) => allowance.rule === rule && allowance.start >= from && allowance.start < to)
}
