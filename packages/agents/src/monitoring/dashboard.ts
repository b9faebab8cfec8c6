import { createHash } from 'node:crypto'

import type { JsonObject } from '@opschart/core'

import type { Route } from '../code/route-scan.ts'
import type { ServiceMetrics } from './service-metrics.ts'

/** Most routes that get a row of panels of their own. */
export const maxDashboardRoutes = 30

const source = { type: 'prometheus', uid: '${datasource}' }

/**
 * A dashboard in Grafana's JSON: an overview, then rate, errors and latency of each route. The same routes and metrics
 * give the same text; ids and uid depend on names only.
 */
export function dashboard(service: string, metrics: ServiceMetrics, routes: readonly Route[]): JsonObject {
  const panels: JsonObject[] = []
  let y = 0
  const row = (title: string, targets: readonly (readonly [string, string, string])[]) => {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: [],
    })
    y += 1
    const width = Math.floor(24 / Math.max(1, targets.length))
    targets.forEach(([name, unit, expr], index) => {
      panels.push({
        id: panels.length + 1,
        type: 'timeseries',
        title: name,
        datasource: source,
        gridPos: { x: index * width, y, w: width, h: 7 },
        fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
        options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
        targets: [{ refId: 'A', datasource: source, expr, legendFormat: name }],
      })
    })
    if (targets.length > 0) y += 7
  }
  row(service, expressions(service, metrics, null))
  if (metrics.requests?.route ?? metrics.latency?.route) {
    const paths = [...new Set(routes.map(({ path }) => path))].toSorted()
    for (const path of paths.slice(0, maxDashboardRoutes)) row(path, expressions(service, metrics, path))
  }
  return {
    uid: createHash('sha256').update(`opschart ${service}`).digest('hex').slice(0, 20),
    title: `${service}: requests`,
    tags: ['opschart', service],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [
        {
          name: 'datasource',
          label: 'Data source',
          type: 'datasource',
          query: 'prometheus',
          hide: 0,
          current: {},
        },
      ],
    },
    annotations: { list: [] },
    panels,
  }
}

/** Name, unit and PromQL of each panel, of one route or of the whole service. */
function expressions(
  service: string,
  metrics: ServiceMetrics,
  path: string | null,
): [string, string, string][] {
  const { requests, latency } = metrics
  const select = (label: string | null, more = '') =>
    `{job=${JSON.stringify(service)}${path !== null && label !== null ? `,${label}=${JSON.stringify(path)}` : ''}${more}}`
  const found: [string, string, string][] = []
  if (requests !== null && (path === null || requests.route !== null)) {
    const all = `sum(rate(${requests.name}${select(requests.route)}[$__rate_interval]))`
    const failed = `sum(rate(${requests.name}${select(requests.route, `,${requests.status}=~"5.."`)}[$__rate_interval]))`
    found.push(['Requests', 'reqps', all], ['Errors', 'percentunit', `(${failed} or vector(0)) / ${all}`])
  }
  if (latency !== null && (path === null || latency.route !== null)) {
    const bucket = `sum by (le) (rate(${latency.name}_bucket${select(latency.route)}[$__rate_interval]))`
    found.push(['p95 latency', latency.seconds ? 's' : 'ms', `histogram_quantile(0.95, ${bucket})`])
  }
  if (found.length === 0 && path === null) found.push(['Up', 'short', `up{job=${JSON.stringify(service)}}`])
  return found
}
