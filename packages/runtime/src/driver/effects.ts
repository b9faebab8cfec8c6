import {
  contextOf,
  phaseOf,
  type ActorState,
  type Emission,
  type JsonObject,
  type OperationRequest,
  type ServiceChange,
  type Signal,
  type Step,
} from '@opschart/core'

import { createAsks, signalFrom } from './asks.ts'
import { operationInput } from './law-facts.ts'
import type { Message } from './message.ts'
import { actorOfOperation, lifecycleOf, workflowActor } from './names.ts'
import type { TurnSources } from './turn.ts'
import type { World } from './world.ts'

type Stepped = Extract<Step, { kind: 'stepped' }>

/** The step whose effects are performed: whose it is, what decided, and on what. */
export interface Performed {
  readonly actor: string
  readonly decider: string
  readonly step: Stepped
  /** The type of the event that was decided on. */
  readonly on: string
  /** How many causes stand before it. */
  readonly depth: number
}

/** Turns the effects of a step into what follows: messages of the same turn, work, timers, changes of facts. One switch. */
export function createEffects(sources: TurnSources, world: World, enqueue: (message: Message) => void) {
  const { clock } = sources
  const asks = createAsks(sources, world, enqueue)

  async function perform(performed: Performed): Promise<void> {
    const { actor, decider, step } = performed
    const home = lifecycleOf(actor)
    for (const effect of step.effects) {
      switch (effect.kind) {
        case 'spawn':
          if (effect.src === 'operation')
            await request(home, actor, effect.key, effect.input as unknown as OperationRequest)
          else {
            const input = effect.input as JsonObject
            enqueue({
              kind: 'start',
              actor: workflowActor(home, effect.id),
              workflow: effect.src,
              input,
              cause: effect.key,
            })
          }
          break
        case 'stop':
          // A step's operation that is no longer wanted; a workflow that has ended has nothing left to stop.
          if (decider !== 'lifecycle' && (await isOpen(home, effect.child))) {
            const event = { type: 'operation.stopped', operation: effect.child }
            enqueue({ kind: 'private', entry: 'message', actor: home, event })
          }
          break
        case 'send':
          enqueue({
            kind: 'private',
            entry: 'message',
            actor: workflowActor(home, effect.to),
            event: effect.event,
            cause: effect.key,
          })
          break
        case 'timer': {
          const { id, due, event } = effect
          const version = (await world.actor(actor))!.version
          world.timer({ actor, id, due, version, event })
          break
        }
        case 'cancel_timer':
          world.timerGone(actor, effect.id)
          break
        case 'emit':
          await emitted(performed, home, effect.key, effect.event as unknown as Emission)
      }
    }
    if (step.status === 'done' && decider.startsWith('workflow:')) {
      const run = actor.slice(home.length + 1)
      const event = { type: `xstate.done.actor.${run}`, output: step.output ?? null, actorId: run }
      enqueue({ kind: 'private', entry: 'message', actor: home, event })
    }
  }

  /** A step asks for its operation: a request to the lifecycle, by the workflow, under its warrant. */
  async function request(home: string, actor: string, key: string, asked: OperationRequest): Promise<void> {
    const owner = await world.actor(home)
    if (owner === undefined) return
    const { agent, task, warrant, approval, severity } = asked
    const input = operationInput(asked, home, owner.state, world.service) as unknown as JsonObject
    const workflow = contextOf(owner.state).warrants[warrant]?.workflow ?? warrant.split(':', 1)[0]!
    const data = { id: key, agent, task, warrant, approval, input }
    const from = { key, source: actor, by: `workflow:${workflow}` as const, cause: key }
    const signal = signalFrom(clock, from, { type: 'OPERATION_REQUESTED', data, severity })
    enqueue({ kind: 'signal', lifecycle: home, signal })
  }

  async function emitted(performed: Performed, home: string, key: string, emission: Emission): Promise<void> {
    const { actor, depth } = performed
    switch (emission.type) {
      case 'run': {
        const operation = contextOf((await world.actor(home))!.state).operations[emission.operation]
        if (operation === undefined) return
        // A person has said yes to this very plan: it is compared once more before it starts.
        const approved = performed.on === 'OPERATION_APPROVED'
        // Let in because nothing carries it out; whatever is declared before it starts was not asked about.
        const undeclared = !sources.tasks.has(`${operation.agent}.${operation.task}`)
        world.work({
          key: operation.id,
          actor: home,
          shard: world.service.service,
          slot: `${world.service.service}/${operation.agent}`,
          severity: operation.severity,
          at: clock.now(),
          task: {
            kind: 'operation',
            operation: operation as unknown as JsonObject,
            ...(approved ? { approved } : {}),
            ...(undeclared ? { undeclared } : {}),
          },
        })
        return
      }
      case 'withdraw':
        world.withdraw(emission.operation)
        return
      case 'settle':
        await tellWorkflow(emission.operation, { ...emission.failure } as unknown as JsonObject)
        return
      case 'readmit': {
        const operation = contextOf((await world.actor(home))!.state).operations[emission.operation]
        if (operation === undefined) return
        const { id, agent, task, warrant, severity, until_move, condition } = operation
        const input = operation.input as unknown as JsonObject
        const data = { id, agent, task, warrant, until_move: until_move === true, condition, input }
        const draft = { type: 'OPERATION_REQUESTED', data, severity }
        const signal = signalFrom(clock, { key, source: actor, by: 'system', cause: key }, draft)
        enqueue({ kind: 'signal', lifecycle: home, signal })
        return
      }
      case 'signal': {
        // Runs are named by the signal that starts them: a short id keeps the names of a long chain short.
        const id = sources.crypto.sha256(key).slice(0, 16)
        const from = { key, source: actor, by: emission.by, cause: key }
        const signal = { ...signalFrom(clock, from, emission.signal), id, depth: depth + 1 }
        const to = emission.to ?? home
        if (to.includes('/')) enqueue({ kind: 'signal', lifecycle: to, signal })
        else enqueue({ kind: 'routed', signal })
        return
      }
      case 'request':
        await asks.requested(actor, key, emission)
        return
      case 'service':
        // The change itself was applied with the row, so that what follows in this turn sees it.
        if (!['go_live', 'adopt_live', 'roll_back', 'give_back'].includes(emission.change.kind)) return
        // What was measured before says nothing about the release that is live now, and what was held while it went on
        // was an edge, which comes but once: rules look anew.
        for (const rule of sources.ruleActors(world.service.service)) {
          enqueue({ kind: 'private', entry: 'message', actor: rule, event: { type: 'moved' }, cause: key })
        }
        return
      case 'escalate':
        world.work({
          key,
          actor: home,
          shard: world.service.service,
          slot: null,
          severity: emission.severity,
          at: clock.now(),
          task: { kind: 'notify', about: emission.about, text: emission.text },
        })
    }
  }

  const isOpen = async (home: string, operation: string): Promise<boolean> => {
    const owner = await world.actor(home)
    return owner !== undefined && Object.hasOwn(contextOf(owner.state).operations, operation)
  }

  async function tellWorkflow(operation: string, failure: JsonObject): Promise<void> {
    const actor = actorOfOperation(operation)
    const children = (await world.actor(actor))?.state.children ?? {}
    const id = Object.keys(children).find((name) => children[name] === operation)
    if (id === undefined) return
    const event = { type: `xstate.error.actor.${id}`, error: failure, actorId: id }
    enqueue({ kind: 'private', entry: 'message', actor, event, fence: { child: { id, key: operation } } })
  }

  return {
    perform,
    asks,
    /** The changes that a step asks of the service's facts, in order. */
    changesOf: (step: Stepped): ServiceChange[] =>
      step.effects.flatMap((effect) => {
        const emission = effect.kind === 'emit' ? (effect.event as unknown as Emission) : undefined
        return emission?.type === 'service' ? [emission.change] : []
      }),
    /** How many causes stand before what a step does: of its signal, of its workflow's, or of the workflow that has ended [L12]. */
    depthOf(decider: string, state: ActorState | undefined, event: JsonObject): number {
      const signal = event['signal'] as { depth?: number } | undefined
      if (signal !== undefined) return signal.depth ?? 0
      const context = state?.snapshot['context'] as Record<string, never> | undefined
      if (decider.startsWith('workflow:'))
        return (context?.['signal'] as { depth?: number } | undefined)?.depth ?? 0
      if (decider !== 'lifecycle' || context === undefined) return 0
      const { warrants } = contextOf(state!)
      const run = event['actorId']
      return typeof run === 'string' && Object.hasOwn(warrants, run) ? warrants[run]!.depth : 0
    },
    /** The release's place in the service's directory, when it is no longer what stands there. */
    directoryEntry(id: string, state: ActorState): ServiceChange | undefined {
      const { branch, version, commit, service } = contextOf(state)
      const phase = phaseOf(state)
      const rest = id.slice(id.indexOf('/') + 1)
      const name = `${service}/${version ?? rest}`
      const known = world.service.releases[id]
      const same =
        known?.name === name &&
        known.branch === branch &&
        known.version === version &&
        known.commit === commit &&
        known.phase === phase
      return same ? undefined : { kind: 'release', id, name, branch, version, commit, phase }
    },
    /** The law refused what a workflow's step asked for: the step has failed. */
    async tellRefusal(signal: Signal, reason: string): Promise<void> {
      const id = signal.data['id']
      if (signal.type !== 'OPERATION_REQUESTED' || typeof id !== 'string') return
      // Only the workflow that asked is told: another's warrant does not fail its owner's step.
      if (signal.by.startsWith('workflow:') && signal.source === actorOfOperation(id)) {
        await tellWorkflow(id, { code: 'not_admitted', message: reason, retry: false })
      }
    },
    /** A workflow's machine broke: its lifecycle is told, as of any failed child. */
    tellBroken(actor: string, reason: string): void {
      const home = lifecycleOf(actor)
      const run = actor.slice(home.length + 1)
      const error = { code: 'failed', message: reason, retry: false }
      const event = { type: `xstate.error.actor.${run}`, error, actorId: run }
      enqueue({ kind: 'private', entry: 'message', actor: home, event })
    },
  }
}
