import type { Task } from '@opschart/core'

import { decide } from './decide.ts'
import { rollBack } from './roll-back.ts'
import { triage } from './triage.ts'
import { updateStatusPage } from './update-status-page.ts'
import { verifyRecovery } from './verify-recovery.ts'
import { writeReport } from './write-report.ts'

/** The built-in tasks of `incident-response-agent`, in the order in which an incident meets them. */
export function incidentTasks(): Task[] {
  return [triage(), decide(), rollBack(), verifyRecovery(), updateStatusPage(), writeReport()]
}
