import { wait, type Report, type WatcherContext } from '@opschart/core'

const firstRetry = 200
const longestRetry = 30_000

/**
 * Hands a report over until it is durable: a rejected one is handed over again, the same, after 200 ms, then after
 * twice as long each time, at most 30 s. Resolves to false when cancelled first; the report is then seen again by the
 * next watcher that starts from the checkpoint before it.
 */
export async function handOver(context: WatcherContext, report: Report): Promise<boolean> {
  for (let pause = firstRetry; ; pause = Math.min(pause * 2, longestRetry)) {
    if (context.cancel.aborted) return false
    try {
      await context.report(report)
      return true
    } catch {
      // The store cannot write now. Whose store it is says so; a watcher only must not lose what it holds.
    }
    try {
      await wait(context.clock, pause, context.cancel)
    } catch {
      return false
    }
  }
}
