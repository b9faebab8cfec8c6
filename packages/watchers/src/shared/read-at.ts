import { Buffer } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'

/** The bytes of an open file from `offset` on: `length` of them, or fewer when it ends before. */
export async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}
