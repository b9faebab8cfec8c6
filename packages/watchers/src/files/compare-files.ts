import path from 'node:path'

import type { SignalDraft } from '@opschart/core'

import { failureText, isGone } from '../shared/failure-text.ts'
import { harmlessText } from '../shared/harmless.ts'
import { boundedId } from '../shared/hash.ts'
import { hashFile, type FileContent } from './hash-file.ts'

/** What files are compared with, and what their changes are called. */
export interface CompareOptions {
  readonly root: string
  readonly service: string
  /** The type of the signal for files that are no SQL. */
  readonly emits: string
  readonly isOwnWrite: (path: string) => boolean
  readonly now: () => number
}

/** What became of one path. */
export interface Comparison {
  readonly signals: readonly SignalDraft[]
  /** The content now known; null when the file is gone. */
  readonly content: FileContent | null
  /** Whether the file was being written to, and is to be looked at again. */
  readonly isChanging: boolean
  readonly problem?: string
}

/** Younger than this, a file may change again without its time changing: milliseconds. */
const settledAfter = 100

/** Compares the file at `file` (relative) with what was known of it, and tells of the change unless it is our own. */
export async function compareFile(
  file: string,
  known: FileContent | undefined,
  options: CompareOptions,
  currentBranch: () => Promise<string | null>,
): Promise<Comparison> {
  const unchanged = { signals: [], content: known ?? null, isChanging: false }
  let content: FileContent | 'changing' | undefined
  try {
    content = await hashFile(path.join(options.root, file))
  } catch (failure) {
    if (!isGone(failure)) {
      return { ...unchanged, problem: `${harmlessText(file, 300)} cannot be read: ${failureText(failure)}` }
    }
  }
  if (content === 'changing') return { ...unchanged, isChanging: true }
  if (content === undefined) {
    if (known === undefined || options.isOwnWrite(file)) return { ...unchanged, content: null }
    return {
      signals: [changed(file, known.hash, 'removed', await currentBranch(), options)],
      content: null,
      isChanging: false,
    }
  }
  const kept = isSettled(content, options.now()) ? content : { ...content, modified: '' }
  if (content.hash === known?.hash || options.isOwnWrite(file)) return { ...unchanged, content: kept }
  const change = known === undefined ? 'added' : 'changed'
  return {
    signals: [changed(file, content.hash, change, await currentBranch(), options)],
    content: kept,
    isChanging: false,
  }
}

function changed(
  file: string,
  hash: string,
  change: 'added' | 'changed' | 'removed',
  branch: string | null,
  options: CompareOptions,
): SignalDraft {
  const isSchema = isSqlFile(file)
  const last = change === 'removed' ? `removed:${hash}` : hash
  return {
    type: isSchema ? 'SCHEMA_CHANGED' : options.emits,
    id: boundedId('file', file, last),
    source: 'files',
    subject: options.service,
    data: { ...(isSchema ? { origin: 'file' } : {}), path: harmlessText(file, 1_000), hash, change, branch },
  }
}

/** Whether a file's change is a change of a schema. */
export function isSqlFile(file: string): boolean {
  return file.toLowerCase().endsWith('.sql')
}

// The time of a file that is written to twice at once is the same both times: such a one is read again next time.
function isSettled(content: FileContent, now: number): boolean {
  return now - Number(BigInt(content.modified) / 1_000_000n) > settledAfter
}
