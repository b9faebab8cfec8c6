import type { Clock } from '@opschart/core'

import type { TailedLine } from './line.ts'
import type { Place } from './place.ts'
import type { TrackedFile } from './tracked-file.ts'

/** What lines were made into: an item (or nothing) out of the next `lines` lines. */
export interface Group<Item> {
  readonly item: Item | null
  readonly lines: number
}

/** Makes items of the next lines of one file. With `last` false, lines at the end to which more may belong are left. */
export type Assemble<Item> = (lines: readonly TailedLine[], place: Place, last: boolean) => Group<Item>[]

/** How a file is read on. */
export interface ReadOnOptions<Item> {
  readonly root: string
  readonly clock: Clock
  /** Longest line, in bytes. */
  readonly longest: number
  /** Milliseconds for which the file must have rested before lines are given to which more may belong; 0: they are given at once. */
  readonly settle: number
  readonly assemble: Assemble<Item>
  /** Most items to give. */
  readonly room: number
}

/** Milliseconds after which nobody is expected to end the last line of a file that was rotated away. */
export const lastLineAfter = 5_000

/**
 * Reads a tracked file to its end, or until there are items enough (`more`); `truncated` when what was read before is
 * not there any more. `found` is what its path was seen to be like; a file that has not changed since is not read.
 */
export async function readOn<Item>(
  file: TrackedFile,
  found: { readonly size: number; readonly modified: string } | undefined,
  options: ReadOnOptions<Item>,
): Promise<{ items: Item[]; outcome: 'done' | 'more' | 'truncated' }> {
  const { root, clock, longest, settle, assemble, room } = options
  const items: Item[] = []
  const now = clock.now()
  const { displaced } = file.place
  // A clock that was set back must not keep a rotated file for ever.
  if (displaced !== null && displaced > now) file.place = { ...file.place, displaced: now }
  const isOld = displaced !== null && now - displaced >= lastLineAfter
  const isRipe = (isOld && isEndAwaited(file)) || (file.held && now - file.grownAt >= settle)
  const known = found ?? (await file.status())
  if (known !== undefined && !isRipe && isUnchanged(file, known)) return { items, outcome: 'done' }
  if (!(await file.open(root))) return { items, outcome: 'done' }
  const status = await file.status()
  if (status === undefined) return { items, outcome: 'done' }
  // Whoever looks once cannot know whether the file has rested; it must not wait for ever either.
  const final = isOld && (file.seen === undefined ? settle === 0 : isUnchanged(file, status))
  if (!isUnchanged(file, status)) file.grownAt = now

  for (;;) {
    const piece = await file.read({ longest, final })
    if (piece === 'truncated') return { items, outcome: 'truncated' }
    const last = piece.atEnd && (final || now - file.grownAt >= settle)
    let groups = assemble(piece.lines, file.place, last)
    // What fills a whole block alone is not held back: memory is bounded.
    if (groups.length === 0 && !piece.atEnd) groups = assemble(piece.lines, file.place, true)
    let taken = 0
    for (const group of groups) {
      if (items.length >= room) break
      if (group.item !== null) items.push(group.item)
      taken += group.lines
    }
    const start = file.place.offset
    if (taken > 0 || piece.skipped > 0) file.advance(piece, taken)
    if (file.place.offset > start && file.place.displaced !== null)
      file.place = { ...file.place, displaced: now }
    file.held = taken < piece.lines.length
    if (items.length >= room) return { items, outcome: 'more' }
    if (piece.atEnd || file.place.offset === start) break
  }
  file.seen = { size: status.size, modified: status.modified }
  return { items, outcome: 'done' }
}

/** Whether a file that was rotated away ends without a line end, so that its last line is yet to be given. */
export function isEndAwaited(file: TrackedFile): boolean {
  return file.place.displaced !== null && (file.seen?.size ?? 0) > file.place.offset
}

function isUnchanged(
  file: TrackedFile,
  status: { readonly size: number; readonly modified: string },
): boolean {
  return file.seen?.size === status.size && file.seen.modified === status.modified
}
