import { arrowsOf } from '@opschart/core'
import type { z } from 'zod'

import { resolveAction, type Action } from './action.ts'
import { requestSignal } from './complete-law.ts'
import { conditionMistakes } from './condition.ts'
import type { AmbientRule, FeedbackLoop } from './configuration.ts'
import type { Finding, ProblemPath } from './problem.ts'
import { neverAllowed, type Checked, type RuleGround } from './rule-ground.ts'
import type { ambientSchema, feedbackLoopSchema } from './rule-schema.ts'
import type { Sound } from './sound-parts.ts'

function checkAction(
  text: string | undefined,
  path: ProblemPath,
  ground: RuleGround,
): { action?: Action; findings: Finding[] } {
  if (text === undefined) return { findings: [] }
  const resolved = resolveAction(text, path, ground.names)
  if ('severity' in resolved) return { findings: [resolved] }
  const finding = resolved.kind === 'task' ? neverAllowed(resolved.agent, path, ground) : undefined
  return finding === undefined ? { action: resolved, findings: [] } : { findings: [finding] }
}

/** Fills in feedback loops and looks them over. A hole stands for one, or a member of one, that did not fit its form. */
export function checkLoops(
  loops: readonly (Sound<z.output<typeof feedbackLoopSchema>> | undefined)[],
  ground: RuleGround,
): Checked<FeedbackLoop> {
  const taken = new Set<string>()
  const result: FeedbackLoop[] = []
  const findings: Finding[] = []
  loops.forEach((loop, index) => {
    if (loop === undefined) return
    const at = (key: string): ProblemPath => ['feedback_loops', index, key]
    const { name, monitor, threshold } = loop
    const evaluated = monitor === 'error_rate'
    findings.push(...nameTaken(name, at('name'), taken))
    if (monitor !== undefined && !evaluated) {
      findings.push({
        severity: 'warning',
        path: at('monitor'),
        message: `${monitor} is not evaluated in this version: the rule is checked, and does nothing yet`,
      })
    } else if (evaluated && threshold !== undefined && threshold >= 1) {
      findings.push({
        severity: 'error',
        path: at('threshold'),
        message: `an error rate is a share from 0 to 1, so it never passes ${threshold}`,
        expected: `${threshold / 100} for ${threshold} %`,
      })
    }
    if (loop.clear !== undefined && threshold !== undefined && loop.clear > threshold)
      findings.push({
        severity: 'error',
        path: at('clear'),
        message: `clear is above the threshold: the rule would fire and clear at once`,
        expected: `${threshold} or less`,
      })
    const { action, findings: found } = checkAction(loop.action, at('action'), ground)
    findings.push(...found)
    if (action?.kind === 'workflow' && evaluated)
      findings.push(...neverStarted(action.workflow, at('action'), ground))
    const { window, min_samples, severity } = loop
    if (
      name === undefined ||
      monitor === undefined ||
      threshold === undefined ||
      window === undefined ||
      min_samples === undefined ||
      severity === undefined ||
      action === undefined
    )
      return
    result.push({
      name,
      monitor,
      evaluated,
      threshold,
      clear: loop.clear ?? threshold / 2,
      for: loop.for ?? 0,
      window,
      min_samples,
      cooldown: loop.cooldown ?? 0,
      severity,
      action,
    })
  })
  return { result, findings }
}

function nameTaken(name: string | undefined, path: ProblemPath, taken: Set<string>): Finding[] {
  if (name === undefined) return []
  if (taken.has(name)) return [{ severity: 'error', path, message: `a rule called ${name} stands above` }]
  taken.add(name)
  return []
}

/** A rule starts a workflow by sending the signal of an arrow; where the law keeps that signal for others, the rule may not go round it. */
function neverStarted(workflow: string, path: ProblemPath, { definition, certainty }: RuleGround): Finding[] {
  if (!certainty.senders || !certainty.starts) return []
  const arrows = arrowsOf(definition)
  const starting = arrows.filter(({ arrow }) => arrow.starts === workflow)
  if (starting.some(({ arrow }) => arrow.by === undefined || arrow.by.includes('rule'))) return []
  const signal = starting[0]?.signal ?? requestSignal(workflow)
  if (starting.length === 0 && !arrows.some((each) => each.signal === signal)) return []
  const message =
    starting.length === 0
      ? `${workflow} would be asked for by ${signal}, which means something else`
      : `${workflow} is started by ${signal}, which no rule may send`
  const expected =
    starting.length === 0
      ? 'another name for the workflow'
      : `another workflow, agent.task, or rule among the senders (by) of ${signal}`
  return [{ severity: 'error', path, message, expected }]
}

/** Fills in ambient rules and looks them over; says that they are not evaluated yet. */
export function checkAmbient(
  rules: readonly (Sound<z.output<typeof ambientSchema>> | undefined)[],
  ground: RuleGround,
  loopNames: readonly string[],
): Checked<AmbientRule> {
  const taken = new Set(loopNames)
  const result: AmbientRule[] = []
  const findings: Finding[] = []
  rules.forEach((rule, index) => {
    if (rule === undefined) return
    const at = (key: string): ProblemPath => ['ambient', index, key]
    const name = rule.name ?? `ambient_${index + 1}`
    const { condition, silent, notify } = rule
    findings.push(...nameTaken(name, at('name'), taken))
    const mistakes = condition === undefined ? [] : conditionMistakes(condition)
    findings.push(
      ...mistakes.map((mistake): Finding => ({ severity: 'error', path: at('condition'), ...mistake })),
    )
    const { action, findings: found } = checkAction(rule.action, at('action'), ground)
    findings.push(...found)
    if (action === undefined || condition === undefined) return
    result.push({
      name,
      condition,
      action,
      silent: silent ?? false,
      notify: notify ?? false,
      for: rule.for ?? 0,
      cooldown: rule.cooldown ?? 0,
    })
  })
  if (rules.length > 0) {
    findings.push({
      severity: 'warning',
      path: ['ambient'],
      at: 'key',
      message: 'ambient rules are not evaluated in this version: they are checked, and do nothing yet',
    })
  }
  return { result, findings }
}
