import { signalDraftSchema, type Json, type JsonObject, type SignalDraft, type Watcher } from '@opschart/core'

import { defaultInbox } from './append-to-inbox.ts'
import { compileGlobs } from './shared/glob.ts'
import { harmlessJson, harmlessText } from './shared/harmless.ts'
import { sha256 } from './shared/hash.ts'
import { pollTail, watchTail, type FollowOptions } from './tail/follow-tail.ts'
import type { TailedLine } from './tail/line.ts'
import type { Place } from './tail/place.ts'

/** Which inbox is watched. */
export interface InboxWatcherOptions {
  /** `inbox` when absent. */
  readonly name?: string
  /** Relative to the root; `.claude/events/log.ndjson` when absent. */
  readonly file?: string
}

type Delivered = { readonly draft: SignalDraft } | { readonly problem: string }

/** Longest line of an inbox, in bytes: room for the longest data in any script. */
const longestLine = 256 * 1024

/**
 * Reads signals that any tool appends to the inbox, one JSON object a line, from the file's beginning. A line says
 * neither who it is from nor what caused it: its `source` becomes `inbox` (or `inbox:<its own>`), and `by` makes it
 * malformed. A malformed line becomes a problem and is passed over; the last line is waited for until it is ended.
 * A draft without an id gets one of its position: `inbox:<generation>-<device>-<inode>-<hash of the line>:<offset>`.
 */
export function inboxWatcher(options: InboxWatcherOptions = {}): Watcher {
  const file = options.file ?? defaultInbox
  compileGlobs([file])
  const follow: FollowOptions<Delivered> = {
    files: [file],
    from: 'start',
    longest: longestLine,
    assemble: (lines, place) =>
      lines.map((line, index) => ({
        item: line.text.trim() === '' ? null : delivered(line, place, index),
        lines: 1,
      })),
    report: (items) => ({
      signals: items.flatMap((item) => ('draft' in item ? [item.draft] : [])),
      problems: items.flatMap((item) => ('problem' in item ? [item.problem] : [])),
    }),
  }
  return {
    name: options.name ?? 'inbox',
    poll: (context) => pollTail(context, follow),
    watch: (context) => watchTail(context, follow),
  }
}

function delivered(line: TailedLine, place: Place, index: number): Delivered {
  const number = place.line === null ? `byte ${line.start}` : `line ${place.line + index + 1}`
  const problem = (reason: string): Delivered => ({
    problem: `${harmlessText(place.path, 300)}, ${number}: ${reason}: ${JSON.stringify(harmlessText(line.text, 120))}`,
  })
  if (line.cut) return problem(`longer than ${longestLine} bytes`)
  let value: unknown
  try {
    value = JSON.parse(line.text)
  } catch {
    return problem('not a JSON object')
  }
  if (isDeep(line.text)) return problem('nested too deeply')
  const checked = signalDraftSchema.safeParse(value)
  if (!checked.success) {
    const [issue] = checked.error.issues
    const where =
      issue === undefined || issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `
    return problem(harmlessText(`${where}${issue?.message ?? 'not a signal'}`, 200))
  }
  return { draft: harmlessDraft(checked.data as SignalDraft, () => positionId(line, place)) }
}

function harmlessDraft(draft: SignalDraft, positionId: () => string): SignalDraft {
  const { type, subject, time, severity, data } = draft
  const id = draft.id === undefined ? '' : harmlessText(draft.id, 200)
  const source = draft.source === undefined ? '' : harmlessText(draft.source, 190)
  return {
    type,
    id: id === '' ? positionId() : id,
    source: source === '' || source === 'inbox' ? 'inbox' : `inbox:${source}`,
    ...(subject === undefined ? {} : { subject: harmlessText(subject, 300) }),
    ...(time === undefined ? {} : { time }),
    ...(severity === undefined ? {} : { severity }),
    ...(data === undefined ? {} : { data: harmlessJson(data as Json) as JsonObject }),
  }
}

function positionId(line: TailedLine, place: Place): string {
  const file = `${place.generation}-${place.device}-${place.inode}`
  return `inbox:${file}-${sha256(line.text).slice(0, 12)}:${line.start}`
}

// Counted before the schema walks the value: its depth, not the schema's stack, must be the limit.
function isDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1
    } else if (character === '{' || character === '[') {
      depth += 1
      if (depth > 32) return true
    } else if (character === '}' || character === ']') depth -= 1
  }
  return false
}
