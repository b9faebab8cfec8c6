// Properties of what becomes of a draft from outside:
//   - Who it is from comes from the channel; its source can be no other channel's, and none of our own messages'.
//   - What it leaves out is filled in; what it says is plain text. What is malformed is told, by the member that is.

import { isPrincipal, type Principal } from '@opschart/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { signalOf } from './draft.ts'

let ids = 0
const given = {
  clock: { now: () => 1_000, at: () => () => {} },
  crypto: { sha256: (text: string) => text, randomId: () => `id-${(ids += 1)}` },
}
const sourceOf = (source: string | undefined, by: Principal) =>
  signalOf({ type: 'A', ...(source === undefined ? {} : { source }) }, by, given).source

describe('a draft', () => {
  it('is filled in', () => {
    expect(signalOf({ type: 'NOISE' }, 'person:ann', given)).toEqual({
      id: 'id-1',
      source: 'person:ann',
      type: 'NOISE',
      time: 1_000,
      severity: 'INFO',
      data: {},
      by: 'person:ann',
    })
  })

  it('is made plain', () => {
    const draft = {
      type: 'NOISE',
      id: 'a\u0000b',
      source: 'x\u001b[2J',
      subject: 'web\n/v1',
      cause: 'c\u0007',
      data: { text: 'a\u001b[1m\nb' },
    }
    expect(signalOf(draft, 'watcher:http', given)).toMatchObject({
      id: 'watcher:http/x:ab',
      source: 'watcher:http/x',
      subject: 'web /v1',
      cause: 'c',
      data: { text: 'a\nb' },
    })
    expect(signalOf({ type: 'NOISE', id: '\u0000' }, 'person:ann', given).id).toMatch(/^id-/)
  })

  it.each([
    [undefined, 'watcher:git', 'watcher:git'],
    ['git', 'watcher:git', 'git'],
    ['inbox:ci', 'watcher:inbox', 'inbox:ci'],
    ['git', 'watcher:inbox', 'watcher:inbox/git'],
    ['inboxes', 'watcher:inbox', 'watcher:inbox/inboxes'],
    ['git', 'agent:git', 'agent:git/git'],
    ['web/one', 'watcher:web/one', 'watcher:web/one/web/one'],
    ['cli', 'person:ann', 'person:ann/cli'],
    ['rule:errors:web', 'rule:errors', 'rule:errors/rule:errors:web'],
  ] as const)('[D2] whose source is %s, by %s, has the source %s', (source, by, expected) => {
    expect(sourceOf(source, by)).toBe(expected)
  })

  it('[D2] never has the source of another channel, nor one of ours', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,10}$/)
    const principal = fc
      .tuple(fc.constantFrom('agent', 'watcher', 'person', 'rule', 'workflow'), name)
      .map(([kind, rest]) => `${kind}:${rest}`)
    const actor = fc.oneof(
      fc.tuple(name, name).map(([service, branch]) => `${service}/${branch}`),
      fc.tuple(name, name).map(([service, run]) => `${service}/x~${run}:1`),
      fc.tuple(name, name).map(([rule, service]) => `rule:${rule}:${service}`),
    )
    fc.assert(
      fc.property(
        principal,
        principal,
        actor,
        fc.string({ minLength: 1, maxLength: 30 }),
        (one, other, own, text) => {
          fc.pre(one !== other && isPrincipal(one) && isPrincipal(other))
          for (const source of [other, own, text]) {
            const ours = sourceOf(source, one)
            expect([own, sourceOf(undefined, other), sourceOf(source, other)]).not.toContain(ours)
          }
        },
      ),
    )
  })

  it.each([
    [{ type: 'xstate.init' }, 'type'],
    [{ type: 'lower.case' }, 'type'],
    [{ type: 'A', id: '' }, 'id'],
    [{ type: 'A', time: 1.5 }, 'time'],
    [{ type: 'A', by: 'system' }, 'form'],
    [{ type: 'A', data: { a: 'x'.repeat(70_000) } }, 'data'],
  ])('[L5] that is malformed is refused, naming what is: %j', (draft, member) => {
    expect(() => signalOf(draft as never, 'person:ann', given)).toThrow(`the signal's ${member} is wrong`)
  })
})
