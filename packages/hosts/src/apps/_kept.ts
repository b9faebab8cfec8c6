import type { InspectionMessage, InspectionLimits } from '@opschart/core'

/** A message in the order in which it came, with its length as JSON. */
export interface Entry {
  readonly number: number
  readonly message: InspectionMessage
  readonly length: number
  /** Whether it is no longer kept for itself; what of it still counts is in its source's base. */
  gone: boolean
}

type Of<Kind extends InspectionMessage['kind']> = Extract<InspectionMessage, { kind: Kind }>

/**
 * What one source has said: its latest messages, and a base that says what was before them. What is no longer kept for
 * itself goes into the base, so that the two together are always all that is known.
 */
export interface Kept {
  /** Length of all of it as JSON, in characters. */
  readonly length: number
  readonly hasEnded: boolean
  add(entry: Entry): void
  /** Moves its oldest messages into the base, or, where there is none, lets go of its base's; false for nothing left. */
  giveUp(): boolean
  /** All that is known of it, as it would be told from its beginning. */
  all(): InspectionMessage[]
  /** Lets go of all of it. */
  clear(): void
}

interface Sized<Message> {
  readonly message: Message
  readonly length: number
}

/** Keeps nothing yet. `onGone` is told the number of each message that is no longer kept for itself. */
export function createKept(limits: InspectionLimits, onGone: (number: number) => void): Kept {
  /** From `first` on. */
  let entries: Entry[] = []
  let first = 0
  let begun: Of<'source'> | undefined
  let ended: Of<'ended'> | undefined
  let hasEnded = false
  let length = 0
  let steps = 0
  const lost = new Map<string, number>()
  const charts = new Map<string, Sized<Of<'chart'>>>()
  const actors = new Map<string, Sized<Of<'actor'>>>()

  function put<Message>(map: Map<string, Sized<Message>>, key: string, sized: Sized<Message>): void {
    drop(map, key)
    map.set(key, sized)
    length += sized.length
  }
  function drop<Message>(map: Map<string, Sized<Message>>, key: string): boolean {
    length -= map.get(key)?.length ?? 0
    return map.delete(key)
  }

  function settle({ message, length: size }: Entry): void {
    switch (message.kind) {
      case 'source':
        begun = message
        return
      case 'chart':
        put(charts, message.chart, { message, length: size })
        if (charts.size > limits.charts) drop(charts, charts.keys().next().value!)
        return
      case 'actor':
        put(actors, message.actor, { message, length: size })
        if (actors.size > limits.actors) dropActor(message.actor)
        return
      case 'step': {
        steps += 1
        const known = actors.get(message.actor)
        if (known === undefined || message.state === undefined) return
        length += size - known.length
        actors.set(message.actor, { message: { ...known.message, state: message.state }, length: size })
        return
      }
      case 'lost':
        lost.set(message.reason, (lost.get(message.reason) ?? 0) + message.count)
        return
      case 'ended':
        ended = message
    }
  }

  /** One that has ended goes before one that has not, and never the one that has just come. */
  function dropActor(newest?: string): boolean {
    let oldest: string | undefined
    for (const [actor, { message }] of actors) {
      if (actor === newest) continue
      oldest ??= actor
      if (message.state === undefined || message.state.status === 'active') continue
      oldest = actor
      break
    }
    return oldest !== undefined && drop(actors, oldest)
  }

  function shift(): boolean {
    const entry = entries[first]
    if (entry === undefined) return false
    first += 1
    // Cut in large pieces: one at a time would move all the others each time.
    if (first > 1_000 && first * 2 > entries.length) {
      entries = entries.slice(first)
      first = 0
    }
    length -= entry.length
    entry.gone = true
    settle(entry)
    onGone(entry.number)
    return true
  }

  function base(): InspectionMessage[] {
    if (begun === undefined) return []
    const { source } = begun
    const reasons = [...lost]
    if (steps > 0) reasons.push(['they are longer ago than what is kept', steps])
    return [
      begun,
      ...Array.from(charts.values(), ({ message }) => message),
      ...Array.from(actors.values(), ({ message }) => message),
      ...reasons.map(([reason, count]): InspectionMessage => ({ kind: 'lost', source, count, reason })),
      ...(ended === undefined ? [] : [ended]),
    ]
  }

  return {
    get length() {
      return length
    },
    get hasEnded() {
      return hasEnded
    },
    add(entry) {
      entries.push(entry)
      length += entry.length
      if (entry.message.kind === 'ended') hasEnded = true
      while (entries.length - first > limits.steps) shift()
    },
    giveUp() {
      if (shift()) return true
      const [chart] = charts.keys()
      return dropActor() || (chart !== undefined && drop(charts, chart))
    },
    all: () => [...base(), ...entries.slice(first).map(({ message }) => message)],
    clear() {
      while (shift());
      charts.clear()
      actors.clear()
      length = 0
    },
  }
}
