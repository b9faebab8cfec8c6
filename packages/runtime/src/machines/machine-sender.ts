import {
  canonicalJson,
  maxSignalData,
  notJson,
  openChannels,
  OpschartError,
  type Clock,
  type Crypto,
  type Json,
  type Principal,
  type SignalDraft,
  type Verdict,
} from '@opschart/core'

import { signalKey } from '../driver/draft.ts'
import type { TurnOutcome } from '../driver/lines.ts'
import { plainLine } from '../plain-text.ts'
import { isMachineId, machineActor } from './actor-names.ts'
import type { EventJson } from './tree-world.ts'
import type { Trees } from './trees.ts'

/** What signals to machines are sent with. */
export interface MachineSenderSources {
  readonly trees: Trees
  readonly clock: Clock
  readonly crypto: Crypto
  readonly after: (outcome: TurnOutcome) => void
}

/** Longest name of an event. */
const longestType = 200

/** Sends to the actors of machines, for one principal. */
export function createMachineSender(sources: MachineSenderSources, by: Principal) {
  const { trees } = sources

  function checkedType(type: unknown): string {
    const fine = typeof type === 'string' && type !== '' && type !== '*' && type.length <= longestType
    if (fine && !/[\p{Cc}]/u.test(type)) return type
    throw new OpschartError(
      'input',
      `the event's type is wrong: it is a text of 1 to ${longestType} characters, and not ${JSON.stringify(plainLine(String(type), 100))}`,
    )
  }

  function eventOf({ type, data = {} }: SignalDraft): EventJson {
    if (typeof data !== 'object' || data === null || Array.isArray(data))
      throw new OpschartError('input', 'the event’s data is an object: { amount: 3 }')
    if ('type' in data)
      throw new OpschartError('input', 'the event’s data has a member type, which is the event’s own name')
    const wrong = notJson({ data })
    if (wrong !== undefined) throw new OpschartError('input', `the event cannot be kept: ${wrong}`)
    const text = canonicalJson({ ...data, type: checkedType(type) })
    if (text.length <= maxSignalData) return JSON.parse(text) as EventJson
    throw new OpschartError(
      'input',
      `the event is ${text.length} characters long; ${maxSignalData} are taken`,
    )
  }

  async function take(actor: string, message: Parameters<Trees['take']>[1]): Promise<Verdict> {
    const outcome = await trees.take(actor, message)
    sources.after(outcome)
    return outcome.verdict ?? { kind: 'ignored', reason: 'nothing came of it' }
  }

  return {
    /** Whether a name is for an actor of a machine. */
    isMine: (to: string): boolean => trees.charts.has(to.split('/', 1)[0]!),
    /** Why this principal may not send to machines; undefined when it may. */
    refusal(to: string): string | undefined {
      return openChannels.includes(by)
        ? `${by} may not send to ${plainLine(to, 200)}: whatever anyone can write to does not move a machine`
        : undefined
    },
    async start(to: string, { input }: { readonly input?: Json } = {}): Promise<Verdict> {
      const name = to.split('/', 1)[0]!
      if (!trees.charts.has(name)) {
        const known = trees.charts.names.join(', ') || 'none'
        throw new OpschartError('input', `there is no machine ${plainLine(name, 100)}; there are ${known}`)
      }
      if (!isMachineId(to)) {
        throw new OpschartError(
          'input',
          `${JSON.stringify(plainLine(to, 100))} is no actor's id; write ${name}/<id>`,
        )
      }
      const wrong = notJson({ input })
      if (wrong !== undefined) throw new OpschartError('input', `the actor cannot be started: ${wrong}`)
      const text = input === undefined ? undefined : canonicalJson(input)
      if (text !== undefined && text.length > maxSignalData)
        throw new OpschartError(
          'input',
          `the input is ${text.length} characters long; ${maxSignalData} are taken`,
        )
      const given = text === undefined ? undefined : (JSON.parse(text) as Json)
      const actor = machineActor(to)
      return take(actor, { kind: 'open', actor, input: given, by, key: { source: actor, id: 'start' } })
    },
    async send(to: string, draft: SignalDraft): Promise<Verdict> {
      const event = eventOf(draft)
      for (const member of ['id', 'source'] as const) {
        if (draft[member] !== undefined && typeof draft[member] !== 'string')
          throw new OpschartError('input', `the event's ${member} is no text`)
      }
      const key = signalKey(draft, by, sources.crypto)
      return take(machineActor(to), { kind: 'signal', actor: machineActor(to), event, by, key })
    },
  }
}

/** Sends to the actors of machines. */
export type MachineSender = ReturnType<typeof createMachineSender>
