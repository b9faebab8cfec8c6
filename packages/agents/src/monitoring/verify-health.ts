import { OperationError, wait, type ReleaseFacts, type Task, type TaskContext } from '@opschart/core'

import { oneLine } from '../project/plain-text.ts'
import { isSameRelease, readHealth, type Health } from '../deployment/served-version.ts'

/** How patiently health is verified; times in milliseconds. */
export interface HealthOptions {
  /** Until when the service must be healthy; 3 minutes. */
  readonly limit?: number
  /** Between two looks; 2 seconds. */
  readonly interval?: number
  /** How many looks in a row must find it healthy; 3. */
  readonly successes?: number
}

/**
 * monitoring-agent `verify_health`: looks at the service's health address until it has answered 2xx several times in a
 * row and, where it tells a version, that of the release. Fails with `unhealthy`, saying what was last seen, or
 * `no_health` when no address is configured.
 */
export function verifyHealth(options: HealthOptions = {}): Task {
  const { limit = 180_000, interval = 2_000, successes = 3 } = options
  return {
    agent: 'monitoring-agent',
    task: 'verify_health',
    title: 'waits until the service is healthy and serves this release',
    changes: 'nothing',
    timeout: limit + 60_000,
    async run(input, context) {
      const { health } = context.service
      if (health === undefined) {
        throw new OperationError({
          code: 'no_health',
          message: `services.${context.service.name}.health is not set, so nothing tells whether this release works; set it to an address that answers 2xx`,
        })
      }
      const started = context.clock.now()
      let inARow = 0
      let looks = 0
      let last = ''
      for (;;) {
        const seen = await look(health, context)
        looks++
        const problem = problemOf(seen, input.release)
        inARow = problem === null ? inARow + 1 : 0
        last = problem ?? ''
        const waited = context.clock.now() - started
        if (inARow >= successes) {
          return {
            healthy: true,
            url: health,
            status: seen.status,
            version: seen.version,
            looks,
            waited,
            verified_version: seen.version !== null,
          }
        }
        context.progress(problem ?? `healthy ${inARow} of ${successes} times`)
        if (waited + interval > limit) {
          throw new OperationError({
            code: 'unhealthy',
            message: `${oneLine(health)} was not healthy within ${Math.round(limit / 1000)} s: ${last || `only ${inARow} of ${successes} looks in a row`}`,
            detail: {
              url: health,
              looks,
              waited,
              status: seen.status,
              version: seen.version,
              body: oneLine(seen.body, 300),
            },
          })
        }
        await wait(context.clock, interval, context.cancel)
      }
    },
  }
}

async function look(url: string, context: TaskContext): Promise<Health> {
  context.cancel.throwIfAborted()
  return readHealth(url, context)
}

function problemOf(seen: Health, release: ReleaseFacts): string | null {
  if (seen.status === null) return `it cannot be reached (${seen.body})`
  if (seen.status < 200 || seen.status >= 300) return `it answers ${seen.status}`
  if (seen.version !== null && !isSameRelease(seen.version, release)) {
    return `it still serves ${oneLine(seen.version, 80)}, not ${oneLine(release.version, 80)}`
  }
  return null
}
