import type { Place } from './_places.ts'
import type { RawAction, RawGuard } from './_raw-machine.ts'
import type { ActionLiteral, DelayLiteral, GuardLiteral } from './machine-literal.ts'

/** Events that come from outside, in order: what is done on one may at once set off only later ones, so that it ends. */
export const outsideEvents = ['GO', 'NEXT', 'BACK', 'JOB.DONE', 'JOB.FAILED'] as const
/** Events that only the machines send one another. */
export const insideEvents = ['TICK', 'TOCK'] as const
const events = [...outsideEvents, ...insideEvents]

/** Where an action stands. */
export interface Setting {
  readonly place: Place
  /** Where in it, for notes. */
  readonly spot: string
  /** What may be raised or sent at once: the events from this one on. */
  readonly from: number
  /** Children that are certainly there: their ids. */
  readonly invoked: readonly string[]
  /** False where a message to a child could go on for ever. */
  readonly mayTell: boolean
  /** Whether the event at hand may be forwarded. */
  readonly mayForward: boolean
}

/** What actions and guards may name in one machine. */
export interface Names {
  readonly actors: readonly string[]
  readonly places: readonly Place[]
  readonly hasParent: boolean
}

const spawnIds = ['p', 'q']
const timerIds = [undefined, 'later', 'soon']
const timerDelays: readonly DelayLiteral[] = [10, 0, 25, 'short', 'counted', 60]
export const pick = <Item>(items: readonly Item[], number: number): Item | undefined =>
  items[number % items.length]

/** The place in the order of events from which an action on this descriptor may at once set others off. */
export function eventsAfter(descriptor: string): number {
  if (descriptor === '*') return events.length
  if (descriptor === 'JOB.*') return events.indexOf('JOB.FAILED') + 1
  return events.indexOf(descriptor as (typeof events)[number]) + 1
}

/** Where only events of the machines themselves may be set off: the action runs without an event from outside. */
export const insideOnly = outsideEvents.length

/** The actions that a list of raw ones comes to; those that have no meaning where they stand are left out. */
export function placedActions(
  raw: readonly RawAction[],
  setting: Setting,
  names: Names,
): readonly ActionLiteral[] {
  return raw.flatMap((action, index) => placedAction(action, index, setting, names) ?? [])
}

function placedAction(
  { kind, a, b, c }: RawAction,
  index: number,
  setting: Setting,
  names: Names,
): ActionLiteral | undefined {
  const { place, mayTell, invoked, from } = setting
  const spot = `${place.key} ${setting.spot}${index === 0 ? '' : ` ${index}`}`
  const event = pick(events.slice(from), a)
  const child = pick(spawnIds, b) ?? 'p'
  const id = pick(timerIds, b)
  const later = { delay: pick(timerDelays, c) ?? 10, ...(id !== undefined && { id }) }
  const eventLater = pick(later.delay === 0 ? events.slice(from) : events, a)
  const src = pick(names.actors, a)
  const input = pick([undefined, 'context', { n: 1 }], c)
  const spawning = {
    id: child,
    ...(input !== undefined && { input }),
    ...(c % 5 === 4 && { sync: true as const }),
  }
  switch (kind) {
    case 'add':
      return { add: a % 2 === 0 ? 'n' : 'm', by: 1 + (b % 2) }
    case 'keep':
      return { keep: 'event' }
    case 'mark':
      return { mark: pick(['z', 'y', 'b', 'a', '1'], a) ?? 'z' }
    case 'first mark':
      return { keep: 'first mark' }
    case 'log':
      return { log: spot }
    case 'emit':
      return { emit: spot }
    case 'raise':
      return event && { raise: event }
    case 'raise later':
      return eventLater && { raise: eventLater, ...later }
    case 'send to self':
      return event && { send: event, to: 'self' }
    case 'send to parent':
      return event && names.hasParent ? { send: event, to: 'parent' } : undefined
    case 'send to child': {
      if (event === undefined || !mayTell) return undefined
      const there = pick(invoked, b)
      if (there !== undefined && c % 3 > 0) return { send: event, to: { id: there } }
      return { when: { has: child }, do: [{ send: event, to: { id: child } }] }
    }
    case 'send to ref':
      return event && mayTell ? { send: event, to: { ref: child } } : undefined
    case 'send later': {
      if (eventLater === undefined) return undefined
      if (c % 3 === 0 && names.hasParent) return { send: eventLater, to: 'parent', ...later }
      const there = pick(invoked, b)
      if (c % 3 === 1 && there !== undefined && mayTell)
        return { send: eventLater, to: { id: there }, ...later }
      return mayTell
        ? { send: eventLater, to: { ref: child }, ...later }
        : { send: eventLater, to: 'self', ...later }
    }
    case 'forward': {
      const there = pick(invoked, b)
      return there !== undefined && setting.mayForward && mayTell ? { forward: there } : undefined
    }
    case 'cancel':
      return { cancel: a % 2 === 0 ? 'later' : 'soon' }
    case 'spawnChild':
      return src === undefined ? undefined : { spawnChild: src, ...spawning }
    case 'spawn':
      return src === undefined ? undefined : { spawn: src, ...spawning }
    case 'stop':
      return { stop: child, by: a % 2 === 0 ? 'id' : 'ref', ...(c % 3 === 2 && { kept: true as const }) }
    case 'when': {
      const then = placedAction({ kind: pick(whenKinds, c) ?? 'note', a, b, c: a }, index, setting, names)
      if (then === undefined) return undefined
      const guard = placedGuard({ kind: pick(['count', 'in', 'x'], b) ?? 'count', a, b, parts: [] }, names)
      return { when: guard, do: [then], ...(c % 2 === 0 && { otherwise: [{ note: `${spot} otherwise` }] }) }
    }
    default:
      return { note: spot }
  }
}

const whenKinds = [
  'note',
  'emit',
  'raise',
  'raise later',
  'spawn',
  'stop',
  'cancel',
  'send to self',
  'send to parent',
]

/** The guard that a raw one comes to. */
export function placedGuard({ kind, a, b, parts }: RawGuard, names: Names): GuardLiteral {
  const within = parts.map((part) => placedGuard(part, names))
  const first = within[0]
  switch (kind) {
    case 'x':
      return { x: a % 3 }
    case 'event':
      return { event: pick(events, a) ?? 'GO' }
    case 'has':
      return { has: pick(spawnIds, a) ?? 'p' }
    case 'in': {
      const there = pick(names.places, a)
      return there === undefined ? { x: 0 } : { in: there.id }
    }
    case 'not':
      return first === undefined ? { x: 0 } : { not: first }
    case 'and':
      return { and: within }
    case 'or':
      return { or: within }
    default: {
      const by = 2 + (b % 2)
      return { count: a % 4 === 3 ? 'm' : 'n', by, leaves: Math.floor(a / 4) % by }
    }
  }
}
