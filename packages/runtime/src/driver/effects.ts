import {
  arrowsOf,
  contextOf,
  phaseOf,
  type ActorState,
  type Decided,
  type Emission,
  type JsonObject,
  type Kernel,
  type OperationRequest,
  type ServiceChange,
  type Signal,
  type SignalDraft,
  type Step,
} from '@opschart/core'

import { operationInput, releaseFacts } from './law-facts.ts'
import { lifecycleOf, workflowActor } from './names.ts'
import type { Message, TurnSources } from './turn.ts'
import type { World } from './world.ts'

type Stepped = Extract<Step, { kind: 'stepped' }>

/** Turns the effects of a step into what follows: messages of the same turn, work, timers, changes of facts. One switch. */
export function createEffects(sources: TurnSources, world: World, enqueue: (message: Message) => void) {
  const { lifecycle, clock } = sources

  const kernelOf = (decider: string): Kernel => {
    if (decider === 'lifecycle') return lifecycle.kernel
    const [kind, name = ''] = decider.split(/:(.*)/s, 2)
    const kernel = kind === 'rule' ? sources.rules.get(name) : lifecycle.workflowKernels[name]
    if (kernel === undefined) throw new Error(`nothing decides for ${decider} any more`)
    return kernel
  }

  const signalFrom = (key: string, source: string, draft: Pick<SignalDraft, 'type' | 'data' | 'severity'>, by: Signal['by'], cause: string): Signal => ({
    id: key,
    source,
    type: draft.type,
    time: clock.now(),
    severity: draft.severity ?? 'INFO',
    data: draft.data ?? {},
    by,
    cause,
  })

  async function perform(actor: string, decider: string, step: Stepped, depth: number): Promise<void> {
    const home = lifecycleOf(actor)
    for (const effect of step.effects) {
      switch (effect.kind) {
        case 'spawn':
          if (effect.src === 'operation') await request(home, actor, effect.key, effect.input as unknown as OperationRequest)
          else {
            const input = effect.input as JsonObject
            enqueue({ kind: 'start', actor: workflowActor(home, effect.id), workflow: effect.src, input, cause: effect.key })
          }
          break
        case 'stop':
          // A step's operation that is no longer wanted; a workflow that has ended has nothing left to stop.
          if (decider !== 'lifecycle' && (await isOpen(home, effect.child))) {
            enqueue({ kind: 'private', entry: 'message', actor: home, event: { type: 'operation.stopped', operation: effect.child } })
          }
          break
        case 'send':
          enqueue({ kind: 'private', entry: 'message', actor: workflowActor(home, effect.to), event: effect.event, cause: effect.key })
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
          await emitted(actor, home, effect.key, effect.event as unknown as Emission, depth)
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
    const signal = signalFrom(key, actor, { type: 'OPERATION_REQUESTED', data, severity }, `workflow:${workflow}`, key)
    enqueue({ kind: 'signal', lifecycle: home, signal })
  }

  async function emitted(actor: string, home: string, key: string, emission: Emission, depth: number): Promise<void> {
    switch (emission.type) {
      case 'run': {
        const state = (await world.actor(home))!.state
        const operation = contextOf(state).operations[emission.operation]
        if (operation === undefined) return
        world.work({
          key: operation.id,
          actor: home,
          shard: world.service.service,
          slot: `${world.service.service}/${operation.agent}`,
          severity: operation.severity,
          at: clock.now(),
          task: { kind: 'operation', operation: operation as unknown as JsonObject },
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
        const data = { id, agent, task, warrant, until_move: until_move === true, condition, input: operation.input as unknown as JsonObject }
        const signal = signalFrom(key, actor, { type: 'OPERATION_REQUESTED', data, severity }, 'system', key)
        enqueue({ kind: 'signal', lifecycle: home, signal })
        return
      }
      case 'signal': {
        // Runs are named by the signal that starts them: a short id keeps the names of a long chain short.
        const id = sources.crypto.sha256(key).slice(0, 16)
        const signal = { ...signalFrom(key, actor, emission.signal, emission.by, key), id, depth: depth + 1 }
        const to = emission.to ?? home
        if (to.includes('/')) enqueue({ kind: 'signal', lifecycle: to, signal })
        else enqueue({ kind: 'routed', signal })
        return
      }
      case 'request': {
        const live = world.service.live
        const owner = live === null ? undefined : await world.actor(live)
        if (owner === undefined) return
        const draft = { type: 'MEASURE_EXCEEDED', data: emission.data, severity: emission.severity }
        ask(live!, owner.state, key, emission, signalFrom(key, actor, draft, emission.by, key), emission.by)
        return
      }
      case 'service':
        // Applied with the row itself, so that what follows in this turn sees it.
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

  /** A rule asks for a task: no warrant, so it waits for a phase that admits its agent, until the release moves on. */
  function ask(id: string, state: ActorState, key: string, asked: { agent: string; task: string }, signal: Signal, by: Signal['by']): void {
    const { type, time, data } = signal
    const input = {
      release: releaseFacts(id, state, world.service),
      signal: { id: signal.id, type, time, data },
      results: {},
      run: signal.id,
      incident: world.service.incident?.id ?? null,
    } as unknown as JsonObject
    const request = { id: key, agent: asked.agent, task: asked.task, warrant: null, until_move: true, input }
    const draft = { type: 'OPERATION_REQUESTED', data: request, severity: signal.severity }
    const depth = (signal.depth ?? 0) + 1
    enqueue({ kind: 'signal', lifecycle: id, signal: { ...signalFrom(key, id, draft, by, signal.id), depth } })
  }

  const isOpen = async (home: string, operation: string): Promise<boolean> => {
    const owner = await world.actor(home)
    return owner !== undefined && Object.hasOwn(contextOf(owner.state).operations, operation)
  }

  async function tellWorkflow(operation: string, failure: JsonObject): Promise<void> {
    const actor = actorOfOperation(operation)
    const child = Object.entries((await world.actor(actor))?.state.children ?? {}).find(([, key]) => key === operation)
    if (child === undefined) return
    const [id] = child
    const event = { type: `xstate.error.actor.${id}`, error: failure, actorId: id }
    enqueue({ kind: 'private', entry: 'message', actor, event, fence: { child: { id, key: operation } } })
  }

  return {
    kernelOf,
    perform,
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
      if (decider.startsWith('workflow:')) return (context?.['signal'] as { depth?: number } | undefined)?.depth ?? 0
      if (decider !== 'lifecycle' || context === undefined) return 0
      const { warrants } = contextOf(state!)
      return warrants[String(event['actorId'])]?.depth ?? 0
    },
    /** The release's place in the service's directory, when it is no longer what stands there. */
    directoryEntry(id: string, state: ActorState): ServiceChange | undefined {
      const { branch, version, commit, service } = contextOf(state)
      const phase = phaseOf(state)
      const rest = id.slice(id.indexOf('/') + 1)
      const name = `${service}/${version ?? rest}`
      const known = world.service.releases[id]
      const same = known?.name === name && known.branch === branch && known.version === version && known.commit === commit && known.phase === phase
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
      const event = { type: `xstate.error.actor.${run}`, error: { code: 'failed', message: reason, retry: false }, actorId: run }
      enqueue({ kind: 'private', entry: 'message', actor: home, event })
    },
    /** After the arrows: triggers, and a critical signal that has no arrow [L16]. */
    async applyRules(id: string, signal: Signal, { verdict, cause }: Decided): Promise<void> {
      const arrow = arrowsOf(lifecycle.definition).some((known) => known.signal === signal.type)
      const applies = verdict.kind === 'accepted' || (verdict.kind === 'ignored' && !arrow)
      if (!applies || cause !== undefined || signal.type.startsWith('OPERATION_')) return
      const owner = await world.actor(id)
      if (owner === undefined) return
      const key = `${id}:${owner.version}`
      const triggered = Object.hasOwn(sources.triggers, signal.type) ? sources.triggers[signal.type]! : []
      triggered.forEach(([agent, task], index) => ask(id, owner.state, `${key}:t${index}`, { agent, task }, signal, `rule:${signal.type}`))
      const live = world.service.live
      if (signal.severity === 'CRITICAL' && live !== null && !arrow) {
        const data = { reason: `${signal.type} is critical`, signal: signal.id }
        const draft = { type: 'INCIDENT_DECLARED', data, severity: 'CRITICAL' as const }
        enqueue({ kind: 'signal', lifecycle: live, signal: signalFrom(`${key}:c`, id, draft, 'system', signal.id) })
      }
    },
  }
}

/** The actor whose step asked for an operation: what stands before the key's version and index. */
const actorOfOperation = (operation: string) => operation.replace(/:\d+:[^:]+$/, '')
