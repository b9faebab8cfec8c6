import {
  OpschartError,
  type ActAnswer,
  type ForeseeingClient,
  type Json,
  type Sender,
  type Verdict,
} from '@opschart/core'
import { z } from 'zod'

import type { Control } from './control.ts'
import type { Looked, People } from './people.ts'
import { actions, checkBody, reads, type ActionName, type ReadName } from './routes.ts'
import { personHeader, tokenHeader, type InspectedBeside } from './wire.ts'

/** One question to a door, by name, with the headers that say who asks. */
export type Ask = (name: string, body: object, headers?: Readonly<Record<string, string>>) => Promise<unknown>

/** What stands behind a door. */
export interface DoorOptions {
  readonly client: ForeseeingClient
  readonly people: People
  /** The door for pages; absent where none can be opened. */
  readonly inspector?: Inspector
}

/** A daemon's door for pages, as it is asked for at the socket. */
export interface Inspector {
  /** Opens it, and what is asked for beside it, or says where it is open. */
  open(asked: InspectorAsked): Promise<InspectorPlace>
  /** A secret by which a page gets control, as {@link Control.grant} makes it. */
  grant(person: string): ReturnType<Control['grant']>
}

/** What is asked of an inspector. What is open already stays, whether it is asked for again or not. */
export interface InspectorAsked {
  /** Of the page; the project's own when absent. */
  readonly port?: number
  /** Has other apps come to be inspected: at this port, else at the usual one, 8080. */
  readonly apps?: { readonly port?: number }
  /** Addresses of this machine at which XState 4 apps listen, to be connected to. */
  readonly connect?: readonly string[]
  /** Address of this machine at which Stately's own inspector is to be told what happens. */
  readonly stately?: string
}

/** Where the door for pages is, and what lets one in. */
export interface InspectorPlace {
  readonly address: string
  readonly token: string
  /** Lets one in as the token does, once, within two minutes. */
  readonly ticket: string
  readonly beside: InspectedBeside
  /** The port that it would have had, where another program had that: a page is found here until the daemon ends, and no longer. */
  readonly taken?: number
}

/** Who has no token and is no person: anyone who runs as this user, as anyone may write to the inbox. */
const anyone = 'watcher:inbox'

const openBody = z.strictObject({
  pid: z.number().int().positive(),
  claim: z.string().max(100),
  act: z.strictObject({ method: z.string().max(40), body: z.unknown() }),
})
const answerBody = z.strictObject({ challenge: z.string().max(100), code: z.string().max(100) })

/** The three questions by which a person is asked at their terminal. */
export const questionsOfPeople = { claim: z.strictObject({}), open: openBody, answer: answerBody }
const port = z.number().int().min(1).max(65_535)
const address = z.string().min(1).max(300)
/** The questions about the door for pages. */
export const questionsOfInspector = {
  inspect: z.strictObject({
    port: port.exactOptional(),
    apps: z.strictObject({ port: port.exactOptional() }).exactOptional(),
    connect: z.array(address).max(20).exactOptional(),
    stately: address.exactOptional(),
  }),
  control: z.strictObject({}),
}
/** Names of those. */
export type PeopleQuestion = keyof typeof questionsOfPeople

/**
 * The rules of a door, whatever it is made of: anyone may read, and report as the inbox does; an operation acts by its
 * token; what else is to be done, a person does, by a confirmation that their terminal gave.
 */
export function createDoor(options: DoorOptions): Ask {
  const { client, people } = options
  return async (name, body, headers = {}) => {
    if (Object.hasOwn(reads, name)) {
      const row = reads[name as ReadName]
      return row.ask(client, checkBody(row.body, body, name))
    }
    if (Object.hasOwn(actions, name)) {
      const row = actions[name as ActionName]
      const checked = checkBody(row.body, body, name)
      return row.act(await senderOf(options, name as ActionName, checked, headers), checked)
    }
    switch (name) {
      case 'claim':
        checkBody(questionsOfPeople.claim, body, name)
        return people.claim()
      case 'open':
        return openChallenge(options, body)
      case 'answer': {
        const { challenge, code } = checkBody(answerBody, body, name) as z.infer<typeof answerBody>
        return people.answer(challenge, code)
      }
      case 'inspect': {
        const asked = checkBody(questionsOfInspector.inspect, body, name) as InspectorAsked
        return inspectorOf(options, headers).open(asked)
      }
      case 'control': {
        checkBody(questionsOfInspector.control, body, name)
        const person = people.redeem(headers[personHeader] ?? '', { method: name, body: {} })
        const inspector = inspectorOf(options, headers)
        if (person === undefined)
          throw new OpschartError(
            'forbidden',
            'control is for a person at a terminal; type `opschart inspect --control` into one',
          )
        return inspector.grant(person)
      }
      default:
        throw new OpschartError(
          'input',
          `${name.slice(0, 100)} is not known here; is the daemon older than this command?`,
        )
    }
  }
}

/**
 * The door for pages.
 *
 * @throws OpschartError `unsupported` where there can be none, `forbidden` for an operation.
 */
function inspectorOf({ inspector }: DoorOptions, headers: Readonly<Record<string, string>>): Inspector {
  if (headers[tokenHeader] !== undefined)
    throw new OpschartError('forbidden', 'an operation has no use for the inspector, and may not open it')
  if (inspector !== undefined) return inspector
  throw new OpschartError(
    'unsupported',
    'there is no inspector here; end the daemon with `opschart down` and start it with `opschart up --inspect`',
  )
}

/** The sender that the channel proves: an operation by its token, a person by their confirmation, or anyone. */
async function senderOf(
  { client, people }: DoorOptions,
  name: ActionName,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Sender> {
  const token = headers[tokenHeader]
  const confirmation = headers[personHeader]
  if (token !== undefined) {
    const sender = await client.withToken(token)
    if (sender === undefined)
      throw new OpschartError('forbidden', 'this operation token is unknown, or its operation has ended')
    return sender
  }
  if (confirmation !== undefined) {
    const person = people.redeem(confirmation, { method: name, body: body as Json })
    if (person !== undefined) return client.as({ person })
    throw new OpschartError(
      'forbidden',
      'this confirmation was used, has expired, or was given for something else',
    )
  }
  if (actions[name].open === true) return client.as(anyone)
  throw new OpschartError(
    'forbidden',
    `${name} is for a person at a terminal; type \`opschart ${name}\` into one`,
  )
}

/** What a person says yes to before a page may act. */
const controlShown = [
  'let one browser act in the inspector as you, for 12 hours:',
  'it can approve, reject, send, move, adopt, pause, resume and promote, and asks nothing here',
]

async function openChallenge({ client, people }: DoorOptions, body: unknown): Promise<unknown> {
  const { pid, claim, act } = checkBody(openBody, body, 'open') as z.infer<typeof openBody>
  if (act.method === 'control') {
    checkBody(questionsOfInspector.control, act.body, act.method)
    const look = () => Promise.resolve({ shown: controlShown })
    return people.open({ pid, claim, act: { method: act.method, body: {} }, own: true, look })
  }
  if (!Object.hasOwn(actions, act.method))
    throw new OpschartError('input', `${act.method} is nothing that a person can do`)
  const row = actions[act.method as ActionName]
  const checked = checkBody(row.body, act.body, act.method)
  return people.open({
    pid,
    claim,
    act: { method: act.method, body: checked as Json },
    own: row.own,
    async look(): Promise<Looked> {
      const answer = (await row.act(client.asIf({ person: people.name }), checked)) as ActAnswer | Verdict
      return isHopeless(answer) ? { answer } : { shown: await row.shown(checked, client) }
    },
  })
}

/** Whether nobody need be asked: an act would not be done, or a signal has nowhere to go. What the law refuses of a signal is journaled as the person's. */
const isHopeless = (answer: ActAnswer | Verdict) =>
  'kind' in answer ? answer.kind === 'unrouted' : !answer.done
