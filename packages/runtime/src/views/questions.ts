import type { Autonomy, Client, Clock, Task } from '@opschart/core'

import { audit, type AuditSources } from '../driver/audit.ts'
import { digest } from './digest.ts'
import type { Feed } from './feed.ts'
import { logView } from './log-view.ts'
import { recordOf } from './record.ts'
import type { Views } from './status-view.ts'
import { why } from './why.ts'

const mostRows = 1_000

/** What a client may ask: each answer is read from the store, or folded from the journal. */
export function createQuestions(
  sources: AuditSources & {
    readonly clock: Clock
    readonly tasks: ReadonlyMap<string, Task>
    readonly views: Views
    readonly feed: Feed
    readonly autonomyNow: () => Promise<(agent: string, task: string) => Autonomy>
  },
) {
  const { store, views, feed } = sources
  return {
    status: () => views.status(),
    read: (name) => views.read(name),
    log: async (query = {}) =>
      (await store.history({ ...query, limit: Math.min(query.limit ?? mostRows, mostRows) })).map(logView),
    why: async (about) => why(store, about, await views.resolveName(about), sources.lifecycle.definition),
    subscribe: ({ from }) => feed.from(from ?? 1, logView),
    audit: ({ head } = {}) => audit(sources, head),
    digest: async ({ since }) =>
      digest(store, since, sources.clock.now(), await views.waiting(), await views.open()),
    record: async (target) =>
      recordOf(store, target, [...sources.tasks.values()], await sources.autonomyNow()),
  } satisfies Partial<Client>
}
