// Properties:
//   - A row that concerns nobody is not in the story.
//   - What the demo shows of `opschart why` is what the command shows, line by line, in colour as well.

import { Writable } from 'node:stream'
import { expect, it } from 'vitest'

import { colourLook, now, plainLook, refusal, row } from '../../test/views.ts'
import { renderWhy } from '../cli/_render-why.ts'
import { createScreen } from './screen.ts'

const rows = [
  row({ sequence: 2 }),
  row({ sequence: 3, moved: null, verdict: refusal(), cause: 'web/v2.3.1:1:0' }),
]

it.each([false, true])('shows why as the command does (colour: %s)', (colour) => {
  let shown = ''
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      shown += chunk.toString('utf8')
      done()
    },
  })
  createScreen({ out: Object.assign(out, { columns: 86 }), colour, timeZone: 'UTC' }).why('3', rows, now)
  const lines = shown.trimEnd().split('\n')
  expect(lines[0]).toContain('$ opschart why 3')
  const look = colour ? colourLook(80) : plainLook(80)
  expect(lines.slice(1)).toEqual(renderWhy('3', rows, look).map((line) => `      ${line}`))
})

it('leaves out what is nobody’s business', () => {
  let shown = ''
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      shown += chunk.toString('utf8')
      done()
    },
  })
  const screen = createScreen({ out, colour: false })
  const unrouted = { kind: 'unrouted', reason: 'web has no live release' } as const
  screen.row(
    row({ moved: null, type: 'SCHEMA_CHANGED', verdict: unrouted, text: 'unrouted: SCHEMA_CHANGED' }),
  )
  expect(shown).toBe('')
  screen.row(row({ text: 'told' }))
  expect(shown).toContain('told')
})
