import type { JournalEntry, Json } from '@opschart/core'

import { publicId } from '../machines/actor-names.ts'
import type { HeardRow } from './feed.ts'

/** A row of a machine's actor in one line. */
export function machineLine(row: HeardRow, entry: JournalEntry): string {
  const id = publicId(row.actor)
  const { event, verdict, by } = entry
  const sender = by === null ? '' : ` (${by})`
  switch (entry.kind) {
    case 'opened':
      return `${id} starts${sender}`
    case 'signal':
      return verdict?.kind === 'accepted' ? `${id}: ${verdict.reason}${sender}` : told(id, event.type, entry)
    case 'parked':
      return `${id} is parked: ${text(event['reason'])}`
    case 'freed':
      return event.type === 'given_up' ? `${id} is given up: it was parked` : `${id} goes on${sender}`
    case 'migrated':
      return `${id} is brought to another definition of its machine`
    case 'timer':
      return `time: ${event.type.replace(/^xstate\.after\./, '')} on ${id}${unheard(entry)}`
    case 'message':
    case 'result':
    case 'act':
    case 'problem':
      return `${happened(event)} on ${id}${unheard(entry)}`
  }
}

function told(id: string, type: string, { verdict, by }: JournalEntry): string {
  if (verdict === null) return `${type} on ${id} (${String(by)})`
  const what = verdict.reason.startsWith(type) ? '' : `${type}: `
  return `${verdict.kind}: ${what}${verdict.reason} (${String(by)} on ${id})`
}

/** What a message says, in words where its name is XState's own. */
function happened(event: JournalEntry['event']): string {
  const [, how, name] = /^xstate\.(done|error|snapshot)\.(?:actor\.)?(.*)$/s.exec(event.type) ?? []
  if (how === 'done') return `${name} is done`
  if (how === 'snapshot') return `${name} has moved`
  if (how === undefined) return event.type === 'xstate.stop' ? 'stop' : event.type
  const { message } = (event['error'] ?? {}) as { message?: Json }
  return `${name} failed${typeof message === 'string' && message !== '' ? `: ${message}` : ''}`
}

const unheard = ({ verdict }: JournalEntry) => (verdict === null ? '' : ` (${verdict.reason})`)

const text = (value: Json | undefined) => (typeof value === 'string' ? value : '')
