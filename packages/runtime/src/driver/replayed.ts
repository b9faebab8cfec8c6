import {
  baseDigest,
  cutNoteOf,
  emptyContext,
  type ActorState,
  type BaseState,
  type Beginning,
  type Crypto,
  type Json,
  type OperationalContext,
  type ServiceState,
  type Store,
} from '@opschart/core'

import { compareStored } from '../stores/_text.ts'

/** What does not hold, and the row at which it shows. */
export interface Fault {
  readonly sequence: number
  readonly what: string
}

/** How far a journal has been replayed. */
export interface Replayed {
  /** Where it began. */
  readonly beginning: Beginning
  sequence: number
  hash: string
  /** Each actor as its last row left it; its state is null once a definition that is no longer here has moved it. */
  readonly states: Map<string, { version: number; state: ActorState | null; sequence: number }>
  readonly services: Map<string, { state: ServiceState; sequence: number }>
  /** What the context file says by then. */
  context: OperationalContext
}

/**
 * What a journal is replayed from: nothing, or the base of one that was pruned. A base that is not the one that its row
 * tells of is a fault [D15].
 */
export async function openReplayed(sources: {
  store: Store
  crypto: Crypto
}): Promise<{ readonly replayed: Replayed; readonly fault: Fault | undefined }> {
  const { store, crypto } = sources
  const beginning = (await store.pruning?.beginning()) ?? { sequence: 0, hash: '', told: 0 }
  const { sequence, hash, told } = beginning
  const replayed: Replayed = {
    beginning,
    sequence,
    hash,
    states: new Map(),
    services: new Map(),
    context: emptyContext,
  }
  if (store.pruning === undefined || sequence === 0) return { replayed, fault: undefined }
  const base = baseDigest(crypto)
  for await (const state of store.pruning.base()) {
    base.add(state)
    take(replayed, state)
  }
  const [row] = await store.history({ from: told, to: told }).catch(() => [])
  const note = row && cutNoteOf(row)
  if (note === undefined) {
    const what = `the row that tells of the pruning up to row ${sequence} is missing`
    return { replayed, fault: { sequence: told, what } }
  }
  const right = note.sequence === sequence && note.hash === hash && note.base === base.digest()
  const what = `what was kept of the rows up to ${sequence} was altered`
  return { replayed, fault: right ? undefined : { sequence: told, what } }
}

function take(replayed: Replayed, { kind, name, version, state }: BaseState): void {
  const { sequence } = replayed
  if (kind === 'actor') replayed.states.set(name, { version, state: state as ActorState | null, sequence })
  else if (kind === 'service')
    replayed.services.set(name, { state: state as unknown as ServiceState, sequence })
  else replayed.context = state as unknown as OperationalContext
}

/** A replay as it is now, whatever is replayed on. */
export function copied(replayed: Replayed): Replayed {
  return { ...replayed, states: new Map(replayed.states), services: new Map(replayed.services) }
}

/** The base of a journal that begins after what was replayed. */
export function baseOf({ states, services, context }: Replayed): BaseState[] {
  const inOrder = <Value>(values: ReadonlyMap<string, Value>) =>
    [...values].sort(([one], [other]) => compareStored(one, other))
  return [
    // First, since whoever wants it alone need not read the rest.
    { kind: 'context', name: '', version: 0, state: context as unknown as Json },
    ...inOrder(states).map(([name, { version, state }]): BaseState => ({
      kind: 'actor',
      name,
      version,
      state: state as unknown as Json,
    })),
    ...inOrder(services).map(([name, { state }]): BaseState => ({
      kind: 'service',
      name,
      version: 0,
      state: state as unknown as Json,
    })),
  ]
}
