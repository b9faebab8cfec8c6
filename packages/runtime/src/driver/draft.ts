import {
  kindOf,
  nameOf,
  openChannels,
  OpschartError,
  signalDraftSchema,
  type Clock,
  type Crypto,
  type JsonObject,
  type Principal,
  type Signal,
  type SignalDraft,
} from '@opschart/core'

import { plainJson, plainLine, plainName } from '../plain-text.ts'

/**
 * The signal of a draft that came from outside, by whom the channel says: checked, its texts stripped of what only a
 * terminal would act on, its source one that cannot be another's.
 *
 * @throws OpschartError `input`, naming the member that is wrong.
 */
export function signalOf(draft: SignalDraft, by: Principal, given: { clock: Clock; crypto: Crypto }): Signal {
  const parsed = signalDraftSchema.safeParse(draft)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = plainLine(issue?.path.map(String).join('.') || 'form', 100)
    throw new OpschartError(
      'input',
      `the signal's ${where} is wrong: ${plainLine(issue?.message ?? 'unknown', 300)}`,
    )
  }
  const { type, subject, time, severity, data, cause } = parsed.data
  const now = given.clock.now()
  return {
    ...signalKey(parsed.data, by, given.crypto),
    type,
    ...(subject === undefined ? {} : { subject: plainName(subject, 300) }),
    // A clock that runs ahead, or a line that is made up, does not move an incident into the future.
    time: Math.min(time ?? now, now),
    severity: severity ?? 'INFO',
    data: plainJson((data ?? {}) as JsonObject),
    by,
    ...(cause === undefined ? {} : { cause: plainName(cause, 300) }),
  }
}

/** The source and id that a signal of this sender is known by. */
export function signalKey(
  { id, source }: { readonly id?: string | undefined; readonly source?: string | undefined },
  by: Principal,
  crypto: Crypto,
): { readonly id: string; readonly source: string } {
  const named = id === undefined ? '' : plainName(id, 200)
  const from = sourceOf(source === undefined ? '' : plainName(source, 200), by)
  return { id: named === '' ? crypto.randomId() : idOf(named, from, by, crypto), source: from }
}

/**
 * Incidents and runs are named after the signal that began them. Whoever may write what they like has ids of their own,
 * so that theirs cannot take the place of another's, whose report and history would then be written over.
 */
function idOf(id: string, source: string, by: Principal, crypto: Crypto): string {
  if (!openChannels.includes(by) && kindOf(by) !== 'agent') return id
  if (id.startsWith(`${source}:`)) return id
  const own = `${source}:${id}`
  return own.length <= longestId ? own : `${source.slice(0, 100)}:${crypto.sha256(own).slice(0, 32)}`
}

const longestId = 200

/**
 * Who first uses a source and an id makes every later signal of the same two a duplicate. So a watcher has its own name
 * (`git`, `inbox:ci`) as a source, and whatever else anyone calls their source stands behind who they are: no one can
 * use up the ids of another, or of our own messages.
 */
function sourceOf(source: string, by: Principal): string {
  if (source === '' || source === by) return by
  const name = nameOf(by)
  const own =
    kindOf(by) === 'watcher' && !name.includes('/') && (source === name || source.startsWith(`${name}:`))
  return own ? source : `${by}/${source}`
}
