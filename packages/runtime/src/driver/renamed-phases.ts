import {
  contextOf,
  OpschartError,
  phaseOf,
  type ActorState,
  type Clock,
  type JsonObject,
  type LifecycleDefinition,
  type ServiceChange,
  type Store,
} from '@opschart/core'

import { serviceOf } from './names.ts'
import { stepEntry } from './row.ts'
import { openWorld } from './world.ts'

/** What a renamed phase is written with. */
export interface RenameSources {
  readonly store: Store
  readonly clock: Clock
  readonly lifecycle: { readonly definition: LifecycleDefinition }
  readonly definitionOf: (decider: string) => string
}

const mostTries = 20

/** What a phase that is gone is called now; undefined when no phase says that it was formerly this one. */
export function renamedTo({ phases }: LifecycleDefinition, phase: string): string | undefined {
  if (Object.hasOwn(phases, phase)) return undefined
  return Object.keys(phases).find((name) => phases[name]!.formerly?.includes(phase) === true)
}

/**
 * Moves a lifecycle from a phase that has another name by now to where it is: its state, its timers, and what the service
 * knows of it, in one unit whose row holds the whole state, so that the journal can be replayed from there on.
 */
export async function renamePhase(sources: RenameSources, actor: string): Promise<void> {
  const { store, clock, lifecycle, definitionOf } = sources
  const service = serviceOf(actor)
  for (let tries = 0; tries < mostTries; tries += 1) {
    const world = await openWorld(store, service)
    const loaded = await world.actor(actor)
    const from = loaded === undefined ? undefined : phaseOf(loaded.state)
    const to = from === undefined ? undefined : renamedTo(lifecycle.definition, from)
    if (loaded === undefined || from === undefined || to === undefined) return
    const state = renamed(loaded.state, from, to)
    const known = world.service.releases[actor]
    const changes: ServiceChange[] = known === undefined ? [] : [{ kind: 'release', ...known, phase: to }]
    for (const change of changes) world.change(change)
    const now = clock.now()
    const event = { type: 'migrated', state: state as unknown as JsonObject }
    const entry = stepEntry(
      { at: now, kind: 'migrated', event, by: 'system' },
      { decider: 'lifecycle', service, moved: { from, to }, effects: [], changes },
    )
    const row = { at: now, key: null, definition: definitionOf('lifecycle'), entry }
    const version = await world.record(actor, row, { state, ended: false })
    for (const timer of await store.timers(actor)) {
      const id = timerIn(timer.id, from, to)
      if (id === timer.id) continue
      world.timerGone(actor, timer.id)
      world.timer({ ...timer, id, version, event: { ...(timer.event as JsonObject), type: id } })
    }
    const [outcome] = await store.commit([world.unit()])
    if (outcome?.kind === 'written') return
  }
  throw new OpschartError('conflict', `another process moved ${actor} first, again and again; try again`)
}

/** The state in the phase's new name: where it stands, and where its warrants and waiting operations speak of it. */
function renamed(state: ActorState, from: string, to: string): ActorState {
  const context = contextOf(state)
  const mapped = <Value extends object>(values: Readonly<Record<string, Value>>, member: string) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        (value as Record<string, unknown>)[member] === from ? { ...value, [member]: to } : value,
      ]),
    )
  const moved = {
    ...context,
    warrants: mapped(context.warrants, 'phase'),
    operations: mapped(context.operations, 'awaiting'),
  }
  return { ...state, snapshot: { ...state.snapshot, value: to, context: moved as unknown as JsonObject } }
}

/** XState names an `after` by the state that it is of. */
function timerIn(id: string, from: string, to: string): string {
  const end = `.${from}`
  return id.startsWith('xstate.after.') && id.endsWith(end) ? `${id.slice(0, -end.length)}.${to}` : id
}
