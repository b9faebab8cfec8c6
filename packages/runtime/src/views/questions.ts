import { setImmediate as turn } from 'node:timers/promises'

import type { Autonomy, Clock, FeedbackLoop, ForeseeingClient, LogEntryView, Task } from '@opschart/core'

import { audit, type AuditSources } from '../driver/audit.ts'
import { lawFits, type FitSources } from '../driver/fit.ts'
import { machineActor } from '../machines/actor-names.ts'
import { machineFits } from '../machines/machine-fits.ts'
import type { SandboxSources } from '../suppositions/sandbox.ts'
import { whatIf } from '../suppositions/what-if.ts'
import { whoMay } from '../suppositions/who-may.ts'
import { digest } from './digest.ts'
import { inspection } from './inspection.ts'
import type { Feed } from './feed.ts'
import { logView } from './log-view.ts'
import { createPast } from './past.ts'
import { createPoints } from './points.ts'
import { recordOf } from './record.ts'
import type { Views } from './status-view.ts'
import { why } from './why.ts'

const mostRows = 1_000
/** How many of them are looked through for secrets before others have their turn. */
const atOnce = 50

/** What a client may ask: each answer is read from the store, or folded from the journal. */
export function createQuestions(
  sources: AuditSources &
    FitSources &
    SandboxSources & {
      readonly clock: Clock
      readonly tasks: ReadonlyMap<string, Task>
      readonly views: Views
      readonly feed: Feed
      readonly loops: readonly FeedbackLoop[]
      readonly autonomyNow: () => Promise<(agent: string, task: string) => Autonomy>
    },
) {
  const { store, views, feed, charts } = sources
  /** The actor of a machine that people mean by a name; undefined when it is none's. */
  const machineOf = (name: string) => (charts.has(name.split('/', 1)[0]!) ? machineActor(name) : undefined)
  const points = createPoints(sources)
  const past = createPast(sources, points)
  const suppositions = { ...sources, points }
  /** The id of what people mean by a name. */
  const idOf = async (name: string) => machineOf(name) ?? (await views.resolveName(name)) ?? name
  return {
    status: (query) => views.status(query),
    read: (name) => views.read(name),
    past: async ({ actor, sequence }) => past(await idOf(actor), sequence),
    whatIf: async (asked) => whatIf(suppositions, { ...asked, actor: await idOf(asked.actor) }),
    whoMay: async (asked) => whoMay(suppositions, { ...asked, actor: await idOf(asked.actor) }),
    log: async ({ actor, ...query } = {}) => {
      const limit = Math.min(query.limit ?? mostRows, mostRows)
      const whose = actor === undefined ? {} : { actor: machineOf(actor) ?? actor }
      const rows: LogEntryView[] = []
      for (const row of await store.history({ ...query, ...whose, limit })) {
        rows.push(logView(row))
        if (rows.length % atOnce === 0) await turn()
      }
      return rows
    },
    why: async (about) =>
      why(store, about, machineOf(about) ?? (await views.resolveName(about)), sources.lifecycle.definition),
    inspection: (asked) => inspection({ ...sources, points }, asked),
    subscribe: ({ from }) => feed.from(from ?? 1, logView),
    audit: ({ head } = {}) => audit(sources, { head }),
    digest: async ({ since }) =>
      digest(store, since, sources.clock.now(), await views.waiting(), await views.open()),
    record: async (target) =>
      recordOf(store, target, [...sources.tasks.values()], await sources.autonomyNow()),
    fits: async () => [...(await lawFits(sources)), ...(await machineFits(store, charts))],
  } satisfies Partial<ForeseeingClient>
}
