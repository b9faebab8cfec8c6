import { OpschartError, type Client, type JsonObject, type Sender } from '@opschart/core'

import type { Ask } from './door.ts'
import type { Act } from './people.ts'
import { confirmed, type PersonAtTerminal } from './person-at-terminal.ts'
import type { ActionName } from './routes.ts'
import { personHeader } from './wire.ts'

const nobodySits = 'nobody sits at a terminal here'

/** A sender whose every method is one call of its row. */
export function senderOver(call: (name: ActionName, body: object) => Promise<unknown>): Sender {
  const to = <Name extends ActionName>(name: Name, body: object) =>
    call(name, body) as ReturnType<Sender[Name]>
  return {
    send: (target, draft) => to('send', { to: target, draft }),
    start: (target, opening = {}) => to('start', { to: target, ...opening }),
    approve: (body) => to('approve', body),
    reject: (body) => to('reject', body),
    adopt: (body) => to('adopt', body),
    move: (target, phase) => to('move', { to: target, phase }),
    cancel: (operation) => to('cancel', { operation }),
    pause: (body) => to('pause', body),
    resume: (target) => to('resume', { target }),
    promote: (body) => to('promote', body),
  }
}

/**
 * Who one can be at a door: a person, each of whose acts is confirmed at their terminal, or the inbox.
 *
 * @throws OpschartError `forbidden` for anybody else: the door knows them by other signs.
 */
export function senderAs(
  ask: Ask,
  principal: Parameters<Client['as']>[0],
  person: PersonAtTerminal | undefined,
): Sender {
  const name = typeof principal === 'string' ? principal : Object.entries(principal).flat().join(':')
  if (name.startsWith('person:')) {
    if (person === undefined) throw new OpschartError('forbidden', nobodySits)
    return senderOver((method, body) => askAsPerson(ask, { method, body: body as JsonObject }, person))
  }
  if (name === 'watcher:inbox') return senderOver((method, body) => ask(method, body))
  throw new OpschartError(
    'forbidden',
    `nobody can be ${name} here: one is an operation by its token, a person by their terminal, or watcher:inbox`,
  )
}

/**
 * Asks for an act as the person at this process's terminal, who confirms it there.
 *
 * @throws OpschartError `forbidden` when no person sits there, or none said yes.
 */
export async function askAsPerson(
  ask: Ask,
  act: Act & { readonly body: JsonObject },
  person: PersonAtTerminal | undefined,
): Promise<unknown> {
  if (person === undefined) throw new OpschartError('forbidden', nobodySits)
  const asked = await confirmed(act, person, ask)
  return 'answer' in asked ? asked.answer : ask(act.method, act.body, { [personHeader]: asked.confirmation })
}
