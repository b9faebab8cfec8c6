import { arrowsOf, phasesAllowing, tasksOf, type LifecycleDefinition, type WorkflowDefinition } from '@opschart/core'
import type { z } from 'zod'

import { resolveAction, unknownTask, type Action } from './action.ts'
import { belongsToLaw } from './check-states.ts'
import { conditionMistake } from './condition.ts'
import { requestSignal } from './complete-law.ts'
import type { AmbientRule, FeedbackLoop, Trigger } from './configuration.ts'
import { defaultWorkflows } from './default-law.ts'
import type { KnownNames } from './known-names.ts'
import { slipOf } from './nearest-name.ts'
import { plainText } from './plain-text.ts'
import type { Finding, ProblemPath } from './problem.ts'
import type { ambientSchema, feedbackLoopSchema, triggersSchema } from './rule-schema.ts'
import { listed } from './schema-findings.ts'

/** What rules are held against. */
export interface RuleGround {
  readonly names: KnownNames
  readonly definition: LifecycleDefinition
  /** The user's workflows; the default ones are known. */
  readonly workflows: Readonly<Record<string, WorkflowDefinition>>
}

/** A result with what was found on the way. */
interface Checked<Result> {
  readonly result: readonly Result[]
  readonly findings: readonly Finding[]
}

/** Resolves triggers to work: who does what for a signal, less what the chart's own arrow has done already. */
export function checkTriggers(triggers: z.output<typeof triggersSchema>, ground: RuleGround): Checked<Trigger> {
  const { names, definition } = ground
  const result: Trigger[] = []
  const findings: Finding[] = []
  for (const [signal, work] of Object.entries(triggers)) {
    const path: ProblemPath = ['triggers', signal]
    const started = [...new Set(arrowsOf(definition).flatMap(({ signal: each, arrow }) => (each === signal && arrow.starts !== undefined ? [arrow.starts] : [])))]
    if (belongsToLaw(signal)) {
      findings.push({ severity: 'error', path, at: 'key', message: `${signal} belongs to the law itself: it triggers nothing`, expected: 'a signal that something reports, such as TEST_FAILED' })
      continue
    }
    const slip = names.signals.includes(signal) ? undefined : slipOf(signal, names.signals)
    if (slip !== undefined) {
      findings.push({ severity: 'warning', path, at: 'key', message: `no watcher or arrow speaks of ${signal}`, expected: 'a signal that something sends; any tool may append its own to the inbox', name: signal, candidates: names.signals })
    }
    if (typeof work === 'string') {
      if (started.includes(work)) {
        findings.push({ severity: 'note', path, message: `the chart’s arrow for ${signal} starts ${work} already: it is not started twice` })
      } else if (!names.workflows.includes(work)) {
        findings.push({ severity: 'error', path, message: `no workflow is called ${plainText(work, 60)}`, expected: `${listed(names.workflows)}; or a list of agents`, name: work, candidates: names.workflows })
      } else if (arrowsOf(definition).some((each) => each.signal === signal)) {
        findings.push({ severity: 'error', path, message: `the chart has an arrow for ${signal} already, and one signal starts one workflow`, expected: `that arrow under states with starts: ${work}` })
      } else result.push({ signal, tasks: [], workflow: work })
      continue
    }
    const covered = new Set(started.flatMap((workflow) => tasksOf(workflowOf(workflow, ground))).map((task) => task.slice(0, task.indexOf('.'))))
    const agents = work.map((each, index) => triggerAgent(each, signal, [...path, index], covered, ground))
    findings.push(...agents.flatMap((each) => each.findings))
    const left = work.filter((each) => covered.has(each))
    if (left.length > 0) {
      findings.push({ severity: 'note', path, at: 'key', message: `the chart’s arrow for ${signal} starts ${started.join(', ')}, which covers ${left.join(', ')}: that is not done twice` })
    }
    const tasks = agents.flatMap((each) => each.result)
    if (tasks.length > 0) result.push({ signal, tasks, workflow: null })
  }
  return { result, findings }
}

function triggerAgent(text: string, signal: string, path: ProblemPath, covered: ReadonlySet<string>, { names, definition }: RuleGround): Checked<readonly [string, string]> {
  const dot = text.indexOf('.')
  const agent = dot < 0 ? text : text.slice(0, dot)
  const wrong = (message: string, more: Partial<Finding> = {}): Checked<readonly [string, string]> => ({
    result: [],
    findings: [{ severity: 'error', path, message, ...more }],
  })
  if (!names.agents.includes(agent)) return wrong(`no agent is called ${plainText(agent, 60)}`, { expected: listed(names.agents), name: agent, candidates: names.agents })
  if (dot >= 0) {
    const task = text.slice(dot + 1)
    const finding = unknownTask(agent, task, path, names) ?? neverAllowed(agent, path, definition)
    return finding === undefined ? { result: [[agent, task]], findings: [] } : { result: [], findings: [finding] }
  }
  if (covered.has(agent) || names.tasks === undefined) return { result: [], findings: [] }
  const own = [...names.tasks.values()].filter((each) => each.agent === agent)
  const answering = own.filter(({ answers }) => answers?.includes(signal) === true)
  if (answering.length > 0) {
    const finding = neverAllowed(agent, path, definition)
    return { result: answering.map(({ task }) => [agent, task] as const), findings: finding === undefined ? [] : [finding] }
  }
  const example = own[0]?.task ?? 'task'
  return wrong(`${agent} has no task that answers ${signal}`, {
    expected: `a task: ${own.length > 0 ? listed(own.map(({ task }) => `${agent}.${task}`)) : `${agent}.${example}`}; or a workflow`,
  })
}

const workflowOf = (name: string, { workflows }: RuleGround): WorkflowDefinition =>
  workflows[name] ?? defaultWorkflows[name] ?? { steps: [] }

/** An agent that no phase allows is refused whatever it asks for [L3]; better said now. */
function neverAllowed(agent: string, path: ProblemPath, definition: LifecycleDefinition): Finding | undefined {
  if (phasesAllowing(definition, agent).length > 0) return undefined
  return { severity: 'error', path, message: `no phase allows ${agent}, so it could never do this`, expected: `${agent} among the allowed_agents of a phase, or the task as a step of a workflow that an arrow starts` }
}

function checkAction(text: string, path: ProblemPath, { names, definition }: RuleGround): { action?: Action; findings: Finding[] } {
  const resolved = resolveAction(text, path, names)
  if ('severity' in resolved) return { findings: [resolved] }
  const finding = resolved.kind === 'task' ? neverAllowed(resolved.agent, path, definition) : undefined
  return finding === undefined ? { action: resolved, findings: [] } : { findings: [finding] }
}

/** Fills in feedback loops and looks them over. A hole stands for one that did not fit its form. */
export function checkLoops(loops: readonly (z.output<typeof feedbackLoopSchema> | undefined)[], ground: RuleGround): Checked<FeedbackLoop> {
  const taken = new Set<string>()
  const result: FeedbackLoop[] = []
  const findings: Finding[] = []
  loops.forEach((loop, index) => {
    if (loop === undefined) return
    const at = (key: string): ProblemPath => ['feedback_loops', index, key]
    const { name, monitor, threshold } = loop
    const evaluated = monitor === 'error_rate'
    if (taken.has(name)) findings.push({ severity: 'error', path: at('name'), message: `a rule called ${name} stands above` })
    taken.add(name)
    if (!evaluated) {
      findings.push({ severity: 'warning', path: at('monitor'), message: `${monitor} is not evaluated in this version: the rule is checked, and does nothing yet` })
    } else if (threshold >= 1) {
      findings.push({ severity: 'error', path: at('threshold'), message: `an error rate is a share from 0 to 1, so it never passes ${threshold}`, expected: `${threshold / 100} for ${threshold} %` })
    }
    const clear = loop.clear ?? threshold / 2
    if (clear > threshold) findings.push({ severity: 'error', path: at('clear'), message: `clear is above the threshold: the rule would fire and clear at once`, expected: `${threshold} or less` })
    const { action, findings: found } = checkAction(loop.action, at('action'), ground)
    findings.push(...found)
    if (action === undefined) return
    if (action.kind === 'workflow' && evaluated) findings.push(...neverStarted(action.workflow, at('action'), ground))
    result.push({ ...loop, evaluated, clear, for: loop.for ?? 0, cooldown: loop.cooldown ?? 0, action })
  })
  return { result, findings }
}

/** A rule starts a workflow by sending the signal of an arrow; where the law keeps that signal for others, the rule may not go round it. */
function neverStarted(workflow: string, path: ProblemPath, { definition }: RuleGround): Finding[] {
  const arrows = arrowsOf(definition)
  const starting = arrows.filter(({ arrow }) => arrow.starts === workflow)
  if (starting.some(({ arrow }) => arrow.by === undefined || arrow.by.includes('rule'))) return []
  const signal = starting[0]?.signal ?? requestSignal(workflow)
  if (starting.length === 0 && !arrows.some((each) => each.signal === signal)) return []
  const message = starting.length === 0 ? `${workflow} would be asked for by ${signal}, which means something else` : `${workflow} is started by ${signal}, which no rule may send`
  const expected = starting.length === 0 ? 'another name for the workflow' : `another workflow, agent.task, or rule among the senders (by) of ${signal}`
  return [{ severity: 'error', path, message, expected }]
}

/** Fills in ambient rules and looks them over; says that they are not evaluated yet. */
export function checkAmbient(rules: readonly (z.output<typeof ambientSchema> | undefined)[], ground: RuleGround, loopNames: readonly string[]): Checked<AmbientRule> {
  const taken = new Set(loopNames)
  const result: AmbientRule[] = []
  const findings: Finding[] = []
  rules.forEach((rule, index) => {
    if (rule === undefined) return
    const at = (key: string): ProblemPath => ['ambient', index, key]
    const name = rule.name ?? `ambient_${index + 1}`
    if (taken.has(name)) findings.push({ severity: 'error', path: at('name'), message: `a rule called ${name} stands above` })
    taken.add(name)
    const mistake = conditionMistake(rule.condition)
    if (mistake !== undefined) findings.push({ severity: 'error', path: at('condition'), ...mistake })
    const { action, findings: found } = checkAction(rule.action, at('action'), ground)
    findings.push(...found)
    if (action === undefined) return
    const { condition, silent, notify } = rule
    result.push({ name, condition, action, silent: silent ?? false, notify: notify ?? false, for: rule.for ?? 0, cooldown: rule.cooldown ?? 0 })
  })
  if (rules.length > 0) {
    findings.push({ severity: 'warning', path: ['ambient'], at: 'key', message: 'ambient rules are not evaluated in this version: they are checked, and do nothing yet' })
  }
  return { result, findings }
}
