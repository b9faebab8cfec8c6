// Properties:
//   - Every state and arrow of a chart is in its Mermaid text: nested, parallel, final and history states, too.
//   - No name of a chart is read as a word of Mermaid's, whatever it is.

import { chartOfConfig, chartOfLaw, statesOf } from '@opschart/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { mermaidOf } from './mermaid-of.ts'

it('draws a law: moves as arrows, agents and what stays in notes', () => {
  const law = chartOfLaw({
    id: 'own',
    agents: ['a'],
    initial: 'ONE',
    phases: {
      ONE: { allow: ['a'], moves: ['TWO'], on: { GO: 'TWO', NOTE: { gate: 'ready', starts: 'look' } } },
      TWO: {},
    },
  })
  expect(mermaidOf(law)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> ONE
      ONE --> TWO: GO
      ONE --> TWO: move
      note right of ONE
        agents: a
        NOTE [ready] / look
      end note
      TWO --> [*]"
  `)
})

it('draws nested, parallel, final and history states', () => {
  const config = {
    id: 'player',
    initial: 'off',
    states: {
      off: { on: { POWER: 'on.back' } },
      on: {
        type: 'parallel' as const,
        on: { POWER: { target: 'off', actions: 'save' } },
        states: {
          sound: { initial: 'loud', entry: 'tune', states: { loud: { on: { MUTE: 'mute' } }, mute: {} } },
          picture: {
            initial: 'dark',
            states: { dark: { after: { 500: 'done' } }, done: { type: 'final' as const } },
          },
          back: { type: 'history' as const, history: 'deep' as const },
        },
      },
    },
  }
  expect(mermaidOf(chartOfConfig(config, 'player'))).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> off
      off --> back: POWER
      on --> off: POWER / save
      state "on" as on {
        note right of sound
          entry / tune
        end note
        state "sound" as sound {
          [*] --> loud
          loud --> mute: MUTE
          loud
          mute
        }
        --
        state "picture" as picture {
          [*] --> dark
          dark --> done: after 500 ms
          done --> [*]
          dark
          done
        }
        --
        state "H*" as back
      }"
  `)
})

it('keeps each name a name', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'end note',
      'state',
      '[*]',
      '-->',
      '"quoted"',
      'a: b',
      'x;y',
      '--',
      '}',
      '`',
      '\n',
      'ä 漢',
      '__proto__',
    ),
    fc.string({ minLength: 1, maxLength: 12 }),
  )
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 6 }), (names) => {
      const states = Object.fromEntries(
        names.map((key, place) => [key, { on: { [names[(place + 1) % names.length]!]: { actions: key } } }]),
      )
      const chart = chartOfConfig({ id: names[0]!, initial: names[0]!, states: { ...states } }, 'x')
      const lines = mermaidOf(chart).split('\n')
      const form =
        /^(?:stateDiagram-v2| +\[\*\] --> \w+| +state "[^"]*" as \w+(?: \{)?| +\w+| +\w+ --> \w+(?:: [^:;"{}<>]*)?| +note right of \w+| {4,}.*| +end note| +\})$/u
      for (const line of lines) expect(line).toMatch(form)
      expect(lines.filter((line) => /^\s*end\s*note/i.test(line))).toHaveLength(
        lines.filter((line) => line.startsWith('  note right of')).length,
      )
      expect(statesOf(chart).length).toBe(Object.keys(states).length + 1)
    }),
  )
})
