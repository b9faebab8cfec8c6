import { eventOf, isJsonObject, stateOf, textOf, typeOf } from './_received.ts'
import { chartOfConfig } from './chart-of-config.ts'
import { inspectionProtocol, type InspectionMessage, type SeenState } from './messages.ts'

/** Reads what one connection says in another inspector's words; each message gives none, one or several of ours. */
export type InspectionReader = (received: unknown, now: number) => InspectionMessage[]

/** Texts of one message that is looked at, in characters. */
const longestMessage = 4 * 1024 * 1024
/** Levels of one message that is looked at. */
const deepest = 1_000

/**
 * Reads what an unmodified XState 5 app says through `@statelyai/inspect`, whatever its version. `source` must be this
 * connection's own: each process calls its first actor `x:0`.
 */
export function statelyReader(source: string, name: string): InspectionReader {
  const begin = beginning(source, name)
  const events = new Map<string, { from: string | null; type: string }>()
  let sequence = 0
  return (received, now) => {
    const message = messageOf(received)
    if (message === undefined || typeof message['_version'] !== 'string') return begin(now, lost(source))
    const actor = textOf(message['sessionId'])
    const at = timeOf(message['createdAt'], now)
    if (actor === undefined) return begin(now, lost(source))
    switch (message['type']) {
      case '@xstate.actor': {
        const definition = parsed(message['definition'])
        return begin(now, [
          ...(isMachineLike(definition)
            ? [
                {
                  kind: 'chart' as const,
                  source,
                  chart: actor,
                  view: chartOfConfig(definition, textOf(message['name'])),
                },
              ]
            : []),
          {
            kind: 'actor',
            source,
            actor,
            chart: isMachineLike(definition) ? actor : null,
            name: textOf(message['name']) ?? actor,
            parent: textOf(message['parentId']) ?? null,
            at,
            ...stateOf(message['snapshot']),
          },
        ])
      }
      case '@xstate.event':
        // What comes of it is said next, by the snapshot.
        events.set(actor, { from: textOf(message['sourceId']) ?? null, type: typeOf(message['event']) })
        if (events.size > most) events.delete(events.keys().next().value!)
        return begin(now, [])
      case '@xstate.snapshot': {
        const event = eventOf(message['event'])
        const sent = events.get(actor)
        events.delete(actor)
        sequence += 1
        const from = sent?.type === event.type ? sent.from : null
        return begin(now, [
          { kind: 'step', source, actor, sequence, at, event, from, ...stateOf(message['snapshot']) },
        ])
      }
      default:
        return begin(now, lost(source))
    }
  }
}

/** Actors of one app of which something is remembered. */
const most = 10_000

/** Reads what an XState 4 app says through `@xstate/inspect`: its own texts within each message are JSON. */
export function xstate4Reader(source: string, name: string): InspectionReader {
  const begin = beginning(source, name)
  const events = new Map<string, { event: ReturnType<typeof eventOf>; from: string | null }>()
  const lasts = new Map<string, SeenState>()
  let sequence = 0
  const seen = (actor: string, given: unknown): { state?: SeenState } => {
    const known = stateOf(given)
    if (known.state !== undefined) lasts.set(actor, known.state)
    if (lasts.size > most) lasts.delete(lasts.keys().next().value!)
    return known
  }
  return (received, now) => {
    const message = messageOf(received)
    if (message === undefined) return begin(now, lost(source))
    const actor = textOf(message['sessionId'])
    if (message['type'] === 'xstate.disconnect') return [{ kind: 'ended', source, at: now }]
    if (actor === undefined) return begin(now, lost(source))
    switch (message['type']) {
      case 'service.register': {
        const definition = parsed(message['machine'])
        const title =
          textOf(message['id']) ?? textOf(isJsonObject(definition) ? definition['id'] : undefined) ?? actor
        return begin(now, [
          { kind: 'chart', source, chart: actor, view: chartOfConfig(definition, title) },
          {
            kind: 'actor',
            source,
            actor,
            chart: actor,
            name: title,
            parent: textOf(message['parent']) ?? null,
            at: now,
            ...seen(actor, parsed(message['state'])),
          },
        ])
      }
      case 'service.event': {
        const scxml = parsed(message['event'])
        const { data, origin } = isJsonObject(scxml) ? scxml : {}
        events.set(actor, { event: eventOf(data), from: textOf(origin) ?? null })
        if (events.size > 10_000) events.delete(events.keys().next().value!)
        return begin(now, [])
      }
      case 'service.state': {
        const state = parsed(message['state'])
        const said = eventOf(isJsonObject(state) ? state['event'] : undefined)
        const { event, from } = events.get(actor) ?? { event: said, from: null }
        events.delete(actor)
        sequence += 1
        return begin(now, [
          { kind: 'step', source, actor, sequence, at: now, event, from, ...seen(actor, state) },
        ])
      }
      case 'service.stop':
        sequence += 1
        return begin(now, [
          {
            kind: 'step',
            source,
            actor,
            sequence,
            at: now,
            event: { type: 'xstate.stop' },
            from: null,
            // What it was is not said again.
            state: { value: null, ...lasts.get(actor), status: 'stopped' },
          },
        ])
      default:
        return begin(now, lost(source))
    }
  }
}

/**
 * Reads what either of them says: the first message that is one of theirs decides. What came before it is counted as lost.
 */
export function eitherReader(source: string, name: string): InspectionReader {
  const begin = beginning(source, name)
  let reader: InspectionReader | undefined
  return (received, now) => {
    const message = messageOf(received)
    const type = message?.['type']
    if (reader === undefined && typeof message?.['_version'] === 'string')
      reader = statelyReader(source, name)
    else if (reader === undefined && typeof type === 'string' && type.startsWith('service.'))
      reader = xstate4Reader(source, name)
    if (reader === undefined) return begin(now, lost(source))
    const told = reader(message, now).filter(({ kind }) => kind !== 'source')
    return begin(now, told)
  }
}

/** A source begins with the first thing that is heard of it. */
export function beginning(source: string, name: string) {
  let begun = false
  return (at: number, messages: InspectionMessage[]): InspectionMessage[] => {
    if (begun) return messages
    begun = true
    return [{ kind: 'source', source, protocol: inspectionProtocol, name, at }, ...messages]
  }
}

/** What is said of a message that was not understood. */
export const lost = (source: string): InspectionMessage[] => [
  { kind: 'lost', source, count: 1, reason: 'it was not understood' },
]

function messageOf(received: unknown): Readonly<Record<string, unknown>> | undefined {
  const message = typeof received === 'string' ? parsed(received) : received
  return isJsonObject(message) ? message : undefined
}

/** A text of JSON as its value; what is none stays as it is. */
function parsed(text: unknown): unknown {
  if (typeof text !== 'string' || text.length > longestMessage || isTooDeep(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Whether it is nested so deeply that reading it would take long; an honest text is not. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') isQuoted = !isQuoted
    else if (isQuoted && character === '\\') at += 1
    else if (isQuoted) continue
    else if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth -= 1
    if (depth > deepest) return true
  }
  return false
}

/** Whether a definition is a machine's, and not that of a promise or a callback. */
export const isMachineLike = (definition: unknown): boolean =>
  isJsonObject(definition) &&
  ['states', 'initial', 'on', 'type'].some((member) => Object.hasOwn(definition, member))

function timeOf(given: unknown, now: number): number {
  const time = typeof given === 'string' || typeof given === 'number' ? Number(given) : NaN
  return Number.isFinite(time) && time > 0 ? time : now
}
