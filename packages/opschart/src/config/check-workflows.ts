import {
  arrowsOf,
  type LifecycleDefinition,
  type StepDefinition,
  type WorkflowDefinition,
} from '@opschart/core'

import { unknownTask } from './action.ts'
import { defaultWorkflows } from './default-law.ts'
import type { KnownNames } from './known-names.ts'
import { plainText } from './plain-text.ts'
import type { Finding, ProblemPath } from './problem.ts'
import { listed } from './schema-findings.ts'
import { isSingleStep, sentBy, stepsPathOf, type SentSignal, type WrittenStep } from './workflow-form.ts'
import type { WorkflowConfiguration } from './workflow-schema.ts'

/** Looks up every agent, task and result that the user's workflows name. */
export function checkWorkflows(
  workflows: Readonly<Record<string, WorkflowConfiguration>>,
  complete: Readonly<Record<string, WorkflowDefinition>>,
  names: KnownNames,
): Finding[] {
  return Object.entries(workflows).flatMap(([name, written]) => {
    const path = stepsPathOf(name, written)
    const writtenSteps = Array.isArray(written) ? written : written.steps
    const earlier: string[] = []
    return (complete[name]?.steps ?? []).flatMap((step, index) =>
      checkStep(step, [...path, index], earlier, names, writtenSteps[index]),
    )
  })
}

function checkStep(
  step: StepDefinition,
  path: ProblemPath,
  earlier: string[],
  names: KnownNames,
  written?: WrittenStep,
): Finding[] {
  if (Array.isArray(step)) return checkTask(step as readonly [string, string], path, earlier, names)
  const long = step as Exclude<StepDefinition, readonly [string, string]>
  const conditions = Object.keys(long.when ?? {}).flatMap((result) =>
    checkResult(result, [...path, 'when', result], 'key', earlier),
  )
  if ('do' in long) {
    const compensation =
      long.compensate === undefined ? [] : checkTask(long.compensate, [...path, 'compensate'], [], names)
    return [...conditions, ...checkTask(long.do, [...path, 'do'], earlier, names), ...compensation]
  }
  if ('parallel' in long) {
    const inner = [...earlier]
    const found = long.parallel.flatMap((branch, at) => {
      const own = [...inner]
      const isSingle = written !== undefined && 'parallel' in written && isSingleStep(written.parallel[at])
      const branchPath = [...path, 'parallel', at]
      const results = branch.flatMap((each, position) =>
        checkStep(each, isSingle ? branchPath : [...branchPath, position], own, names),
      )
      earlier.push(...own.slice(inner.length))
      return results
    })
    return [...conditions, ...found]
  }
  if ('signal' in long) return [...conditions, ...checkData(long.data, [...path, 'data'], earlier)]
  return conditions
}

function checkTask(
  [agent, task]: readonly [string, string],
  path: ProblemPath,
  earlier: string[],
  names: KnownNames,
): Finding[] {
  earlier.push(task)
  const unknown = unknownTask(agent, task, path, names, { agent: [...path, 0], task: [...path, 1] })
  return unknown === undefined ? [] : [unknown]
}

function checkData(
  data: Readonly<Record<string, unknown>> | undefined,
  path: ProblemPath,
  earlier: readonly string[],
): Finding[] {
  return Object.entries(data ?? {}).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && 'from' in value
      ? checkResult(String(value.from), [...path, key, 'from'], 'value', earlier)
      : [],
  )
}

/** A result is named by the task that gave it; the second of one name is `task_2`. */
function checkResult(
  result: string,
  path: ProblemPath,
  at: 'key' | 'value',
  earlier: readonly string[],
): Finding[] {
  const dot = result.indexOf('.')
  const step = dot < 0 ? result : result.slice(0, dot)
  if (earlier.includes(step) || earlier.includes(step.replace(/_\d{1,3}$/, ''))) return []
  const rest = dot < 0 ? '' : result.slice(dot)
  return [
    {
      severity: 'error',
      path,
      at,
      message: `no earlier step is called ${plainText(step, 60)}`,
      expected:
        earlier.length > 0
          ? `a result of ${listed(earlier)}`
          : 'a result of an earlier step; this one is the first',
      name: result,
      candidates: earlier.map((name) => `${name}${rest}`),
    },
  ]
}

/**
 * Holds the signals of workflows against the law: each must have an arrow that lets the workflow send it. A default
 * workflow that was rewritten is held against the default: what nobody sends any more, a release waits for in vain.
 */
export function checkSignals(
  written: Readonly<Record<string, WorkflowConfiguration>>,
  workflows: Readonly<Record<string, WorkflowDefinition>>,
  definition: LifecycleDefinition,
): Finding[] {
  const arrows = arrowsOf(definition)
  const signals = [...new Set(arrows.map(({ signal }) => signal))]
  const started = new Set(arrows.map(({ arrow }) => arrow.starts))
  const all = { ...defaultWorkflows, ...workflows }
  return Object.entries(all).flatMap(([name, workflow]) => {
    const own = Object.hasOwn(written, name) ? written[name] : undefined
    if (own === undefined && !started.has(name)) return []
    const sent = sentBy(name, workflow, own)
    return [
      ...sent.flatMap((each) => checkSignal(each, own !== undefined)),
      ...(own === undefined ? [] : lost(name, sent)),
    ]

    function checkSignal({ signal, path }: SentSignal, isOwn: boolean): Finding[] {
      const taking = arrows.filter((each) => each.signal === signal)
      if (
        taking.some(
          ({ arrow }) =>
            arrow.by === undefined || (arrow.by as readonly string[]).includes(`workflow:${name}`),
        )
      )
        return []
      if (!isOwn)
        return [
          {
            severity: 'warning',
            path: ['states'],
            at: 'key',
            message: `${name} sends ${signal}, which no phase takes from it any more`,
            expected: `an arrow with on: ${signal}`,
          },
        ]
      const senders = [...new Set(taking.flatMap(({ arrow }) => arrow.by ?? []))]
      return taking.length === 0
        ? [
            {
              severity: 'error',
              path,
              message: `the law has no arrow for ${signal}`,
              expected: listed(signals),
              name: signal,
              candidates: signals,
            },
          ]
        : [
            {
              severity: 'error',
              path,
              message: `${name} may not send ${signal}: only ${listed(senders)} may`,
              expected: `an arrow under states with on: ${signal}, by: [..., "workflow:${name}"]`,
            },
          ]
    }
  })
}

function lost(name: string, sent: readonly SentSignal[]): Finding[] {
  const original = Object.hasOwn(defaultWorkflows, name) ? defaultWorkflows[name] : undefined
  if (original === undefined) return []
  const still = new Set(sent.map(({ signal }) => signal))
  const gone = [...new Set(sentBy(name, original, undefined).map(({ signal }) => signal))].filter(
    (signal) => !still.has(signal),
  )
  if (gone.length === 0) return []
  return [
    {
      severity: 'warning',
      path: ['workflows', name],
      at: 'key',
      message: `the default ${name} sends ${gone.join(', ')}; yours does not, so that is left to a person`,
      expected: gone.map((signal) => `{signal: ${signal}}`).join(', '),
    },
  ]
}
