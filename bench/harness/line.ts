import { median } from './statistics.ts'

/** How a number reads. */
export type Unit = '/s' | 'ms' | 'µs' | 'B' | 'MB'

/** What a line is judged by. */
export type Aim =
  | { readonly compare: 'ratio' | 'difference' | 'value'; readonly least: number }
  | { readonly compare: 'ratio' | 'difference' | 'value'; readonly most: number }

/** One thing that is compared: ours beside another's, round by round. */
export interface Line {
  readonly what: string
  readonly beside: string
  readonly unit: Unit
  readonly ours: readonly number[]
  /** Empty when there is nothing beside it, or it could not be had. */
  readonly theirs: readonly number[]
  /** Absent: shown for orientation only. */
  readonly aim?: Aim
  /** Why there is nothing to compare. */
  readonly missing?: string
}

/** What the rounds of a line come to. */
export interface Judged {
  readonly ours: { readonly best: number; readonly median: number }
  readonly theirs: { readonly best: number; readonly median: number }
  /** Of each round's pair: what one round's noise does to both sides, it does not do to this. */
  readonly compared: { readonly best: number; readonly median: number }
  /** Undefined where there is no aim or nothing to compare. */
  readonly reached: boolean | undefined
}

/** Whether more is better: rates are, everything else is a cost. */
const moreIsBetter = (unit: Unit) => unit === '/s'

const bestOf = (unit: Unit, values: readonly number[]) =>
  values.length === 0 ? Number.NaN : moreIsBetter(unit) ? Math.max(...values) : Math.min(...values)

/** How a line compares: what its aim says, else the ratio. */
export const comparisonOf = ({ aim }: Line) => aim?.compare ?? 'ratio'

/** Judges a line by the median of its rounds' comparisons. */
export function judge(line: Line): Judged {
  const { unit, ours, theirs, aim } = line
  const sides = {
    ours: { best: bestOf(unit, ours), median: median(ours) },
    theirs: { best: bestOf(unit, theirs), median: median(theirs) },
  }
  const how = comparisonOf(line)
  const compare = (one: number, other: number | undefined) =>
    how === 'value' ? one : other === undefined ? Number.NaN : how === 'ratio' ? one / other : one - other
  const compared = {
    best: compare(sides.ours.best, sides.theirs.best),
    median: median(ours.map((value, round) => compare(value, theirs[round]))),
  }
  const reached =
    aim === undefined || Number.isNaN(compared.median)
      ? undefined
      : 'least' in aim
        ? compared.median >= aim.least
        : compared.median <= aim.most
  return { ...sides, compared, reached }
}

/** A number as people read it: three figures, thousands apart. */
export function spoken(value: number, unit?: Unit | '×'): string {
  if (Number.isNaN(value)) return '–'
  const size = Math.abs(value)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
  const text = Number(value.toPrecision(3)).toLocaleString('en', {
    maximumFractionDigits: digits,
    useGrouping: true,
  })
  return unit === undefined
    ? text
    : unit === '×'
      ? `${text}×`
      : unit === '/s'
        ? `${text}/s`
        : `${text} ${unit}`
}

/** An aim in words. */
export function spokenAim(line: Line): string {
  const { aim, unit } = line
  if (aim === undefined) return ''
  const sign = 'least' in aim ? '≥' : '≤'
  const value = 'least' in aim ? aim.least : aim.most
  if (aim.compare === 'ratio') return `${sign} ${spoken(value, '×')}`
  return aim.compare === 'difference' ? `${sign} +${spoken(value, unit)}` : `${sign} ${spoken(value, unit)}`
}

/** What a line's sides come to beside each other, in words. */
export function spokenComparison(
  line: Line,
  { compared }: Judged,
  which: 'best' | 'median' = 'median',
): string {
  const value = compared[which]
  if (Number.isNaN(value)) return '–'
  const how = comparisonOf(line)
  if (how === 'ratio') return spoken(value, '×')
  return how === 'value' ? spoken(value, line.unit) : `${value >= 0 ? '+' : ''}${spoken(value, line.unit)}`
}
