import {
  entryOf,
  redactJson,
  type JournalEntry,
  type Json,
  type LogEntryView,
  type Principal,
  type Signal,
  type Verdict,
} from '@opschart/core'

import { isMachineActor, publicId } from '../machines/actor-names.ts'
import { plainLine } from '../plain-text.ts'
import type { HeardRow } from './feed.ts'
import { machineLine } from './machine-line.ts'

/** Longest line of a row, in UTF-16 units. */
const longestLine = 1_000

/**
 * A row of the journal as people see it: one line, and all of its data; what looks like a secret is not seen. A machine's
 * events are stored as they are, which its decisions need.
 */
export function logView(row: HeardRow): LogEntryView {
  const { data, effects, ...rest } = rowView(row)
  return {
    ...rest,
    effects: redactJson(effects as unknown as Json) as unknown as typeof effects,
    data: redactJson(data),
  }
}

/** The same with its data as it is stored: for who looks at its line alone, as looking for secrets takes time. */
export function rowView(row: HeardRow): LogEntryView {
  const entry = entryOf(row)
  const isMachines = isMachineActor(row.actor)
  const signal =
    entry.kind === 'signal' && !isMachines
      ? (entry.event['signal'] as unknown as Signal | undefined)
      : undefined
  return {
    sequence: row.sequence,
    at: row.at,
    actor: isMachines ? publicId(row.actor) : row.actor,
    kind: entry.kind,
    type: entry.event.type,
    by: entry.by,
    severity: entry.severity,
    verdict: entry.verdict,
    moved: entry.moved,
    effects: entry.effects,
    cause: entry.cause,
    text: plainLine(isMachines ? machineLine(row, entry) : line(row, entry, signal), longestLine),
    data: (signal?.data ?? entry.event) as Json,
  }
}

function line(row: HeardRow, entry: JournalEntry, signal: Signal | undefined): string {
  const event = entry.event
  switch (entry.kind) {
    case 'opened':
      return entry.decider === 'lifecycle'
        ? `${row.actor} is opened`
        : `${row.actor.split('~')[1] ?? row.actor} starts`
    case 'signal':
      return signalLine(row.actor, entry.verdict, signal, entry.by)
    case 'problem':
      return `problem: ${said(event['text'])}`
    case 'act':
      return `${String(entry.by)}: ${said(event['text'], event.type)}`
    case 'timer':
      return `time: ${timeLine(event.type)} on ${row.actor}${unheard(entry)}`
    case 'migrated':
      return `${row.actor} is brought to another definition`
    case 'parked':
    case 'freed':
    case 'result':
    case 'message':
      return messageLine(row, entry)
  }
}

/** What came of a time: which one it was, and in which phase or step. */
function timeLine(type: string): string {
  if (type === 'operation.expired') return 'the wait of an operation is over'
  if (type === 'approval.expired') return 'an approval has expired'
  const [, delay, place] = /^xstate\.after\.([^.]+)\.[^.]+\.(.+)$/.exec(type) ?? []
  if (delay === undefined || place === undefined) return type
  const states = place.split('.')
  if (delay === 'backoff') return `${states.at(-2) ?? place} is tried again`
  return /^\d+$/.test(delay)
    ? `${states.at(-1)} has run out of time`
    : `${delay.replaceAll('_', ' ')} is over in ${place}`
}

function signalLine(
  actor: string,
  verdict: Verdict | null,
  signal: Signal | undefined,
  by: Principal | null,
): string {
  if (verdict === null) return `${signal?.type ?? 'a signal'} from ${String(by)}`
  if (verdict.kind === 'accepted') return `${verdict.reason} (${String(by)})`
  const said =
    signal === undefined || signal.type === 'OPERATION_REQUESTED' || verdict.reason.startsWith(signal.type)
  const what = said ? '' : `${signal.type}: `
  const where = actor.startsWith('ledger:') ? '' : ` on ${actor}`
  return `${verdict.kind}: ${what}${verdict.reason} (${String(by)}${where})`
}

function messageLine(row: HeardRow, entry: JournalEntry): string {
  const { type } = entry.event
  const error = entry.event['error'] as { code?: string; message?: string } | undefined
  const done = /^xstate\.(done|error)\.actor\.(.*)$/s.exec(type)
  if (done !== null) {
    const [, how, name] = done
    const workflow = row.actor.includes('~') ? `${row.actor.split('~')[1]!.split(':', 1)[0]}.` : ''
    const outcome = (entry.event['output'] as { outcome?: string } | null | undefined)?.outcome
    if (how === 'error')
      return `${workflow}${name} failed: ${error?.code ?? 'failed'}: ${error?.message ?? ''}`
    if (workflow === '') return `${name!.split(':', 1)[0]} ${outcome ?? 'ended'}`
    return `${workflow}${name} is done${found(entry.event['output'])}`
  }
  if (type === 'operation.settled')
    return `${said(entry.event['what'], 'operation')} has ended: ${said(entry.event['outcome'])}`
  if (type === 'operation.started')
    return `${said(entry.event['what'], 'operation')} starts (attempt ${said(entry.event['attempt'], '1')})`
  if (type === 'operation.footprint')
    return `${said(entry.event['what'], 'operation')} will touch ${said(entry.event['touches'])}`
  if (type === 'measure') {
    const value = entry.event['value']
    const share = typeof value === 'number' ? `${(value * 100).toFixed(2)} %` : 'no data'
    return `${row.actor.split(':')[1] ?? row.actor}: ${share} of ${said(entry.event['samples'])} requests`
  }
  return `${type} on ${row.actor}${unheard(entry)}`
}

/** What a step found or decided, where its result says so: people want to read that without opening it. */
function found(output: Json | undefined): string {
  if (output === null || typeof output !== 'object' || Array.isArray(output)) return ''
  const { decision, reason, cause, path } = output as Readonly<Record<string, Json | undefined>>
  if (typeof decision === 'string') return `: ${decision}: ${said(reason)}`
  const summary = (cause as { summary?: Json } | null | undefined)?.summary
  if (typeof summary === 'string') return `: ${summary}`
  return typeof path === 'string' ? `: ${path}` : ''
}

/** Why a private message moved nothing, where that is worth a word. */
function unheard({ verdict, event }: JournalEntry): string {
  return verdict === null || event.type.startsWith('operation.') ? '' : ` (${verdict.reason})`
}

/** A member of a row as text; what is neither text nor number is left out. */
function said(value: Json | undefined, otherwise = ''): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise
}
