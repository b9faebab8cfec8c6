/** Where times are shown: the zone's name, the machine's own when undefined. */
export interface TimePlace {
  readonly now: number
  readonly timeZone?: string | undefined
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Hours, minutes and seconds of a day: `14:03:22`. */
export function timeOfDay(at: number, place: TimePlace): string {
  return format(at, place, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
}

/** The day of a time: `Mon 2 Mar 2026`. */
export function dayOf(at: number, place: TimePlace): string {
  return format(at, place, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).replace(
    ',',
    '',
  )
}

/** A length of time in its two largest units that count: `3 min`, `2 h 5 min`, `4 d`. */
export function lengthOf(milliseconds: number): string {
  const length = Math.max(0, milliseconds)
  if (length < minute) return `${Math.floor(length / 1000)} s`
  if (length < hour) return `${Math.floor(length / minute)} min`
  if (length < day) return two(length, hour, 'h', minute, 'min')
  return two(length, day, 'd', hour, 'h')
}

/** A length of time in three columns: `9s`, `12m`, `3h`, `45d`. */
export function shortLength(milliseconds: number): string {
  const length = Math.max(0, milliseconds)
  if (length < minute) return `${Math.floor(length / 1000)}s`
  if (length < hour) return `${Math.floor(length / minute)}m`
  if (length < 2 * day) return `${Math.floor(length / hour)}h`
  return `${Math.floor(length / day)}d`
}

/** How far a time is from now: `3 min ago`, `in 2 h`, `now`. */
export function distance(at: number, { now }: TimePlace): string {
  if (Math.abs(at - now) < 1000) return 'now'
  return at < now ? `${lengthOf(now - at)} ago` : `in ${lengthOf(at - now)}`
}

/** A time as people say it: the time of day, with its date when that is another, and how far it is from now. */
export function moment(at: number, place: TimePlace): string {
  const date = dayOf(at, place)
  const time = timeOfDay(at, place)
  return `${date === dayOf(place.now, place) ? time : `${date} ${time.slice(0, 5)}`} (${distance(at, place)})`
}

function two(length: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((length % large) / small)
  const first = `${Math.floor(length / large)} ${largeName}`
  return rest === 0 ? first : `${first} ${rest} ${smallName}`
}

function format(at: number, { timeZone }: TimePlace, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...options,
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(at)
}
