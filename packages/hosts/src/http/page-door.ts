import { OpschartError, type ForeseeingClient } from '@opschart/core'

import type { Ask } from './door.ts'
import { questionsOfSocket } from './open-api.ts'
import type { People } from './people.ts'
import { actions, checkBody, reads, type ActionName, type ReadName } from './routes.ts'

/** Whether a person has turned control on: until then a page shows, and changes nothing. */
export interface Control {
  isOn(): boolean
}

/** What stands behind the door of a page. */
export interface PageDoorOptions {
  readonly client: ForeseeingClient
  readonly people: Pick<People, 'name'>
  /** Off when absent. */
  readonly control?: Control
}

/**
 * The rules of the loopback's door: whoever was let in may read. What changes something is done by the page alone
 * (`isPage`: it was asked within a page's session, by the page itself), as the person who turned control on; programs
 * have the socket, where an operation has its token and a person their terminal.
 */
export function createPageDoor(options: PageDoorOptions): (isPage: boolean) => Ask {
  const { client, people, control } = options
  return (isPage) => (name, body) => {
    if (Object.hasOwn(reads, name)) {
      const row = reads[name as ReadName]
      return row.ask(client, checkBody(row.body, body, name))
    }
    if (questionsOfSocket.includes(name))
      throw new OpschartError(
        'forbidden',
        `${name} is asked at the daemon’s socket; type the command into a terminal`,
      )
    if (!Object.hasOwn(actions, name))
      throw new OpschartError('input', `${name.slice(0, 100)} is not known here`)
    if (control?.isOn() !== true)
      throw new OpschartError(
        'forbidden',
        `${name} changes something, and control is off here: this door only shows; type \`opschart ${name}\` into a terminal`,
      )
    if (!isPage)
      throw new OpschartError(
        'forbidden',
        `${name} is done on the page itself; a program asks at the daemon’s socket, with \`opschart ${name}\``,
      )
    const row = actions[name as ActionName]
    return row.act(client.as({ person: people.name }), checkBody(row.body, body, name))
  }
}
