import type { ActorView, Client, PastView } from '@opschart/core'

import { createDoor, type DoorOptions } from './door.ts'
import type { PersonAtTerminal } from './person-at-terminal.ts'
import { senderAs } from './remote-sender.ts'

/**
 * A client that was opened in this very process, behind the same rules as the socket: what only a person may do is
 * confirmed at their terminal here, too, and of a machine's context nothing is shown that looks like a secret.
 */
export function guardedClient(options: DoorOptions & { readonly person?: PersonAtTerminal }): Client {
  const { client, person } = options
  const ask = createDoor(options)
  return {
    ...client,
    as: (principal) => senderAs(ask, principal, person),
    actor: async (id) => ((await ask('actor', { id })) as ActorView | null) ?? undefined,
    past: async (query) => ((await ask('past', query)) as PastView | null) ?? undefined,
  }
}
