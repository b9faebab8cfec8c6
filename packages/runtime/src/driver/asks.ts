import {
  arrowsOf,
  type ActorState,
  type Clock,
  type Decided,
  type Emission,
  type JsonObject,
  type Signal,
  type SignalDraft,
} from '@opschart/core'

import { releaseFacts } from './law-facts.ts'
import type { Message } from './message.ts'
import { outsideOperation } from './names.ts'
import type { TurnSources } from './turn.ts'
import type { World } from './world.ts'

/** A signal of ours: named by the effect that sends it, so that it is the same however often the step is replayed. */
export function signalFrom(
  clock: Clock,
  from: { key: string; source: string; by: Signal['by']; cause: string },
  draft: Pick<SignalDraft, 'type' | 'data' | 'severity'>,
): Signal {
  return {
    id: from.key,
    source: from.source,
    type: draft.type,
    time: clock.now(),
    severity: draft.severity ?? 'INFO',
    data: draft.data ?? {},
    by: from.by,
    cause: from.cause,
  }
}

/** What rules ask for beside the arrows: tasks of triggers and loops, and an incident for what is critical. */
export function createAsks(sources: TurnSources, world: World, enqueue: (message: Message) => void) {
  const { lifecycle, clock } = sources

  /** No warrant: it waits for a phase that admits its agent, until the release moves on. */
  function ask(
    id: string,
    state: ActorState,
    asked: { key: string; agent: string; task: string; by: Signal['by']; condition?: string },
    signal: Signal,
  ): void {
    const { key, agent, task, by, condition } = asked
    const data = {
      id: key,
      agent,
      task,
      warrant: null,
      until_move: true,
      ...(condition === undefined ? {} : { condition }),
      input: inputFor(id, state, world, signal),
    }
    const draft = { type: 'OPERATION_REQUESTED', data, severity: signal.severity }
    const depth = (signal.depth ?? 0) + 1
    enqueue({
      kind: 'signal',
      lifecycle: id,
      signal: { ...signalFrom(clock, { key, source: id, by, cause: key }, draft), depth },
    })
  }

  return {
    /** A loop's action is a task: asked for on the live release, as long as the loop fires. */
    async requested(
      actor: string,
      key: string,
      emission: Extract<Emission, { type: 'request' }>,
    ): Promise<void> {
      const { agent, task, data, severity, by } = emission
      const { live, service } = world.service
      const owner = live === null ? undefined : await world.actor(live)
      if (live === null || owner === undefined) {
        const text = `${by} asks for ${agent}.${task}, but ${service} has no live release`
        enqueue({ kind: 'told', entry: 'problem', type: 'problem', by, data: { text, asked: data } })
        return
      }
      const signal = signalFrom(
        clock,
        { key, source: actor, by, cause: key },
        { type: 'MEASURE_EXCEEDED', data, severity },
      )
      ask(live, owner.state, { key, agent, task, by, condition: by }, signal)
    },

    /** After the arrows: triggers, and a critical signal that has no arrow [L16]. */
    async applyRules(id: string, signal: Signal, { verdict, cause }: Decided): Promise<void> {
      const arrow = arrowsOf(lifecycle.definition).some((known) => known.signal === signal.type)
      const applies = verdict.kind === 'accepted' || (verdict.kind === 'ignored' && !arrow)
      if (!applies || cause !== undefined || signal.type.startsWith('OPERATION_')) return
      const owner = await world.actor(id)
      if (owner === undefined) return
      // Named like an effect of the row that was just written: `why` finds its way back by it.
      const key = `${id}:${owner.version}`
      const triggered = Object.hasOwn(sources.triggers, signal.type) ? sources.triggers[signal.type]! : []
      triggered.forEach(([agent, task], index) =>
        ask(id, owner.state, { key: `${key}:t${index}`, agent, task, by: `rule:${signal.type}` }, signal),
      )
      const { live } = world.service
      if (signal.severity !== 'CRITICAL' || live === null || arrow) return
      const data = { reason: `${signal.type} is critical`, signal: signal.id }
      const draft = { type: 'INCIDENT_DECLARED', data, severity: 'CRITICAL' as const }
      const from = { key: `${key}:c`, source: id, by: 'system' as const, cause: `${key}:c` }
      const depth = (signal.depth ?? 0) + 1
      enqueue({
        kind: 'signal',
        lifecycle: live,
        signal: { ...signalFrom(clock, from, draft), id: shortId(`${key}:c`), depth },
      })
    },

    /**
     * What somebody outside asks for, under a name of ours and with an input of ours: an id that they chose could be
     * another's operation, whose workflow would then be told their result.
     */
    ownRequest(id: string, state: ActorState, signal: Signal): Signal {
      const { agent, task, approval } = signal.data
      const name = outsideOperation(id, shortId(`${signal.source}\n${signal.id}`))
      const data = {
        id: name,
        agent,
        task,
        warrant: null,
        approval: approval === true,
        input: inputFor(id, state, world, signal),
      }
      return { ...signal, data }
    },
  }

  function shortId(text: string): string {
    return sources.crypto.sha256(text).slice(0, 16)
  }
}

function inputFor(id: string, state: ActorState, world: World, signal: Signal): JsonObject {
  const { type, time, data } = signal
  return {
    release: releaseFacts(id, state, world.service),
    signal: { id: signal.id, type, time, data },
    results: {},
    run: signal.id,
    incident: world.service.incident?.id ?? null,
  } as unknown as JsonObject
}
