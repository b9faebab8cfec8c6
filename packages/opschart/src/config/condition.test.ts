// Properties:
//   - Conditions of the design pass; what is not closed, not known or has no time limit does not.

import { describe, expect, it } from 'vitest'
import { conditionMistakes } from './condition.ts'

describe('conditionMistakes', () => {
  it.each([
    "file_changed('*.sql')",
    'error_rate() > 0.01',
    "time_since('backup') > duration('24h')",
    'time_since_last_backup() > 86400',
    `error_rate() > 0.01 && !(event.data.service in ["a", 'b\\'c']) || event.type.startsWith("X")`,
    'items.exists(x, x > 1) ? true : {1: 2}[1] == 2',
  ])('finds nothing wrong with %s', (text) => {
    expect(conditionMistakes(text)).toEqual([])
  })

  it.each([
    ['', 'an empty condition'],
    ['   ', 'an empty condition'],
    ['error_rate( > 1', '( is not closed'],
    ['error_rate()) > 1', ') closes nothing'],
    ['(1]', '] closes nothing'],
    ["file_changed('*.sql)", 'a quote is not closed'],
    ['error_rate() > 1; reboot', '";" has no meaning in a condition'],
    ['reboot()', 'no function is called reboot'],
    ['"a".reboot()', 'no method is called reboot'],
    ['"a".matches("(a+)+")', 'matches is not allowed: its time has no limit'],
  ])('finds %j wrong', (text, message) => {
    expect(conditionMistakes(text).map((mistake) => mistake.message)).toEqual([message])
  })
})
