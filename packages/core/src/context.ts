import { produceWithPatches, enablePatches, type Patch } from 'immer'

import type { JournalEntry } from './journal.ts'
import type { OperationView } from './ports/runtime.ts'

enablePatches()

/** The shared operational memory, as the context file shows it. Folded from the journal; nobody writes it by hand. */
export interface OperationalContext {
  readonly last_deployment: {
    readonly timestamp: number
    readonly version: string
    readonly changes: readonly string[]
  } | null
  readonly monitoring_state: {
    readonly dashboards: readonly string[]
    readonly alerts_configured: boolean
    readonly last_incident: {
      readonly id: string
      readonly timestamp: number
      readonly service: string
      readonly resolved: boolean
    } | null
  }
  readonly pending_operations: readonly {
    readonly type: string
    readonly status: string
    readonly agent: string
    readonly release: string
  }[]
}

/** A context in which nothing has happened. */
export const emptyContext: OperationalContext = {
  last_deployment: null,
  monitoring_state: { dashboards: [], alerts_configured: false, last_incident: null },
  pending_operations: [],
}

type Draft = {
  last_deployment: { timestamp: number; version: string; changes: string[] } | null
  monitoring_state: {
    dashboards: string[]
    alerts_configured: boolean
    last_incident: { id: string; timestamp: number; service: string; resolved: boolean } | null
  }
}

const mostDashboards = 50

/** The context after one row of the journal, and what the row changed in it. */
export function foldContext(
  context: OperationalContext,
  entry: JournalEntry,
): { context: OperationalContext; patches: readonly Patch[] } {
  const [next, patches] = produceWithPatches(context, (given) => {
    const draft = given as unknown as Draft
    const monitoring = draft.monitoring_state
    for (const change of entry.changes) {
      if (change.kind === 'go_live' || change.kind === 'adopt_live') {
        const { version, time } = change.deployment
        draft.last_deployment = { timestamp: seconds(time), version, changes: [entry.service] }
      } else if (change.kind === 'roll_back') {
        const version = change.version ?? change.to.slice(change.to.indexOf('/') + 1)
        draft.last_deployment = { timestamp: seconds(change.time), version, changes: [entry.service] }
      } else if (change.kind === 'open_incident') {
        const { id, since } = change.incident
        monitoring.last_incident = { id, timestamp: seconds(since), service: entry.service, resolved: false }
      } else if (change.kind === 'close_incident' && monitoring.last_incident !== null)
        monitoring.last_incident.resolved = true
    }
    const done = /^xstate\.done\.actor\.([a-z_]+?)(?:_\d+)?$/.exec(entry.event.type)?.[1]
    if (done === 'setup_alerts') monitoring.alerts_configured = true
    if (done === 'setup_dashboard' || done === 'update_dashboards') {
      const name = `${entry.service}-dashboard`
      if (!monitoring.dashboards.includes(name))
        monitoring.dashboards = [...monitoring.dashboards, name].sort().slice(0, mostDashboards)
    }
  })
  return { context: next, patches }
}

/** The operations that wait, as the context file lists them. */
export function pendingOf(operations: readonly OperationView[]): OperationalContext['pending_operations'] {
  return operations.map(({ task, status, awaiting, agent, lifecycle }) => ({
    type: task,
    status: awaiting ?? (status === 'awaiting_approval' ? 'awaiting_approval' : status),
    agent,
    release: lifecycle,
  }))
}

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1_000)
