// One long sequence over the default law and its workflows, told as lines of canonical JSON: the same bytes are wanted
// from every build of XState.

import {
  canonicalJson,
  createKernel,
  releaseLifecycle,
  workflowMachine,
  type Lifecycle,
  type WorkflowDefinition,
} from '@opschart/core'
import { createLawRun, lawArbitraries } from '@opschart/testing'
import * as fc from 'fast-check'
import { createActor, createMachine, fromPromise, spawnChild } from 'xstate'

const law = releaseLifecycle as Lifecycle

/** Which build of XState runs here: they differ in what they do with a child that cannot be persisted. */
export function xstateBuild(): 'development' | 'production' {
  const inline = createMachine({
    entry: spawnChild(
      fromPromise(async () => null),
      { id: 'inline' },
    ),
  })
  try {
    createActor(inline).getPersistedSnapshot()
    return 'production'
  } catch {
    return 'development'
  }
}

/** The lines. */
export function recordedSequence(): string[] {
  const lines: string[] = []
  const sequences = fc.sample(lawArbitraries(law, { legal: 70, steps: 60 }).steps, {
    numRuns: 40,
    seed: 20_261_123,
  })
  for (const steps of sequences) {
    const run = createLawRun(law)
    for (const step of steps) {
      const taken = run.take(step)
      if (taken !== undefined)
        lines.push(canonicalJson({ verdict: taken.asked?.decided.verdict, after: taken.after }))
    }
  }
  for (const [name, definition] of Object.entries(law.workflows))
    lines.push(...workflowLines(name, definition))
  lines.push(...refusalLines())
  return lines
}

function workflowLines(name: string, definition: WorkflowDefinition): string[] {
  const kernel = createKernel(workflowMachine(name, definition))
  const lines: string[] = []
  const at = (version: number) => ({ id: `web/x~${name}:s`, version, now: version * 1_000 })
  let step = kernel.initial(
    { lifecycle: 'web/x', run: `${name}:s`, workflow: name, signal: {}, severity: 'LOW' },
    at(1),
  )
  for (let version = 2; version < 40; version += 1) {
    lines.push(canonicalJson(step))
    if (step.kind === 'threw' || step.status === 'done') break
    const [child] = Object.keys(step.state.children)
    const timer = step.effects.find((effect) => effect.kind === 'timer')
    const fails = version % 3 === 0
    const event =
      child === undefined
        ? (timer?.event ?? { type: 'workflow.left' })
        : {
            type: `xstate.${fails ? 'error' : 'done'}.actor.${child}`,
            ...(fails
              ? { error: { code: 'x', message: 'y', retry: true } }
              : { output: { decision: 'rollback' } }),
            actorId: child,
          }
    step = kernel.step(step.state, event, at(version))
  }
  return lines
}

/** What cannot be trusted to a store is refused by every build, in its own words: only that it is refused is told. */
function refusalLines(): string[] {
  const machines = [
    createMachine({
      on: {
        GO: {
          actions: spawnChild(
            fromPromise(async () => null),
            { id: 'inline' },
          ),
        },
      },
    }),
    createMachine({ on: { GO: { actions: () => {} } } }),
    createMachine({
      on: {
        GO: {
          guard: () => {
            throw new Error('broken')
          },
        },
      },
    } as never),
    createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
    }),
  ]
  return machines.map((machine) => {
    const kernel = createKernel(machine as never)
    const first = kernel.initial({}, { id: 'x', version: 1, now: 0 })
    return first.kind === 'threw'
      ? first.kind
      : kernel.step(first.state, { type: 'GO' }, { id: 'x', version: 2, now: 0 }).kind
  })
}
