import type { Json } from '@opschart/core'

import {
  eventsAfter,
  insideEvents,
  insideOnly,
  outsideEvents,
  pick,
  placedActions,
  placedGuard,
  type Names,
  type Setting,
} from './_placed-actions.ts'
import { allPlaces, isHistory, leadsOn, placesOf, targetFrom, type Place } from './_places.ts'
import type { RawInvoke, RawMachine, RawTransition } from './_raw-machine.ts'
import type {
  ActionLiteral,
  InvokeLiteral,
  MachineLiteral,
  StateLiteral,
  TransitionLiteral,
} from './machine-literal.ts'

const descriptors = [...outsideEvents, ...insideEvents, ...outsideEvents, 'JOB.*', '*']
const delays = ['10', '25', '0', 'short', '10', 'counted', '100']
const machineNames = ['kid', 'pup']
const operationNames = ['fetch', 'store']

/** How a transition comes about: which events it may set off, whether it must lead on, whether children are left alone. */
interface Cause {
  readonly spot: string
  readonly from: number
  readonly mustLeadOn?: boolean
  readonly quiet?: boolean
  readonly mayForward?: boolean
}

/** The literal that a raw machine comes to. */
export function placedMachine(raw: RawMachine, id: string, hasParent: boolean): MachineLiteral {
  const machines = raw.children.map((child, index) => {
    const name = machineNames[index] ?? 'kid'
    return [name, placedMachine(child, name, true)] as const
  })
  const actors = [...machines.map(([name]) => name), ...machines.map(([name]) => name), ...operationNames]
  const root = placesOf(raw.root, id)
  const places = allPlaces(root).filter((place) => place.parent !== null)
  const names: Names = { actors, places: places.filter((place) => !isHistory(place)), hasParent }
  const machine = createPlacing(names, places).state(root, [])
  const output = outputOf(root)
  const used = JSON.stringify(machine)
  const kept = [...machines, ...operationNames.map((name) => [name, 'operation'] as const)].filter(([name]) =>
    used.includes(`"${name}"`),
  )
  return {
    id,
    ...machine,
    ...(output !== undefined && { output }),
    ...(kept.length > 0 && { actors: Object.fromEntries(kept) }),
  }
}

function createPlacing(names: Names, places: readonly Place[]) {
  const actions = (
    raw: Parameters<typeof placedActions>[0],
    setting: Setting,
  ): { readonly list: readonly ActionLiteral[] } => ({ list: placedActions(raw, setting, names) })

  function transition(
    raw: RawTransition,
    place: Place,
    invoked: readonly string[],
    cause: Cause,
  ): TransitionLiteral | undefined {
    if (raw.scope === 'forbidden' && !cause.mustLeadOn) return {}
    const targets = targetsOf(raw, place, places).filter((to) => !cause.mustLeadOn || leadsOn(place, to))
    const setting: Setting = {
      place,
      spot: cause.spot,
      from: cause.from,
      // Leaving a state stops its children before the transition's own actions run.
      invoked: targets.length === 0 ? invoked : [],
      mayTell: !cause.quiet,
      mayForward: cause.mayForward === true,
    }
    const { list } = actions(raw.actions, setting)
    const [only] = targets
    const target = targets.map((to) => targetFrom(place, to))
    return {
      ...(only !== undefined && { target: target.length === 1 ? target[0] : target }),
      ...(raw.guard !== null && { guard: placedGuard(raw.guard, names) }),
      ...(list.length > 0 && { actions: list }),
      ...(list.length === 0 && only === undefined && { actions: [{ note: `${place.key} ${cause.spot}` }] }),
      ...(raw.reenter && only !== undefined && { reenter: true }),
    } as TransitionLiteral
  }

  /** Without a target, an eventless transition would go on for ever, unless its own action makes its guard false. */
  function always(raw: RawTransition, place: Place): TransitionLiteral {
    const cause = { spot: 'always', from: insideOnly, mustLeadOn: true, quiet: true }
    const made = transition(raw, place, [], cause)
    if (made?.target !== undefined && made.guard !== undefined) return made
    const counter = raw.pick % 2 === 0 ? 'n' : 'm'
    return {
      guard: { count: counter, by: 3, leaves: 2 },
      actions: [{ add: counter, by: 1 }, { note: `${place.key} always` }],
    }
  }

  const several = (
    list: readonly RawTransition[],
    place: Place,
    invoked: readonly string[],
    cause: Cause,
  ): readonly TransitionLiteral[] => list.flatMap((raw) => transition(raw, place, invoked, cause) ?? [])

  function invocation(raw: RawInvoke, place: Place, id: string, invoked: readonly string[]): InvokeLiteral {
    const src = pick(names.actors, raw.src) ?? 'fetch'
    const input: Json | undefined = pick([undefined, 'context', { n: 2 }], raw.input)
    const inside = { from: insideOnly }
    const onDone = several(raw.onDone, place, invoked, { spot: 'onDone', ...inside })
    const onError = several(raw.onError, place, invoked, { spot: 'onError', ...inside })
    // A child that is told something has a new snapshot: no end of it.
    const seen = { spot: 'onSnapshot', from: eventsAfter('*'), mustLeadOn: true, quiet: true }
    const onSnapshot = several(raw.onSnapshot, place, [], seen)
    return {
      src,
      ...(!raw.anonymous && { id }),
      ...(input !== undefined && { input }),
      ...(onDone.length > 0 && { onDone }),
      ...(onError.length > 0 && { onError }),
      ...(onSnapshot.length > 0 && { onSnapshot }),
    }
  }

  function state(place: Place, outer: readonly string[]): StateLiteral {
    const { raw, kind, children } = place
    if (isHistory(place)) {
      const target = pick(place.parent?.children.filter((child) => !isHistory(child)) ?? [], raw.tags)
      return {
        type: 'history',
        history: kind === 'deep' ? 'deep' : 'shallow',
        ...(raw.output % 2 === 1 && target && { target: target.key }),
      }
    }
    const ids = raw.invoke.map((invoke, index) =>
      invoke.anonymous ? `${index}.${place.id.slice(1)}` : `${place.key}-${index}`,
    )
    const invoked = kind === 'final' ? outer : [...outer, ...ids]
    const setting = (spot: string): Setting => ({
      place,
      spot,
      from: insideOnly,
      invoked,
      mayTell: true,
      mayForward: false,
    })
    const entry = actions(raw.entry, setting('entry')).list
    const exit = actions(raw.exit, setting('exit')).list
    const starting = actions(raw.starting, setting('starting')).list
    const tags = tagsOf(raw.tags)
    const common = {
      ...(tags.length > 0 && { tags }),
      ...(entry.length > 0 && { entry }),
    }
    if (kind === 'final') {
      const output = outputOf(place)
      return { type: 'final', ...common, ...(output !== undefined && { output }) }
    }
    const [first] = children
    const on = grouped(
      raw.on.map(({ event, arrow }) => {
        const descriptor = pick(descriptors, event) ?? 'GO'
        // What comes from inside, or may, comes without anybody outside having done anything.
        const mustLeadOn = descriptor === '*' || (insideEvents as readonly string[]).includes(descriptor)
        const cause = { spot: descriptor, from: eventsAfter(descriptor), mustLeadOn, mayForward: true }
        return [descriptor, transition(arrow, place, invoked, cause)]
      }),
    )
    const after = grouped(
      raw.after.map(({ delay, arrow }) => {
        const name = pick(delays, delay) ?? '10'
        const cause = { spot: `after ${name}`, from: insideOnly, mustLeadOn: name === '0' }
        return [name, transition(arrow, place, invoked, cause)]
      }),
    )
    const onDone = several(raw.onDone, place, invoked, { spot: 'done', from: insideOnly })
    const invoke = raw.invoke.map((one, index) => invocation(one, place, ids[index] ?? '', invoked))
    return {
      ...(kind === 'parallel' && { type: 'parallel' }),
      ...(kind === 'compound' && first && { initial: first.key }),
      ...(kind === 'compound' && starting.length > 0 && { starting }),
      ...common,
      ...(exit.length > 0 && { exit }),
      ...(invoke.length > 0 && { invoke }),
      ...(Object.keys(on).length > 0 && { on }),
      ...(raw.always.length > 0 && { always: raw.always.map((one) => always(one, place)) }),
      ...(Object.keys(after).length > 0 && { after }),
      ...(children.length > 0 && onDone.length > 0 && place.parent !== null && { onDone }),
      ...(children.length > 0 && {
        states: Object.fromEntries(children.map((child) => [child.key, state(child, invoked)])),
      }),
    }
  }

  return { state }
}

function targetsOf({ scope, pick: number }: RawTransition, place: Place, places: readonly Place[]): Place[] {
  const one = (candidates: readonly Place[]) =>
    candidates.slice(number % (candidates.length || 1)).slice(0, 1)
  switch (scope) {
    case 'sibling':
      return one(place.parent?.children ?? place.children)
    case 'anywhere':
      return one(places)
    case 'child':
      return one(place.children)
    case 'itself':
      return place.parent === null ? [] : [place]
    case 'history':
      return one(places.filter(isHistory))
    case 'several': {
      const [parallel] = one(places.filter(({ kind }) => kind === 'parallel'))
      return (parallel?.children ?? []).slice(0, 2).flatMap(({ children }) => one(children))
    }
    default:
      return []
  }
}

function grouped(
  entries: readonly (readonly [string, TransitionLiteral | undefined])[],
): Record<string, TransitionLiteral[]> {
  const record: Record<string, TransitionLiteral[]> = {}
  for (const [name, made] of entries) if (made) (record[name] ??= []).push(made)
  return record
}

const tagsOf = (number: number): readonly string[] => ['blue', 'red'].slice(0, Math.max(0, number - 2))

const outputOf = ({ raw, key }: Place): Json | undefined =>
  pick<Json | undefined>([undefined, 'context', { of: key }], raw.output)
