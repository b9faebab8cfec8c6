import { Buffer } from 'node:buffer'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

import { sha256 } from '../shared/hash.ts'
import { readAt } from '../shared/read-at.ts'
import { splitLines, type SplitBlock } from './line.ts'
import type { Place } from './place.ts'

const blockSize = 256 * 1024
const fingerprintSize = 256

/** A block of new lines of a tracked file. */
export interface Piece extends SplitBlock {
  readonly block: Buffer
  readonly offset: number
  /** Whether the file ended with this block. */
  readonly atEnd: boolean
}

/** A file that is read on as it grows. */
export interface TrackedFile {
  place: Place
  /** Size and modification time when all of it that could be read had been read; undefined before that. */
  seen: { readonly size: number; readonly modified: string } | undefined
  /** Clock time at which it was last seen to have changed. */
  grownAt: number
  /** Whether lines were held back because more may belong to them. */
  held: boolean
  /** Whether it is open. */
  isOpen(): boolean
  /** Opens the file at its path; false when it is not there, or another one is. */
  open(root: string): Promise<boolean>
  close(): Promise<void>
  /** What the open file is like now; undefined when it is not open. */
  status(): Promise<{ size: number; modified: string; deleted: boolean } | undefined>
  /** Whether what was read of it is still there; false when it cannot be opened. */
  isIntact(root: string): Promise<boolean>
  /** Whether the other file (relative, of this size) holds the same as this one does up to there, as a copy would. The file must be open. */
  beginsLike(root: string, other: string, size: number): Promise<boolean>
  /** The next lines; `truncated` when what was read before is not there any more. The file must be open. */
  read(options: { longest: number; final: boolean }): Promise<Piece | 'truncated'>
  /** Moves on behind the first `count` lines of the piece (and what was skipped before them). */
  advance(piece: Piece, count: number): void
  /** Begins anew at 0, as another generation. */
  restart(generation: number): void
}

/** `device:inode`, what stays the same when a file is renamed. */
export function identityOf(file: { readonly device: string; readonly inode: string }): string {
  return `${file.device}:${file.inode}`
}

/** A tracked file at its place; not opened yet. */
export function trackFile(place: Place, now: number): TrackedFile {
  let handle: FileHandle | undefined
  // The fingerprints' bytes: known once they were read here or checked against the file.
  let head: Buffer | undefined = place.offset === 0 ? Buffer.alloc(0) : undefined
  let last: Buffer | undefined = head

  const opened = (): FileHandle => {
    if (handle === undefined) throw new Error(`${file.place.path} is not open`)
    return handle
  }

  const holds = async (size: number): Promise<boolean> => {
    const { offset } = file.place
    if (size < offset) return false
    if (offset === 0) return true
    const length = Math.min(fingerprintSize, offset)
    const bytes = await readAt(opened(), 0, length)
    const lastBytes = await readAt(opened(), offset - length, length)
    if (fingerprint(bytes) !== file.place.head || fingerprint(lastBytes) !== file.place.last) return false
    head = bytes
    last = lastBytes
    return true
  }

  const file: TrackedFile = {
    place,
    seen: undefined,
    grownAt: now,
    held: false,
    isOpen: () => handle !== undefined,
    async open(root) {
      if (handle !== undefined) return true
      // Non-blocking: should a pipe stand there by now, opening it must not wait for a writer.
      const candidate = await open(
        path.join(root, file.place.path),
        constants.O_RDONLY | constants.O_NONBLOCK,
      )
      const information = await candidate.stat({ bigint: true })
      const identity = identityOf({ device: String(information.dev), inode: String(information.ino) })
      if (!information.isFile() || identity !== identityOf(file.place)) {
        await candidate.close()
        return false
      }
      handle = candidate
      return true
    },
    async close() {
      const closing = handle
      handle = undefined
      await closing?.close()
    },
    async status() {
      if (handle === undefined) return undefined
      const information = await handle.stat({ bigint: true })
      return {
        size: Number(information.size),
        modified: String(information.mtimeNs),
        deleted: information.nlink === 0n,
      }
    },
    async isIntact(root) {
      if (!(await file.open(root).catch(() => false))) return false
      return holds((await opened().stat()).size)
    },
    async beginsLike(root, other, size) {
      const own = await edges(opened(), size)
      const others = await withFile(root, other, (handle) => edges(handle, size))
      return others !== false && own.equals(others)
    },
    async read({ longest, final }) {
      const { offset, skipping } = file.place
      const before = await opened().stat()
      const most = Math.max(blockSize, 2 * longest + fingerprintSize)
      const block = await readAt(opened(), offset, Math.min(most, Math.max(0, before.size - offset)))
      // Checked after reading: then what was read is known to follow what was read before.
      const { size } = await opened().stat()
      if (!(await holds(size))) return 'truncated'
      const atEnd = offset + block.length >= size
      const split = splitLines(block, { offset, skipping, longest, final: final && atEnd })
      return { ...split, block, offset, atEnd }
    },
    advance(piece, count) {
      const line = piece.lines[count - 1]
      const end = line?.end ?? piece.offset + piece.skipped
      const consumed = piece.block.subarray(0, end - piece.offset)
      head = Buffer.concat([head ?? Buffer.alloc(0), consumed]).subarray(0, fingerprintSize)
      last = Buffer.concat([last ?? Buffer.alloc(0), consumed]).subarray(-fingerprintSize)
      file.place = {
        ...file.place,
        offset: end,
        line: file.place.line === null ? null : file.place.line + count,
        skipping: line?.open ?? piece.skipping,
        head: fingerprint(head),
        last: fingerprint(last),
      }
    },
    restart(generation) {
      head = Buffer.alloc(0)
      last = head
      file.seen = undefined
      file.place = {
        ...file.place,
        generation,
        offset: 0,
        line: 0,
        skipping: false,
        head: emptyFingerprint,
        last: emptyFingerprint,
      }
    },
  }
  return file
}

// The fingerprint of no bytes.
const emptyFingerprint = fingerprint(Buffer.alloc(0))

function fingerprint(bytes: Buffer): string {
  return sha256(bytes).slice(0, 32)
}

/** Whether the file at `file` begins with the same bytes as those that `place` was read from, up to its offset. */
export async function continuesPlace(root: string, file: string, place: Place): Promise<boolean> {
  const length = Math.min(fingerprintSize, place.offset)
  return withFile(root, file, async (handle) => {
    const head = await readAt(handle, 0, length)
    const last = await readAt(handle, place.offset - length, length)
    return fingerprint(head) === place.head && fingerprint(last) === place.last
  })
}

/** Whether the first `size` bytes of two files look the same (their beginnings and ends do). */
export async function beginAlike(root: string, one: string, other: string, size: number): Promise<boolean> {
  const first = await withFile(root, one, (handle) => edges(handle, size))
  const second = await withFile(root, other, (handle) => edges(handle, size))
  return first !== false && second !== false && first.equals(second)
}

async function edges(handle: FileHandle, size: number): Promise<Buffer> {
  const length = Math.min(fingerprintSize, size)
  return Buffer.concat([await readAt(handle, 0, length), await readAt(handle, size - length, length)])
}

/** The place of a file of which nothing was read. */
export function placeAtStart(
  found: { readonly path: string; readonly device: string; readonly inode: string },
  { generation, displaced }: { readonly generation: number; readonly displaced: number | null },
): Place {
  return {
    path: found.path,
    device: found.device,
    inode: found.inode,
    generation,
    offset: 0,
    line: 0,
    skipping: false,
    head: emptyFingerprint,
    last: emptyFingerprint,
    displaced,
  }
}

/** The place of a file of which only what is yet to be written counts: behind its last line end. */
export async function placeAtEnd(
  root: string,
  found: { readonly path: string; readonly device: string; readonly inode: string; readonly size: number },
  options: { longest: number; generation: number },
): Promise<Place | undefined> {
  const place = await withFile(root, found.path, async (handle) => {
    const from = Math.max(0, found.size - options.longest)
    const block = await readAt(handle, from, found.size - from)
    const feed = block.lastIndexOf(10)
    // A last line longer than any that is kept: what comes of it is skipped.
    const skipping = feed < 0 && from > 0
    const offset = skipping ? found.size : from + feed + 1
    const length = Math.min(fingerprintSize, offset)
    return {
      path: found.path,
      device: found.device,
      inode: found.inode,
      generation: options.generation,
      offset,
      line: null,
      skipping,
      head: fingerprint(await readAt(handle, 0, length)),
      last: fingerprint(await readAt(handle, offset - length, length)),
      displaced: null,
    }
  })
  return place === false ? undefined : place
}

async function withFile<Value>(
  root: string,
  file: string,
  use: (handle: FileHandle) => Promise<Value>,
): Promise<Value | false> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path.join(root, file), constants.O_RDONLY | constants.O_NONBLOCK)
    return await use(handle)
  } catch {
    return false
  } finally {
    await handle?.close()
  }
}
