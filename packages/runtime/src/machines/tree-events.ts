import { errorJson, type Json, type JsonObject, type Verdict } from '@opschart/core'

import type { EventJson } from './tree-world.ts'

/** What ends an actor, with what it has started. */
export const stopEvent: EventJson = { type: 'xstate.stop' }

/** The verdict on what comes from within and moves nothing. */
export const unheard: Verdict = { kind: 'ignored', reason: 'nothing here waits for it' }

/** What a parent is told of a child that has reached its end. */
export function doneEvent(name: string, output: Json | undefined): EventJson {
  return { type: `xstate.done.actor.${name}`, ...(output === undefined ? {} : { output }), actorId: name }
}

/** What a parent is told of a child that failed. */
export function errorEvent(name: string, error: Json): EventJson {
  return { type: `xstate.error.actor.${name}`, error: errorJson(error), actorId: name }
}

/** What a parent that listens is told: the child's snapshot as data. */
export function snapshotEvent(name: string, given: JsonObject): EventJson {
  const { children: _children, nodes: _nodes, ...snapshot } = given
  return { type: `xstate.snapshot.${name}`, snapshot }
}
