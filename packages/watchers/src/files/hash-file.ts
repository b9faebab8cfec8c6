import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** A file's content and what tells that it may have changed. */
export interface FileContent {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly hash: string
  /** Bytes. */
  readonly size: number
  /** Nanoseconds since 1970, as digits. */
  readonly modified: string
}

const blockSize = 1024 * 1024

/**
 * Reads a regular file in bounded memory; a symbolic link is not followed. Undefined for what is no regular file, and
 * `changing` for one that was written to meanwhile.
 */
export async function hashFile(absolute: string): Promise<FileContent | 'changing' | undefined> {
  const handle = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const before = await handle.stat({ bigint: true })
    if (!before.isFile()) return undefined
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(Math.min(Math.max(Number(before.size), 1), blockSize))
    for (let offset = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      offset += bytesRead
    }
    const after = await handle.stat({ bigint: true })
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) return 'changing'
    return { hash: hash.digest('hex'), size: Number(after.size), modified: String(after.mtimeNs) }
  } finally {
    await handle.close()
  }
}
