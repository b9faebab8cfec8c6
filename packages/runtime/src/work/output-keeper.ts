/** The first and the last part of what a program prints, whatever the length. */
export interface OutputKeeper {
  readonly add: (chunk: Buffer) => void
  /** Whether something was left out. */
  readonly cut: () => boolean
  /** What was kept, as UTF-8, with a line that says how much is missing in between. */
  readonly text: () => string
}

/** Keeps at most `limit` bytes: half from the beginning, half from the end. */
export function outputKeeper(limit: number): OutputKeeper {
  const half = Math.floor(limit / 2)
  const rest = limit - half
  let head: Buffer[] = []
  let headLength = 0
  let tail: Buffer[] = []
  let tailLength = 0
  let dropped = 0
  return {
    add(chunk) {
      const first = chunk.subarray(0, half - headLength)
      if (first.length > 0) {
        // A copy: the chunk is a view of a pool that is far larger than what is kept of it.
        head.push(Buffer.from(first))
        headLength += first.length
      }
      if (head.length > 64) head = [Buffer.concat(head)]
      const later = chunk.subarray(first.length)
      if (later.length === 0) return
      tail.push(Buffer.from(later))
      tailLength += later.length
      while (tailLength > rest) {
        const oldest = tail[0]!
        const over = Math.min(tailLength - rest, oldest.length)
        dropped += over
        tailLength -= over
        if (over === oldest.length) tail.shift()
        else tail[0] = oldest.subarray(over)
      }
      if (tail.length > 64) tail = [Buffer.concat(tail)]
    },
    cut: () => dropped > 0,
    text() {
      // Decoded in one piece where nothing is missing: a character may lie across the two parts.
      if (dropped === 0) return Buffer.concat([...head, ...tail]).toString('utf8')
      const [first, last] = [Buffer.concat(head), Buffer.concat(tail)]
      return `${withoutBrokenEnd(first)}\n… ${dropped} bytes left out …\n${withoutBrokenStart(last)}`
    },
  }
}

/** Without the bytes of a character whose end was left out. */
function withoutBrokenEnd(bytes: Buffer): string {
  let start = bytes.length - 1
  while (start > 0 && start > bytes.length - 4 && (bytes[start]! & 0xc0) === 0x80) start -= 1
  const lead = bytes[start] ?? 0
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return bytes.subarray(0, start + length > bytes.length ? start : bytes.length).toString('utf8')
}

/** Without the bytes of a character whose beginning was left out. */
function withoutBrokenStart(bytes: Buffer): string {
  let start = 0
  while (start < 3 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start += 1
  return bytes.subarray(start).toString('utf8')
}
