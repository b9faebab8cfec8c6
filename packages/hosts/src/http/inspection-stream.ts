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
  readonly client: Pick<ForeseeingClient, 'inspection' | 'log'>
  /** What the journal is called. */
  readonly name: string
  /** None when absent. */
  readonly apps?: InspectedApps
}

/** The source that the journal is; no app has this one. */
const journal = 'journal'

/**
 * Makes what an inspector follows: the journal and the apps as one stream of messages. Only a journal's step has an id, its
 * sequence number; who was cut off goes on after it, and is not told of the source anew, unless the journal is another
 * one: it has no such row. What is kept of the apps is told again each time.
 */
export function createInspectionStream(
  options: InspectionStreamOptions,
): (place: Place) => Promise<Followed<InspectionMessage>> {
  const { client, name, apps } = options
  return async ({ seen, from }) => {
    const goesOn = seen !== undefined && seen <= (await headOf(client))
    const first = goesOn ? seen + 1 : seen === undefined ? from : undefined
    const rows = client.inspection({ source: journal, ...(first === undefined ? {} : { from: first }) })
    return {
      items: apps === undefined ? rows : merged([rows, apps.messages()]),
      eventOf(message) {
        if (message.source !== journal) return { data: JSON.stringify(message) }
        if (message.kind === 'step') return { id: message.sequence, data: JSON.stringify(message) }
        if (message.kind !== 'source') return { data: JSON.stringify(message) }
        return goesOn ? undefined : { data: JSON.stringify({ ...message, name }) }
      },
    }
  }
}

async function headOf(client: Pick<ForeseeingClient, 'log'>): Promise<number> {
  const [last] = await client.log({ backwards: true, limit: 1 })
  return last?.sequence ?? 0
}
