import { harmlessText } from './harmless.ts'

/** What an exception says, as one harmless line of at most 300 characters. */
export function failureText(failure: unknown): string {
  return harmlessText(failure instanceof Error ? failure.message : String(failure), 300)
}

/** The `code` of a system error (`ENOENT`), else undefined. */
export function systemCode(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null || !('code' in failure)) return undefined
  return typeof failure.code === 'string' ? failure.code : undefined
}

const gone = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

/** Whether a system error says that the path leads to no file (any more). */
export function isGone(failure: unknown): boolean {
  return gone.has(systemCode(failure) ?? '')
}
