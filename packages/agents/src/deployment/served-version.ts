import type { ReleaseFacts, TaskContext } from '@opschart/core'

import { member } from '../project/json-value.ts'
import { oneLine } from '../project/plain-text.ts'

/** What a health address answered. */
export interface Health {
  /** Null when it could not be reached. */
  readonly status: number | null
  /** The version that it names in its JSON; null when it names none. */
  readonly version: string | null
  /** The answer's text, or why there was none, bounded. */
  readonly body: string
}

/** Looks at a health address once, for at most 5 seconds. Not being reachable is an answer, not an error. */
export async function readHealth(url: string, context: Pick<TaskContext, 'get'>): Promise<Health> {
  try {
    const { status, body } = await context.get(url, { timeout: 5_000 })
    return { status, version: versionIn(body), body: body.slice(0, 2000) }
  } catch (error) {
    return {
      status: null,
      version: null,
      body: oneLine(error instanceof Error ? error.message : 'no answer', 200),
    }
  }
}

/** Whether a version that a service names is the release: its version, with or without a `v`, or its commit. */
export function isSameRelease(named: string, release: Pick<ReleaseFacts, 'version' | 'commit'>): boolean {
  const plain = (text: string) => text.trim().replace(/^v(?=\d)/, '')
  if (plain(named) === plain(release.version)) return true
  const commit = named.trim().toLowerCase()
  return /^[0-9a-f]{7,64}$/.test(commit) && release.commit !== null && release.commit.startsWith(commit)
}

function versionIn(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body)
    const named = member(parsed, 'version') ?? member(parsed, 'release') ?? member(parsed, 'build', 'version')
    return typeof named === 'string' && named !== '' && named.length <= 200 ? named : null
  } catch {
    return null
  }
}
