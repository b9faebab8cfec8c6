import { createHash } from 'node:crypto'

import { compare } from '../project/project-files.ts'
import type { Occurrence } from './failures.ts'
import { maskMessage, templateMiner } from './message-template.ts'
import type { StackFrame } from './stack-frames.ts'

/** Failures that are the same failure. */
export interface ErrorGroup {
  /** The same for the same failure in every window, release and process: 12 hexadecimal digits. */
  readonly fingerprint: string
  /** The message with its values masked. */
  readonly template: string
  /** The first failure of the group, as it was. */
  readonly sample: Occurrence
  /** All of them, in order of time. */
  readonly members: readonly Occurrence[]
  readonly count: number
  /** How many of them are failed requests. */
  readonly requests: number
  readonly firstSeen: number
  readonly lastSeen: number
  /** Routes that failed, most often first. */
  readonly routes: readonly { readonly route: string; readonly count: number }[]
}

/** An error group beside what the time before the incident looked like. */
export interface ComparedGroup extends ErrorGroup {
  /** How often it came in the baseline window. */
  readonly baseline: number
  /** It did not come before, or at most a fifth as often for the traffic there was. */
  readonly isNew: boolean
  /** The part of its count that the baseline does not explain: what the incident is made of. */
  readonly excess: number
}

// How many of a stack's own frames tell one failure from another. More would split one failure by its callers.
const framesThatCount = 3

/**
 * Groups failures by what they say and where they arose: the message's template and the functions of the topmost frames
 * of the project's own code (without line numbers, which move from release to release). Most frequent group first.
 */
export function groupErrors(occurrences: readonly Occurrence[]): ErrorGroup[] {
  const miners = new Map<string, ReturnType<typeof templateMiner>>()
  const groups = new Map<string, { place: string; template: number; members: Occurrence[] }>()
  for (const occurrence of occurrences) {
    const place = placeOf(occurrence.frames)
    const miner = miners.get(place) ?? templateMiner()
    miners.set(place, miner)
    const template = miner.add(maskMessage(occurrence.message))
    const key = `${place}\n${template}`
    const group = groups.get(key) ?? { place, template, members: [] }
    group.members.push(occurrence)
    groups.set(key, group)
  }
  return [...groups.values()]
    .map(({ place, template, members }) => summary(place, miners.get(place)?.text(template) ?? '', members))
    .toSorted((a, b) => b.count - a.count || compare(a.fingerprint, b.fingerprint))
}

/**
 * Sets the groups of an incident beside those of its baseline; `requests` are all requests of the two windows. A failure
 * whose message was reworded by a release is still the same one: it arises at the same place, and its old words are gone.
 */
export function compareGroups(
  groups: readonly ErrorGroup[],
  baseline: readonly ErrorGroup[],
  requests: { readonly window: number; readonly baseline: number },
): ComparedGroup[] {
  // With no traffic before there is nothing that could have shown the failure; then nothing is explained away.
  const scale = requests.baseline > 0 ? Math.max(1, requests.window) / requests.baseline : 0
  const gone = baseline.filter((other) => !groups.some((group) => isSame(group, other)))
  return groups.map((group) => {
    const place = placeOf(group.sample.frames)
    const known =
      baseline.find((other) => isSame(group, other)) ??
      gone.find((other) => place !== '' && placeOf(other.sample.frames) === place)
    const expected = (known?.count ?? 0) * scale
    return {
      ...group,
      baseline: known?.count ?? 0,
      isNew: expected * 5 <= group.count,
      excess: Math.max(0, group.count - expected),
    }
  })
}

function isSame(a: ErrorGroup, b: ErrorGroup): boolean {
  if (a.fingerprint === b.fingerprint) return true
  // The two windows mine their templates apart: one of them may be more general.
  return placeOf(a.sample.frames) === placeOf(b.sample.frames) && fits(a.template, b.template)
}

function fits(a: string, b: string): boolean {
  const [left, right] = [a.split(' '), b.split(' ')]
  if (left.length !== right.length) return false
  return left.every((word, place) => word === right[place] || word === '<*>' || right[place] === '<*>')
}

function summary(place: string, template: string, members: readonly Occurrence[]): ErrorGroup {
  const first = members[0] as Occurrence
  const routes = new Map<string, number>()
  for (const { route } of members) if (route !== null) routes.set(route, (routes.get(route) ?? 0) + 1)
  return {
    fingerprint: createHash('sha256').update(`${template}\n${place}`).digest('hex').slice(0, 12),
    template,
    sample: first,
    members,
    count: members.length,
    requests: members.filter((member) => member.isRequest).length,
    firstSeen: members.reduce((least, member) => Math.min(least, member.time), first.time),
    lastSeen: members.reduce((most, member) => Math.max(most, member.time), first.time),
    routes: [...routes]
      .map(([route, count]) => ({ route, count }))
      .toSorted((a, b) => b.count - a.count || compare(a.route, b.route)),
  }
}

function placeOf(frames: readonly StackFrame[]): string {
  const own = frames.filter((frame) => frame.origin === 'project')
  const telling = own.length > 0 ? own : frames.filter((frame) => frame.origin === 'dependency')
  return telling
    .slice(0, framesThatCount)
    .map((frame) => `${baseName(frame)} ${frame.function ?? ''}`)
    .join('|')
}

// The last two parts of the path: the folder that a release is unpacked into changes with each release.
function baseName(frame: StackFrame): string {
  return frame.package === null ? frame.file.split('/').slice(-2).join('/') : frame.package
}
