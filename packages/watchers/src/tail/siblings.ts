import path from 'node:path'

import type { FoundFile } from '../shared/list-files.ts'
import type { Place } from './place.ts'
import {
  filesBeside,
  isBackupName,
  isRotatedName,
  namesIn,
  rotatedSiblings,
  siblingMark,
} from './rotation.ts'
import { beginAlike, continuesPlace, identityOf } from './tracked-file.ts'

/** What is known of the rotated files beside the tailed ones. */
export interface Siblings {
  /** Says that something was rotated, so that the next {@link Siblings.remember} looks again. */
  changed(): void
  /** The file of this place under whatever name it has now in its folder. */
  find(place: Place): Promise<FoundFile | undefined>
  /**
   * What rotation has put beside `file` since it was last remembered, oldest first, without what is tracked: `copy`
   * holds what `before` held and may go on behind its offset; `unseen` are whole files nobody has read. A copy of
   * another one that is read is neither.
   */
  rotatedFrom(
    before: Place,
    file: string,
    tracked: readonly Place[],
  ): Promise<{ copy: FoundFile | undefined; unseen: FoundFile[] }>
  /**
   * Whether a new file is a copy of one that is read: `wait` while it is being made or holds more than was read of the
   * original (which gives it, or else the copy does once the original is cut); `read` when all of it was read already.
   */
  isCopy(fresh: FoundFile, places: readonly Place[], now: number): Promise<'no' | 'wait' | 'read'>
  /** Whether this file, as it is now, was beside one of them when they were last remembered. */
  isRemembered(found: FoundFile): boolean
  /** Remembers what is beside these files now. */
  remember(files: readonly string[]): Promise<void>
  /** What is remembered, for the checkpoint. */
  known(): Record<string, readonly string[]>
}

/** Milliseconds for which a copy must have rested to count as complete. */
const copyRests = 2_000

/** The memory of siblings, as a checkpoint has it. */
export function createSiblings(root: string, saved: Readonly<Record<string, readonly string[]>>): Siblings {
  let marks = new Map(Object.entries(saved))
  let names = new Map<string, string>()
  let dirty = true

  const goesOn = async (found: FoundFile, place: Place) =>
    place.offset > 0 && found.size >= place.offset && (await continuesPlace(root, found.path, place))

  const isCopyOfOne = async (found: FoundFile, file: string, places: readonly Place[]): Promise<boolean> => {
    // Of what is at the path now; it need not be tracked yet.
    if (found.size > 0 && (await beginAlike(root, file, found.path, found.size))) return true
    for (const place of places) {
      if (place.path === file && place.displaced === null && (await goesOn(found, place))) return true
    }
    return false
  }

  return {
    changed() {
      dirty = true
    },
    async find(place) {
      const same = await filesBeside(root, place.path, () => true)
      return same.find((file) => identityOf(file) === identityOf(place))
    },
    async rotatedFrom(before, file, tracked) {
      const identities = new Set(tracked.map(identityOf))
      const isCopied = tracked.some(
        (place) => place.generation === before.generation && identityOf(place) !== identityOf(before),
      )
      const known = new Set(marks.get(file) ?? [])
      let copy: FoundFile | undefined
      const unseen: FoundFile[] = []
      for (const found of await rotatedSiblings(root, file)) {
        if (identities.has(identityOf(found))) continue
        if (await goesOn(found, before)) {
          // One copy is enough, and of a kept one nobody knows whether it was made by rotation.
          const isBetter = copy === undefined || isBackupName(copy.path)
          const isUseful = found.size > before.offset || !isBackupName(found.path)
          if (isUseful && isBetter) copy = found
        } else if (isBackupName(found.path) || known.has(siblingMark(found))) continue
        else if (!(await isCopyOfOne(found, file, tracked))) unseen.push(found)
      }
      return { copy: isCopied ? undefined : copy, unseen }
    },
    async isCopy(fresh, places, now) {
      for (const place of places) {
        if (!isBeside(place.path, fresh.path)) continue
        if (fresh.size === 0) return 'wait'
        const rested = Math.abs(now - Number(BigInt(fresh.modified) / 1_000_000n)) > copyRests
        if (await goesOn(fresh, place)) return fresh.size === place.offset && rested ? 'read' : 'wait'
        if (fresh.size < place.offset && (await beginAlike(root, place.path, fresh.path, fresh.size))) {
          return rested ? 'read' : 'wait'
        }
      }
      return 'no'
    },
    isRemembered: (found) => [...marks.values()].some((list) => list.includes(siblingMark(found))),
    async remember(files) {
      const folders = [...new Set(files.map((file) => path.posix.dirname(file)))]
      const present = new Map<string, string>()
      for (const folder of folders)
        present.set(folder, (await namesIn(path.join(root, folder))).toSorted().join('/'))
      const same = [...present].every(([folder, list]) => names.get(folder) === list)
      if (same && present.size === names.size && !dirty) return
      const next = new Map<string, readonly string[]>()
      for (const file of files) {
        const found = await rotatedSiblings(root, file)
        if (found.length > 0) next.set(file, found.map(siblingMark))
      }
      marks = next
      names = present
      dirty = false
    },
    known: () => Object.fromEntries([...marks].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  }
}

/** Whether `other` has a name that rotation gives to `file`, in the same folder. */
export function isBeside(file: string, other: string): boolean {
  return (
    path.posix.dirname(file) === path.posix.dirname(other) &&
    isRotatedName(path.posix.basename(file), path.posix.basename(other))
  )
}
