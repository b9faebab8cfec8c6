import { createHash } from 'node:crypto'

/** SHA-256 as 64 lower-case hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * An id of at most 200 characters made of parts joined by `:`. Where that is longer (or a part holds characters that
 * do not belong into an id), the middle parts are replaced by the first 32 digits of their SHA-256: the same parts always give the same id.
 */
export function boundedId(kind: string, middle: string, last: string): string {
  const plain = `${kind}:${middle}:${last}`
  if (plain.length <= 200 && !/[\p{Cc}\p{Cf}]/u.test(plain)) return plain
  return `${kind}:${sha256(middle).slice(0, 32)}:${last}`
}
