// Which features of XState a random machine has, and which of them a run of it comes to.

import type { AnyActorRef, AnyStateMachine, InspectionEvent } from 'xstate'

import type {
  ActionLiteral,
  GuardLiteral,
  InvokeLiteral,
  MachineLiteral,
  StateLiteral,
  TransitionLiteral,
} from '../src/machines/machine-literal.ts'

/** Every feature that machines of the arbitrary must have, and runs must come to. */
export const features = [
  'three levels',
  'parallel',
  'parallel root',
  'shallow history',
  'deep history',
  'always',
  'after',
  'after 0',
  'after a named delay',
  'delayed raise',
  'delayed send',
  'timer with an id',
  'cancel',
  'raise',
  'send by id',
  'send by reference',
  'send to self',
  'send to parent',
  'forward',
  'emit',
  'log',
  'assign',
  'enqueueActions',
  'spawnChild',
  'spawn in assign',
  'stop by id',
  'stop by reference',
  'reference kept after stop',
  'child seen (spawn)',
  'input from context',
  'reentry',
  'several targets',
  'wildcard',
  'partial wildcard',
  'forbidden',
  'initial action',
  'exit action',
  'tags',
  'final output',
  'onDone of a state',
  'invoked machine',
  'invoked operation',
  'invoke without an id',
  'grandchild',
  'a child machine is done',
  'a child machine fails',
  'onDone of an invoke',
  'onError of an invoke',
  'onSnapshot of an invoke',
  'guard on context',
  'guard on event',
  'stateIn',
  'not',
  'and',
  'or',
] as const

export type Feature = (typeof features)[number]

/** The features that a machine has. */
export function featuresOf(machine: MachineLiteral): Set<Feature> {
  const found = new Set<Feature>()
  ofMachine(machine, 0, found)
  return found
}

function ofMachine(machine: MachineLiteral, generation: number, found: Set<Feature>): void {
  if (generation === 2) found.add('grandchild')
  if (machine.type === 'parallel') found.add('parallel root')
  ofState(machine, 0, found, machine)
  for (const actor of Object.values(machine.actors ?? {})) {
    if (actor !== 'operation') ofMachine(actor, generation + 1, found)
  }
}

function ofState(state: StateLiteral, depth: number, found: Set<Feature>, machine: MachineLiteral): void {
  if (depth === 3) found.add('three levels')
  if (state.type === 'parallel') found.add('parallel')
  if (state.type === 'history') found.add(state.history === 'deep' ? 'deep history' : 'shallow history')
  if (state.type === 'final' && state.output !== undefined) found.add('final output')
  if (state.tags) found.add('tags')
  if (state.starting) found.add('initial action')
  if (state.exit) found.add('exit action')
  for (const action of [...(state.entry ?? []), ...(state.exit ?? []), ...(state.starting ?? [])]) {
    ofAction(action, found)
  }
  for (const [event, list] of Object.entries(state.on ?? {})) {
    for (const one of list) ofTransition(one, event, found)
  }
  for (const one of state.always ?? []) ofTransition(one, '', found)
  for (const [delay, list] of Object.entries(state.after ?? {})) {
    for (const one of list) ofTransition(one, `xstate.after.${delay}.`, found)
  }
  for (const one of state.onDone ?? []) ofTransition(one, 'xstate.done.state.', found)
  for (const invoke of state.invoke ?? []) ofInvoke(invoke, found, machine)
  for (const child of Object.values(state.states ?? {})) ofState(child, depth + 1, found, machine)
}

function ofInvoke(invoke: InvokeLiteral, found: Set<Feature>, machine: MachineLiteral): void {
  const isOperation = machine.actors?.[invoke.src] === 'operation'
  found.add(isOperation ? 'invoked operation' : 'invoked machine')
  if (!isOperation) found.add('a child machine is done').add('a child machine fails')
  if (invoke.id === undefined) found.add('invoke without an id')
  if (invoke.input === 'context') found.add('input from context')
  for (const one of invoke.onDone ?? []) ofTransition(one, 'xstate.done.actor.', found)
  for (const one of invoke.onError ?? []) ofTransition(one, 'xstate.error.actor.', found)
  for (const one of invoke.onSnapshot ?? []) ofTransition(one, 'xstate.snapshot.', found)
}

function ofTransition(
  { guard, actions, reenter, target }: TransitionLiteral,
  event: string,
  found: Set<Feature>,
): void {
  if (guard) ofGuard(guard, found)
  for (const action of actions ?? []) ofAction(action, found)
  if (reenter) found.add('reentry')
  if (Array.isArray(target)) found.add('several targets')
  if (!guard && !actions && target === undefined) found.add('forbidden')
  byEvent(event, found)
}

function byEvent(event: string, found: Set<Feature>): void {
  if (event === '') found.add('always')
  else if (event === '*') found.add('wildcard')
  else if (event.endsWith('.*')) found.add('partial wildcard')
  else if (event.startsWith('xstate.after.0.')) found.add('after 0')
  else if (/^xstate\.after\.(short|counted)\./.test(event)) found.add('after a named delay')
  else if (event.startsWith('xstate.after.')) found.add('after')
  else if (event.startsWith('xstate.done.state.')) found.add('onDone of a state')
  else if (event.startsWith('xstate.done.actor.')) found.add('onDone of an invoke')
  else if (event.startsWith('xstate.error.actor.')) found.add('onError of an invoke')
  else if (event.startsWith('xstate.snapshot.')) found.add('onSnapshot of an invoke')
}

function ofGuard(guard: GuardLiteral, found: Set<Feature>): void {
  if ('count' in guard) found.add('guard on context')
  else if ('x' in guard || 'event' in guard) found.add('guard on event')
  else if ('in' in guard) found.add('stateIn')
  else if (!('has' in guard)) {
    found.add('not' in guard ? 'not' : 'and' in guard ? 'and' : 'or')
    const parts = 'not' in guard ? [guard.not] : 'and' in guard ? guard.and : 'or' in guard ? guard.or : []
    for (const part of parts) ofGuard(part, found)
  }
}

function ofAction(action: ActionLiteral, found: Set<Feature>): void {
  if ('input' in action && action.input === 'context') found.add('input from context')
  if ('sync' in action) found.add('child seen (spawn)')
  if ('delay' in action && 'id' in action) found.add('timer with an id')
  if ('raise' in action) found.add(action.delay === undefined ? 'raise' : 'delayed raise')
  else if ('send' in action) {
    if (action.delay !== undefined) found.add('delayed send')
    else if (action.to === 'self') found.add('send to self')
    else if (action.to === 'parent') found.add('send to parent')
    else found.add('id' in action.to ? 'send by id' : 'send by reference')
  } else if ('forward' in action) found.add('forward')
  else if ('cancel' in action) found.add('cancel')
  else if ('emit' in action) found.add('emit')
  else if ('log' in action) found.add('log')
  else if ('spawnChild' in action) found.add('spawnChild')
  else if ('spawn' in action) found.add('spawn in assign')
  else if ('stop' in action) {
    found.add(action.by === 'id' ? 'stop by id' : 'stop by reference')
    if (action.kept) found.add('reference kept after stop')
  } else if ('when' in action) {
    found.add('enqueueActions')
    ofGuard(action.when, found)
    for (const part of [...action.do, ...(action.otherwise ?? [])]) ofAction(part, found)
  } else found.add('assign')
}

/** Sees, through XState's inspection, which features a run comes to. */
export function createFeatureWatch(): {
  readonly inspect: (event: InspectionEvent) => void
  readonly taken: Set<Feature>
} {
  const taken = new Set<Feature>()
  return {
    taken,
    inspect(event) {
      const actor = event.actorRef as AnyActorRef
      if (event.type === '@xstate.event')
        ofSent(event.event.type, event.sourceRef as AnyActorRef | undefined, taken)
      else if (event.type === '@xstate.action') ofExecuted(event.action as Executed, actor, taken)
      else if (event.type === '@xstate.microstep') {
        for (const one of event._transitions) ofTaken(one as unknown as Taken, taken)
        const nodes = (event.snapshot as unknown as { _nodes: { path: string[]; type: string }[] })._nodes
        for (const { path, type } of nodes) {
          if (path.length === 3) taken.add('three levels')
          if (type === 'parallel') taken.add(path.length === 0 ? 'parallel root' : 'parallel')
        }
        const { tags, status, children, context } = event.snapshot as unknown as Seen
        for (const note of context.seen ?? []) {
          if (note.includes(' exit')) taken.add('exit action')
          if (note.includes(' starting')) taken.add('initial action')
        }
        if (tags.size > 0) taken.add('tags')
        if (status === 'done' && event.snapshot.output !== undefined) taken.add('final output')
        for (const child of Object.values(children)) {
          if (child !== undefined && 'machine' in (child.getSnapshot() as object)) {
            if (actor._parent !== undefined) taken.add('grandchild')
          }
        }
      }
    },
  }
}

interface Executed {
  readonly type: string
  readonly params: Record<string, unknown> | undefined
}

interface Taken {
  readonly eventType: string
  readonly reenter: boolean
  readonly guard?: unknown
  readonly target?: readonly { readonly type: string; readonly history: unknown }[]
  readonly actions: readonly unknown[]
  readonly source: { readonly exit: readonly unknown[]; readonly machine: AnyStateMachine }
}

interface Seen {
  readonly tags: ReadonlySet<string>
  readonly status: string
  readonly context: { readonly seen?: readonly string[] }
  readonly children: Readonly<Record<string, AnyActorRef>>
}

function ofSent(type: string, source: AnyActorRef | undefined, taken: Set<Feature>): void {
  if (source === undefined || !('machine' in (source.getSnapshot() as object))) return
  if (type.startsWith('xstate.done.actor.')) taken.add('a child machine is done')
  if (type.startsWith('xstate.error.actor.')) taken.add('a child machine fails')
}

function ofExecuted({ type, params = {} }: Executed, actor: AnyActorRef, taken: Set<Feature>): void {
  const id = typeof params['id'] === 'string' ? params['id'] : ''
  if (type === 'xstate.raise' && !id.startsWith('xstate.after.')) {
    taken.add(params['delay'] === undefined ? 'raise' : 'delayed raise')
    if (id !== '') taken.add('timer with an id')
  } else if (type === 'xstate.sendTo') {
    if (params['delay'] !== undefined) taken.add('delayed send')
    else if (params['to'] === actor) taken.add('send to self')
    else if (params['to'] === actor._parent) taken.add('send to parent')
    else taken.add(params['targetId'] === undefined ? 'send by reference' : 'send by id')
  } else if (type === 'xstate.cancel' && !String(params['sendId']).startsWith('xstate.after.')) {
    taken.add('cancel')
  } else if (type === 'xstate.emit') taken.add('emit')
  else if (type === 'xstate.log') taken.add('log')
  else if (type === 'xstate.spawnChild') {
    taken.add(String(params['id']).includes('.') ? 'invoke without an id' : 'spawnChild')
    const child = params['actorRef'] as { getSnapshot(): object } | undefined
    if (child && id.includes('-')) {
      taken.add('machine' in child.getSnapshot() ? 'invoked machine' : 'invoked operation')
    }
  }
}

function ofTaken({ eventType, reenter, guard, target, actions }: Taken, taken: Set<Feature>): void {
  // XState's entering of the machine is a transition of no event.
  if (eventType === null) return
  byEvent(eventType, taken)
  if (reenter) taken.add('reentry')
  if (target !== undefined && target.length > 1) taken.add('several targets')
  if (target === undefined && actions.length === 0 && guard === undefined) taken.add('forbidden')
  for (const { type, history } of target ?? []) {
    if (type === 'history') taken.add(history === 'deep' ? 'deep history' : 'shallow history')
  }
  for (const action of actions) ofAction(JSON.parse(action as string) as ActionLiteral, taken)
  if (guard === undefined) return
  const named = guard as string | { readonly params: GuardLiteral }
  ofGuard(typeof named === 'string' ? (JSON.parse(named) as GuardLiteral) : named.params, taken)
}
