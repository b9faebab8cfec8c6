// Properties:
//   - The chart is data: JSON keeps it whole, and every guard, action and workflow in it is a name that stands for
//     something. There is no second list of who may act.
//   - Names that stand for nothing, or that could be taken for something else, are refused with the place and a way out.
//   - What a law says short means the same as what it says at length; a phase's own arrow goes before that of all.

import { describe, expect, expectTypeOf, it } from 'vitest'

import { lawCase } from '../../test/law-case.ts'
import { at, event, stateIn } from '../../test/law-world.ts'
import {
  createLifecycle,
  decide,
  defineLifecycle,
  releaseLifecycle,
  type Lifecycle,
  type LifecycleDefinition,
  type LifecycleOptions,
} from '../index.ts'
import { arrowAt, nearestAdmitting, phasesAllowing, successors } from './topology.ts'

const law = releaseLifecycle as Lifecycle

const make = (definition: Partial<LifecycleDefinition>, options: LifecycleOptions = {}) =>
  createLifecycle(
    { id: 'law', agents: ['a', 'b'], initial: 'ONE', phases: { ONE: {}, TWO: {} }, ...definition },
    options,
  )
const withArrow = (arrow: object, options: LifecycleOptions = {}) =>
  make({ phases: { ONE: { on: { GO: arrow } }, TWO: {} } }, options)

describe('the chart', () => {
  const { context: _, ...chart } = law.machine.config as unknown as Record<string, unknown>

  it('survives JSON whole', () => {
    expect(JSON.parse(JSON.stringify(chart))).toEqual(chart)
  })

  it('names every guard, action and workflow, and each name stands for something', () => {
    const text = JSON.stringify(chart)
    const { implementations } = law.machine
    const found = (key: string) =>
      [...text.matchAll(new RegExp(`"${key}":"([^"]+)"`, 'g'))].map((match) => match[1]!)
    expect([...new Set(found('guard'))]).toEqual([])
    for (const workflow of found('workflow'))
      expect(Object.hasOwn(implementations.actors, workflow)).toBe(true)
    const types = new Set(found('type').filter((type) => type !== 'allowed'))
    expect([...types].filter((type) => !Object.hasOwn(implementations.actions, type))).toEqual([])
    expect(Object.keys(implementations.guards)).toEqual(['allowed'])
  })

  it('[L2] is the only list of who may act: admission is an arrow in it, of every phase', () => {
    const { states } = chart as {
      states: Record<string, { on: Record<string, { guard: unknown; target?: string }[]> }>
    }
    for (const [phase, { on }] of Object.entries(states)) {
      const [agent, warrant, later] = on['OPERATION_REQUESTED']!
      const allow = law.definition.phases[phase]!.allow ?? []
      expect(agent).toMatchObject({
        guard: { type: 'allowed', params: { admits: 'agent', agents: [...allow, 'documentation-agent'] } },
      })
      expect(warrant).toMatchObject({ guard: { type: 'allowed', params: { admits: 'warrant' } } })
      expect(later).toMatchObject({ guard: { type: 'allowed', params: { admits: 'later' } } })
      for (const transition of on['OPERATION_REQUESTED']!) expect(transition.target).toBeUndefined()
    }
  })

  it('[L8] handles every end of a workflow at its root: an unhandled one would end the lifecycle', () => {
    const { on } = chart as { on: Record<string, unknown> }
    expect(on['xstate.done.actor.*']).toMatchObject({ actions: { type: 'conclude' } })
    expect(on['xstate.error.actor.*']).toMatchObject({ actions: { type: 'conclude' } })
  })
})

describe('a name', () => {
  it.each<[string, () => unknown, string]>([
    [
      'an initial phase',
      () => make({ initial: 'TREE' }),
      'law law, initial: no phase TREE; there are ONE, TWO',
    ],
    [
      'an agent',
      () => make({ phases: { ONE: { allow: ['c'] } } }),
      'law law, phase ONE: no agent c; there are a, b',
    ],
    ['an agent everywhere', () => make({ everywhere: ['c'] }), 'law law, everywhere: no agent c'],
    [
      'a target',
      () => withArrow({ to: 'TREE' }),
      'law law, arrow GO of ONE: no phase TREE; there are ONE, TWO',
    ],
    [
      'a sender',
      () => withArrow({ by: ['c'] }),
      'law law, arrow GO of ONE: no sender c; there are person, watcher, rule, system, a, b',
    ],
    [
      'a workflow that sends',
      () => withArrow({ by: ['workflow:c'] }),
      'law law, arrow GO of ONE: no workflow c; there are',
    ],
    [
      'a kind of sender',
      () => withArrow({ by: ['agent:a'] }),
      'no kind of sender agent; there are workflow, watcher, rule, person',
    ],
    ['a gate', () => withArrow({ gate: 'c' }), 'law law, arrow GO of ONE: no gate c; there are'],
    ['an action', () => withArrow({ does: ['c'] }), 'law law, arrow GO of ONE: no action c; there are'],
    ['a workflow', () => withArrow({ starts: 'c' }), 'law law, arrow GO of ONE: no workflow c; there are'],
    [
      'a phase to move to',
      () => make({ phases: { ONE: { moves: ['TREE'] } } }),
      'law law, phase ONE: no phase TREE',
    ],
    [
      'a delay',
      () => make({ phases: { ONE: { after: { soon: { does: [] } } } } }),
      'law law, phase ONE: no delay soon; there is none',
    ],
    [
      'an exception',
      () => make({ all: { GO: { except: ['TREE'] } } }),
      'law law, arrow GO of all phases: no phase TREE',
    ],
  ])('that stands for nothing is refused: %s', (_, given, reason) => {
    expect(given).toThrow(reason)
    expect(given).toThrow(expect.objectContaining({ name: 'OpschartError', code: 'configuration' }))
  })

  it.each<[string, () => unknown, string]>([
    ['an agent called like a kind', () => make({ agents: ['person'] }), 'no agent can be called person'],
    ['a phase with a dot', () => make({ phases: { ONE: {}, 'T.WO': {} } }), '"T.WO" is no name for a phase'],
    [
      'a phase every object has',
      () => make({ phases: { ONE: {}, constructor: {} } }),
      '"constructor" is no name for a phase',
    ],
    ['an agent with a colon', () => make({ agents: ['a:b'] }), '"a:b" is no name for an agent'],
    ['a law with a space', () => make({ id: 'my law' }), '"my law" is no name for a law'],
    [
      'a signal in small letters',
      () => make({ phases: { ONE: { on: { go: 'ONE' } } } }),
      'a signal’s type is UPPER_SNAKE',
    ],
    [
      '[L5] a signal of XState',
      () => make({ phases: { ONE: { on: { 'xstate.init': 'ONE' } } } }),
      'a signal’s type is UPPER_SNAKE',
    ],
    [
      '[L2] a signal of the law’s own',
      () => make({ phases: { ONE: { on: { OPERATION_REQUESTED: 'ONE' } } } }),
      'the law itself answers this signal',
    ],
    [
      '[L9] a signal of the law’s own, of all phases',
      () => make({ all: { OPERATION_APPROVED: {} } }),
      'the law itself answers this signal',
    ],
    [
      'an action of the law’s own',
      () => make({}, { actions: { admit: () => {} } }),
      'the action admit is the law’s own',
    ],
    [
      'a delay that is none',
      () => make({ delays: { soon: Number.NaN } }),
      'law law, delay soon: NaN is no number',
    ],
  ])('that could be taken for something else is refused: %s', (_, given, reason) => {
    expect(given).toThrow(reason)
  })

  it.each<[string, (on: object) => unknown, object, object, string]>([
    [
      'is on, and nothing starts',
      (on) => make({ phases: { ONE: { on: { GO: on } }, TWO: { auto_trigger: true } } }),
      { to: 'TWO' },
      { to: 'TWO', starts: 'post_merge' },
      'law law, phase TWO: auto_trigger is on, and no arrow that leads there starts a workflow: give one `starts`',
    ],
    [
      'is off, and something starts',
      (on) => make({ phases: { ONE: { on: { GO: on } }, TWO: { auto_trigger: false } } }),
      { to: 'TWO', starts: 'post_merge' },
      { to: 'TWO' },
      'law law, phase TWO: auto_trigger is off, and GO of ONE starts post_merge on the way there: take one of them out',
    ],
  ])('is refused where auto_trigger says otherwise: it %s', (_, law, wrong, right, reason) => {
    expect(() => law(wrong)).toThrow(reason)
    expect(() => law(right)).not.toThrow()
  })

  it('is a compile error where it is a literal', () => {
    const small = defineLifecycle({
      id: 'small',
      agents: ['deployer'],
      initial: 'STAGING',
      phases: {
        STAGING: { allow: ['deployer'], on: { DEPLOYED: { to: 'PRODUCTION', by: ['deployer'] } } },
        PRODUCTION: {},
      },
      all: { ADOPTED: { to: '*', by: ['person'] } },
    })
    expectTypeOf(small).toEqualTypeOf<
      Lifecycle<'STAGING' | 'PRODUCTION', 'deployer', 'DEPLOYED' | 'ADOPTED'>
    >()
    expectTypeOf<NonNullable<typeof releaseLifecycle.signals>>()
      .extract<'CODE_MERGED' | 'ADOPTED' | 'UNHEARD_OF'>()
      .toEqualTypeOf<'CODE_MERGED' | 'ADOPTED'>()
  })
})

describe('an arrow', () => {
  const kind = (
    lifecycle: Lifecycle,
    phase: string,
    type: string,
    by: Parameters<typeof event>[1],
    data = {},
  ) => decide(lifecycle, stateIn(lifecycle, phase), event(type, by, data), at).verdict

  it('that names nobody may be taken by anyone who sees for himself, by agents where they are allowed', () => {
    const lifecycle = make({ phases: { ONE: { allow: ['a'], on: { GO: 'TWO' } }, TWO: {} } })
    for (const by of ['person:ann', 'watcher:git', 'rule:r', 'system', 'workflow:w', 'agent:a'] as const) {
      expect(kind(lifecycle, 'ONE', 'GO', by)).toMatchObject({ kind: 'accepted', phase: 'TWO' })
    }
    for (const by of ['agent:b', 'watcher:inbox', 'watcher:http'] as const)
      expect(kind(lifecycle, 'ONE', 'GO', by).kind).toBe('refused')
  })

  it('of all phases is everyone’s where he is allowed, and a phase’s own goes before it', () => {
    const lifecycle = make({
      phases: {
        ONE: { allow: ['a'], on: { GO: { to: 'TWO', by: ['person'] } } },
        TWO: { allow: ['b'] },
        THREE: {},
      },
      all: { GO: { to: 'THREE', by: ['a', 'b', 'rule'] } },
    })
    expect(kind(lifecycle, 'ONE', 'GO', 'person:ann')).toMatchObject({ kind: 'accepted', phase: 'TWO' })
    expect(kind(lifecycle, 'ONE', 'GO', 'rule:r').reason).toContain('only person may send it')
    expect(kind(lifecycle, 'ONE', 'GO', 'agent:a').kind).toBe('refused')
    expect(kind(lifecycle, 'TWO', 'GO', 'agent:b')).toMatchObject({ kind: 'accepted', phase: 'THREE' })
    expect(kind(lifecycle, 'TWO', 'GO', 'agent:a').kind).toBe('refused')
    expect(arrowAt(lifecycle.definition, 'ONE', 'GO')?.to).toBe('TWO')
  })

  it('of all phases goes after a phase’s own even when it would do at the root', () => {
    const lifecycle = make({
      phases: { ONE: { on: { NOTE: { by: ['person'], gate: 'incident_open' } } }, TWO: {} },
      all: { NOTE: { by: ['person', 'rule'] } },
    })
    expect(kind(lifecycle, 'ONE', 'NOTE', 'person:ann').reason).toContain('no incident is open')
    expect(kind(lifecycle, 'ONE', 'NOTE', 'rule:r').kind).toBe('refused')
    expect(kind(lifecycle, 'TWO', 'NOTE', 'rule:r').kind).toBe('accepted')
  })

  it('[L8] of all phases opens its warrant in the phase where it was taken', () => {
    const workflows = { tidy: { steps: [['a', 'tidy'] as const] } }
    const given = lawCase(
      make(
        {
          phases: { ONE: { on: { GO: 'TWO' } }, TWO: {} },
          all: { TIDY: { by: ['person'], starts: 'tidy' } },
        },
        { workflows },
      ),
      'ONE',
    )
    given.send('GO', 'person:ann')
    given.send('TIDY', 'person:ann', {}, { id: 't' })
    expect(given.context().warrants['tidy:t']).toMatchObject({ phase: 'TWO' })
  })

  it('to where the data says is a person’s word: a phase that there is', () => {
    const lifecycle = make({ all: { ADOPTED: { to: '*', by: ['person'] } } })
    expect(kind(lifecycle, 'ONE', 'ADOPTED', 'person:ann', { phase: 'TWO' })).toMatchObject({
      kind: 'accepted',
      phase: 'TWO',
    })
    for (const phase of ['TREE', '__proto__', '', 7, null, ['TWO']]) {
      expect(kind(lifecycle, 'ONE', 'ADOPTED', 'person:ann', { phase }).kind).toBe('refused')
    }
  })

  it('without a signal is moved along by a person alone', () => {
    const lifecycle = make({ phases: { ONE: { moves: ['TWO'], allow: ['a'] }, TWO: {} } })
    expect(kind(lifecycle, 'ONE', 'MOVE_REQUESTED', 'agent:a', { phase: 'TWO' })).toMatchObject({
      kind: 'refused',
      reason:
        'move from ONE to TWO: only person may send it, not agent:a; moves from ONE: TWO; no signal leads on',
      allowed: { signals: [{ type: 'MOVE_REQUESTED', by: ['person'] }] },
    })
    expect(kind(lifecycle, 'ONE', 'MOVE_REQUESTED', 'person:ann', { phase: 'ONE' }).kind).toBe('refused')
    expect(kind(lifecycle, 'ONE', 'MOVE_REQUESTED', 'person:ann', { phase: 'TWO' })).toMatchObject({
      kind: 'accepted',
      phase: 'TWO',
    })
  })

  it('starts and notes with actions and gates of one’s own', () => {
    const lifecycle = withArrow(
      { to: 'TWO', gate: 'dry', does: ['count'] },
      {
        gates: { dry: ({ event: asked }) => asked.facts.extra?.['dry'] === true || 'it rains' },
        actions: {
          count: ({ note, event: told }) => note((draft) => void (draft.extra = { seen: told.signal.id })),
        },
      },
    )
    const given = lawCase(lifecycle, 'ONE')
    given.send('GO', 'person:ann')
    expect(given.phase()).toBe('ONE')
    given.send('GO', 'person:ann', {}, { facts: { extra: { dry: true } }, id: 'x' })
    expect([given.phase(), given.context().extra]).toEqual(['TWO', { seen: 'x' }])
  })

  it('[L17] of time is one action under a named delay', () => {
    const actions = {
      nudge: ({ emit }: { emit: (emission: never) => void }) =>
        emit({ type: 'escalate', about: 'x', text: 'well?', severity: 'LOW' } as never),
    }
    const lifecycle = make(
      {
        delays: { soon: 5_000 },
        phases: { ONE: { on: { GO: 'TWO' } }, TWO: { after: { soon: { does: ['nudge'] } } } },
      },
      { actions },
    )
    const given = lawCase(lifecycle, 'ONE')
    given.send('GO', 'person:ann')
    expect(Object.values(given.timers())).toEqual([5_000])
    given.pass(5_000)
    expect(given.emitted()).toMatchObject([{ type: 'escalate', text: 'well?' }])
    expect(given.timers()).toEqual({})
  })
})

describe('waiting', () => {
  it('[L3] ends where a lifecycle ends, but not in a phase of one’s own that happens to allow nobody', () => {
    const given = lawCase(
      make({
        phases: {
          ONE: { on: { GO: 'TWO' } },
          TWO: { on: { ON: 'THREE', END: 'OVER' } },
          THREE: { allow: ['a'] },
          OVER: {},
        },
      }),
      'ONE',
    )
    const asked = { id: 'o', agent: 'a', task: 't', warrant: null, input: {} }
    given.send('OPERATION_REQUESTED', 'person:ann', asked)
    given.send('GO', 'person:ann')
    expect(given.context().operations['o']).toMatchObject({ status: 'waiting', awaiting: 'awaiting_THREE' })
    given.send('OPERATION_REQUESTED', 'system', asked)
    given.send('END', 'person:ann')
    expect(given.context().operations).toEqual({})
  })

  it('[L3] is for the fewest arrows; ties go to what stands first in the chart', () => {
    const { definition } = make({
      phases: {
        ONE: { on: { LEFT: 'FAR', RIGHT: 'TWO' } },
        THREE: { allow: ['a'] },
        TWO: { allow: ['a'], on: { ON: 'THREE' } },
        FAR: { on: { ON: 'THREE' }, allow: ['b'] },
        LONE: { allow: ['b'] },
      },
    })
    expect(nearestAdmitting(definition, 'ONE', 'a')).toBe('TWO')
    expect(nearestAdmitting(definition, 'FAR', 'a')).toBe('THREE')
    expect(nearestAdmitting(definition, 'TWO', 'b')).toBeUndefined()
    expect(nearestAdmitting(definition, 'TWO', 'a')).toBe('TWO')
    expect(successors(definition, 'ONE')).toEqual(['FAR', 'TWO'])
    expect(phasesAllowing(definition, 'b')).toEqual(['FAR', 'LONE'])
  })
})
