// Properties:
//   - Each step of a workflow asks for its operation; results, conditions, tries, time-outs and undoing do as they say.
//   - Leaving the phase leads each step of each default workflow to the next one that survives, or to `cancelled`.
//   - What comes too late changes nothing.
//   - The chart is data: it survives JSON with every guard, action and operation named.

import { describe, expect, it } from 'vitest'

import { startRun } from '../../test/workflow-run.ts'
import { canonicalJson, type Json } from '../json.ts'
import { releaseWorkflows } from '../release/release-workflows.ts'
import { longForm, tasksOf, type StepDefinition, type WorkflowDefinition } from './definition.ts'
import { resultAt, workflowMachine } from './workflow-machine.ts'

const op = (task: string, more: object = {}) => ({ do: ['agent', task] as const, ...more })

describe('a sequence', () => {
  it('asks for one operation after the other, with what came before', () => {
    const run = startRun({
      steps: [
        ['builder', 'build'],
        ['tester', 'test'],
      ],
    })
    expect(run.pending()).toEqual({
      build: {
        agent: 'builder',
        task: 'build',
        approval: false,
        warrant: 'flow:sig-1',
        severity: 'HIGH',
        signal: { id: 'sig-1', type: 'CODE_MERGED', time: 1_700_000_000_000, data: {} },
        results: {},
      },
    })
    run.done('build', { image: 'x' })
    expect(run.pending()['test']).toMatchObject({ results: { build: { image: 'x' } } })
    run.done('test', null)
    expect(run.output()).toEqual({
      outcome: 'succeeded',
      signal: null,
      failure: null,
      results: ['build', 'test'],
    })
  })

  it('[L10] passes over a step that was only observed, unless it changes production', () => {
    const run = startRun({ steps: [op('a'), op('b')] })
    run.fail('a', { code: 'observed', detail: { changes: 'monitoring' } })
    expect(run.pending()['b']).toMatchObject({ results: { a: { observed: true } } })
    run.fail('b', { code: 'observed', detail: { changes: 'production' } })
    expect(run.output()).toMatchObject({ outcome: 'failed', failure: { code: 'observed', step: 'b' } })
  })

  it('of nothing has succeeded', () => {
    expect(startRun({ steps: [] }).output()).toMatchObject({ outcome: 'succeeded' })
  })

  it('names a task that stands twice with a number, in the order of the definition', () => {
    const run = startRun({ steps: [op('a'), { parallel: [[op('a')], [op('b')]] }, op('a')] })
    run.done('a', 1)
    expect(Object.keys(run.pending())).toEqual(['a_2', 'b'])
    run.done('a_2', 2)
    run.done('b', 3)
    run.done('a_3', 4)
    expect(run.output()?.['results']).toEqual(['a', 'a_2', 'a_3', 'b'])
  })

  it('takes tasks that are called like states of ours', () => {
    const run = startRun({
      steps: [op('failed', { compensate: ['agent', 'ended'] }), op('succeeded'), op('undo_failed_2')],
    })
    run.done('failed_2')
    run.done('succeeded_2')
    run.fail('undo_failed_2')
    expect(Object.keys(run.pending())).toEqual(['undo_failed_2_2'])
    run.done('undo_failed_2_2')
    expect(run.output()).toMatchObject({ outcome: 'failed', failure: { step: 'undo_failed_2' } })
  })

  it('always asks a person for a step that says so', () => {
    expect(startRun({ steps: [op('a', { approval: true })] }).pending()['a']).toMatchObject({
      approval: true,
    })
  })
})

describe('signals and questions', () => {
  const steps: StepDefinition[] = [
    op('verify'),
    {
      signal: 'VERIFIED',
      data: {
        well: { from: 'verify.well' },
        deep: { from: 'verify.a.b' },
        none: { from: 'verify.x' },
        fixed: 7,
      },
    },
    { ask: 'look at it', when: { 'verify.well': false } },
    op('report'),
  ]

  it('are sent with what earlier steps gave, as the workflow, and nothing waits for them', () => {
    const run = startRun({ steps })
    run.done('verify', { well: true, a: { b: 'deep' } })
    expect(run.sent).toEqual([
      {
        type: 'VERIFIED',
        data: { well: true, deep: 'deep', none: null, fixed: 7 },
        severity: 'HIGH',
        by: 'workflow:flow',
      },
    ])
    expect(run.escalated).toEqual([])
    expect(Object.keys(run.pending())).toEqual(['report'])
  })

  it('are asked when their condition holds', () => {
    const run = startRun({ steps })
    run.done('verify', { well: false })
    expect(run.escalated).toEqual(['user-service/x: look at it'])
  })

  it('end a workflow: succeeds with results, fails with reason, step and code', () => {
    const definition: WorkflowDefinition = {
      steps: [op('ship')],
      succeeds: { signal: 'SHIPPED', data: { version: { from: 'ship.version' } } },
      fails: { signal: 'NOT_SHIPPED', data: { sorry: true } },
    }
    const well = startRun(definition)
    well.done('ship', { version: 'v1' })
    expect(well.output()?.['signal']).toEqual({ type: 'SHIPPED', data: { version: 'v1' }, severity: 'HIGH' })
    const badly = startRun(definition)
    badly.fail('ship', { code: 'no_runner', message: 'nobody could' })
    expect(badly.output()?.['signal']).toEqual({
      type: 'NOT_SHIPPED',
      data: { sorry: true, reason: 'nobody could', step: 'ship', code: 'no_runner' },
      severity: 'HIGH',
    })
    const left = startRun(definition)
    left.left()
    expect(left.output()).toMatchObject({ outcome: 'cancelled', signal: null })
  })
})

describe('a condition', () => {
  it.each([
    [{ 'a.mood': 'good' }, { mood: 'good' }, true],
    [{ 'a.mood': 'good' }, { mood: 'bad' }, false],
    [{ 'a.mood': null }, {}, false],
    [{ 'a.mood': null }, { mood: null }, true],
    [{ 'a.list': [1, { x: 2 }] }, { list: [1, { x: 2 }] }, true],
    [{ 'a.mood': 'good', 'a.size': 2 }, { mood: 'good', size: 3 }, false],
    [{ 'a.constructor': 'x' }, {}, false],
    [{ 'a.__proto__.x': 'x' }, {}, false],
    [{ 'nobody.mood': 'good' }, { mood: 'good' }, false],
  ])('%j of %j: %s', (when, result, passes) => {
    const run = startRun({ steps: [op('a'), op('b', { when }), op('c')] })
    run.done('a', result)
    expect(Object.keys(run.pending())).toEqual([passes ? 'b' : 'c'])
  })

  it('looks up what a result has of its own, and nothing else', () => {
    const results = { a: { list: [1], text: 'x' } }
    expect(resultAt(results, 'a.list')).toEqual([1])
    expect(resultAt(results, 'a.list.0')).toBeUndefined()
    expect(resultAt(results, 'a.text.length')).toBeUndefined()
    expect(resultAt(results, 'toString')).toBeUndefined()
  })
})

describe('trying again', () => {
  it('waits two seconds, then four, then gives up', () => {
    const run = startRun({ steps: [op('a')] })
    const pauses: number[] = []
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      run.fail('a', { retry: true })
      expect(run.pending()).toEqual({})
      pauses.push(...Object.values(run.timers()))
      run.fire()
    }
    expect(pauses).toEqual([2_000, 4_000])
    run.fail('a', { retry: true, code: 'timed_out' })
    expect(run.asked).toEqual(['a', 'a', 'a'])
    expect(run.output()).toMatchObject({ outcome: 'failed', failure: { code: 'timed_out', step: 'a' } })
  })

  it('does not try what trying cannot mend', () => {
    const run = startRun({ steps: [op('a')] })
    run.fail('a', { retry: false })
    expect(run.output()).toMatchObject({ outcome: 'failed' })
  })

  it('pauses an hour at most, or as long as the first pause', () => {
    const pauses = (backoff: string) => {
      const run = startRun({ steps: [op('a', { retry: { times: 3, backoff } })] })
      return [1, 2, 3].map(() => {
        run.fail('a', { retry: true })
        const [pause] = Object.values(run.timers())
        run.fire()
        return pause
      })
    }
    expect(pauses('40m')).toEqual([2_400_000, 3_600_000, 3_600_000])
    expect(pauses('2h')).toEqual([7_200_000, 7_200_000, 7_200_000])
  })

  it('goes on after a failure that was mended', () => {
    const run = startRun({ steps: [op('a'), op('b')], fails: { signal: 'FAILED' } })
    run.fail('a', { retry: true })
    run.fire()
    run.done('a', {})
    run.done('b', {})
    expect(run.output()).toEqual({ outcome: 'succeeded', signal: null, failure: null, results: ['a', 'b'] })
  })
})

describe('a time-out', () => {
  it('counts waiting and every try, and ends the operation', () => {
    const run = startRun({ steps: [op('a', { timeout: '5s' }), op('b')] })
    expect(Object.values(run.timers())).toEqual([5_000])
    run.fail('a', { retry: true })
    run.fire()
    expect(Object.values(run.timers())).toEqual([3_000])
    const step = run.fire()
    expect(step?.effects).toContainEqual(expect.objectContaining({ kind: 'stop', id: 'a' }))
    expect(run.output()).toMatchObject({ outcome: 'failed', failure: { code: 'timed_out', step: 'a' } })
  })

  it('of an optional step is noted, and the workflow goes on', () => {
    const run = startRun({ steps: [op('a', { timeout: '5s', optional: true }), op('b')] })
    run.fire()
    expect(run.pending()['b']).toMatchObject({
      results: { a: { failed: { code: 'timed_out', message: 'a took too long' } } },
    })
  })

  it('is taken back when the step has passed', () => {
    const run = startRun({ steps: [op('a', { timeout: '5s' }), op('b')] })
    run.done('a')
    expect(run.timers()).toEqual({})
  })
})

describe('undoing', () => {
  const undo = (task: string) => ({ compensate: ['agent', `mend_${task}`] as const })

  it('undoes what has passed, the latest first, each once, whatever fails on the way', () => {
    const run = startRun({ steps: [op('a', undo('a')), op('b', undo('b')), op('c'), op('d', undo('d'))] })
    for (const step of ['a', 'b', 'c']) run.done(step)
    run.fail('d')
    expect(run.pending()).toMatchObject({ undo_b: { task: 'mend_b' } })
    run.fail('undo_b')
    expect(run.pending()).toMatchObject({ undo_a: { task: 'mend_a' } })
    run.done('undo_a')
    expect(run.output()).toMatchObject({ outcome: 'failed', failure: { step: 'd' } })
    expect(run.asked).toEqual(['a', 'b', 'c', 'd', 'undo_b', 'undo_a'])
  })

  it('undoes steps that ran side by side', () => {
    const run = startRun({ steps: [{ parallel: [[op('a', undo('a'))], [op('b', undo('b'))], [op('c')]] }] })
    run.done('a')
    run.done('b')
    run.fail('c')
    expect(Object.keys(run.pending())).toEqual(['undo_b'])
    run.done('undo_b')
    expect(Object.keys(run.pending())).toEqual(['undo_a'])
  })

  it('[L8] is not cut short by leaving the phase', () => {
    const run = startRun({ steps: [op('a', undo('a')), op('b')] })
    run.done('a')
    run.fail('b')
    run.left()
    expect(Object.keys(run.pending())).toEqual(['undo_a'])
    run.done('undo_a')
    expect(run.output()).toMatchObject({ outcome: 'failed' })
  })
})

describe('side by side', () => {
  it('waits for all, and a failure of one is not forgotten when another passes', () => {
    const run = startRun({
      steps: [{ parallel: [[op('a')], [op('b'), op('c')]] }, op('d')],
      fails: { signal: 'FAILED' },
    })
    run.fail('a', { message: 'a broke' })
    run.done('b')
    run.fail('c', { retry: true })
    run.fire()
    run.done('c')
    expect(run.output()).toMatchObject({ outcome: 'failed', failure: { step: 'a', message: 'a broke' } })
    expect(run.asked).not.toContain('d')
  })

  it('tells the first failure of several', () => {
    const run = startRun({ steps: [{ parallel: [[op('a')], [op('b')]] }] })
    run.fail('b', { message: 'first' })
    run.fail('a', { message: 'second' })
    expect(run.output()).toMatchObject({ failure: { step: 'b', message: 'first' } })
  })

  it('goes on when all have passed; empty branches have', () => {
    const run = startRun({ steps: [{ parallel: [[], [op('a')], []] }, { parallel: [[]] }, op('b')] })
    run.done('a')
    expect(Object.keys(run.pending())).toEqual(['b'])
  })
})

describe('[L8] leaving the phase', () => {
  const workflows: [string, WorkflowDefinition][] = Object.entries(releaseWorkflows)
  // What each operation of a default workflow must give so that every step is come by.
  const results: Record<string, Json> = {
    decide: { decision: 'ask', reason: 'r' },
    verify_recovery: { recovered: true },
  }

  /** The steps that survive, from a place on; typed again from the design's words, not from the compiler. */
  const surviving = (definition: WorkflowDefinition, after: readonly string[]): string[] => {
    const steps = definition.steps.map(longForm)
    const names = (step: (typeof steps)[number]): string[] =>
      'do' in step
        ? [step.do[1]]
        : 'parallel' in step
          ? step.parallel.flatMap(([first]) =>
              first === undefined ? [] : names(longForm(first as StepDefinition)),
            )
          : []
    const place = steps.findIndex((step) => names(step).some((name) => after.includes(name)))
    const here = steps[place]!
    if (definition.survives === true || here.survives === true) return [...after]
    const next = steps.slice(place + 1).find((step) => step.survives === true)
    return next === undefined ? [] : names(next)
  }

  it.each(workflows)('leads each step of %s to the next that survives, or to the end', (name, definition) => {
    const count = tasksOf(definition).length
    for (let place = 0; place < count; place += 1) {
      const run = startRun(definition, name)
      for (let done = 0; done < place; done += 1) {
        const [first] = Object.keys(run.pending())
        if (first !== undefined) run.done(first, results[first] ?? {})
      }
      if (run.status() === 'done') continue
      const before = Object.keys(run.pending())
      const expected = surviving(definition, before)
      const step = run.left()
      expect(Object.keys(run.pending()).toSorted()).toEqual(expected.toSorted())
      if (expected.length === 0) expect(run.output()).toMatchObject({ outcome: 'cancelled', signal: null })
      const stopped = step.effects.flatMap((effect) => (effect.kind === 'stop' ? [effect.id] : []))
      expect(stopped.toSorted()).toEqual(before.filter((one) => !expected.includes(one)).toSorted())
    }
  })

  it('passes over what comes after a survivor and does not survive itself', () => {
    const run = startRun({
      steps: [op('a'), op('b', { survives: true }), op('c'), op('d', { survives: true })],
    })
    run.left()
    run.done('b')
    expect(Object.keys(run.pending())).toEqual(['d'])
    run.done('d')
    expect(run.output()).toMatchObject({ outcome: 'succeeded' })
  })

  it('while it waits to try again leads on, too, and takes the timer back', () => {
    const run = startRun({ steps: [op('a'), op('b', { survives: true })] })
    run.fail('a', { retry: true })
    run.left()
    expect(Object.keys(run.pending())).toEqual(['b'])
    expect(run.timers()).toEqual({})
  })

  it('late results of what was left change nothing', () => {
    const run = startRun({ steps: [op('a'), op('b', { survives: true })] })
    run.left()
    const before = canonicalJson(run.state())
    for (const late of [
      () => run.done('a', { image: 'x' }),
      () => run.fail('a'),
      () => run.fail('a', { retry: true }),
      () => run.fail('stranger'),
    ]) {
      expect(late().effects).toEqual([])
      expect(canonicalJson(run.state())).toBe(before)
    }
  })
})

describe('the chart', () => {
  const kitchenSink: WorkflowDefinition = {
    steps: [
      op('a', {
        retry: { times: 5, backoff: '1s' },
        timeout: '1m',
        compensate: ['agent', 'mend'],
        when: { 'x.y': 1 },
      }),
      { parallel: [[op('b', { optional: true })], [['agent', 'c']]], survives: true },
      { signal: 'SENT', data: { a: { from: 'a.b' } }, when: { 'a.b': 2 } },
      { ask: 'well?' },
    ],
    succeeds: { signal: 'DONE' },
    fails: { signal: 'FAILED' },
  }

  it.each([...Object.entries(releaseWorkflows), ['kitchen_sink', kitchenSink]] as [
    string,
    WorkflowDefinition,
  ][])(
    'of %s is data: JSON keeps all of its states, and every name in them stands for something',
    (name, definition) => {
      const { config, implementations } = workflowMachine(name, definition)
      const { context: _, output: __, ...chart } = config as unknown as Record<string, unknown>
      expect(JSON.parse(JSON.stringify(chart))).toEqual(chart)
      const named = { actions: new Set<string>(), guards: new Set<string>() }
      collect(chart, named)
      expect([...named.actions].filter((action) => !Object.hasOwn(implementations.actions, action))).toEqual(
        [],
      )
      expect([...named.guards].filter((guard) => !Object.hasOwn(implementations.guards, guard))).toEqual([])
      expect(named.actions.size).toBeGreaterThan(2)
    },
  )
})

function collect(part: unknown, named: { actions: Set<string>; guards: Set<string> }): void {
  if (part === null || typeof part !== 'object') return
  for (const [key, value] of Object.entries(part)) {
    const into =
      key === 'guard' ? named.guards : ['actions', 'entry', 'exit'].includes(key) ? named.actions : undefined
    if (into === undefined) collect(value, named)
    else
      for (const one of [value].flat())
        into.add(typeof one === 'string' ? one : (one as { type: string }).type)
  }
}

describe('a definition that cannot work', () => {
  it.each<[string, WorkflowDefinition, string]>([
    ['a task with a dot', { steps: [op('run.now')] }, 'workflow bad, step 1: run.now is no task’s name'],
    ['a task every object has', { steps: [op('constructor')] }, 'constructor is no task’s name'],
    ['a task without a name', { steps: [['agent', '']] }, 'workflow bad, step 1:  is no task’s name'],
    [
      'an agent with a colon',
      { steps: [op('a'), { do: ['a:b', 'c'] }] },
      'workflow bad, step 2: a:b is no agent’s name',
    ],
    ['a compensation', { steps: [op('a', { compensate: ['agent', 'x y'] })] }, 'x y is no task’s name'],
    ['a duration', { steps: [op('a', { timeout: 'soon' })] }, 'step 1: timeout "soon" is no duration'],
    [
      'a pause',
      { steps: [op('a', { retry: { times: 1, backoff: '5' } })] },
      'retry.backoff "5" is no duration',
    ],
    ['tries', { steps: [op('a', { retry: { times: -1 } })] }, 'retry.times is -1'],
    ['no branches', { steps: [{ parallel: [] }] }, 'parallel needs at least one branch'],
    [
      'a branch with a signal',
      { steps: [{ parallel: [[{ signal: 'X' } as never]] }] },
      'step 1, branch 1: only operations run side by side',
    ],
  ])('is refused for %s', (_, definition, reason) => {
    expect(() => workflowMachine('bad', definition)).toThrow(reason)
  })

  it('is refused for its name', () => {
    for (const name of ['', 'a.b', 'a:b', 'a~b', '1a'])
      expect(() => workflowMachine(name, { steps: [] })).toThrow('a workflow’s name is a word')
  })
})
