import type { ConfigurationExtension } from './configuration.ts'
import { machineFindings } from './check-machines.ts'
import { mapOf } from './known-names.ts'
import { sections, type Section } from './operational-schema.ts'
import type { Finding, ProblemPath } from './problem.ts'

/** Sections whose entries have names of their own, so that both files may add to them. */
const named: readonly Section[] = ['services', 'states', 'triggers', 'workflows', 'agents', 'limits']

/** Which file a part of the merged configuration comes from. */
export type Origin = 'yaml' | 'module'

/** The YAML's data and the module's, as one. */
export interface MergedConfiguration {
  readonly data: Readonly<Record<string, unknown>>
  readonly extension: ConfigurationExtension
  readonly findings: readonly Finding[]
  /** Where a finding of the merged data belongs, with its path in that file. */
  originOf(path: ProblemPath): { readonly origin: Origin; readonly path: ProblemPath }
}

/** Lays the module's configuration beside the YAML's. A name that stands in both is an error: nobody should have to know which wins. */
export function mergeModule(
  yaml: Readonly<Record<string, unknown>>,
  module: Readonly<Record<string, unknown>>,
): MergedConfiguration {
  const { gates, tasks, lifecycle, machines, ...rest } = module
  const data: Record<string, unknown> = { ...yaml }
  const findings: Finding[] = []
  const places = new Map<string, readonly number[]>()
  const twice = (path: ProblemPath, name = path.join('.')) =>
    findings.push({
      severity: 'error',
      path,
      at: typeof path[1] === 'number' ? 'value' : 'key',
      message: `${name} stands in opschart.config.ts too`,
      expected: 'one of the two taken out',
    })

  for (const [section, value] of Object.entries(rest)) {
    const before = yaml[section]
    if (value === undefined) continue
    if (before === undefined || before === null) data[section] = value
    else if ((named as readonly string[]).includes(section)) {
      for (const name of Object.keys(mapOf(value)))
        if (Object.hasOwn(mapOf(before), name)) twice([section, name])
      data[section] = { ...mapOf(value), ...mapOf(before) }
    } else if (section === 'feedback_loops' || section === 'ambient') {
      const names = nameList(before)
      const added = listOf(value).map((rule, index) => ({ rule, index }))
      const fresh = added.filter(({ rule }) => {
        const { name } = mapOf(rule)
        const at = names.indexOf(name)
        if (at < 0 || typeof name !== 'string') return true
        twice([section, at, 'name'], name)
        return false
      })
      places.set(
        section,
        fresh.map(({ index }) => index),
      )
      data[section] = [...listOf(before), ...fresh.map(({ rule }) => rule)]
    } else if (section === 'autonomy' && isMap(before) && isMap(value)) {
      for (const name of Object.keys(value)) if (Object.hasOwn(before, name)) twice([section, name])
      data[section] = { ...value, ...before }
    } else if (section in sections) twice([section])
    else data[section] = value
  }

  return {
    data,
    extension: {
      gates: mapOf(gates) as ConfigurationExtension['gates'],
      tasks: listOf(tasks) as ConfigurationExtension['tasks'],
      lifecycle: (lifecycle ?? null) as ConfigurationExtension['lifecycle'],
      machines: mapOf(machines) as ConfigurationExtension['machines'],
    },
    findings: [
      ...findings,
      ...extensionFindings(gates, tasks, lifecycle),
      ...machineFindings(machines, data['services']),
    ],
    originOf(path) {
      const [section, name] = path
      const written = section === undefined ? undefined : yaml[section]
      if (section === undefined || written === undefined || written === null)
        return { origin: 'module', path }
      if (typeof name === 'number' && Array.isArray(written)) {
        return name < written.length
          ? { origin: 'yaml', path }
          : {
              origin: 'module',
              path: [section, places.get(String(section))?.[name - written.length] ?? 0, ...path.slice(2)],
            }
      }
      const isFromModule = typeof name === 'string' && isMap(written) && !Object.hasOwn(written, name)
      return { origin: isFromModule ? 'module' : 'yaml', path }
    },
  }
}

/** Functions are not checked by a schema; their form is looked at here. */
function extensionFindings(gates: unknown, tasks: unknown, lifecycle: unknown): Finding[] {
  const wrong = (path: ProblemPath, message: string): Finding => ({
    severity: 'error',
    path,
    at: 'key',
    message,
  })
  const findings: Finding[] = []
  if (gates !== undefined && !isMap(gates)) findings.push(wrong(['gates'], 'gates is a map of functions'))
  for (const [name, gate] of Object.entries(mapOf(gates))) {
    if (typeof gate !== 'function') findings.push(wrong(['gates', name], `gate ${name} is no function`))
    else if (gate.constructor.name === 'AsyncFunction')
      findings.push(wrong(['gates', name], `gate ${name} is async; gates are synchronous and pure`))
  }
  if (tasks !== undefined && !Array.isArray(tasks)) findings.push(wrong(['tasks'], 'tasks is a list'))
  listOf(tasks).forEach((task, index) => {
    const { agent, task: name, changes, timeout, run } = mapOf(task)
    const isTask =
      typeof agent === 'string' &&
      typeof name === 'string' &&
      typeof changes === 'string' &&
      typeof timeout === 'number' &&
      typeof run === 'function'
    if (!isTask)
      findings.push(wrong(['tasks', index], 'a task has agent, task, title, changes, timeout and run'))
  })
  if (lifecycle !== undefined && mapOf(lifecycle)['kernel'] === undefined)
    findings.push(wrong(['lifecycle'], 'lifecycle is no law: make it with defineLifecycle'))
  return findings
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const nameList = (value: unknown) => listOf(value).map((rule) => mapOf(rule)['name'])
