import { milliseconds } from '../duration.ts'
import { checkSteps } from './_check-steps.ts'
import { placeSteps, type Placed } from './_placed-steps.ts'
import type { OperationStep, WorkflowDefinition } from './definition.ts'

type Config = Record<string, unknown>

const defaultRetries = 2
const defaultBackoff = 2_000

/** The states of a workflow's machine, as data: what `setup` names is all that they mention. */
export function compileStates(workflow: string, definition: WorkflowDefinition): Config {
  checkSteps(workflow, definition)
  const { steps, undo } = placeSteps(definition)
  const at = (name: string) => `#${workflow}.${name}`
  const states: Record<string, Config> = {}
  steps.forEach((place, index) => {
    const survivor = steps.slice(index + 1).find((later) => later.survives)
    states[place.name] = stepState(workflow, place, {
      next: at(steps[index + 1]?.name ?? 'succeeded'),
      skip: at(survivor?.name ?? 'cancelled'),
      failed: at('failing'),
    })
  })
  states['failing'] = { always: at(undo[0]?.name ?? 'failed') }
  undo.forEach(({ name, of }, index) => {
    states[name] = compensationState(name, of, at(undo[index + 1]?.name ?? 'failed'))
  })
  for (const outcome of ['succeeded', 'failed', 'cancelled'] as const) {
    states[outcome] = { type: 'final', entry: { type: 'end', params: { outcome } } }
  }
  // A late failure of work that was left: a machine would otherwise take any failure it does not wait for as its own.
  const on = { 'workflow.left': { actions: 'note_left' }, 'xstate.error.actor.*': {} }
  return { initial: steps[0]?.name ?? 'succeeded', on, states }
}

interface Ways {
  /** Where it leads when it has passed. */
  readonly next: string
  /** Where it leads when the phase has been left and it does not survive. */
  readonly skip: string
  readonly failed: string
}

function stepState(workflow: string, place: Placed, ways: Ways): Config {
  const { step } = place
  if ('do' in step) return guarded(place, ways, operationState(place.name, step, ways))
  if ('parallel' in step) return guarded(place, ways, parallelState(workflow, place, ways))
  const entry =
    'signal' in step
      ? {
          type: 'send',
          params: {
            signal: { signal: step.signal, ...(step.data === undefined ? {} : { data: step.data }) },
          },
        }
      : { type: 'ask', params: { text: step.ask } }
  return guarded(place, ways, { states: { running: { entry, always: ways.next } } })
}

/** Puts the questions before a step: is it still wanted, and do earlier results call for it. */
function guarded(place: Pick<Placed, 'step' | 'survives'>, ways: Ways, state: Config): Config {
  const when = place.step.when
  const always: Config[] = []
  if (!place.survives) always.push({ guard: 'left', target: ways.skip })
  if (when !== undefined) always.push({ guard: { type: 'matches', params: { when } }, target: 'running' })
  always.push({ target: when === undefined ? 'running' : ways.next })
  const left = place.survives ? {} : { on: { 'workflow.left': { target: ways.skip, actions: 'note_left' } } }
  return {
    ...state,
    ...left,
    initial: 'check',
    states: { check: { always }, ...(state['states'] as Config) },
  }
}

function operationState(name: string, step: OperationStep, ways: Ways): Config {
  const [agent, task] = step.do
  const optional = step.optional === true
  const backoff = step.retry?.backoff === undefined ? defaultBackoff : milliseconds(step.retry.backoff)
  const times = step.retry?.times ?? defaultRetries
  const onward = optional ? ways.next : ways.failed
  const noteFailure = { type: 'note_failure', params: { step: name, optional } }
  const noteTry = { type: 'note_try', params: { step: name, backoff } }
  return {
    initial: 'running',
    states: {
      running: {
        entry: { type: 'request', params: { step: name, agent, task, approval: step.approval === true } },
        exit: { type: 'release', params: { step: name } },
        on: {
          [`xstate.done.actor.${name}`]: {
            target: ways.next,
            actions: { type: 'note_result', params: { step: name } },
          },
          [`xstate.error.actor.${name}`]: [
            {
              guard: 'passed_over',
              target: ways.next,
              actions: { type: 'note_passed_over', params: { step: name } },
            },
            {
              guard: { type: 'retriable', params: { step: name, times } },
              target: 'backoff',
              actions: noteTry,
            },
            { target: onward, actions: noteFailure },
          ],
        },
      },
      backoff: { after: { backoff: 'running' } },
    },
    ...(step.timeout === undefined
      ? {}
      : { after: { [milliseconds(step.timeout)]: { target: onward, actions: noteFailure } } }),
  }
}

function parallelState(workflow: string, place: Placed, ways: Ways): Config {
  const branches: Record<string, Config> = {}
  place.branches.forEach((branch, index) => {
    const key = `branch_${index + 1}`
    const at = `#${workflow}.${place.name}.running.${key}`
    const states: Record<string, Config> = { ended: { type: 'final' } }
    branch.forEach((inner, position) => {
      const next = `${at}.${branch[position + 1]?.name ?? 'ended'}`
      const innerWays = { next, skip: ways.skip, failed: `${at}.ended` }
      const state = operationState(inner.name, inner.step, innerWays)
      // Being left is the whole parallel step's to answer.
      states[inner.name] =
        inner.step.when === undefined ? state : guarded({ ...inner, survives: true }, innerWays, state)
    })
    branches[key] = { initial: branch[0]?.name ?? 'ended', states }
  })
  return {
    states: {
      running: {
        type: 'parallel',
        states: branches,
        onDone: [{ guard: 'failed', target: ways.failed }, { target: ways.next }],
      },
    },
  }
}

/** Undoes an operation if it has passed; its own failure is noted, and the next one is undone. */
function compensationState(name: string, of: Placed<OperationStep>, next: string): Config {
  const compensation: OperationStep = { do: of.step.compensate!, optional: true }
  const state = operationState(name, compensation, { next, skip: next, failed: next })
  const check = {
    always: [
      { guard: { type: 'completed', params: { step: of.name } }, target: 'running' },
      { target: next },
    ],
  }
  return { ...state, initial: 'check', states: { check, ...(state['states'] as Config) } }
}
