import type { Buffer } from 'node:buffer'

/** One line of a tailed file. */
export interface TailedLine {
  /** Decoded as UTF-8 (what is not becomes U+FFFD), without its line end; a run of NUL bytes before it is left out. */
  readonly text: string
  /** Offset of its first byte, and of the first byte after its line end. */
  readonly start: number
  readonly end: number
  /** Whether it was longer than allowed, and `text` is only its beginning. */
  readonly cut: boolean
  /** Whether its line end is yet to come: what follows is skipped up to there. */
  readonly open: boolean
}

/** What {@link splitLines} makes of one block. */
export interface SplitBlock {
  readonly lines: readonly TailedLine[]
  /** Bytes at the beginning of the block that still belonged to a line that was cut. */
  readonly skipped: number
  /** Whether the block ended before that line did. */
  readonly skipping: boolean
}

/** How a block is cut. */
export interface SplitOptions {
  /** Offset of the block in its file. */
  readonly offset: number
  /** Whether the block begins within a line that was cut. */
  readonly skipping: boolean
  /** Longest line, in bytes. */
  readonly longest: number
  /** Whether what follows the last line end counts as a line: nobody will write its end. */
  readonly final: boolean
}

const lineFeed = 10
const carriageReturn = 13

/**
 * Cuts a block of a file into lines, on the byte and before decoding, so that no character is torn. What follows the
 * last line end is left for a later block, unless it is longer than allowed.
 */
export function splitLines(block: Buffer, options: SplitOptions): SplitBlock {
  const lines: TailedLine[] = []
  let at = 0
  if (options.skipping) {
    const end = block.indexOf(lineFeed)
    if (end < 0) return { lines, skipped: block.length, skipping: true }
    at = end + 1
  }
  const skipped = at
  while (at < block.length) {
    const start = at
    const from = skipNul(block, at)
    const feed = block.indexOf(lineFeed, from)
    const stop = feed < 0 ? block.length : feed
    const long = stop - from > options.longest
    if (from - start > options.longest) {
      lines.push({
        text: '',
        start: options.offset + start,
        end: options.offset + from,
        cut: false,
        open: false,
      })
      at = from
      continue
    }
    if (feed < 0 && !long && !options.final) break
    const end = feed < 0 ? block.length : feed + 1
    lines.push({
      text: decode(block, from, stop, options.longest),
      start: options.offset + start,
      end: options.offset + end,
      cut: long,
      open: long && feed < 0,
    })
    at = end
  }
  return { lines, skipped, skipping: false }
}

// A program that keeps writing at its old offset after a truncation leaves a hole of NUL bytes before its next line.
function skipNul(block: Buffer, from: number): number {
  let at = from
  while (at < block.length && block[at] === 0) at += 1
  return at
}

const decoder = new TextDecoder('utf-8')

function decode(block: Buffer, from: number, to: number, longest: number): string {
  let end = to
  if (end - from > longest) {
    end = from + longest
    // Back to the beginning of a character: at most three continuation bytes.
    for (let back = 0; back < 3 && isContinuation(block[end]); back += 1) end -= 1
  } else if (end > from && block[end - 1] === carriageReturn) end -= 1
  return decoder.decode(block.subarray(from, end))
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
