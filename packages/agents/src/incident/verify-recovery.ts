import {
  isFailedRequest,
  isRequest,
  wait,
  type JsonObject,
  type LogEntry,
  type OperationInput,
  type Task,
  type TaskContext,
} from '@opschart/core'

import { numberMember, textMember } from '../project/json-value.ts'
import { oneLine } from '../project/plain-text.ts'
import { outputOf } from './incident-facts.ts'
import { isSameVersion } from './log-window.ts'

/** How a recovery is judged. */
export interface RecoveryOptions {
  /** Fewest requests that can show a recovery; 50 when absent. */
  readonly minSamples?: number
  /** Longest wait for them, in milliseconds; 120,000 when absent. */
  readonly limit?: number
  /** Highest error rate of a service that has recovered; 0.01 when absent. */
  readonly threshold?: number
}

// How often the log is looked at while waiting.
const pause = 1000

/**
 * Watches the requests that come after a roll-back and says whether the service has recovered. Only enough requests with
 * few enough failures count as recovered; no traffic, or too little, is `unknown`.
 */
export function verifyRecovery(options: RecoveryOptions = {}): Task {
  const { minSamples = 50, limit = 120_000, threshold = 0.01 } = options
  return {
    agent: 'incident-response-agent',
    task: 'verify_recovery',
    title: 'Measures the error rate after the roll-back',
    changes: 'nothing',
    timeout: limit + 60_000,
    run: (input, context) => measure(input, context, { minSamples, limit, threshold }),
  }
}

async function measure(
  input: OperationInput,
  context: TaskContext,
  { minSamples, limit, threshold }: Required<RecoveryOptions>,
): Promise<JsonObject> {
  const from = numberMember(outputOf(input, 'roll_back'), 'restarted_at') ?? input.signal.time
  const version = textMember(outputOf(input, 'roll_back'), 'to') ?? null
  const end = context.clock.now() + limit
  for (;;) {
    const now = context.clock.now()
    const seen = (await context.logs(from, now + 1)).filter(isRequest)
    const counted = ofVersion(seen, version)
    context.progress(`${counted.length} of ${minSamples} requests seen`)
    if (counted.length >= minSamples || now >= end) {
      return judged(seen, counted, version, { from, to: now }, { minSamples, threshold })
    }
    await wait(context.clock, Math.min(pause, end - now), context.cancel)
  }
}

/** Requests of the version put back, where entries name versions; all of them where none does. */
function ofVersion(requests: readonly LogEntry[], version: string | null): readonly LogEntry[] {
  if (version === null || !requests.some((entry) => entry.version !== undefined)) return requests
  return requests.filter((entry) => entry.version !== undefined && isSameVersion(entry.version, version))
}

function judged(
  seen: readonly LogEntry[],
  counted: readonly LogEntry[],
  version: string | null,
  window: { readonly from: number; readonly to: number },
  { minSamples, threshold }: { readonly minSamples: number; readonly threshold: number },
): JsonObject {
  const requests = counted.length
  const failed = counted.filter(isFailedRequest).length
  const rate = requests === 0 ? null : Math.round((failed / requests) * 10_000) / 10_000
  const measured = { requests, failed, error_rate: rate, window }
  const answer = (recovered: boolean | 'unknown', reason: string) => ({
    recovered,
    ...measured,
    reason: oneLine(reason, 300),
  })
  if (rate === null && seen.length >= minSamples) {
    return answer(
      false,
      `${seen.length} requests came, none of them was answered by ${version ?? 'the earlier version'}`,
    )
  }
  if (rate === null) return answer('unknown', 'no traffic came after the roll-back')
  const told = `${failed} of ${requests} requests failed`
  if (requests >= minSamples) return answer(failed / requests <= threshold, told)
  // Few requests can show that it is not well, never that it is.
  const surely = failed >= 3 && failed / requests > threshold * 5
  return answer(surely ? false : 'unknown', `${told}; ${minSamples} are needed to tell`)
}
