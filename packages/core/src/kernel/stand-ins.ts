import { createActor, type AnyActorLogic, type AnyActorRef } from 'xstate'

import { OpschartError } from '../errors.ts'

/** A child that a step has brought into being: not started, and never to be started here. */
export interface SpawnedChild {
  readonly ref: AnyActorRef
  readonly input: unknown
}

/** What stands in for a child's logic inside a kernel: the child's own actor is somewhere else. */
export function standIn(src: string, born: (child: SpawnedChild) => void): AnyActorLogic {
  const here = (ref: AnyActorRef): { status: 'active' } => {
    guardReading(ref, `child ${ref.id}`)
    return { status: 'active' }
  }
  return {
    transition: (state: unknown) => state,
    getInitialSnapshot: ({ self }: { self: AnyActorRef }, input: unknown) => {
      const snapshot = here(self)
      born({ ref: self, input })
      return snapshot
    },
    getPersistedSnapshot: (snapshot: unknown) => snapshot,
    restoreSnapshot: (_: unknown, { self }: { self: AnyActorRef }) => here(self),
    /** Tells stand-ins from logic that was written inline. */
    standsInFor: src,
  } as unknown as AnyActorLogic
}

/** What stands for a child of an actor that has ended and been taken off: a context may still speak of it. */
export function childThatIsGone(id: string, parent: AnyActorRef): AnyActorRef {
  return createActor(
    standIn('gone', () => {}),
    { id, parent, logger: () => {} } as never,
  )
}

/** The `self` of a kernel's steps, and what gives it the id of the actor whose turn it is. */
export function createSelf(child: boolean): { self: AnyActorRef; setId: (id: string) => void } {
  const logic = standIn('self', () => {})
  const quiet = { logger: () => {} }
  const parent = child ? createActor(logic, { ...quiet, id: '#_parent' }) : undefined
  const self = createActor(logic, { ...quiet, ...(parent === undefined ? {} : { parent }) } as never)
  guardReading(self, 'the actor itself')
  for (const ref of [self, ...(parent === undefined ? [] : [parent])]) {
    Object.assign(ref, {
      send: () => {
        throw new OpschartError('configuration', `${ref.id}.send() is I/O inside a decision; use sendTo()`)
      },
    })
  }
  return { self, setId: (id) => void Object.assign(self, { id, sessionId: id }) }
}

/** Its snapshot is a row in the store by now, or will be: what stands in for it has none to show. */
function guardReading(ref: AnyActorRef, what: string): void {
  Object.assign(ref, {
    getSnapshot: () => {
      throw new OpschartError(
        'configuration',
        `the snapshot of ${what} cannot be read inside a decision; let it send what is needed, or use onSnapshot`,
      )
    },
  })
}
