import { createLifecycle } from '@opschart/core'

import { checkAmbient, checkLoops } from './check-rules.ts'
import { checkTriggers } from './check-triggers.ts'
import type { RuleGround } from './rule-ground.ts'
import { checkServices } from './check-services.ts'
import { checkAgents, checkAutonomy, checkTrusted } from './check-settings.ts'
import { checkStates } from './check-states.ts'
import { checkSignals, checkWorkflows } from './check-workflows.ts'
import { completeLaw } from './complete-law.ts'
import { composeLaw } from './compose-law.ts'
import type { Configuration, ConfigurationExtension } from './configuration.ts'
import { knownNames, type KnownOptions } from './known-names.ts'
import { certaintyOf, sureOf } from './law-certainty.ts'
import { listed } from './schema-findings.ts'
import type { Finding } from './problem.ts'
import { readSections, type SectionValues } from './read-sections.ts'
import { limitsSchema } from './settings-schema.ts'
import { withoutHoles } from './sound-parts.ts'
import type { StateConfiguration } from './state-schema.ts'
import { completeWorkflow } from './workflow-form.ts'
import type { WorkflowConfiguration } from './workflow-schema.ts'

/** What a configuration without TypeScript has of it. */
export const noExtension: ConfigurationExtension = {
  gates: {},
  tasks: [],
  lifecycle: null,
  machines: {},
}

/**
 * Checks a configuration that was read to plain data, and makes the whole of it: defaults filled in, names resolved.
 * There is no configuration when anything found is an error.
 */
export function checkConfiguration(
  data: Readonly<Record<string, unknown>>,
  options: KnownOptions = {},
  extension: ConfigurationExtension = noExtension,
): { configuration: Configuration | undefined; findings: Finding[] } {
  const known: KnownOptions = {
    ...options,
    gates: [...(options.gates ?? []), ...Object.keys(extension.gates)],
    ...(options.tasks === undefined ? {} : { tasks: [...options.tasks, ...extension.tasks] }),
    agents: [
      ...(options.agents ?? []),
      ...extension.tasks.map(({ agent }) => agent),
      ...(extension.lifecycle?.definition.agents ?? []),
    ],
  }
  const names = knownNames(data, known)
  const { values, findings } = readSections(data)
  const broken = new Set(
    findings.flatMap(({ path: [section, name] }) => (section === 'workflows' ? [String(name)] : [])),
  )
  const workflows = Object.fromEntries(
    Object.entries(values.workflows ?? {})
      .filter(([name]) => !broken.has(name))
      .map(([name, written]) => [name, completeWorkflow(name, written as WorkflowConfiguration)]),
  )
  const limits: Configuration['limits'] = {
    ...limitsSchema.parse({}),
    ...withoutHoles<Partial<Configuration['limits']>>(values.limits ?? {}),
  }
  const states = values.states ?? {}
  const trusted = withoutHoles<readonly string[]>(values.inbox?.trusted ?? [])
  const law =
    extension.lifecycle === null
      ? composeLaw({
          states: withoutHoles<Readonly<Record<string, StateConfiguration>>>(states),
          agents: names.agents,
          acknowledgement: limits.acknowledgement,
          workflows,
        })
      : { definition: extension.lifecycle.definition, findings: lawTwice(data), clashes: [] }

  findings.push(...checkServices(values.services ?? {}), ...checkStates(states, names))
  const certainty = certaintyOf(findings)
  findings.push(...law.clashes, ...sureOf(law.findings, findings))
  const ground: RuleGround = { names, definition: law.definition, certainty, broken, workflows }
  findings.push(...checkWorkflows(values.workflows ?? {}, names))
  const triggers = checkTriggers(values.triggers ?? {}, ground)
  const loops = checkLoops(values.feedback_loops ?? [], ground)
  const ambient = checkAmbient(
    values.ambient ?? [],
    ground,
    loops.result.map(({ name }) => name),
  )
  findings.push(...triggers.findings, ...loops.findings, ...ambient.findings)
  const additions = { triggers: triggers.result, feedback_loops: loops.result, trusted }
  const definition = extension.lifecycle === null ? completeLaw(law.definition, additions) : law.definition
  if (certainty.senders) findings.push(...checkSignals(values.workflows ?? {}, definition, broken))
  findings.push(
    ...checkAutonomy(values.autonomy ?? {}, names),
    ...(certainty.senders ? checkTrusted(values.inbox?.trusted ?? [], definition) : []),
  )
  findings.push(...checkAgents(values.agents ?? {}, options.tasks ?? []))

  if (findings.some(({ severity }) => severity === 'error')) return { configuration: undefined, findings }
  const configuration: Configuration = {
    ...settings(values as SectionValues),
    states: states as Configuration['states'],
    triggers: triggers.result,
    workflows,
    feedback_loops: loops.result,
    ambient: ambient.result,
    inbox: { trusted },
    known_agents: names.agents,
    limits,
    extension,
  }
  const refusal = refusalOfLaw(configuration, definition)
  return refusal === undefined
    ? { configuration, findings }
    : { configuration: undefined, findings: [...findings, refusal] }
}

function settings(
  values: SectionValues,
): Pick<Configuration, 'services' | 'autonomy' | 'four_eyes' | 'notify' | 'agents'> {
  const { autonomy, notify } = values
  const { default: fallback = null, ...targets } =
    typeof autonomy === 'string' ? { default: autonomy } : (autonomy ?? {})
  return {
    services: (values.services ?? {}) as Configuration['services'],
    autonomy: { default: fallback, targets: targets as Configuration['autonomy']['targets'] },
    four_eyes: values.four_eyes ?? false,
    notify:
      notify === undefined
        ? null
        : Array.isArray(notify)
          ? { kind: 'command', argv: notify }
          : { kind: 'webhook', url: notify.webhook },
    agents: values.agents ?? {},
  }
}

/** The law's maker has the last word: what it refuses is told, whether or not the checks foresaw it. */
function refusalOfLaw(
  configuration: Configuration,
  definition: Parameters<typeof createLifecycle>[0],
): Finding | undefined {
  if (configuration.extension.lifecycle !== null) return undefined
  try {
    createLifecycle(definition, { workflows: configuration.workflows, gates: configuration.extension.gates })
    return undefined
  } catch (error) {
    return {
      severity: 'error',
      path: ['states'],
      at: 'key',
      message: error instanceof Error ? error.message : String(error),
    }
  }
}

function lawTwice(data: Readonly<Record<string, unknown>>): Finding[] {
  const sections = ['states', 'inbox'].filter(
    (section) => data[section] !== undefined && data[section] !== null,
  )
  return sections.map((section) => ({
    severity: 'error',
    path: [section],
    at: 'key',
    message: `opschart.config.ts brings a whole law, so ${section} has nothing to change`,
    expected: `${listed(sections)} taken out, or the law`,
  }))
}
