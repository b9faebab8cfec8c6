import { execFileSync } from 'node:child_process'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { shellWord } from './shell-word.ts'

describe('a word of a command that people copy', () => {
  it.each([
    ['order/42', 'order/42'],
    ['actor:order/42~payment', 'actor:order/42~payment'],
    ['--to={version}', '--to={version}'],
    ['two words', "'two words'"],
    ['$(reboot)', "'$(reboot)'"],
    ["it's", `'it'\\''s'`],
    ['~root', "'~root'"],
    ['a;b', "'a;b'"],
    ['{a,b}', "'{a,b}'"],
    ['', "''"],
  ])('%s', (text, word) => expect(shellWord(text)).toBe(word))

  it('is to a shell what it was before, whatever it is', () => {
    const texts = fc.sample(
      fc.string({
        unit: fc.constantFrom(...Array.from('ab \'"\\$`!*?[]{}()<>|&;#~=,:/\n\t')),
        maxLength: 12,
      }),
      { numRuns: 300, seed: 7 },
    )
    const script = texts.map((text) => `printf '%s\\0' ${shellWord(text)}`).join('\n')
    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(
      texts,
    )
  })
})
