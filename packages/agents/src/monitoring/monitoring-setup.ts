import type { Json, OperationInput, Task, TaskContext } from '@opschart/core'

import { scanMetrics } from '../code/metric-scan.ts'
import { scanRoutes, type Route } from '../code/route-scan.ts'
import { readSources } from '../code/source-files.ts'
import { docsFolder } from '../documentation/docs-folder.ts'
import { member } from '../project/json-value.ts'
import { ownJson, planOwnedFile } from '../project/owned-file.ts'
import { fileName, oneLine } from '../project/plain-text.ts'
import { writePlanned, type PlannedFile } from '../project/planned-file.ts'
import { projectFiles, type ProjectFiles } from '../project/project-files.ts'
import { monitoringFolder, usableBaseline } from '../performance/baseline.ts'
import { percentile } from '../performance/statistics.ts'
import { dashboard } from './dashboard.ts'
import { alertRules, recordingRules, scrapeConfig, type RuleOptions } from './prometheus-rules.ts'
import { serviceMetrics, type ServiceMetrics } from './service-metrics.ts'

interface Surveyed {
  readonly files: ProjectFiles
  readonly routes: readonly Route[]
  readonly metrics: ServiceMetrics
  readonly options: RuleOptions
  /** `monitoring/user-service`: what the files' names begin with. */
  readonly base: string
}

type Plan = (surveyed: Surveyed, context: TaskContext) => Promise<PlannedFile[]>

/**
 * monitoring-agent `setup_metrics`: recording rules of the metrics that the service's code registers, as
 * `<monitoring>/<service>.recording.yml`, and a scrape job where the code serves metrics and `health` says where.
 */
export function setupMetrics(): Task {
  return monitoringTask('setup_metrics', 'writes the recording rules and the scrape job', planMetrics)
}

/** monitoring-agent `setup_alerts`: alert rules as `<monitoring>/<service>.alerts.yml`, with what they rest on. */
export function setupAlerts(): Task {
  return monitoringTask('setup_alerts', 'writes the alert rules', async (surveyed, context) => [
    // The alerts read what these record; the two are of no use apart.
    ...(await planMetrics(surveyed, context)),
    await planOwnedFile(surveyed.files, `${surveyed.base}.alerts.yml`, {
      yaml: alertRules(surveyed.metrics, surveyed.options),
    }),
  ])
}

/** monitoring-agent `setup_dashboard`: a dashboard of all routes as `<monitoring>/<service>.dashboard.json`. */
export function setupDashboard(): Task {
  return monitoringTask('setup_dashboard', 'writes the dashboard', planDashboard)
}

/** monitoring-agent `update_dashboards`: the same dashboard, brought up to the routes that were just merged. */
export function updateDashboards(): Task {
  return monitoringTask(
    'update_dashboards',
    "brings the dashboard up to the merged code's routes",
    planDashboard,
  )
}

function monitoringTask(task: string, title: string, plan: Plan): Task {
  return {
    agent: 'monitoring-agent',
    task,
    title,
    changes: 'monitoring',
    timeout: 60_000,
    async run(input, context): Promise<Json> {
      const surveyed = await survey(input, context)
      const before = await shownRoutes(surveyed)
      const planned = await plan(surveyed, context)
      const paths = [...new Set(surveyed.routes.map(({ path }) => path))].toSorted()
      const { requests, latency, missing } = surveyed.metrics
      return {
        files: await writePlanned(surveyed.files, planned, context),
        routes: paths.length,
        metrics: { requests: requests?.name ?? null, latency: latency?.name ?? null },
        ...(missing.length > 0 ? { not_covered: missing } : {}),
        ...(task.endsWith('dashboards')
          ? {
              added: paths.filter((path) => !before.includes(path)),
              removed: before.filter((path) => !paths.includes(path)),
            }
          : {}),
      }
    },
  }
}

async function survey(input: OperationInput, context: TaskContext): Promise<Surveyed> {
  const files = projectFiles(context.root)
  const { service } = context
  const sources = await readSources(files, service)
  const runbook = `${docsFolder(service)}/runbook.md`
  return {
    files,
    routes: scanRoutes(sources),
    metrics: serviceMetrics(scanMetrics(sources)),
    base: `${monitoringFolder(service)}/${fileName(service.name)}`,
    options: {
      job: oneLine(service.name, 100),
      runbook,
      errorRate: 0.01,
      latency: await latencyLimit(files, input, context),
    },
  }
}

/** Twice the p95 that was measured, where it was; else one second, and the alert says which. */
async function latencyLimit(
  files: ProjectFiles,
  input: OperationInput,
  context: TaskContext,
): Promise<RuleOptions['latency']> {
  const baseline = await usableBaseline(files, context.service, input.release, { after: context.clock.now() })
  const durations = [...(baseline?.routes.values() ?? [])]
    .flatMap((route) => [...route.durations])
    .toSorted((a, b) => a - b)
  const p95 = percentile(durations, 0.95)
  if (baseline === undefined || p95 === null)
    return { seconds: 1, because: 'the default: nothing has been measured yet' }
  const seconds = Math.max(0.1, Math.ceil(p95 / 50) / 10)
  return { seconds, because: `twice the p95 of ${oneLine(baseline.version, 60)}, at least 0.1 s` }
}

const planMetrics: Plan = async ({ files, metrics, options, base, routes }, context) => {
  const planned: PlannedFile[] = []
  const recording = recordingRules(metrics, options)
  if (recording !== '') planned.push(await planOwnedFile(files, `${base}.recording.yml`, { yaml: recording }))
  const metricsPath = routes.find(({ path }) => path === '/metrics' || path.endsWith('/metrics'))?.path
  if (metricsPath !== undefined && context.service.health !== undefined) {
    const yaml = scrapeConfig(options.job, context.service.health, metricsPath)
    planned.push(await planOwnedFile(files, `${base}.scrape.yml`, { yaml }))
  }
  return planned
}

const planDashboard: Plan = async ({ files, metrics, routes, options, base }) => [
  await planOwnedFile(files, `${base}.dashboard.json`, { json: dashboard(options.job, metrics, routes) }),
]

/** The routes that the present dashboard has rows for. */
async function shownRoutes({ files, base }: Surveyed): Promise<string[]> {
  const text = await files.read(`${base}.dashboard.json`)
  const panels = text === undefined ? undefined : member(ownJson(text), 'panels')
  if (!Array.isArray(panels)) return []
  return (panels as unknown[]).flatMap((panel) => {
    const title = member(panel, 'title')
    return member(panel, 'type') === 'row' && typeof title === 'string' && title.startsWith('/')
      ? [title]
      : []
  })
}
