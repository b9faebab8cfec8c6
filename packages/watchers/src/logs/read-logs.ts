import { Buffer } from 'node:buffer'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'

import type { LogEntry } from '@opschart/core'

import { compileGlobs } from '../shared/glob.ts'
import { listFiles, type FoundFile } from '../shared/list-files.ts'
import { readAt } from '../shared/read-at.ts'
import { splitLines } from '../tail/line.ts'
import { byAge, isRotatedName, rotatedSiblings } from '../tail/rotation.ts'
import { identityOf } from '../tail/tracked-file.ts'
import { assembleEntries, mayContinue, type AssembledEntry } from './assemble-entries.ts'

const blockSize = 256 * 1024
const longestLine = 64 * 1024
const mostCarried = 512 * 1024
/** Bytes of one log (with its rotated files) that are read at most. */
const mostRead = 256 * 1024 * 1024

/**
 * The entries with `from <= time < to` of all logs that match (relative to `root`) and of the files that rotation put
 * beside them, oldest first; the newest `limit` of them. Each log is read from its end backwards, in bounded memory,
 * until a whole block is older than `from` (or 256 MiB were read). An entry that says no time has that of the entry
 * before it. Compressed files are not read. What cannot be read is left out.
 */
export async function readLogs(
  root: string,
  globs: readonly string[],
  from: number,
  to: number,
  limit: number = 10_000,
): Promise<LogEntry[]> {
  const { files } = await listFiles(root, compileGlobs(globs), { links: 'inside', limit: 10_000 })
  const done = new Set<string>()
  let entries: LogEntry[] = []
  for (const base of files.filter((file) => !files.some((other) => isRotationOf(other.path, file.path)))) {
    const rotated = await rotatedSiblings(root, base.path)
    let left = mostRead
    for (const file of [base, ...rotated.toSorted(byAge).toReversed()]) {
      if (left <= 0 || done.has(identityOf(file))) continue
      done.add(identityOf(file))
      const read = await readBackwards(root, file, { from, to, limit, most: left }).catch(() => undefined)
      if (read === undefined) continue
      left -= read.bytes
      entries.push(...read.entries)
      if (entries.length > 4 * limit) entries = newest(entries, limit)
      if (read.passed) break
    }
  }
  return newest(entries, limit)
}

function isRotationOf(base: string, file: string): boolean {
  return (
    path.posix.dirname(base) === path.posix.dirname(file) &&
    isRotatedName(path.posix.basename(base), path.posix.basename(file))
  )
}

function newest(entries: readonly LogEntry[], limit: number): LogEntry[] {
  const sorted = entries.toSorted(
    (one, other) => one.time - other.time || compare(one.file, other.file) || one.offset - other.offset,
  )
  return limit <= 0 ? [] : sorted.slice(-limit)
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}

interface Window {
  readonly from: number
  readonly to: number
  readonly limit: number
  readonly most: number
}

interface BackwardRead {
  readonly entries: LogEntry[]
  readonly bytes: number
  /** Whether what is before is older than the window. */
  readonly passed: boolean
}

async function readBackwards(root: string, file: FoundFile, window: Window): Promise<BackwardRead> {
  const handle = await open(path.join(root, file.path), constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const { size, mtimeMs } = await handle.stat()
    let entries: LogEntry[] = []
    let end = size
    // The beginning of what was read last: it belongs to an entry that begins before.
    let carried: Buffer = Buffer.alloc(0)
    let later: number | undefined
    while (end > 0 && size - end < window.most) {
      const start = Math.max(0, end - blockSize)
      const block = Buffer.concat([await readAt(handle, start, end - start), carried])
      const { items, rest } = entriesOf(block, start, file.path, Math.floor(mtimeMs))
      end = start
      carried = rest
      const timed = withTimes(items, later, Math.floor(mtimeMs))
      later = timed[0]?.time ?? later
      entries.push(...timed.filter((entry) => entry.time >= window.from && entry.time < window.to))
      if (entries.length > 4 * window.limit) entries = newest(entries, window.limit)
      const passed = items.some((item) => item.timed) && timed.every((entry) => entry.time < window.from)
      if (passed) return { entries, bytes: size - end, passed }
    }
    return { entries, bytes: size - end, passed: false }
  } finally {
    await handle.close()
  }
}

/** The entries that begin in a block, and the bytes before the first of them, which an earlier block goes on with. */
function entriesOf(
  block: Buffer,
  start: number,
  file: string,
  arrival: number,
): { items: AssembledEntry[]; rest: Buffer } {
  const feed = block.indexOf(10)
  if (start > 0 && feed < 0) return { items: [], rest: bounded(block) }
  let begin = start === 0 ? 0 : feed + 1
  const { lines } = splitLines(block.subarray(begin), {
    offset: start + begin,
    skipping: false,
    longest: longestLine,
    final: true,
  })
  let head = 0
  if (start > 0) {
    while (head < lines.length && mayContinue(lines[head]?.text ?? '')) head += 1
    begin = (lines[head]?.start ?? start + block.length) - start
    // So many lines without a beginning are none of one entry: they are taken as they are.
    if (begin > mostCarried) {
      head = 0
      begin = feed + 1
    }
  }
  const groups = assembleEntries(lines.slice(head), { file, arrival }, true)
  return {
    items: groups.flatMap((group) => (group.item === null ? [] : [group.item])),
    rest: start === 0 ? Buffer.alloc(0) : Buffer.from(block.subarray(0, begin)),
  }
}

// Of a line without end only the beginning is shown: what comes after the first part is dropped, its end is kept.
function bounded(block: Buffer): Buffer {
  if (block.length <= 2 * longestLine) return block
  return Buffer.concat([block.subarray(0, longestLine + 1), Buffer.from('\n')])
}

function withTimes(
  items: readonly AssembledEntry[],
  later: number | undefined,
  fallback: number,
): LogEntry[] {
  let time = items.find((item) => item.timed)?.entry.time ?? later ?? fallback
  return items.map(({ entry, timed }) => {
    if (timed) time = entry.time
    return timed ? entry : { ...entry, time }
  })
}
