import { entryOf, type Json, type LogEntryView } from '@opschart/core'
import { EventEmitter } from 'eventemitter3'

import { isMachineActor, publicId } from '../machines/actor-names.ts'
import type { Emitted } from '../runtime-options.ts'
import type { HeardRow } from './feed.ts'
import { logView } from './log-view.ts'

interface RuntimeEvents {
  row: [LogEntryView]
  emitted: [Emitted]
}

/** Those who listen to what is written, live. */
export function createListeners() {
  const emitter = new EventEmitter<RuntimeEvents>()
  return {
    isHeard: (): boolean => emitter.eventNames().length > 0,
    tell: (row: HeardRow): void => {
      // A copy: whoever listens may do with it what they like, and what is decided next may go on from the same data.
      if (emitter.listenerCount('row') > 0)
        emitter.emit('row', logView({ ...row, entry: JSON.parse(JSON.stringify(row.entry)) as Json }))
      if (emitter.listenerCount('emitted') === 0 || !isMachineActor(row.actor)) return
      for (const effect of entryOf(row).effects) {
        if (effect.kind !== 'emit') continue
        emitter.emit('emitted', { actor: publicId(row.actor), event: effect.event, sequence: row.sequence })
      }
    },
    /** Adds one; returns what takes it away. */
    on: (event: keyof RuntimeEvents, listener: (told: never) => void): (() => void) => {
      emitter.on(event, listener as never)
      return () => void emitter.off(event, listener as never)
    },
  }
}
