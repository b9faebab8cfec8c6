import {
  entryOf,
  type DigestView,
  type JournalEntry,
  type OperationView,
  type Severity,
  type Store,
} from '@opschart/core'

import { rowView } from './log-view.ts'

const page = 1_000
const mostLines = 200

/** What happened since, counted from the journal itself: "while you were away". */
export async function digest(
  store: Store,
  since: number,
  until: number,
  waiting: readonly OperationView[],
  open: readonly string[],
): Promise<DigestView> {
  const counts = {
    signals: 0,
    refused: 0,
    violations: 0,
    deployments: 0,
    incidents: 0,
    rollbacks: 0,
    operations: 0,
    failed: 0,
    approvals: 0,
  }
  const lines: { at: number; text: string; severity: Severity }[] = []
  const reports: string[] = []
  for (let before = Infinity; ;) {
    const rows = await store.history({
      backwards: true,
      limit: page,
      ...(Number.isFinite(before) ? { to: before } : {}),
    })
    for (const row of rows) {
      if (row.at < since) return finished()
      count(entryOf(row))
      const { text, moved, verdict, severity } = rowView(row)
      const matters =
        moved !== null ||
        verdict?.kind === 'violation' ||
        verdict?.kind === 'refused' ||
        verdict?.kind === 'waiting'
      if (matters && lines.length < mostLines) lines.push({ at: row.at, text, severity: severity ?? 'INFO' })
    }
    const last = rows.at(-1)
    if (last === undefined || last.sequence <= 1) return finished()
    before = last.sequence - 1
  }

  function count(entry: JournalEntry): void {
    if (entry.kind === 'signal') {
      counts.signals += 1
      if (entry.verdict?.kind === 'refused') counts.refused += 1
      if (entry.verdict?.kind === 'violation') counts.violations += 1
      if (entry.verdict?.kind === 'accepted' && entry.event.type === 'OPERATION_APPROVED')
        counts.approvals += 1
    }
    for (const change of entry.changes) {
      if (change.kind === 'go_live') counts.deployments += 1
      if (change.kind === 'open_incident') counts.incidents += 1
      if (change.kind === 'roll_back') counts.rollbacks += 1
    }
    if (entry.event.type === 'operation.settled') {
      counts.operations += 1
      if (entry.event['outcome'] !== 'done') counts.failed += 1
    }
    const output = entry.event['output'] as { path?: unknown } | null | undefined
    if (entry.event.type === 'xstate.done.actor.write_report' && typeof output?.path === 'string')
      reports.unshift(output.path)
  }

  function finished(): DigestView {
    return { since, until, counts, lines: lines.reverse(), open, waiting, reports }
  }
}
