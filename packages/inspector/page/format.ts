import type {
  InspectedSource,
  InspectionStep,
  Json,
  JsonObject,
  SeenState,
  StateView,
  ChartView,
} from '@opschart/core'

// Made once: to make one takes longer than to draw a row.
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })
const moment = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
})

/** A moment's time of day, to the millisecond. */
export function timeOf(at: number): string {
  return `${time.format(at)}.${String(Math.floor(at % 1000)).padStart(3, '0')}`
}

/** A moment's day and time of day. */
export function momentOf(at: number): string {
  return moment.format(at)
}

/** A moment as briefly as it is clear: of the same day as another its time of day, to the second. */
export function shortMomentOf(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? time.format(at) : moment.format(at)
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** A length of time in its two largest units, such as `3 h 12 min`. */
export function lengthOf(milliseconds: number): string {
  let rest = Math.max(0, Math.round(milliseconds / 1000) * 1000)
  const parts: string[] = []
  for (const [name, size] of units) {
    const count = Math.floor(rest / size)
    if (count === 0 && parts.length === 0) continue
    if (count > 0) parts.push(`${count} ${name}`)
    rest -= count * size
    if (parts.length === 2) break
  }
  return parts.length === 0 ? '0 s' : parts.join(' ')
}

/** How long something has stood: in its largest unit, since more is not read at a glance. */
export function dwellOf(milliseconds: number): string {
  const [name, size] = units.find(([, unit]) => milliseconds >= unit) ?? ['s', 1000]
  return `${Math.max(0, Math.floor(milliseconds / size)).toLocaleString()} ${name}`
}

/** When something is due, seen from now. */
export function dueIn(due: number, now: number): string {
  return due <= now ? `${lengthOf(now - due)} overdue` : `in ${lengthOf(due - now)}`
}

/** A state value in a line: `PRODUCTION`, `open.checking + paying`. */
export function valueText(value: Json | undefined): string {
  if (value === undefined || value === null) return '–'
  if (typeof value !== 'object' || Array.isArray(value))
    return typeof value === 'string' ? value : JSON.stringify(value)
  return Object.entries(value as JsonObject)
    .map(([key, inner = null]) => {
      const below = isEmpty(inner) ? '' : valueText(inner)
      return below === '' ? key : below.includes(' + ') ? `${key}.(${below})` : `${key}.${below}`
    })
    .join(' + ')
}

const isEmpty = (value: Json): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** How an actor stands, in a word or two. */
export function standing(state: SeenState | null): string {
  if (state === null) return '–'
  const value = valueText(state.value)
  return state.status === 'active' ? value : value === '–' ? state.status : `${value} (${state.status})`
}

/** A step in a line, where its source says none. */
export function textOf({ text, event, verdict }: InspectionStep): string {
  return text ?? verdict?.reason ?? (Object.keys(event).length > 1 ? JSON.stringify(event) : '')
}

/** What only the work or the time of an actor itself tells it; nobody is named beside it. */
const own = /^(?:operation\.|opened$|xstate\.(?:done|error|after)\.)/

/** Who a step came from, as people say it: an actor of its source by its name. */
export function fromText(
  { from, event }: Pick<InspectionStep, 'from' | 'event'>,
  actors?: InspectedSource['actors'],
): string {
  if (from !== null) return actors?.get(from)?.name ?? from
  if (!own.test(event.type)) return 'not known'
  return event.type.startsWith('xstate.after') ? 'its own time' : 'its own work'
}

/** A state's name as people say it: its path. */
export function nameOf(chart: ChartView, { id }: Pick<StateView, 'id'>): string {
  return id === '' ? chart.id : id
}
