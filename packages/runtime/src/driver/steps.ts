import {
  decide,
  phaseOf,
  refusalOfOpening,
  route,
  unknownPhase,
  type JsonObject,
  type LawEvent,
  type ServiceChange,
  type Signal,
  type Step,
  type Verdict,
} from '@opschart/core'

import { createEffects } from './effects.ts'
import { readFacts } from './law-facts.ts'
import { kernelOf } from './kernels.ts'
import type { Message, Of } from './message.ts'
import { deciderOf, ledgerActor, lifecycleOf, ruleActor } from './names.ts'
import { stepEntry, type RowDraft } from './row.ts'
import type { TurnSources } from './turn.ts'
import type { Loaded, World } from './world.ts'

type Stepped = Extract<Step, { kind: 'stepped' }>

/** The steps of one turn: each decides on one message, records its row, and puts what follows into the queue. */
export function createSteps(sources: TurnSources, world: World, enqueue: (message: Message) => void) {
  const { clock, lifecycle, definitionOf } = sources
  const effects = createEffects(sources, world, enqueue)

  /** Records a row; `step` moves the actor. Changes of the service's facts go with it. */
  async function record(actor: string, decider: string, row: RowDraft, step?: Stepped): Promise<void> {
    const known = await world.actor(actor)
    const depth = effects.depthOf(decider, known?.state ?? step?.state, row.event)
    const changes: ServiceChange[] = [...(row.changes ?? [])]
    if (step !== undefined) changes.push(...effects.changesOf(step))
    const from = known === undefined || decider !== 'lifecycle' ? undefined : phaseOf(known.state)
    if (step !== undefined && decider === 'lifecycle') {
      for (const change of changes) world.change(change)
      const listed = effects.directoryEntry(actor, step.state)
      if (listed !== undefined) {
        world.change(listed)
        changes.push(listed)
      }
    } else for (const change of changes) world.change(change)
    const to = step === undefined || decider !== 'lifecycle' ? undefined : phaseOf(step.state)
    const moved = from !== undefined && to !== undefined && from !== to ? { from, to } : null
    const entry = stepEntry(row, {
      decider,
      service: world.service.service,
      moved,
      effects: step?.effects ?? [],
      changes,
    })
    await world.record(
      actor,
      { at: row.at, key: row.key ?? null, definition: definitionOf(decider), entry },
      step === undefined ? undefined : { state: step.state, ended: step.status === 'done' },
    )
    if (step !== undefined) await effects.perform({ actor, decider, step, on: row.event.type, depth })
  }

  async function open(id: string, branch: string | null): Promise<Loaded | undefined> {
    const input = { id, service: world.service.service, branch, version: null, commit: null }
    const now = clock.now()
    const step = lifecycle.kernel.initial(input, { id, version: 1, now })
    if (step.kind === 'threw') return undefined
    await record(id, 'lifecycle', { at: now, kind: 'opened', event: { type: 'opened', ...input } }, step)
    return world.actor(id)
  }

  async function decideSignal(
    id: string,
    message: Pick<Of<'signal'>, 'signal' | 'operation' | 'outside'>,
  ): Promise<Verdict> {
    const { operation, outside } = message
    const loaded = (await world.actor(id))!
    const now = clock.now()
    const asks = outside === true && message.signal.type === 'OPERATION_REQUESTED'
    const signal = asks ? effects.asks.ownRequest(id, loaded.state, message.signal) : message.signal
    const facts = await readFacts(sources, world, { id, state: loaded.state }, signal)
    const event: LawEvent = {
      type: signal.type,
      signal,
      facts,
      now,
      ...(operation === undefined ? {} : { operation }),
    }
    const decided = decide(lifecycle, loaded.state, event, { id, version: loaded.version + 1, now })
    const row = {
      at: now,
      kind: 'signal' as const,
      event: { type: signal.type, signal: signal as unknown as JsonObject, now },
      by: signal.by,
      severity: signal.severity,
      facts,
      operation,
      verdict: decided.verdict,
      cause: decided.cause ?? signal.cause,
      key: { source: signal.source, id: signal.id },
    }
    await record(id, 'lifecycle', row, decided.step)
    if (decided.verdict.kind === 'refused') await effects.tellRefusal(signal, decided.verdict.reason)
    await effects.asks.applyRules(id, signal, decided)
    return decided.verdict
  }

  async function told(message: Omit<Of<'told'>, 'kind'>): Promise<Verdict | undefined> {
    const { entry, type, by, data, verdict, key, changes } = message
    await record(ledgerActor(world.service.service), 'none', {
      at: clock.now(),
      kind: entry,
      event: { type, ...data },
      by,
      verdict: verdict ?? null,
      key: key ?? null,
      changes: changes ?? [],
    })
    return verdict
  }

  /** What decided for an actor was taken out of the configuration while it was under way: it ends, and whoever waits for it is told. */
  async function abandon(
    loaded: Loaded,
    { event, entry, cause, changes }: Of<'private'>,
  ): Promise<undefined> {
    const { actor, state } = loaded
    const decider = deciderOf(actor)
    const reason = `nothing decides for ${decider} any more: it was taken out of the configuration`
    const row = { at: clock.now(), kind: entry, event, cause, changes: changes ?? [] }
    const verdict = { kind: 'ignored' as const, reason, lifecycle: lifecycleOf(actor) }
    await record(
      actor,
      'none',
      { ...row, verdict },
      { kind: 'stepped', state, changed: false, handled: false, effects: [], status: 'done' },
    )
    if (decider.startsWith('workflow:')) effects.tellBroken(actor, reason)
    return undefined
  }

  const unrouted = (signal: Signal, reason: string): Promise<Verdict | undefined> =>
    told({
      entry: 'signal',
      type: signal.type,
      by: signal.by,
      data: { signal: signal as unknown as JsonObject },
      verdict: { kind: 'unrouted', reason, signal: signal.id },
      key: { source: signal.source, id: signal.id },
    })

  return {
    async signal(message: Of<'signal'>): Promise<Verdict | undefined> {
      const { lifecycle: id, signal } = message
      if ((await world.actor(id)) === undefined) {
        if (message.open === undefined) return unrouted(signal, `there is no lifecycle ${id}`)
        // What cannot be adopted is not opened either: a slip of the pen would leave a release that nobody can remove.
        const unknown = unknownPhase(lifecycle.definition, signal.data['phase'])
        if (signal.type === 'ADOPTED' && unknown !== undefined) return unrouted(signal, unknown)
        await open(id, message.open.branch)
      }
      return decideSignal(id, message)
    },

    async routed(message: Of<'routed'>): Promise<Verdict | undefined> {
      const { signal } = message
      const where = route(signal, world.service)
      if (where.kind === 'unrouted') return unrouted(signal, where.reason)
      if (where.kind === 'open' && (await world.actor(where.id)) === undefined) {
        const refusal = refusalOfOpening(lifecycle.definition, world.service, signal)
        if (refusal !== undefined) return unrouted(signal, refusal)
        await open(where.id, where.branch)
      }
      return decideSignal(where.id, message)
    },

    async private(message: Of<'private'>): Promise<undefined> {
      const { actor, event, entry, changes, cause, fence } = message
      if (actor.startsWith('ledger:')) {
        await record(actor, 'none', { at: clock.now(), kind: entry, event, cause, changes: changes ?? [] })
        return undefined
      }
      if (fence?.timer !== undefined) {
        // One that was set again since has its own time to come.
        const { id, version } = fence.timer
        const set = (await sources.store.timers(actor)).find((timer) => timer.id === id)
        if (set?.version !== version) return undefined
        world.timerGone(actor, id)
      }
      const loaded = await world.actor(actor)
      if (loaded === undefined || (loaded.ended && entry !== 'result')) return undefined
      const decider = deciderOf(actor)
      const kernel = kernelOf(sources, decider)
      if (kernel === undefined) return abandon(loaded, message)
      const now = clock.now()
      const late = fence?.child !== undefined && loaded.state.children[fence.child.id] !== fence.child.key
      const facts =
        decider === 'lifecycle'
          ? await readFacts(sources, world, { id: actor, state: loaded.state }, undefined)
          : undefined
      const given = {
        ...event,
        now,
        ...(facts === undefined ? {} : { facts: facts as unknown as JsonObject }),
      }
      const step = late
        ? undefined
        : kernel.step(loaded.state, given, { id: actor, version: loaded.version + 1, now })
      const told = { ...event, now }
      const row = {
        at: now,
        kind: entry,
        event: told,
        cause,
        ...(facts === undefined ? {} : { facts }),
        ...(changes === undefined ? {} : { changes }),
      }
      const broke = step === undefined ? undefined : breakage(step)
      if (step?.kind === 'stepped' && step.handled && broke === undefined) {
        await record(actor, decider, row, step)
        return undefined
      }
      const reason = late
        ? 'a late result: the work was cancelled or done again since'
        : broke !== undefined
          ? `the machine broke: ${broke}`
          : 'nothing here waits for it'
      await record(actor, decider, {
        ...row,
        verdict: { kind: 'ignored', reason, lifecycle: lifecycleOf(actor) },
      })
      if (broke !== undefined && decider.startsWith('workflow:')) effects.tellBroken(actor, broke)
      return undefined
    },

    async start(message: Of<'start'>): Promise<undefined> {
      const { actor, workflow, input, cause } = message
      const decider = `workflow:${workflow}`
      const now = clock.now()
      // Two signals of one id from two sources give one run's name: the later one goes on under versions of its own.
      const version = ((await world.actor(actor))?.version ?? 0) + 1
      const step = kernelOf(sources, decider)?.initial(input, { id: actor, version, now })
      if (step?.kind !== 'stepped') {
        effects.tellBroken(actor, step?.reason ?? `there is no workflow ${workflow} any more`)
        return undefined
      }
      await record(
        actor,
        decider,
        { at: now, kind: 'opened', event: { type: 'opened', input, now }, cause },
        step,
      )
      return undefined
    },

    async measure(message: Of<'measure'>): Promise<undefined> {
      const id = ruleActor(message.rule, message.service)
      const decider = `rule:${message.rule}`
      const kernel = kernelOf(sources, decider)
      if (kernel === undefined) return undefined
      const now = clock.now()
      let loaded = await world.actor(id)
      if (loaded === undefined) {
        const input = { service: message.service }
        const first = kernel.initial(input, { id, version: 1, now })
        if (first.kind === 'threw') return undefined
        await record(id, decider, { at: now, kind: 'opened', event: { type: 'opened', input, now } }, first)
        loaded = (await world.actor(id))!
      }
      const step = kernel.step(loaded.state, message.event, { id, version: loaded.version + 1, now })
      if (step.kind === 'stepped' && step.handled) {
        await record(id, decider, { at: now, kind: 'message', event: message.event }, step)
      }
      return undefined
    },

    told: (message: Of<'told'>): Promise<Verdict | undefined> => told(message),
  }
}

/** Why a step is not to be taken: it threw, or a child's error that nothing handles would end the machine. */
function breakage(step: Step): string | undefined {
  if (step.kind === 'threw') return step.reason
  if (step.status !== 'error') return undefined
  const { message } = (step.error ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : 'an error of a child was not handled'
}

/** The steps of one turn. */
export type Steps = ReturnType<typeof createSteps>
