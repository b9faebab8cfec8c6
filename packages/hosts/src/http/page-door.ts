import { OpschartError, type ForeseeingClient } from '@opschart/core'

import type { Ask } from './door.ts'
import { questionsOfSocket } from './open-api.ts'
import type { PageAsker } from './page-questions.ts'
import {
  actions,
  checkBody,
  foreseeingReads,
  reads,
  type ActionName,
  type ForeseeingName,
  type ReadName,
} from './routes.ts'

/**
 * The rules of the loopback's door: whoever was let in may read. What changes something is done by the page alone, in the
 * browser that a person has given control to, and as that person; programs have the socket, where an operation has its
 * token and a person their terminal.
 */
export function createPageDoor(client: ForeseeingClient): (asker: PageAsker) => Ask {
  return ({ isPage, controlled }) =>
    (name, body) => {
      if (Object.hasOwn(reads, name)) {
        const row = reads[name as ReadName]
        return row.ask(client, checkBody(row.body, body, name))
      }
      if (Object.hasOwn(foreseeingReads, name)) {
        const row = foreseeingReads[name as ForeseeingName]
        return row.ask(client, checkBody(row.body, body, name))
      }
      if (questionsOfSocket.includes(name))
        throw new OpschartError(
          'forbidden',
          `${name} is asked at the daemon’s socket; type the command into a terminal`,
        )
      if (!Object.hasOwn(actions, name))
        throw new OpschartError('input', `${name.slice(0, 100)} is not known here`)
      if (controlled === undefined)
        throw new OpschartError(
          'forbidden',
          `${name} changes something, and control is off here: this page only shows; turn it on with \`opschart inspect --control\`, or type \`opschart ${name}\` into a terminal`,
        )
      if (!isPage)
        throw new OpschartError(
          'forbidden',
          `${name} is done on the page itself; a program asks at the daemon’s socket, with \`opschart ${name}\``,
        )
      const row = actions[name as ActionName]
      return row.act(client.as({ person: controlled.person }), checkBody(row.body, body, name))
    }
}
