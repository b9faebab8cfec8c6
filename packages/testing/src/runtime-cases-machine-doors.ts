import { assign, setup } from 'xstate'

import { runtimeCase, type RuntimePlace } from './runtime-case.ts'
import { counter } from './runtime-cases-machines.ts'
import type { Scenario } from './runtime-scenario.ts'
import { same, type Case } from './store-case.ts'

/** A machine whose actions change its context in place. */
const sloppy = setup({ types: {} as { context: { list: number[] } } }).createMachine({
  id: 'sloppy',
  context: { list: [1] },
  on: {
    SPOIL: {
      actions: assign(({ context: held }) => {
        held.list[0] = 9
        return { list: held.list }
      }),
    },
    TOUCH: { actions: assign({ list: ({ context: held }) => [...held.list] }) },
  },
})

const machines = { counter }

async function started(scenario: Scenario, id = 'counter/a'): Promise<void> {
  const verdict = await scenario.ann.start(id)
  if (verdict.kind !== 'accepted') throw new Error(verdict.reason)
}

/** What comes to the actors of machines from hands that are careless, or mean harm. */
export const machineDoorCases: readonly Case<RuntimePlace>[] = [
  runtimeCase(
    '[D6] an action that changes a context in place is refused; nothing of it reaches this actor or another',
    async (scenario) => {
      await started(scenario, 'sloppy/a')
      await started(scenario, 'sloppy/b')
      const verdict = await scenario.ann.send('sloppy/a', { type: 'SPOIL' })
      same([verdict.kind, verdict.reason.includes('read only')], ['refused', true], verdict.reason)
      await scenario.ann.send('sloppy/a', { type: 'TOUCH' })
      for (const id of ['sloppy/a', 'sloppy/b'])
        same((await scenario.runtime.actor(id))?.context['list'], [1], id)
      await started(scenario, 'sloppy/c')
      same((await scenario.runtime.actor('sloppy/c'))?.context['list'], [1], 'one that is started later')
    },
    { machines: { sloppy } },
  ),

  runtimeCase(
    '[D2] an id that was another actor’s is refused, not taken for a duplicate; nothing is lost in silence',
    async (scenario) => {
      await started(scenario)
      await started(scenario, 'counter/b')
      await scenario.ann.send('counter/a', { type: 'ADD', id: 'e1' })
      const other = await scenario.ann.send('counter/b', { type: 'ADD', id: 'e1' })
      same([other.kind, other.duplicate], ['refused', undefined], other.reason)
      same((await scenario.runtime.actor('counter/b'))?.context['count'], 0, 'the other')
    },
    { machines },
  ),

  runtimeCase(
    'what is sent has a form and a size; what has not is refused with the reason',
    async (scenario) => {
      await started(scenario)
      const wrong: [string, object][] = [
        ['xn', { type: 'ADD', data: null }],
        ['xt', { type: 'ADD', data: { type: 'OTHER' } }],
        ['xi', { type: 'ADD', id: 4 }],
        ['xc', { type: 'A\u001bD' }],
        ['xl', { type: 'ADD', data: { text: 'x'.repeat(70_000) } }],
      ]
      for (const [what, draft] of wrong) {
        const error = await scenario.ann.send('counter/a', draft as never).catch((caught: unknown) => caught)
        same((error as { code?: string }).code, 'input', what)
      }
      const long = await scenario.ann
        .start('counter/z', { input: 'x'.repeat(70_000) })
        .catch((caught: unknown) => caught)
      same((long as { code?: string }).code, 'input', 'a start')
      const hostile = await scenario.ann.send(`counter/\u001b[2J${'x'.repeat(5_000)}`, { type: 'ADD' })
      same([hostile.reason.includes('\u001b'), hostile.reason.length < 400], [false, true], 'a name')
    },
    { machines },
  ),
]
