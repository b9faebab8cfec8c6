import {
  canonicalJson,
  contextOf,
  phaseOf,
  predecessorOf,
  type ActorState,
  type Crypto,
  type JsonObject,
  type LawFacts,
  type OperationInput,
  type OperationRequest,
  type ReleaseFacts,
  type Service,
  type ServiceState,
  type Signal,
  type Task,
} from '@opschart/core'

import { autonomyOf, type Policy } from './policy.ts'
import type { World } from './world.ts'

/** What the facts are read from besides the world. */
export interface FactSources {
  readonly services: ReadonlyMap<string, Service>
  readonly tasks: ReadonlyMap<string, Task>
  readonly policy: Policy
  readonly crypto: Crypto
  readonly root: string
  /** Ids of the actors of the rules that measure a service. */
  readonly ruleActors: (service: string) => readonly string[]
}

/** Reads the facts that a decision of a lifecycle needs, all of them before it [L6]. */
export async function readFacts(
  sources: FactSources,
  world: World,
  lifecycle: { id: string; state: ActorState },
  signal: Signal | undefined,
): Promise<LawFacts> {
  const service = sources.services.get(world.service.service)
  const operation = signal === undefined ? undefined : operationFacts(sources, world, lifecycle, signal)
  return {
    service: world.service,
    deployable: service?.deploy !== undefined,
    rollback_configured: service?.rollback !== undefined,
    four_eyes: sources.policy.four_eyes,
    measure: await measureOf(sources, world),
    waiting_limit: sources.policy.waiting_limit,
    approval_limit: sources.policy.approval_limit,
    ...(operation === undefined ? {} : { operation }),
  }
}

async function measureOf(sources: FactSources, world: World): Promise<LawFacts['measure']> {
  let answer: LawFacts['measure'] = 'unknown'
  for (const id of sources.ruleActors(world.service.service)) {
    const actor = await world.actor(id)
    if (actor === undefined) continue
    if (actor.state.snapshot['value'] === 'firing') return 'exceeded'
    const context = actor.state.snapshot['context'] as { fired_at?: number | null } | undefined
    if (context?.fired_at !== null && context?.fired_at !== undefined) answer = 'cleared'
  }
  return answer
}

function operationFacts(
  sources: FactSources,
  world: World,
  lifecycle: { id: string; state: ActorState },
  signal: Signal,
): LawFacts['operation'] | undefined {
  const context = contextOf(lifecycle.state)
  const id = signal.data[signal.type === 'OPERATION_REQUESTED' ? 'id' : 'operation']
  const known = typeof id === 'string' && Object.hasOwn(context.operations, id) ? context.operations[id] : undefined
  const asked = signal.type === 'OPERATION_REQUESTED' ? signal.data : known
  if (asked === undefined) return undefined
  const agent = asked['agent' as never] as unknown
  const task = asked['task' as never] as unknown
  if (typeof agent !== 'string' || typeof task !== 'string') return undefined
  const input = (known?.input ?? signal.data['input']) as OperationInput | undefined
  const warrant = (known?.warrant ?? signal.data['warrant'] ?? null) as string | null
  const workflow = warrant === null ? null : (context.warrants[warrant]?.workflow ?? null)
  const declared = sources.tasks.get(`${agent}.${task}`)
  // What no task declares might change anything.
  const changes = declared?.changes ?? 'production'
  const { autonomy, because } = autonomyOf(
    { agent, task, changes, workflow, phase: phaseOf(lifecycle.state) },
    sources.policy,
    world.system,
    world.service,
  )
  const asks = signal.data['approval'] === true && autonomy === 'act'
  return {
    autonomy: asks ? 'ask' : autonomy,
    changes,
    plan: planHash(sources, { lifecycle: lifecycle.id, service: world.service.service, workflow, agent, task, input }),
    ...(asks ? { because: 'its workflow asks for approval' } : because === undefined ? {} : { because }),
  }
}

/** What an operation would do, exactly: what its approval is bound to [L10]. */
export function planOf(
  sources: FactSources,
  plan: { service: string; agent: string; task: string; input: OperationInput | undefined },
): JsonObject | null {
  const service = sources.services.get(plan.service)
  const task = sources.tasks.get(`${plan.agent}.${plan.task}`)
  if (service === undefined || task?.plan === undefined || plan.input === undefined) return null
  try {
    return task.plan(plan.input, { service, root: sources.root })
  } catch (error) {
    return { impossible: error instanceof Error ? error.message : String(error) }
  }
}

function planHash(
  sources: FactSources,
  plan: {
    lifecycle: string
    service: string
    workflow: string | null
    agent: string
    task: string
    input: OperationInput | undefined
  },
): string {
  const { lifecycle, workflow, agent, task, input } = plan
  const commands = planOf(sources, plan)
  return sources.crypto.sha256(canonicalJson({ lifecycle, workflow, agent, task, input: input ?? null, commands }))
}

/** What an operation is told about the release that it works for. */
export function releaseFacts(id: string, state: ActorState, service: ServiceState): ReleaseFacts {
  const context = contextOf(state)
  const entry = service.releases[id]
  const before = service.live === id ? predecessorOf(service) : service.live === null ? null : service.releases[service.live]
  const version = context.version ?? context.commit?.slice(0, 12) ?? context.branch ?? id
  return {
    lifecycle: id,
    name: entry?.name ?? id,
    service: context.service,
    version,
    branch: context.branch,
    commit: context.commit,
    previous:
      before === null || before === undefined
        ? null
        : { lifecycle: before.id, version: before.version ?? before.commit?.slice(0, 12) ?? before.id, commit: before.commit },
    deployments: service.deployments,
  }
}

/** The input of the operation that a workflow's step asks for. */
export function operationInput(
  request: Pick<OperationRequest, 'signal' | 'results' | 'warrant'>,
  id: string,
  state: ActorState,
  service: ServiceState,
): OperationInput {
  return {
    release: releaseFacts(id, state, service),
    signal: request.signal as unknown as OperationInput['signal'],
    results: request.results as JsonObject,
    run: request.warrant,
    incident: service.incident?.id ?? null,
  }
}
