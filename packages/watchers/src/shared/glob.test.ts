// Properties:
//   - Patterns match as people expect of them, and never take more than linear time.

import { describe, expect, it } from 'vitest'
import { compileGlobs, matchesGlobs, mayContain } from './glob.ts'

describe('patterns', () => {
  it.each([
    ['*.log', ['a.log', '.log', 'b/a.log', 'a.log.1'], ['a.log']],
    [
      'logs/**/*.log',
      ['logs/a.log', 'logs/b/c/a.log', 'a.log', 'logs/.b/a.log'],
      ['logs/a.log', 'logs/b/c/a.log'],
    ],
    ['**/x', ['x', 'a/x', 'a/b/x', 'xx'], ['x', 'a/x', 'a/b/x']],
    ['a/**', ['a/b', 'a/b/c', 'b'], ['a/b', 'a/b/c']],
    ['{a,b}/{c,d{1,2}}.?', ['a/c.x', 'b/d1.y', 'b/d2.z', 'a/d.x', 'c/c.x'], ['a/c.x', 'b/d1.y', 'b/d2.z']],
    ['[a-c][!0-9]', ['ax', 'a1', 'dx'], ['ax']],
    ['./.claude/*.ndjson', ['.claude/x.ndjson', 'claude/x.ndjson'], ['.claude/x.ndjson']],
    ['a\\*', ['a*', 'ab'], ['a*']],
    ['*a*b*', ['xaxbx', 'ba', 'ab'], ['xaxbx', 'ab']],
    ['ü?.👋', ['üx.👋', 'ü👋.👋'], ['üx.👋', 'ü👋.👋']],
  ])('%s', (pattern, paths, matching) => {
    const globs = compileGlobs([pattern])
    expect(paths.filter((path) => matchesGlobs(globs, path))).toEqual(matching)
  })

  it('say in which folders something can match', () => {
    const globs = compileGlobs(['a/b/*.sql', 'c/**/*.sql'])
    const folders = ['a', 'a/b', 'a/b/c', 'b', 'c', 'c/d/e', 'x/c']
    expect(folders.filter((folder) => mayContain(globs, folder))).toEqual(['a', 'a/b', 'c', 'c/d/e'])
  })

  it.each(['', '/etc/passwd', '../x', 'a/../../x', 'C:/x', '{a,b,c}'.repeat(8)])('refuse %s', (pattern) => {
    expect(() => compileGlobs([pattern])).toThrow(expect.objectContaining({ code: 'configuration' }))
  })

  it('take linear time on names made to hurt', () => {
    const globs = compileGlobs([`${'*a'.repeat(30)}b`, `${'**/'.repeat(30)}b`])
    const begin = process.cpuUsage()
    expect(matchesGlobs(globs, 'a'.repeat(20_000))).toBe(false)
    expect(matchesGlobs(globs, 'a/'.repeat(2_000))).toBe(false)
    const { user } = process.cpuUsage(begin)
    expect(user / 1000).toBeLessThan(3_000)
  })
})
