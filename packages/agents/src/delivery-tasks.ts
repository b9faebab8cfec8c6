import type { Task } from '@opschart/core'

import { deploy } from './deployment/deploy.ts'
import { regenerateApiDocs } from './documentation/api-docs.ts'
import { updateDeploymentGuide } from './documentation/deployment-guide.ts'
import { updateSchemaDocs } from './documentation/schema-docs.ts'
import { updateReadme } from './documentation/update-readme.ts'
import { updateRunbook } from './documentation/update-runbook.ts'
import { incidentTasks } from './incident/incident-tasks.ts'
import { gatherMetrics, watchDeployment } from './monitoring/gather-metrics.ts'
import { setupAlerts, setupDashboard, setupMetrics, updateDashboards } from './monitoring/monitoring-setup.ts'
import { verifyHealth } from './monitoring/verify-health.ts'
import { analyzeBottlenecks } from './performance/analyze-bottlenecks.ts'
import { baselinePerformance } from './performance/baseline-performance.ts'
import { setupProfiling } from './performance/setup-profiling.ts'
import { generateMigration } from './schema/generate-migration.ts'
import { validateChange } from './schema/validate-change.ts'
import { runIntegrationTests } from './testing/run-integration-tests.ts'
import { testMigration } from './testing/test-migration.ts'

/** The built-in tasks that accompany a release from merge to production, and a schema change. */
export function deliveryTasks(): Task[] {
  return [
    runIntegrationTests(),
    testMigration(),
    deploy(),
    verifyHealth(),
    setupMetrics(),
    setupDashboard(),
    setupAlerts(),
    updateDashboards(),
    gatherMetrics(),
    watchDeployment(),
    regenerateApiDocs(),
    updateReadme(),
    updateDeploymentGuide(),
    updateRunbook(),
    updateSchemaDocs(),
    baselinePerformance(),
    setupProfiling(),
    analyzeBottlenecks(),
    validateChange(),
    generateMigration(),
  ]
}

/** All built-in tasks: those of delivery, and those of `incident-response-agent`. */
export function builtinTasks(): Task[] {
  return [...deliveryTasks(), ...incidentTasks()]
}
