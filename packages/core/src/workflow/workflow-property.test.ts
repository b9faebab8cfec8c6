// Properties:
//   - For any workflow and any outcomes, in any order, with its phase left at any moment, the compiled machine asks for
//     exactly the operations that a plain reading of the definition asks for, sends the same signals, ends the same way.
//   - It is never stuck: while it has not ended, an operation is at work or a timer is set.
//   - Its state survives JSON at every moment.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { interpret } from '../../test/workflow-interpreter.ts'
import { startRun } from '../../test/workflow-run.ts'
import type { OperationStep, StepDefinition, WorkflowDefinition } from './definition.ts'

const task = fc.constantFrom('build', 'test', 'ship', 'failed', 'undo_build')
const seconds = (...list: number[]) => fc.constantFrom(...list.map((count) => `${count}s` as const))
const when = fc.dictionary(
  fc.constantFrom('build.mood', 'test.mood', 'build_2.mood'),
  fc.constantFrom('good', 'bad'),
  {
    maxKeys: 1,
  },
)

/** Durations are all different, so that no two timers are ever due at once and their order says nothing. */
const operation = (first: number): fc.Arbitrary<OperationStep> =>
  fc
    .record(
      {
        do: task.map((name) => ['agent', name] as const),
        retry: fc.record({ times: fc.integer({ min: 0, max: 3 }), backoff: seconds(first) }),
        timeout: seconds(first * 4 + 1, first * 20 + 3),
        compensate: task.map((name) => ['agent', `mend_${name}`] as const),
        optional: fc.boolean(),
        survives: fc.boolean(),
        when,
      },
      { requiredKeys: ['do', 'retry'] },
    )
    .map((step) => step as OperationStep)

const parallel = fc
  .tuple(
    fc.array(operation(101), { maxLength: 2 }),
    fc.array(operation(211), { maxLength: 2 }),
    fc.array(operation(431), { maxLength: 2 }),
    fc.boolean(),
  )
  .map(([one, two, three, survives]): StepDefinition => ({ parallel: [one, two, three], survives }))

const step: fc.Arbitrary<StepDefinition> = fc.oneof(
  { weight: 6, arbitrary: operation(59) },
  { weight: 2, arbitrary: parallel },
  {
    weight: 1,
    arbitrary: fc.record({ signal: fc.constantFrom('SHIPPED', 'SHOWN'), survives: fc.boolean(), when }),
  },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant('look at it') }) },
)

const workflow: fc.Arbitrary<WorkflowDefinition> = fc.record(
  { steps: fc.array(step, { maxLength: 6 }), survives: fc.boolean() },
  { requiredKeys: ['steps'] },
)

interface Move {
  readonly pick: number
  readonly what: 'done' | 'fail' | 'try again' | 'fire' | 'left'
  readonly mood: string
}

const move: fc.Arbitrary<Move> = fc.record({
  pick: fc.nat(5),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constant('done' as const) },
    { weight: 2, arbitrary: fc.constant('fail' as const) },
    { weight: 4, arbitrary: fc.constant('try again' as const) },
    { weight: 3, arbitrary: fc.constant('fire' as const) },
    { weight: 1, arbitrary: fc.constant('left' as const) },
  ),
  mood: fc.constantFrom('good', 'bad'),
})

describe('a compiled workflow', () => {
  it('asks for what a plain reading of its definition asks for', () => {
    const outcomes = new Set<string>()
    fc.assert(
      fc.property(workflow, fc.array(move, { minLength: 20, maxLength: 60 }), (definition, moves) => {
        const run = startRun(definition)
        const read = interpret(definition)
        let told = 0
        const agree = () => {
          // Branches that begin in one step begin at once: which is named first says nothing.
          expect(run.asked.slice(told).toSorted()).toEqual(read.asked.slice(told).toSorted())
          told = run.asked.length
          expect(Object.keys(run.pending()).toSorted()).toEqual(read.pending())
          expect(run.sent.map(({ type }) => type)).toEqual(read.sent)
          expect(run.output()?.['outcome']).toBe(read.outcome())
          expect(JSON.parse(JSON.stringify(run.state()))).toEqual(run.state())
        }
        agree()
        for (const { pick, what, mood } of moves) {
          if (run.status() === 'done') break
          const pending = read.pending()
          expect(pending.length > 0 || read.waits()).toBe(true)
          const name = pending[pick % pending.length]
          if (what === 'left') {
            run.left()
            read.left()
          } else if (name === undefined || what === 'fire') {
            run.fire()
            read.fire()
          } else if (what === 'done') {
            run.done(name, { mood })
            read.done(name, { mood })
          } else {
            run.fail(name, { retry: what === 'try again' })
            read.fail(name, what === 'try again')
          }
          agree()
        }
        outcomes.add(String(read.outcome()))
      }),
      { numRuns: 400, seed: 20_261_123 },
    )
    // The property means something only if runs came to every end.
    expect([...outcomes].toSorted()).toEqual(expect.arrayContaining(['cancelled', 'failed', 'succeeded']))
  }, 30_000)
})
