import type { Clock, Json } from '@opschart/core'

import { failureText, isGone } from '../shared/failure-text.ts'
import { baseOf, compileGlobs } from '../shared/glob.ts'
import { harmlessText } from '../shared/harmless.ts'
import { listFiles, type FoundFile } from '../shared/list-files.ts'
import { readCheckpoint, writeCheckpoint, type Place } from './place.ts'
import { isEndAwaited, lastLineAfter, readOn, type Assemble } from './read-on.ts'
import { byAge, isBackupName } from './rotation.ts'
import { createSiblings, isBeside } from './siblings.ts'
import {
  continuesPlace,
  identityOf,
  placeAtEnd,
  placeAtStart,
  trackFile,
  type TrackedFile,
} from './tracked-file.ts'

/** What is tailed and how. */
export interface TailOptions<Item> {
  /** Absolute. */
  readonly root: string
  /** Patterns of the files, relative to the root. */
  readonly files: readonly string[]
  /** Where to begin with files that are there at the very first look. Files that appear later are read from their start. */
  readonly from: 'start' | 'end'
  readonly checkpoint: Json | undefined
  readonly clock: Clock
  /** Longest line in bytes; what is longer is cut. */
  readonly longest: number
  /** Milliseconds for which a file must have rested before lines are handed over to which more may belong. */
  readonly settle: number
  readonly assemble: Assemble<Item>
}

/** What one look found. */
export interface Look<Item> {
  readonly items: readonly Item[]
  readonly problems: readonly string[]
  /** The state after these items: to be saved with them. */
  readonly checkpoint: Json
  /** Whether there is more to read at once. */
  readonly more: boolean
  /** Whether something is held back that time alone will bring out. */
  readonly held: boolean
}

/** Files that are read on as they grow, whatever rotation does to them. */
export interface Tail<Item> {
  /** Reads on, at most about 2000 items. What a look gave is not given again: it must be handed over before the next. */
  look(): Promise<Look<Item>>
  /** Folders (relative) in which something may happen: those of the files that are read, and those that patterns begin with. */
  folders(): string[]
  close(): Promise<void>
}

const mostItems = 2000
const mostFiles = 1000
const mostOpen = 128
/** Milliseconds after which nobody is expected to write to a rotated file. */
const forgottenAfter = 600_000

/** A tail of the files that match. Nothing is opened before the first look. */
export function createTail<Item>(options: TailOptions<Item>): Tail<Item> {
  const { root, clock, longest } = options
  const globs = compileGlobs(options.files)
  const saved = readCheckpoint(options.checkpoint)
  const siblings = createSiblings(root, saved?.siblings ?? {})
  const said = new Set<string>()
  let files: TrackedFile[] = (saved?.places ?? []).map((place) => trackFile(place, clock.now()))
  let remembered: ReadonlySet<string> = new Set(files.map((file) => file.place.path))
  let generation = saved?.generation ?? 0
  let first = saved === undefined
  let problems: string[] = []
  let items: Item[] = []

  const problem = (text: string) => {
    if (said.has(text) || said.size > 500) return
    said.add(text)
    problems.push(text)
  }
  const nextGeneration = () => (generation += 1)
  const startOf = (found: FoundFile, displaced: number | null): Place =>
    placeAtStart(found, { generation: nextGeneration(), displaced })
  const track = (place: Place) => {
    const file = trackFile(place, clock.now())
    files.push(file)
    return file
  }
  const trackedIdentities = () => new Set(files.map((file) => identityOf(file.place)))

  /** What rotation put beside a log since the last look and nobody has read: the rest of what `before` was, then whole files. */
  const trackRotated = async (
    before: Place,
    path: string,
    { original, isSeen = true }: { readonly original?: TrackedFile; readonly isSeen?: boolean } = {},
  ): Promise<TrackedFile[]> => {
    const { copy, unseen } = await siblings.rotatedFrom(
      before,
      path,
      files.map((file) => file.place),
    )
    const places: Place[] = []
    // Where the original still holds it, it is read from there.
    if (copy !== undefined && original === undefined) {
      const { device, inode } = copy
      places.push({ ...before, path: copy.path, device, inode, displaced: clock.now() })
    }
    for (const found of unseen) {
      // An empty file may be a copy that is being made, unless the rotation was seen.
      if (!isSeen && found.size === 0) continue
      if (found.size > 0 && (await original?.beginsLike(root, found.path, found.size)) === true) continue
      places.push(startOf(found, clock.now()))
    }
    return places.map(track)
  }

  // What was removed leaves its inode to another file, unless it is open.
  const isSame = async (file: TrackedFile, found: FoundFile) => {
    if (file.isOpen() || file.place.path === found.path) return true
    return file.place.offset > 0 ? continuesPlace(root, found.path, file.place) : siblings.isRemembered(found)
  }

  /** Follows files that were renamed; finds again what has lost its path. */
  const follow = async (found: ReadonlyMap<string, FoundFile>, occupied: ReadonlySet<string>) => {
    for (const file of files.slice()) {
      const here = found.get(identityOf(file.place))
      if (here !== undefined && (await isSame(file, here))) {
        if (here.path !== file.place.path) {
          siblings.changed()
          file.place = { ...file.place, path: here.path, displaced: file.place.displaced ?? clock.now() }
        }
        continue
      }
      if (file.place.displaced === null) {
        siblings.changed()
        file.place = { ...file.place, displaced: clock.now() }
      }
      if (file.isOpen()) continue
      const elsewhere = await siblings.find(file.place)
      if (elsewhere !== undefined && (await isSame(file, elsewhere)))
        file.place = { ...file.place, path: elsewhere.path }
      else {
        files = files.filter((other) => other !== file)
        const rest = await trackRotated(file.place, file.place.path)
        if (rest.length === 0 && occupied.has(file.place.path)) {
          problem(
            `${harmlessText(file.place.path, 300)} was replaced while nobody read it, and what it held before is gone: after byte ${file.place.offset} it was not read`,
          )
        }
      }
    }
  }

  /** Begins with files that were not there before. */
  const begin = async (found: readonly FoundFile[], owners: ReadonlyMap<string, TrackedFile>) => {
    for (const fresh of found) {
      if (trackedIdentities().has(identityOf(fresh))) continue
      if (files.length >= mostFiles) {
        problem(`more than ${mostFiles} log files match: ${harmlessText(fresh.path, 300)} is not read`)
        continue
      }
      if (first && options.from === 'end') {
        const place = await placeAtEnd(root, fresh, { longest, generation: nextGeneration() })
        if (place === undefined) problem(`${harmlessText(fresh.path, 300)} cannot be read`)
        else track(place)
        continue
      }
      const relation = await siblings.isCopy(
        fresh,
        files.map((file) => file.place),
        clock.now(),
      )
      if (relation === 'wait') continue
      if (relation === 'read') {
        const place = await placeAtEnd(root, fresh, { longest, generation: nextGeneration() })
        if (place !== undefined) track(place)
        continue
      }
      const owner = owners.get(fresh.path)
      if (owner !== undefined) {
        siblings.changed()
        await trackRotated(owner.place, fresh.path, (await owner.isIntact(root)) ? { original: owner } : {})
      }
      const isRotated = found.some((other) => isBeside(other.path, fresh.path))
      track(startOf(fresh, isRotated ? clock.now() : null))
    }
  }

  const isForgotten = async (file: TrackedFile, found: ReadonlyMap<string, FoundFile>): Promise<boolean> => {
    const { displaced } = file.place
    if (displaced === null || found.has(identityOf(file.place))) return false
    const idle = clock.now() - displaced
    const status = await file.status()
    return idle >= forgottenAfter || (idle >= 2 * lastLineAfter && status?.deleted === true)
  }

  const look = async (): Promise<Look<Item>> => {
    problems = []
    items = []
    const listed = await listFiles(root, globs, { links: 'inside', limit: 10_000 })
    for (const folder of listed.unreadable) problem(`${harmlessText(folder, 300)} cannot be read`)
    const found = new Map<string, FoundFile>()
    for (const file of listed.files.toReversed()) found.set(identityOf(file), file)
    const newestFirst = [...found.values()].toSorted(byAge).toReversed()
    const owners = new Map(files.map((file) => [file.place.path, file] as const))
    const old = files.slice()
    await follow(found, new Set(listed.files.map((file) => file.path)))
    await begin(newestFirst, owners)
    // Of a file of which nothing was read nobody can see that it was cut; but what it held is beside it then.
    for (const file of old) {
      const { place } = file
      if (
        place.offset > 0 ||
        place.displaced !== null ||
        !remembered.has(place.path) ||
        !files.includes(file)
      )
        continue
      if ((await trackRotated(place, place.path, { isSeen: false })).length > 0) siblings.changed()
    }
    first = false

    const age = (file: TrackedFile) =>
      found.get(identityOf(file.place))?.modified ?? file.seen?.modified ?? '0'
    const queue = files.toSorted((one, other) => {
      const displaced = Number(one.place.displaced === null) - Number(other.place.displaced === null)
      const ages = [age(one), age(other)] as const
      if (ages[0] === ages[1] && displaced !== 0) return displaced
      return byAge({ path: one.place.path, modified: ages[0] }, { path: other.place.path, modified: ages[1] })
    })
    let more = false
    for (let file = queue.shift(); file !== undefined && !more; file = queue.shift()) {
      try {
        const read = await readOn(file, found.get(identityOf(file.place)), {
          ...options,
          room: mostItems - items.length,
        })
        items.push(...read.items)
        more = read.outcome === 'more'
        if (read.outcome === 'truncated' && file.place.displaced !== null && isBackupName(file.place.path)) {
          // A copy that somebody keeps was made anew.
          files = files.filter((other) => other !== file)
          await file.close()
        } else if (read.outcome === 'truncated') {
          siblings.changed()
          const rest = await trackRotated(file.place, file.place.path)
          file.restart(nextGeneration())
          queue.unshift(...rest, file)
        }
      } catch (failure) {
        if (!isGone(failure))
          problem(`${harmlessText(file.place.path, 300)} cannot be read: ${failureText(failure)}`)
      }
    }
    for (const file of files.slice()) {
      if (more || !(await isForgotten(file, found))) continue
      siblings.changed()
      files = files.filter((other) => other !== file)
      await file.close()
    }
    await closeIdle()
    remembered = new Set(files.filter((file) => file.place.displaced === null).map((file) => file.place.path))
    await siblings.remember([...remembered])
    const places = files.map((file) => file.place).toSorted(byPathAndGeneration)
    const checkpoint = writeCheckpoint({ generation, places, siblings: siblings.known() })
    return { items, problems, checkpoint, more, held: files.some((file) => file.held || isEndAwaited(file)) }
  }

  const closeIdle = async () => {
    const open = files.filter((file) => file.isOpen() && file.place.displaced === null)
    const idle = open
      .toSorted((one, other) => one.grownAt - other.grownAt)
      .slice(0, Math.max(0, open.length - mostOpen))
    for (const file of idle) await file.close()
  }

  return {
    look,
    folders() {
      const folders = files.map((file) => file.place.path.split('/').slice(0, -1).join('/'))
      return [...new Set([...folders, ...globs.map((glob) => baseOf(glob).folder)])].toSorted()
    },
    async close() {
      for (const file of files) await file.close()
    },
  }
}

function byPathAndGeneration(one: Place, other: Place): number {
  if (one.path !== other.path) return one.path < other.path ? -1 : 1
  return one.generation - other.generation
}
