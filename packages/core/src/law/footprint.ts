import { kindOf } from '../principal.ts'
import { footprintTail } from '../release/service-change.ts'
import type { FootprintEntry } from '../release/service-state.ts'
import type { LawEvent } from './law-event.ts'

/**
 * The operation that a report was caused by: one that runs, or ended within the last minute, and declared the commit,
 * version or path that the report names. Undefined for requests and for what nothing of ours touched [L12].
 */
export function causeOf(event: LawEvent, now: number): string | undefined {
  if (kindOf(event.signal.by) !== 'watcher') return undefined
  return event.facts.service.footprints.find(
    (entry) => isFresh(entry, now) && matches(entry, event.signal.data),
  )?.operation
}

function isFresh(entry: FootprintEntry, now: number): boolean {
  return entry.ended === null || entry.ended > now - footprintTail
}

function matches(entry: FootprintEntry, data: LawEvent['signal']['data']): boolean {
  const { commit, version, path } = data
  return (
    (typeof commit === 'string' && entry.commits.includes(commit)) ||
    (typeof version === 'string' && entry.versions.includes(version)) ||
    (typeof path === 'string' && entry.paths.includes(path))
  )
}
