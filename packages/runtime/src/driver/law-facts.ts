import {
  canonicalJson,
  contextOf,
  kindOf,
  phaseOf,
  predecessorOf,
  type ActorState,
  type Crypto,
  type Json,
  type JsonObject,
  type LawFacts,
  type OperationInput,
  type OperationRecord,
  type OperationRequest,
  type ReleaseFacts,
  type Service,
  type ServiceState,
  type Signal,
  type Task,
} from '@opschart/core'

import { ruleActor } from './names.ts'
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
  const condition = signal === undefined ? undefined : await conditionHolds(world, lifecycle.state, signal)
  return {
    service: world.service,
    deployable: service?.deploy !== undefined,
    rollback_configured: service?.rollback !== undefined,
    four_eyes: sources.policy.four_eyes,
    measure: await measureOf(sources, world),
    waiting_limit: sources.policy.waiting_limit,
    approval_limit: sources.policy.approval_limit,
    oscillation_limit: sources.policy.oscillation_limit,
    ...(operation === undefined ? {} : { operation }),
    ...(condition === undefined ? {} : { condition_holds: condition }),
  }
}

/** Whether the rule that asked for an operation still fires [L3]; undefined when it was asked for under no such condition. */
async function conditionHolds(world: World, state: ActorState, signal: Signal): Promise<boolean | undefined> {
  if (signal.type !== 'OPERATION_REQUESTED') return undefined
  const known = openOperation(state, signal.data['id'])
  const condition = known?.condition ?? signal.data['condition']
  if (typeof condition !== 'string' || !condition.startsWith('rule:')) return undefined
  const rule = await world.actor(ruleActor(condition.slice('rule:'.length), world.service.service))
  return rule?.state.snapshot['value'] === 'firing'
}

function openOperation(state: ActorState, id: unknown): OperationRecord | undefined {
  const { operations } = contextOf(state)
  return typeof id === 'string' && Object.hasOwn(operations, id) ? operations[id] : undefined
}

/** What the rules of a service say of it together: the worst. One that has never fired has nothing to say. */
async function measureOf(sources: FactSources, world: World): Promise<LawFacts['measure']> {
  const states: unknown[] = []
  for (const id of sources.ruleActors(world.service.service)) {
    const snapshot = (await world.actor(id))?.state.snapshot
    const context = snapshot?.['context'] as { fired_at?: number | null } | undefined
    if ((context?.fired_at ?? null) !== null) states.push(snapshot?.['value'])
  }
  if (states.includes('firing')) return 'exceeded'
  // Only a rule that is well again has cleared; one that is not sure, or about to fire, has not.
  return states.length > 0 && states.every((state) => state === 'ok') ? 'cleared' : 'unknown'
}

function operationFacts(
  sources: FactSources,
  world: World,
  lifecycle: { id: string; state: ActorState },
  signal: Signal,
): LawFacts['operation'] | undefined {
  const context = contextOf(lifecycle.state)
  const known = openOperation(
    lifecycle.state,
    signal.data[signal.type === 'OPERATION_REQUESTED' ? 'id' : 'operation'],
  )
  const asked = signal.type === 'OPERATION_REQUESTED' ? signal.data : known
  if (asked === undefined) return undefined
  const agent = asked['agent' as never] as unknown
  const task = asked['task' as never] as unknown
  if (typeof agent !== 'string' || typeof task !== 'string') return undefined
  const input = (known?.input ?? signal.data['input']) as OperationInput | undefined
  const warrant = (known?.warrant ?? signal.data['warrant'] ?? null) as string | null
  const workflow = warrant === null ? null : (context.warrants[warrant]?.workflow ?? null)
  const declared = sources.tasks.get(`${agent}.${task}`)
  // What nothing carries out changes nothing: it is let in, and fails saying so; nobody is asked to approve it.
  const changes = declared?.changes ?? 'nothing'
  const { autonomy, because } = autonomyOf(
    { agent, task, changes, workflow, phase: phaseOf(lifecycle.state) },
    sources.policy,
    world.system,
    world.service,
  )
  const alone = kindOf(known?.requested_by ?? signal.by) === 'agent' && changes === 'production'
  const asks = autonomy === 'act' && (signal.data['approval'] === true || alone)
  return {
    autonomy: asks ? 'ask' : autonomy,
    changes,
    plan: planHash(sources, {
      lifecycle: lifecycle.id,
      service: world.service.service,
      workflow,
      agent,
      task,
      input,
    }),
    ...(asks
      ? { because: alone ? 'no workflow has asked for it' : 'its workflow asks for approval' }
      : because === undefined
        ? {}
        : { because }),
  }
}

/** What an operation would do, exactly: what its approval is bound to [L10]. */
export function planOf(
  sources: FactSources,
  plan: { service: string; agent: string; task: string; input: OperationInput | undefined },
): JsonObject | null {
  // Without configured services, any name is one: then its name is all that is known of it.
  const service = sources.services.get(plan.service) ?? { name: plan.service }
  const task = sources.tasks.get(`${plan.agent}.${plan.task}`)
  if (task?.plan === undefined || plan.input === undefined) return null
  try {
    return task.plan(plan.input, { service, root: sources.root })
  } catch (error) {
    return { impossible: error instanceof Error ? error.message : String(error) }
  }
}

/** The hash of that, with whose it is: the same text for the same plan. */
export function planHash(
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
  return sources.crypto.sha256(
    canonicalJson({ lifecycle, workflow, agent, task, input: input ?? null, commands }),
  )
}

/** What an operation is told about the release that it works for. */
export function releaseFacts(id: string, state: ActorState, service: ServiceState): ReleaseFacts {
  const context = contextOf(state)
  const entry = service.releases[id]
  const before =
    service.live === id
      ? predecessorOf(service)
      : service.live === null
        ? null
        : service.releases[service.live]
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
        : {
            lifecycle: before.id,
            version: before.version ?? before.commit?.slice(0, 12) ?? before.id,
            commit: before.commit,
          },
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
    incident: service.incident?.id ?? incidentOf(request.signal),
  }
}

/** The incident that a workflow's signal belongs to: it may have closed since, with the report still to be written. */
function incidentOf(signal: JsonObject): string | null {
  const incident = (signal['data'] as JsonObject | undefined)?.['incident']
  return typeof incident === 'string' ? incident : null
}

/** What the plan of an open operation is made of, from its lifecycle as stored. */
export function contextOfPlan(
  lifecycle: string,
  state: Json | undefined,
  operation: OperationRecord,
): Parameters<typeof planHash>[1] {
  const { agent, task, input, warrant } = operation
  const warrants = state === undefined ? {} : contextOf(state as unknown as ActorState).warrants
  const workflow = warrant !== null && Object.hasOwn(warrants, warrant) ? warrants[warrant]!.workflow : null
  return { lifecycle, service: input.release.service, workflow, agent, task, input }
}
