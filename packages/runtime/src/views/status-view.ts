import {
  entryOf,
  allowedIn,
  contextOf,
  phaseOf,
  type ActorState,
  type JsonObject,
  type Lifecycle,
  type LifecycleView,
  type OperationView,
  type ServiceState,
  type ServiceView,
  type StatusView,
  type Store,
  type StoredActor,
  type StoredWork,
  shellWord,
} from '@opschart/core'

import { parkedActors } from '../machines/parking.ts'
import { plainLine } from '../plain-text.ts'
import { planOf, type FactSources } from '../driver/law-facts.ts'
import {
  isLifecycleActor,
  lifecycleOf,
  serviceFact,
  serviceOf,
  systemActor,
  workflowActor,
} from '../driver/names.ts'
import { emptySystem, type SystemState } from '../driver/policy.ts'
import { createResolveName } from '../driver/resolve-name.ts'
import type { RuleHost } from '../senses/rule-host.ts'
import type { WatcherState } from '../senses/watcher-host.ts'
import type { Attempt } from '../work/attempt.ts'
import type { Holding } from '../work/holding.ts'
import { createChanged } from './changed.ts'
import { timersOf } from './timers.ts'
import { createViolations } from './violations.ts'

/** What views are made from. */
export interface ViewSources extends FactSources {
  readonly store: Store
  readonly lifecycle: Lifecycle
  readonly running: ReadonlyMap<string, Attempt>
  readonly holding: Holding
  readonly rules: RuleHost
  readonly watchers: readonly Readonly<WatcherState>[]
  readonly now: () => number
}

const page = 100
/** Violations that are told one by one. */
const mostViolations = 100
/** How far back a phase's beginning is looked for, in rows. */
const searched = 5_000

/** Makes the views that hosts show. */
export function createViews(sources: ViewSources) {
  const { store, lifecycle } = sources
  const changed = createChanged(sources)
  const openViolations = createViolations(store)

  const systemState = async (): Promise<SystemState> =>
    ((await store.actor(systemActor))?.state as unknown as SystemState | undefined) ?? emptySystem

  async function lifecyclesOf(service: string): Promise<StoredActor[]> {
    return (await store.actors({ shard: service })).filter(({ actor }) => isLifecycleActor(actor))
  }

  /** Those whom rows have concerned, and those whose work runs: of its attempts and progress no row tells. */
  async function concernedNow(ids: ReadonlySet<string>): Promise<{ open: StoredActor[]; gone: string[] }> {
    const running = (await store.work({ running: true })).map(({ actor }) => lifecycleOf(actor))
    const all = [...new Set([...ids, ...running.filter(isLifecycleActor)])].sort()
    const found = await Promise.all(all.map(async (id) => ({ id, actor: await store.actor(id) })))
    return {
      open: found.flatMap(({ actor }) => (actor === undefined || actor.ended ? [] : [actor])),
      gone: found.flatMap(({ id, actor }) => (actor === undefined || actor.ended ? [id] : [])),
    }
  }

  const resolveName = createResolveName(store)

  async function serviceState(service: string): Promise<ServiceState | undefined> {
    const [fact] = await store.facts([serviceFact(service)])
    return fact?.value as unknown as ServiceState | undefined
  }

  async function serviceStates(): Promise<ServiceState[]> {
    const facts = await store.factsBeginning('service:')
    return facts.map(({ value }) => value as unknown as ServiceState)
  }

  async function operations(actor: StoredActor, system: SystemState): Promise<OperationView[]> {
    const context = contextOf(actor.state as unknown as ActorState)
    const works = await store.work({ actor: actor.actor })
    const views = Object.values(context.operations).map(async (operation): Promise<OperationView> => {
      const work = works.find(({ key }) => key === operation.id)
      const attempt = sources.running.get(operation.id)
      const queued = operation.status === 'running' && work?.status === 'queued'
      const place = { lifecycle: actor.actor, operation, attempt: work?.attempt ?? 0 }
      const held = attempt === undefined ? await sources.holding.pausedBy(system.pauses, place) : undefined
      const commands = planOf(sources, { service: context.service, ...operation })
      return {
        id: operation.id,
        lifecycle: actor.actor,
        agent: operation.agent,
        task: operation.task,
        status: queued ? 'queued' : operation.status,
        requested_by: operation.requested_by,
        requested_at: operation.requested_at,
        severity: operation.severity,
        ...(operation.awaiting === undefined ? {} : { awaiting: operation.awaiting }),
        expires: operation.expires,
        workflow: operation.warrant === null ? null : (context.warrants[operation.warrant]?.workflow ?? null),
        plan: operation.plan,
        ...(commands === null ? {} : { commands: commands as JsonObject }),
        attempt: work?.attempt ?? 0,
        ...leaseOf(work),
        ...(attempt === undefined || attempt.progress === '' ? {} : { progress: attempt.progress }),
        ...(held === undefined ? {} : { held }),
      }
    })
    return Promise.all(views)
  }

  async function view(
    actor: StoredActor,
    service: ServiceState | undefined,
    system: SystemState,
  ): Promise<LifecycleView> {
    const state = actor.state as unknown as ActorState
    const context = contextOf(state)
    const entry = service?.releases[actor.actor]
    const runs = Object.values(context.warrants)
    const workflows = await Promise.all(
      runs.map(async ({ run, workflow }) => {
        const started = await store.actor(workflowActor(actor.actor, run))
        return {
          run,
          workflow,
          steps: Object.keys((started?.state as unknown as ActorState | undefined)?.children ?? {}),
        }
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
      since: await enteredAt(actor.actor),
      actorVersion: actor.version,
      operations: await operations(actor, system),
      workflows,
      allowed: allowedIn(lifecycle, state),
      timers: await timersOf(store, lifecycle.definition, actor.actor, context),
    }
  }

  /** When a lifecycle came into its phase: its latest row that moved it, or the one that opened it. */
  async function enteredAt(actor: string): Promise<number> {
    let at = 0
    for (let to: number | undefined, read = 0; read < searched; read += page) {
      const rows = await store.history({
        actor,
        backwards: true,
        limit: page,
        ...(to === undefined ? {} : { to }),
      })
      for (const row of rows) {
        at = row.at
        const { moved, kind } = entryOf(row)
        if (moved !== null || kind === 'opened') return at
      }
      if (rows.length < page) break
      to = rows.at(-1)!.sequence - 1
    }
    if (at > 0) return at
    // Its rows were pruned: it is there since before what is kept.
    const [first] = await store.history({ limit: 1 })
    return first?.at ?? 0
  }

  return {
    systemState,
    serviceStates,
    resolveName,
    async read(name: string): Promise<LifecycleView | undefined> {
      const id = await resolveName(name)
      const actor = id === undefined ? undefined : await store.actor(id)
      if (actor === undefined) return undefined
      const { service } = contextOf(actor.state as unknown as ActorState)
      return view(actor, await serviceState(service), await systemState())
    },
    async waiting(): Promise<OperationView[]> {
      const system = await systemState()
      const services = await serviceStates()
      const actors = (await Promise.all(services.map(({ service }) => lifecyclesOf(service)))).flat()
      const all = await Promise.all(actors.map((actor) => operations(actor, system)))
      return all.flat().filter(({ status }) => status === 'awaiting_approval' || status === 'waiting')
    },
    /** Incidents and violations that nobody has answered, each with its way out. */
    async open(): Promise<string[]> {
      const incidents = (await serviceStates()).flatMap(({ service, incident, live }) =>
        incident === null
          ? []
          : [
              `${incident.id} on ${live ?? service} is open${
                incident.acknowledged
                  ? `; ${incident.owner} has it`
                  : `: \`opschart send ${live ?? service} INCIDENT_ACKNOWLEDGED\` takes it`
              }`,
            ],
      )
      const violations = (await openViolations()).map(
        ({ row, type, actor }) =>
          `violation #${row}: ${type} on ${actor}; \`opschart adopt\` says where the release really is`,
      )
      const parked = (await parkedActors(store)).map(
        ({ actor, reason }) =>
          `${actor} is parked, ${plainLine(reason, 200)}: mend it, then \`opschart resume ${shellWord(`actor:${actor}`)}\``,
      )
      return [...incidents, ...violations.slice(0, 10), ...parked.slice(0, 10)]
    },
    async status({ since }: { since?: string } = {}): Promise<StatusView> {
      const { head } = await changed.begin()
      const system = await systemState()
      const states = await serviceStates()
      const { mark, lifecycles: concerned } = await changed.since(since, head.sequence, states)
      const some = concerned && (await concernedNow(concerned))
      const names = new Set([...sources.services.keys(), ...states.map(({ service }) => service)])
      const services = await Promise.all(
        [...names].sort().map(async (name): Promise<ServiceView> => {
          const state = states.find(({ service }) => service === name)
          const own =
            some === undefined
              ? await lifecyclesOf(name)
              : some.open.filter(({ actor }) => serviceOf(actor) === name)
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
      const violations = await openViolations()
      return {
        now: sources.now(),
        head,
        mark,
        ...(some === undefined ? {} : { gone: some.gone }),
        services,
        pauses: system.pauses,
        violations: violations.length,
        unanswered: violations.slice(0, mostViolations),
        parked: await parkedActors(store),
        watchers: sources.watchers.map((watcher) => ({ ...watcher })),
      }
    },
  }
}

/** Makes views. */
export type Views = ReturnType<typeof createViews>

function leaseOf(work: StoredWork | undefined): Pick<OperationView, 'lease'> {
  if (work?.status !== 'running' || work.owner === null || work.until === null) return {}
  return { lease: { owner: work.owner, until: work.until } }
}
