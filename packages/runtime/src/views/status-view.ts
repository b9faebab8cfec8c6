import {
  allowedIn,
  contextOf,
  phaseOf,
  type ActorState,
  type JournalEntry,
  type JsonObject,
  type Lifecycle,
  type LifecycleView,
  type OperationView,
  type ServiceState,
  type ServiceView,
  type StatusView,
  type Store,
  type StoredActor,
} from '@opschart/core'

import { planOf, type FactSources } from '../driver/law-facts.ts'
import { lifecycleOf } from '../driver/names.ts'
import { emptySystem, pauseOf, type SystemState } from '../driver/policy.ts'
import type { RuleHost } from '../senses/rule-host.ts'
import type { WatcherState } from '../senses/watcher-host.ts'
import type { Attempt } from '../work/dispatcher.ts'

/** What views are made from. */
export interface ViewSources extends FactSources {
  readonly store: Store
  readonly lifecycle: Lifecycle
  readonly running: ReadonlyMap<string, Attempt>
  readonly rules: RuleHost
  readonly watchers: readonly Readonly<WatcherState>[]
  readonly now: () => number
}

/** Makes the views that hosts show. */
export function createViews(sources: ViewSources) {
  const { store, lifecycle } = sources

  const systemState = async (): Promise<SystemState> =>
    ((await store.actor('system'))?.state as unknown as SystemState | undefined) ?? emptySystem

  const isLifecycle = ({ actor }: StoredActor) => !/^(?:rule:|ledger:|system$)/.test(actor) && !actor.includes('~')

  async function serviceStates(): Promise<ServiceState[]> {
    const facts = await store.factsBeginning('service:')
    return facts.map(({ value }) => value as unknown as ServiceState)
  }

  async function operations(actor: StoredActor, system: SystemState): Promise<OperationView[]> {
    const context = contextOf(actor.state as unknown as ActorState)
    const works = await store.work({ actor: actor.actor })
    return Object.values(context.operations).map((operation): OperationView => {
      const work = works.find(({ key }) => key === operation.id)
      const attempt = sources.running.get(operation.id)
      const pause = pauseOf(system.pauses, { service: context.service, agent: operation.agent, by: operation.requested_by })
      const commands = planOf(sources, { service: context.service, ...operation })
      return {
        id: operation.id,
        lifecycle: actor.actor,
        agent: operation.agent,
        task: operation.task,
        status: operation.status === 'running' && work?.status === 'queued' ? 'queued' : operation.status,
        requested_by: operation.requested_by,
        requested_at: operation.requested_at,
        severity: operation.severity,
        ...(operation.awaiting === undefined ? {} : { awaiting: operation.awaiting }),
        expires: operation.expires,
        workflow: operation.warrant === null ? null : (context.warrants[operation.warrant]?.workflow ?? null),
        plan: operation.plan,
        ...(commands === null ? {} : { commands: commands as JsonObject }),
        attempt: work?.attempt ?? 0,
        ...(attempt === undefined || attempt.progress === '' ? {} : { progress: attempt.progress }),
        ...(pause === undefined ? {} : { held: `paused: ${pause.target}` }),
      }
    })
  }

  async function view(actor: StoredActor, service: ServiceState | undefined, system: SystemState): Promise<LifecycleView> {
    const state = actor.state as unknown as ActorState
    const context = contextOf(state)
    const entry = service?.releases[actor.actor]
    const [last] = await store.history({ actor: actor.actor, backwards: true, limit: 1 })
    const runs = Object.values(context.warrants)
    const workflows = await Promise.all(
      runs.map(async ({ run, workflow }) => {
        const started = await store.actor(`${actor.actor}~${run}`)
        return { run, workflow, steps: Object.keys((started?.state as unknown as ActorState | undefined)?.children ?? {}) }
      }),
    )
    return {
      id: actor.actor,
      name: entry?.name ?? actor.actor,
      service: context.service,
      phase: phaseOf(state),
      branch: context.branch,
      version: context.version,
      commit: context.commit,
      live: service?.live === actor.actor,
      since: last?.at ?? 0,
      actorVersion: actor.version,
      operations: await operations(actor, system),
      workflows,
      allowed: allowedIn(lifecycle, state),
      timers: (await store.timers(actor.actor)).map(({ id, due }) => ({ id, due })),
    }
  }

  /** A lifecycle's id by what people call it: its id, its name, or `service/version`. */
  async function resolveName(name: string): Promise<string | undefined> {
    if ((await store.actor(name)) !== undefined && !name.includes('~')) return name
    const states = await serviceStates()
    for (const state of states) {
      const found = Object.values(state.releases).findLast((entry) => entry.name === name || `${state.service}/${entry.version}` === name)
      if (found !== undefined) return found.id
    }
    return states.find(({ service }) => service === name)?.live ?? undefined
  }

  return {
    systemState,
    serviceStates,
    resolveName,
    async read(name: string): Promise<LifecycleView | undefined> {
      const id = await resolveName(name)
      const actor = id === undefined ? undefined : await store.actor(id)
      if (actor === undefined) return undefined
      const states = await serviceStates()
      const service = states.find((state) => state.service === contextOf(actor.state as unknown as ActorState).service)
      return view(actor, service, await systemState())
    },
    async waiting(): Promise<OperationView[]> {
      const system = await systemState()
      const actors = (await store.actors()).filter(isLifecycle)
      const all = await Promise.all(actors.map((actor) => operations(actor, system)))
      return all.flat().filter(({ status }) => status === 'awaiting_approval' || status === 'waiting')
    },
    async status(): Promise<StatusView> {
      const system = await systemState()
      const states = await serviceStates()
      const actors = (await store.actors()).filter(isLifecycle)
      const names = new Set([...sources.services.keys(), ...states.map(({ service }) => service)])
      const services = await Promise.all(
        [...names].sort().map(async (name): Promise<ServiceView> => {
          const state = states.find(({ service }) => service === name)
          const own = actors.filter((actor) => lifecycleOf(actor.actor).startsWith(`${name}/`))
          return {
            service: name,
            live: state?.live ?? null,
            incident: state?.incident ?? null,
            deployments: state?.deployments ?? [],
            exclusive: state?.exclusive ?? null,
            oscillating: state?.oscillating ?? [],
            measures: await sources.rules.view(name),
            lifecycles: await Promise.all(own.map((actor) => view(actor, state, system))),
          }
        }),
      )
      return {
        now: sources.now(),
        head: await store.head(),
        services,
        pauses: system.pauses,
        violations: await openViolations(store),
        watchers: sources.watchers.map((watcher) => ({ ...watcher })),
      }
    },
  }
}

/** Violations of the last thousand rows that nobody has answered yet by adopting or moving on. */
async function openViolations(store: Store): Promise<number> {
  const answered = new Set<string>()
  let open = 0
  for (const row of await store.history({ backwards: true, limit: 1_000 })) {
    const entry = row.entry as unknown as JournalEntry
    if (entry.verdict?.kind === 'accepted' && entry.event.type === 'ADOPTED') answered.add(row.actor)
    if (entry.verdict?.kind === 'violation' && !answered.has(row.actor)) open += 1
  }
  return open
}

/** Makes views. */
export type Views = ReturnType<typeof createViews>
