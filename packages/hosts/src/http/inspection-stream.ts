import type { ForeseeingClient, InspectionMessage } from '@opschart/core'

import type { Place } from './answer-request.ts'
import type { Followed } from './event-stream.ts'
import { merged } from './merged.ts'

/** Other apps that are inspected beside the journal. */
export interface InspectedApps {
  /** All that is kept of them, and then what comes: for each reader anew. */
  messages(): AsyncIterable<InspectionMessage>
}

/** What an inspector is told of. */
export interface InspectionStreamOptions {
  readonly client: Pick<ForeseeingClient, 'inspection'>
  /** What the journal is called. */
  readonly name: string
  /** None when absent. */
  readonly apps?: InspectedApps
}

/** A step's id, and what a reader shows of it: 64 bits of the hash are more than any two journals agree in by chance. */
const idOf = (sequence: number, hash: string): string =>
  hash === '' ? `${sequence}` : `${sequence}-${hash.slice(0, 16)}`

/** The source that the journal is; no app has this one. */
const journal = 'journal'

/**
 * Makes what an inspector follows: the journal and the apps as one stream of messages. Only a journal's step has an id, its
 * sequence number and the beginning of its hash: who was cut off goes on after it, and is told of the source anew only where
 * the journal is another one. What is kept of the apps is told again each time.
 */
export function createInspectionStream(
  options: InspectionStreamOptions,
): (place: Place) => Followed<InspectionMessage> {
  const { client, name, apps } = options
  return ({ seen, hash, from }) => {
    const rows = client.inspection({
      source: journal,
      ...(seen === undefined ? {} : { after: seen }),
      ...(hash === undefined ? {} : { hash }),
      ...(seen !== undefined || from === undefined ? {} : { from }),
    })
    return {
      items: apps === undefined ? rows : merged([rows, apps.messages()]),
      eventOf(message) {
        const isOurs = message.source === journal
        const told = isOurs && message.kind === 'source' ? { ...message, name } : message
        if (!isOurs || told.kind !== 'step') return { data: JSON.stringify(told) }
        const { hash: whole = '', ...step } = told
        return { id: idOf(step.sequence, whole), data: JSON.stringify(step) }
      },
    }
  }
}
