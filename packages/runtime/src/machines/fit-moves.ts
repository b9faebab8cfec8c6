import type { JsonObject, Migration, Timer } from '@opschart/core'

import type { Chart } from './charts.ts'
import type { MachineState } from './machine-state.ts'
import type { TimerEvent } from './tree-message.ts'

type Moves = Readonly<Record<string, string>>
type Value = string | { readonly [region: string]: Value }

/** A timer that has another id and event under the chart of today. */
export interface MovedTimer {
  readonly from: string
  readonly to: Timer
}

/** A state value whose states have moved, by path. */
export function movedValue(value: Value, moves: Moves): Value {
  const paths = pathsOf(value).map((path) => movedPath(path, moves))
  return paths.reduce<Value>((whole, path) => joined(whole, path.split('.')), {})
}

function pathsOf(value: Value): string[] {
  if (typeof value === 'string') return [value]
  return Object.entries(value).flatMap(([name, inner]) => {
    const below = pathsOf(inner)
    return below.length === 0 ? [name] : below.map((path) => `${name}.${path}`)
  })
}

/** The longest beginning that has moved counts. */
function movedPath(path: string, moves: Moves): string {
  const parts = path.split('.')
  for (let length = parts.length; length > 0; length -= 1) {
    const head = parts.slice(0, length).join('.')
    if (Object.hasOwn(moves, head)) return [moves[head], ...parts.slice(length)].join('.')
  }
  return path
}

function joined(value: Value, [first = '', ...rest]: string[]): Value {
  if (rest.length === 0)
    return typeof value === 'object' && Object.keys(value).length > 0 ? { ...value, [first]: {} } : first
  const members = typeof value === 'string' ? { [value]: {} } : value
  return { ...members, [first]: joined(members[first] ?? {}, rest) }
}

const delayed = 'xstate.after.'

/**
 * What XState names after states, brought along when those have moved: what a history remembers, and the events of delays
 * (`xstate.after.1000.order.checking`), pending or waiting for one that is parked.
 */
export function movedNames({ machine }: Chart, by: readonly Migration[]) {
  const { idMap } = machine as unknown as {
    idMap: ReadonlyMap<string, { readonly transitions: ReadonlyMap<string, unknown> }>
  }
  const prefix = `${machine.id}.`
  const movedId = (id: string): string =>
    id.startsWith(prefix)
      ? prefix + by.reduce((path, { states = {} }) => movedPath(path, states), id.slice(prefix.length))
      : id

  /** The event of a delay as it is today; undefined when it leads nowhere. */
  function movedDelay(type: string): string | undefined {
    const at = type.indexOf(`.${prefix}`, delayed.length - 1)
    const own = at < 0 ? type : `${type.slice(0, at + 1)}${movedId(type.slice(at + 1))}`
    const node = [...idMap.keys()]
      .filter((id) => own.endsWith(`.${id}`))
      .toSorted((one, other) => other.length - one.length)[0]
    const heard = node === undefined ? [] : [...idMap.get(node)!.transitions.keys()].filter(isDelay)
    // A delay that was given another length, and is the only one there, is still that one.
    return heard.includes(own) ? own : heard.length === 1 ? heard[0] : undefined
  }

  return {
    inState(state: MachineState): MachineState {
      const { historyValue = {} } = state.snapshot as { historyValue?: Record<string, { id: string }[]> }
      const history = Object.entries(historyValue).map(([id, nodes]) => [
        movedId(id),
        nodes.map((node) => ({ ...node, id: movedId(node.id) })),
      ])
      const snapshot = { ...state.snapshot, historyValue: Object.fromEntries(history) as JsonObject }
      if (state.parked === undefined) return { ...state, snapshot }
      const letters = state.parked.letters.map((letter) => {
        const { type } = letter.event
        const moved = isDelay(type) ? movedDelay(type) : undefined
        return moved === undefined ? letter : { ...letter, event: { ...letter.event, type: moved } }
      })
      return { ...state, snapshot, parked: { ...state.parked, letters } }
    },
    /** @throws Error naming the first that leads nowhere. */
    ofTimers: (timers: readonly Timer[]): MovedTimer[] =>
      timers.flatMap((timer) => {
        const held = timer.event as unknown as TimerEvent
        const { type } = held.event
        if (!isDelay(type) || held.to !== undefined) return []
        const moved = movedDelay(type)
        if (moved === undefined)
          throw new Error(`it waits for the timer ${type}, which leads nowhere any more`)
        if (moved === type) return []
        const event: TimerEvent = { ...held, event: { ...held.event, type: moved } }
        return [{ from: timer.id, to: { ...timer, id: moved, event } }]
      }),
  }
}

const isDelay = (type: string): boolean => type.startsWith(delayed)
