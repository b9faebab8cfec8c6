import { arrowsOf, slipOf, tasksOf, type WorkflowDefinition } from '@opschart/core'
import type { z } from 'zod'

import { unknownTask } from './action.ts'
import { belongsToLaw } from './check-states.ts'
import type { Trigger } from './configuration.ts'
import { defaultWorkflows } from './default-law.ts'
import { plainText } from './plain-text.ts'
import type { Finding, ProblemPath } from './problem.ts'
import { neverAllowed, type Checked, type RuleGround } from './rule-ground.ts'
import type { triggersSchema } from './rule-schema.ts'
import { listed } from './schema-findings.ts'
import type { Sound } from './sound-parts.ts'

/** Resolves triggers to work: who does what for a signal, less what the chart's own arrow has done already. */
export function checkTriggers(
  triggers: Sound<z.output<typeof triggersSchema>>,
  ground: RuleGround,
): Checked<Trigger> {
  const { names, definition } = ground
  const result: Trigger[] = []
  const findings: Finding[] = []
  for (const [signal, work] of Object.entries(triggers)) {
    const path: ProblemPath = ['triggers', signal]
    const started = [
      ...new Set(
        arrowsOf(definition).flatMap(({ signal: each, arrow }) =>
          each === signal && arrow.starts !== undefined ? [arrow.starts] : [],
        ),
      ),
    ]
    if (belongsToLaw(signal)) {
      findings.push({
        severity: 'error',
        path,
        at: 'key',
        message: `${signal} belongs to the law itself: it triggers nothing`,
        expected: 'a signal that something reports, such as TEST_FAILED',
      })
      continue
    }
    const slip = names.signals.includes(signal) ? undefined : slipOf(signal, names.signals)
    if (slip !== undefined) {
      findings.push({
        severity: 'warning',
        path,
        at: 'key',
        message: `no watcher or arrow speaks of ${signal}`,
        expected: 'a signal that something sends; any tool may append its own to the inbox',
        name: signal,
        candidates: names.signals,
      })
    }
    if (typeof work === 'string') {
      if (started.includes(work)) {
        findings.push({
          severity: 'note',
          path,
          message: `the chart’s arrow for ${signal} starts ${work} already: it is not started twice`,
        })
      } else if (!names.workflows.includes(work)) {
        findings.push({
          severity: 'error',
          path,
          message: `no workflow is called ${plainText(work, 60)}`,
          expected: `${listed(names.workflows)}; or a list of agents`,
          name: work,
          candidates: names.workflows,
        })
      } else if (arrowsOf(definition).some((each) => each.signal === signal)) {
        findings.push({
          severity: 'error',
          path,
          message: `the chart has an arrow for ${signal} already, and one signal starts one workflow`,
          expected: `that arrow under states with starts: ${work}`,
        })
      } else result.push({ signal, tasks: [], workflow: work })
      continue
    }
    const covered = new Set(
      started
        .flatMap((workflow) => tasksOf(workflowOf(workflow, ground)))
        .map((task) => task.slice(0, task.indexOf('.'))),
    )
    if (work === undefined) continue
    // A workflow that is not known, or not whole, may cover any agent.
    const isCertain =
      ground.certainty.starts &&
      started.every((each) => names.workflows.includes(each) && !ground.broken.has(each))
    const agents = work.map((each, index) =>
      each === undefined
        ? { result: [], findings: [] }
        : triggerAgent(each, signal, [...path, index], covered, ground, isCertain),
    )
    findings.push(...agents.flatMap((each) => each.findings))
    const left = work.filter((each) => each !== undefined && covered.has(each))
    if (left.length > 0) {
      findings.push({
        severity: 'note',
        path,
        at: 'key',
        message: `the chart’s arrow for ${signal} starts ${started.join(', ')}, which covers ${left.join(', ')}: that is not done twice`,
      })
    }
    const tasks = agents.flatMap((each) => each.result)
    if (tasks.length > 0) result.push({ signal, tasks, workflow: null })
  }
  return { result, findings }
}

function triggerAgent(
  text: string,
  signal: string,
  path: ProblemPath,
  covered: ReadonlySet<string>,
  ground: RuleGround,
  isCertain: boolean,
): Checked<readonly [string, string]> {
  const { names } = ground
  const dot = text.indexOf('.')
  const agent = dot < 0 ? text : text.slice(0, dot)
  const wrong = (message: string, more: Partial<Finding> = {}): Checked<readonly [string, string]> => ({
    result: [],
    findings: [{ severity: 'error', path, message, ...more }],
  })
  if (!names.agents.includes(agent))
    return wrong(`no agent is called ${plainText(agent, 60)}`, {
      expected: listed(names.agents),
      name: agent,
      candidates: names.agents,
    })
  if (dot >= 0) {
    const task = text.slice(dot + 1)
    const finding = unknownTask(agent, task, path, names) ?? neverAllowed(agent, path, ground)
    return finding === undefined
      ? { result: [[agent, task]], findings: [] }
      : { result: [], findings: [finding] }
  }
  if (covered.has(agent) || names.tasks === undefined) return { result: [], findings: [] }
  const own = [...names.tasks.values()].filter((each) => each.agent === agent)
  const answering = own.filter(({ answers }) => answers?.includes(signal) === true)
  if (answering.length > 0) {
    const finding = neverAllowed(agent, path, ground)
    return {
      result: answering.map(({ task }) => [agent, task] as const),
      findings: finding === undefined ? [] : [finding],
    }
  }
  if (!isCertain) return { result: [], findings: [] }
  const example = own[0]?.task ?? 'task'
  return wrong(`${agent} has no task that answers ${signal}`, {
    expected: `a task: ${own.length > 0 ? listed(own.map(({ task }) => `${agent}.${task}`)) : `${agent}.${example}`}; or a workflow`,
  })
}

const workflowOf = (name: string, { workflows }: RuleGround): WorkflowDefinition =>
  workflows[name] ?? defaultWorkflows[name] ?? { steps: [] }
