import { enqueueActions, fromPromise, type AnyStateMachine } from 'xstate'

import { compileMachine } from '../compile.ts'
import { OpschartError } from '../errors.ts'
import type { Json } from '../json.ts'
import { tasksOf, type WorkflowDefinition } from '../workflow/definition.ts'
import * as law from './actions.ts'
import { refusalOf, type AllowedParameters } from './allowed.ts'
import { arrowOf, gatesOf, isFinal, type Arrow, type LifecycleDefinition } from './definition.ts'
import type { Gate } from './gates.ts'
import type { LawEvent } from './law-event.ts'
import { noteAll, openingContext, type LifecycleContext, type LifecycleInput } from './lifecycle-context.ts'
import { nearestAdmitting } from './topology.ts'

type Config = Record<string, unknown>
type Event = LawEvent & law.PrivateEvent

/** What a lifecycle's machine is made of besides its definition. */
export interface LifecycleParts {
  readonly workflows: Readonly<Record<string, WorkflowDefinition>>
  readonly gates: Readonly<Record<string, Gate>>
  readonly actions: Readonly<Record<string, law.Action>>
}

/** Compiles a law to a real XState machine that reads like a table: its guard, actions and workflows are names with parameters. */
export function lifecycleMachine(definition: LifecycleDefinition, parts: LifecycleParts): AnyStateMachine {
  const nearestFrom = (phase: string) => (agent: string) => nearestAdmitting(definition, phase, agent)
  const handed = (action: law.Action<never>) =>
    enqueueActions(({ context, event, enqueue }, parameters: unknown) => {
      const changes: ((draft: LifecycleContext) => void)[] = []
      action(
        {
          context: context as LifecycleContext,
          event: event as unknown as Event,
          note: (change) => void changes.push(change),
          emit: (emission) => enqueue.emit(emission as never),
          start: (run, workflow, input) => enqueue.spawnChild(workflow as never, { id: run, input } as never),
          tell: (run, message) => enqueue.sendTo(run, message),
          end: (run) => enqueue.stopChild(run),
          timer: (id, delay, message) => enqueue.raise(message as never, { id, delay }),
          cancelTimer: (id) => enqueue.cancel(id),
        },
        parameters as never,
      )
      if (changes.length > 0) enqueue.assign(({ context: now }) => noteAll(now as LifecycleContext, changes))
    })

  const built = {
    admit: law.admit,
    wait: ((hands, { phase }) => law.waitForPhase(hands, { nearest: nearestFrom(phase) })) as law.Action<{
      phase: string
    }>,
    approve: law.approve,
    drop: law.drop,
    settled: law.settled,
    expire_waiting: law.expireWaiting,
    start: law.start,
    leave: law.leave,
    enter: law.enter,
    conclude: law.conclude,
  }
  for (const name of Object.keys(parts.actions)) {
    if (!Object.hasOwn(built, name)) continue
    throw new OpschartError(
      'configuration',
      `law ${definition.id}: the action ${name} is the law’s own; call yours another name`,
    )
  }
  const actions: Record<string, unknown> = {}
  for (const [name, action] of Object.entries({ ...parts.actions, ...built }))
    actions[name] = handed(action as law.Action<never>)
  const never = fromPromise<Json, unknown>(() => new Promise(() => {}))

  return compileMachine(
    {
      actors: Object.fromEntries(Object.keys(parts.workflows).map((name) => [name, never])),
      guards: {
        allowed: (
          { context, event }: { context: LifecycleContext; event: Event },
          parameters: AllowedParameters & { at?: string },
        ) =>
          refusalOf(
            parameters,
            context,
            event,
            parts.gates,
            nearestFrom(parameters.at ?? definition.initial),
          ) === undefined,
      },
      actions,
      delays: definition.delays ?? {},
    },
    {
      id: definition.id,
      context: ({ input }: { input: LifecycleInput }) => openingContext(input),
      initial: definition.initial,
      on: rootArrows(definition, parts),
      states: Object.fromEntries(
        Object.keys(definition.phases).map((name) => [name, phaseState(definition, parts, name)]),
      ),
    },
  )
}

/** What every phase answers: approvals, ends of operations and workflows, and the arrows of `all` that have no exception. */
function rootArrows(definition: LifecycleDefinition, parts: LifecycleParts): Config {
  const everywhere = definition.everywhere ?? []
  const on: Config = {
    OPERATION_APPROVED: {
      guard: allowed({ by: ['person'], gates: ['plan_matches', 'still_its_turn', 'four_eyes'] }),
      actions: 'approve',
    },
    OPERATION_REJECTED: {
      guard: allowed({ by: ['person'], gates: ['operation_open'] }),
      actions: { type: 'drop', params: { code: 'rejected', message: 'a person said no' } },
    },
    OPERATION_CANCELLED: {
      guard: allowed({ by: ['person', 'system'], gates: ['operation_open'] }),
      actions: { type: 'drop', params: { code: 'cancelled', message: 'it was cancelled' } },
    },
    OPERATION_REQUESTED: [
      { guard: allowed({ admits: 'agent', agents: everywhere }), actions: 'admit' },
      { guard: allowed({ admits: 'warrant' }), actions: 'admit' },
    ],
    'operation.settled': { actions: { type: 'settled', params: { withdraw: false } } },
    'operation.stopped': { actions: { type: 'settled', params: { withdraw: true } } },
    'operation.expired': {
      actions: { type: 'drop', params: { code: 'expired', message: 'its phase did not come in time' } },
    },
    'approval.expired': {
      actions: {
        type: 'drop',
        params: { code: 'expired', message: 'nobody answered in time', escalates: true },
      },
    },
    'xstate.done.actor.*': { actions: { type: 'conclude', params: { failed: false } } },
    'xstate.error.actor.*': { actions: { type: 'conclude', params: { failed: true } } },
  }
  for (const [signal, arrow] of Object.entries(definition.all ?? {})) {
    if (!isTheSameEverywhere(definition, signal, arrow)) continue
    on[signal] =
      arrow.to === '*'
        ? Object.keys(definition.phases).map((phase) =>
            transition(definition, parts, phase, phase, arrow, { target: `.${phase}`, named: phase }),
          )
        : transition(definition, parts, definition.initial, undefined, arrow, {})
  }
  return on
}

/**
 * Whether an arrow of `all` can stand once, at the root: nothing of it depends on the phase it is taken in. A warrant
 * does (leaving the phase ends its run), and so does an agent's leave to send; and a phase may have an arrow of its own.
 */
function isTheSameEverywhere(
  definition: LifecycleDefinition,
  signal: string,
  arrow: Arrow & { readonly except?: readonly string[] },
): boolean {
  if ((arrow.except?.length ?? 0) > 0 || arrow.by === undefined) return false
  if (Object.values(definition.phases).some(({ on }) => Object.hasOwn(on ?? {}, signal))) return false
  if (arrow.by.some((entry) => definition.agents.includes(entry))) return false
  return arrow.to === '*' || (arrow.to === undefined && arrow.starts === undefined)
}

function phaseState(definition: LifecycleDefinition, parts: LifecycleParts, name: string): Config {
  const phase = definition.phases[name]!
  const agents = [...(phase.allow ?? []), ...(definition.everywhere ?? [])]
  const on: Config = {
    OPERATION_REQUESTED: [
      { guard: allowed({ admits: 'agent', agents }), actions: 'admit' },
      { guard: allowed({ admits: 'warrant' }), actions: 'admit' },
      {
        guard: { type: 'allowed', params: { admits: 'later', at: name } },
        actions: { type: 'wait', params: { phase: name } },
      },
    ],
  }
  for (const [signal, short] of Object.entries(phase.on ?? {})) {
    const arrow = arrowOf(short)
    on[signal] = transition(
      definition,
      parts,
      name,
      arrow.to,
      arrow,
      arrow.to === undefined ? {} : { target: arrow.to },
      agents,
    )
  }
  for (const [signal, arrow] of Object.entries(definition.all ?? {})) {
    if (isTheSameEverywhere(definition, signal, arrow) || arrow.except?.includes(name) === true) continue
    // The phase's own arrow for a signal goes before the one of all phases.
    if (Object.hasOwn(on, signal)) continue
    on[signal] =
      arrow.to === '*'
        ? Object.keys(definition.phases).map((phase) =>
            transition(definition, parts, phase, phase, arrow, { target: phase, named: phase }, agents),
          )
        : transition(
            definition,
            parts,
            name,
            arrow.to,
            arrow,
            arrow.to === undefined ? {} : { target: arrow.to },
            agents,
          )
  }
  if (phase.moves !== undefined && phase.moves.length > 0) {
    on['MOVE_REQUESTED'] = phase.moves.map((to) => ({
      target: to,
      guard: allowed({ by: ['person'], phase: to }),
      // A person's word, as ADOPTED is: moved into a live phase, it is the live release.
      actions: ['adopt'],
    }))
  }
  const after = Object.entries(phase.after ?? {}).map(([delay, { does }]) => [delay, { actions: [...does] }])
  // Nobody acts in it on purpose, or nothing follows it: what waits for a phase would wait in vain.
  const retired = phase.allow?.length === 0 || isFinal(phase)
  return {
    entry: retired ? ['expire_waiting', 'enter'] : ['enter'],
    exit: [{ type: 'leave', params: { phase: name } }],
    on,
    ...(after.length > 0 ? { after: Object.fromEntries(after) } : {}),
  }
}

function transition(
  definition: LifecycleDefinition,
  parts: LifecycleParts,
  from: string,
  to: string | undefined,
  arrow: Arrow,
  target: { target?: string; named?: string },
  agents: readonly string[] = definition.everywhere ?? [],
): Config {
  const workflow = arrow.starts
  const started = workflow === undefined ? undefined : parts.workflows[workflow]
  return {
    ...(target.target === undefined ? {} : { target: target.target }),
    guard: allowed({
      ...(arrow.by === undefined ? {} : { by: arrow.by }),
      agents,
      ...(gatesOf(arrow).length > 0 ? { gates: gatesOf(arrow) } : {}),
      ...(target.named === undefined ? {} : { phase: target.named }),
    }),
    actions: [
      ...(arrow.does ?? []),
      ...(workflow === undefined || started === undefined
        ? []
        : [
            {
              type: 'start',
              params: {
                workflow,
                phase: to ?? from,
                tasks: tasksOf(started),
                exclusive: started.exclusive === true,
                remedy: started.remedy === true,
              },
            },
          ]),
    ],
  }
}

const allowed = (parameters: AllowedParameters) => ({ type: 'allowed', params: parameters })
