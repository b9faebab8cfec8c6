import { join } from 'node:path'

import { OpschartError, type Clock } from '@opschart/core'
import { confirmed, createPeople, type Act } from '@opschart/hosts/http'
import { nodeCrypto } from '@opschart/runtime'

import { personAtTerminal } from './_person.ts'
import type { Terminal } from './_terminal.ts'

/** What a person is asked in this process, about what this process does itself. */
export interface Question {
  readonly root: string
  readonly clock: Clock
  readonly terminal: Terminal
  readonly act: Act
  /** Lines that tell what they say yes to. */
  readonly shown: readonly string[]
}

/**
 * Has the person at this terminal say yes by typing the code that is written there, as the daemon does; gives their name.
 *
 * @throws OpschartError `forbidden` when no person sits there, or none said yes.
 */
export async function confirmHere({ root, clock, terminal, act, shown }: Question): Promise<string> {
  if (!terminal.interactive) {
    throw new OpschartError(
      'forbidden',
      'only a person may do this, at a terminal: not through a pipe or a file',
    )
  }
  const people = createPeople({ clock, crypto: nodeCrypto, folder: join(root, '.opschart', 'people') })
  const answer = await confirmed(act, personAtTerminal(terminal), (question, body) => {
    if (question === 'claim') return people.claim()
    if (question === 'open') {
      const { pid, claim } = body as { pid: number; claim: string }
      return people.open({ pid, claim, act, own: true, look: () => Promise.resolve({ shown }) })
    }
    const { challenge, code } = body as { challenge: string; code: string }
    return Promise.resolve(people.answer(challenge, code))
  })
  const name = 'confirmation' in answer ? people.redeem(answer.confirmation, act) : undefined
  if (name === undefined) throw new OpschartError('forbidden', 'nobody said yes; nothing was done')
  return name
}
