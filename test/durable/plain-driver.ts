// A driver of the kernel that is as plain as can be: mailboxes and timers in memory, everything through JSON after each
// step. It says whether the kernel alone equals XState, and shows by planted faults what the comparison would notice.

import {
  canonicalJson,
  createKernel,
  type ActorState,
  type Effect,
  type Json,
  type JsonObject,
  type Kernel,
} from '@opschart/core'
import {
  machineOf,
  pickOf,
  plain,
  type DurableRun,
  type MachineLiteral,
  type Observation,
  type SeenActor,
  type StepLiteral,
} from '@opschart/testing'
import { fromPromise } from 'xstate'

type EventJson = JsonObject & { readonly type: string }

/** Something that a driver could get wrong. */
export type Fault =
  | 'a timer is dropped'
  | 'a timer comes early'
  | 'a cancel is lost'
  | 'messages go breadth first'
  | 'history is forgotten'
  | 'a done event comes twice'
  | 'a snapshot is not told of'
  | 'an ended child keeps its timers'
  | 'a message finds whoever has the id now'
  | 'members are sorted'
  | 'a stop is lost'

interface Entry {
  readonly key: string
  readonly name: string
  readonly id: string
  readonly parent: Entry | undefined
  /** Absent for an operation. */
  readonly literal: MachineLiteral | undefined
  readonly src: string
  readonly input: Json | undefined
  readonly sync: boolean
  state: ActorState
  status: 'starting' | 'active' | 'done' | 'error' | 'stopped'
  busy: boolean
  mail: EventJson[]
  /** Which of all steps it is at. */
  step: number
}

interface PlainTimer {
  readonly number: number
  readonly source: Entry
  readonly target: Entry | undefined
  readonly id: string
  readonly named: boolean
  readonly due: number
  readonly event: EventJson
}

const kernels = new WeakMap<MachineLiteral, Kernel[]>()

function kernelOf(literal: MachineLiteral, child: boolean): Kernel {
  let known = kernels.get(literal)
  if (known === undefined) {
    const machine = machineOf(literal, () => fromPromise(() => Promise.resolve(null)))
    known = [createKernel(machine), createKernel(machine, { child: true })]
    kernels.set(literal, known)
  }
  return known[child ? 1 : 0]!
}

/** Starts the plain driver, which has this fault. */
export function plainDriver(literal: MachineLiteral, input: Json, fault?: Fault): DurableRun {
  let now = 0
  let last = 0
  let doomed = 0
  let timers: PlainTimer[] = []
  let emitted: { actor: string; event: Json; step: number }[] = []
  let begun = 0
  let operations: Entry[] = []
  const entries = new Map<string, Entry>()
  const versions = new Map<string, number>()
  /** Messages that a faulty driver keeps until the sender has done all else. */
  let kept: (() => void)[] = []

  const open = (
    made: Pick<Entry, 'key' | 'name' | 'id' | 'parent' | 'literal' | 'src' | 'input' | 'sync'>,
  ): Entry => {
    const entry: Entry = {
      ...made,
      state: { snapshot: {}, children: {} },
      status: 'starting',
      busy: true,
      mail: [],
      step: 0,
    }
    entries.set(entry.key, entry)
    return entry
  }

  /** A child that has the id of an earlier one goes on with its versions, so that no key is given twice. */
  function versionOf(entry: Entry): number {
    begun += 1
    entry.step = begun
    const version = (versions.get(entry.name) ?? 0) + 1
    versions.set(entry.name, version)
    return version
  }

  function start(entry: Entry): void {
    if (entry.literal === undefined) {
      entry.status = 'active'
      entry.busy = false
      operations.push(entry)
      tellSnapshot(entry)
      return
    }
    const at = { id: entry.name, version: versionOf(entry), now }
    const step = kernelOf(entry.literal, entry.parent !== undefined).initial(entry.input, at)
    if (step.kind === 'threw') throw new Error(step.reason)
    after(entry, step)
    flush(entry)
  }

  function deliver(entry: Entry | undefined, event: EventJson): void {
    if (entry === undefined || (entry.status !== 'active' && entry.status !== 'starting')) return
    if (entry.literal === undefined) {
      if (event.type === 'xstate.stop') end(entry, 'stopped')
      return
    }
    if (event.type === 'xstate.stop') entry.mail = []
    entry.mail.push(event)
    if (!entry.busy) flush(entry)
  }

  function flush(entry: Entry): void {
    entry.busy = true
    for (let event = entry.mail.shift(); event; event = entry.mail.shift()) {
      if (entry.status !== 'active') break
      const at = { id: entry.name, version: versionOf(entry), now }
      const step = kernelOf(entry.literal!, entry.parent !== undefined).step(entry.state, event, at)
      if (step.kind === 'threw') throw new Error(step.reason)
      after(entry, step)
    }
    entry.busy = false
    if (fault === 'messages go breadth first' && entry.parent === undefined) {
      const later = kept
      kept = []
      for (const one of later) one()
    }
  }

  function after(entry: Entry, step: Extract<ReturnType<Kernel['step']>, { kind: 'stepped' }>): void {
    entry.state = step.state
    // What is sent to a child before it is started waits for it.
    for (const effect of step.effects) if (effect.kind === 'spawn') bear(entry, effect)
    for (const effect of step.effects) perform(entry, effect)
    if (step.status === 'active') {
      entry.status = 'active'
      tellSnapshot(entry)
      return
    }
    end(entry, step.status)
    const { id, parent } = entry
    if (step.status === 'done') {
      const done = { type: `xstate.done.actor.${id}`, output: step.output, actorId: id }
      deliver(parent, done)
      if (fault === 'a done event comes twice') deliver(parent, done)
    }
    if (step.status === 'error')
      deliver(parent, { type: `xstate.error.actor.${id}`, error: step.error, actorId: id })
  }

  function tellSnapshot(entry: Entry): void {
    if (!entry.sync || fault === 'a snapshot is not told of') return
    const snapshot =
      entry.literal === undefined ? { status: 'active', input: entry.input } : entry.state.snapshot
    deliver(entry.parent, { type: `xstate.snapshot.${entry.id}`, snapshot })
  }

  function end(entry: Entry, status: Entry['status']): void {
    entry.status = status
    entry.mail = []
    operations = operations.filter((other) => other !== entry)
    if (fault !== 'an ended child keeps its timers') timers = timers.filter(({ source }) => source !== entry)
  }

  function childOf(entry: Entry, id: string, key: string | undefined): Entry | undefined {
    const held = fault === 'a message finds whoever has the id now' ? undefined : key
    return entries.get(held ?? entry.state.children[id] ?? '')
  }

  function bear(
    parent: Entry,
    { key, id, src, input: given, sync }: Extract<Effect, { kind: 'spawn' }>,
  ): void {
    const actor = parent.literal?.actors?.[src]
    const machine = actor === undefined || actor === 'operation' ? undefined : actor
    open({
      key,
      name: `${parent.name}~${id}`,
      id,
      parent,
      literal: machine,
      src,
      input: given,
      sync: sync === true,
    })
  }

  function perform(entry: Entry, effect: Effect): void {
    const receiver = ({ to, child }: { to?: string; child?: string }): Entry | undefined =>
      to === undefined || to === '#_internal'
        ? entry
        : to === '#_parent'
          ? entry.parent
          : childOf(entry, to, child)
    switch (effect.kind) {
      case 'emit':
        emitted.push({ actor: entry.name, event: effect.event, step: entry.step })
        return
      case 'spawn':
        return start(entries.get(effect.key)!)
      case 'stop':
        return fault === 'a stop is lost'
          ? undefined
          : deliver(entries.get(effect.child), { type: 'xstate.stop' })
      case 'send': {
        const target = receiver(effect)
        if (fault === 'messages go breadth first') kept.push(() => deliver(target, effect.event))
        else deliver(target, effect.event)
        return
      }
      case 'cancel_timer':
        if (fault === 'a cancel is lost') return
        timers = timers.filter(({ source, id }) => source !== entry || id !== effect.id)
        return
      case 'timer': {
        const target = receiver(effect)
        timers = timers.filter(({ source, id }) => source !== entry || id !== effect.id)
        last += 1
        doomed += 1
        if (fault === 'a timer is dropped' && doomed % 3 === 0) return
        const due = fault === 'a timer comes early' ? Math.max(now, effect.due - 1) : effect.due
        const { id, key, event } = effect
        timers.push({ number: last, source: entry, target, id, named: id !== key, due, event })
        return
      }
    }
  }

  function fire(until: number): void {
    for (;;) {
      const [next] = ordered().filter(({ due }) => due <= until)
      if (next === undefined) return
      timers = timers.filter((timer) => timer !== next)
      now = Math.max(now, next.due)
      deliver(next.target, next.event)
    }
  }

  const ordered = () => timers.toSorted((one, other) => one.due - other.due || one.number - other.number)

  /** What a restart does: only JSON is left. */
  function reload(): void {
    for (const entry of entries.values()) {
      const text = fault === 'members are sorted' ? canonicalJson(entry.state) : JSON.stringify(entry.state)
      const state = JSON.parse(text) as ActorState
      entry.state =
        fault === 'history is forgotten'
          ? { ...state, snapshot: { ...state.snapshot, historyValue: {} } }
          : state
    }
  }

  function observe(): Observation {
    fire(now)
    reload()
    const actors: Record<string, SeenActor> = {}
    const root = entries.get('root')!
    look(root)
    const seen: Observation = {
      emitted: emitted
        .toSorted((one, other) => one.step - other.step)
        .map(({ actor, event }) => ({ actor, event })),
      actors,
      operations: operations.map(({ parent, id, src, input: given }) => ({
        actor: `${parent!.name}~${id}`,
        src,
        input: given ?? null,
      })),
      timers: ordered().map(({ source, id, named, due, event }) => ({
        actor: source.name,
        id: named ? id : null,
        due,
        event,
      })),
    }
    emitted = []
    return seen

    function look(entry: Entry): void {
      const snapshot = kernelOf(entry.literal!, entry.parent !== undefined).restore(entry.state)
      const { status, value, output, error, tags } = snapshot
      const children = status === 'active' ? Object.entries(entry.state.children) : []
      const { historyValue } = entry.state.snapshot as { historyValue: Record<string, { id: string }[]> }
      actors[entry.name] = {
        status,
        value: plain(value),
        context: plain(entry.state.snapshot['context']),
        output: plain(output),
        error: plain(error),
        tags: [...tags].toSorted(),
        history: Object.fromEntries(
          Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((node) => node.id)]),
        ),
        children: children.map(([id]) => id).toSorted(),
      }
      for (const [, key] of children) {
        const child = entries.get(key)
        if (child?.literal !== undefined) look(child)
      }
    }
  }

  start(
    open({
      key: 'root',
      name: 'root',
      id: 'root',
      parent: undefined,
      literal,
      src: 'root',
      input,
      sync: false,
    }),
  )
  const started = observe()
  return {
    started,
    take(step: StepLiteral) {
      if ('send' in step)
        deliver(entries.get('root'), { type: step.send, ...(step.x !== undefined && { x: step.x }) })
      else if ('advance' in step) {
        const until = now + step.advance
        fire(until)
        now = until
      } else {
        const entry = pickOf(step.settle, operations)
        if (entry !== undefined) {
          const { id, parent } = entry
          end(entry, 'done')
          if ('output' in step)
            deliver(parent, { type: `xstate.done.actor.${id}`, output: step.output, actorId: id })
          else {
            const error = { name: 'Error', message: step.error }
            deliver(parent, { type: `xstate.error.actor.${id}`, error, actorId: id })
          }
        }
      }
      return Promise.resolve(observe())
    },
    close: () => Promise.resolve(),
  }
}
