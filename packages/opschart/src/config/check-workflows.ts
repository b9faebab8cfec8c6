import { arrowsOf, type LifecycleDefinition } from '@opschart/core'

import { unknownTask } from './action.ts'
import { defaultWorkflows } from './default-law.ts'
import type { KnownNames } from './known-names.ts'
import { plainText } from './plain-text.ts'
import type { Finding, ProblemPath } from './problem.ts'
import { listed } from './schema-findings.ts'
import type { Sound } from './sound-parts.ts'
import {
  isSingleStep,
  sentBy,
  writtenSteps,
  type SentSignal,
  type SoundWorkflow,
  type WrittenStep,
} from './workflow-form.ts'

/** Results that a step may speak of: the tasks before it, and whether all of them are known. */
interface Earlier {
  readonly tasks: string[]
  isWhole: boolean
}

/** Looks up every agent, task and result that the user's workflows name. */
export function checkWorkflows(
  workflows: Readonly<Record<string, SoundWorkflow | undefined>>,
  names: KnownNames,
): Finding[] {
  return Object.entries(workflows).flatMap(([name, written]) => {
    if (written === undefined) return []
    const { steps, path } = writtenSteps(name, written)
    const earlier: Earlier = { tasks: [], isWhole: true }
    return steps.flatMap((step, index) => checkStep(step, [...path, index], earlier, names))
  })
}

function checkStep(
  step: Sound<WrittenStep> | undefined,
  path: ProblemPath,
  earlier: Earlier,
  names: KnownNames,
): Finding[] {
  if (step === undefined) {
    earlier.isWhole = false
    return []
  }
  if (isPair(step)) return checkTask(step, path, earlier, names)
  const conditions = Object.keys(step.when ?? {}).flatMap((result) =>
    checkResult(result, [...path, 'when', result], 'key', earlier),
  )
  if ('do' in step) {
    if (step.do === undefined) earlier.isWhole = false
    return [
      ...conditions,
      ...(step.do === undefined ? [] : checkTask(step.do, [...path, 'do'], earlier, names)),
      ...(step.compensate === undefined
        ? []
        : checkTask(step.compensate, [...path, 'compensate'], { tasks: [], isWhole: true }, names)),
    ]
  }
  if ('parallel' in step) {
    const before = [...earlier.tasks]
    const found = (step.parallel ?? []).flatMap((branch, at) => {
      const own: Earlier = { tasks: [...before], isWhole: earlier.isWhole }
      const branchPath = [...path, 'parallel', at]
      const results = isBranchOfSteps(branch)
        ? branch.flatMap((each, position) => checkStep(each, [...branchPath, position], own, names))
        : checkStep(branch, branchPath, own, names)
      earlier.tasks.push(...own.tasks.slice(before.length))
      earlier.isWhole &&= own.isWhole
      return results
    })
    return [...conditions, ...found]
  }
  if ('signal' in step) return [...conditions, ...checkData(step.data, [...path, 'data'], earlier)]
  return conditions
}

type SoundPair = readonly [string | undefined, string | undefined]

const isPair = (step: Sound<WrittenStep>): step is SoundPair => Array.isArray(step)

/** Whether a branch is a list of steps; one step may stand without its own list. */
function isBranchOfSteps(branch: unknown): branch is readonly (Sound<WrittenStep> | undefined)[] {
  return Array.isArray(branch) && !isSingleStep(branch)
}

function checkTask(
  [agent, task]: SoundPair,
  path: ProblemPath,
  earlier: Earlier,
  names: KnownNames,
): Finding[] {
  if (task === undefined) earlier.isWhole = false
  else earlier.tasks.push(task)
  if (agent === undefined) return []
  const unknown = unknownTask(agent, task, path, names, { agent: [...path, 0], task: [...path, 1] })
  return unknown === undefined ? [] : [unknown]
}

function checkData(
  data: Readonly<Record<string, unknown>> | undefined,
  path: ProblemPath,
  earlier: Earlier,
): Finding[] {
  return Object.entries(data ?? {}).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && 'from' in value && typeof value.from === 'string'
      ? checkResult(value.from, [...path, key, 'from'], 'value', earlier)
      : [],
  )
}

/** A result is named by the task that gave it; the second of one name is `task_2`. */
function checkResult(
  result: string,
  path: ProblemPath,
  at: 'key' | 'value',
  { tasks: earlier, isWhole }: Earlier,
): Finding[] {
  const dot = result.indexOf('.')
  const step = dot < 0 ? result : result.slice(0, dot)
  if (!isWhole || earlier.includes(step) || earlier.includes(step.replace(/_\d{1,3}$/, ''))) return []
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
  written: Readonly<Record<string, SoundWorkflow | undefined>>,
  definition: LifecycleDefinition,
  broken: ReadonlySet<string>,
): Finding[] {
  const arrows = arrowsOf(definition)
  const signals = [...new Set(arrows.map(({ signal }) => signal))]
  const started = new Set(arrows.map(({ arrow }) => arrow.starts))
  const all = new Set([...Object.keys(defaultWorkflows), ...Object.keys(written)])
  return [...all].flatMap((name) => {
    const isOwn = Object.hasOwn(written, name)
    const own = isOwn ? written[name] : undefined
    if (own === undefined && (isOwn || !started.has(name))) return []
    const sent = sentBy(name, own)
    return [
      ...sent.flatMap((each) => checkSignal(each, isOwn)),
      ...(own === undefined || broken.has(name) ? [] : lost(name, sent)),
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
  const still = new Set(sent.map(({ signal }) => signal))
  const gone = [...new Set(sentBy(name, undefined).map(({ signal }) => signal))].filter(
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
