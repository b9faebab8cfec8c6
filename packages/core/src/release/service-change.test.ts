// Properties:
//   - A change gives a new service; the old one stays as it was.
//   - History is bounded, and what a roll-back can lead to is never forgotten.
//   - One incident at a time; a remedy that repeats within its time is marked; footprints grow, end and are forgotten.

import { describe, expect, it } from 'vitest'

import { canonicalJson } from '../json.ts'
import { changeService, footprintTail, type ServiceChange } from './service-change.ts'
import { emptyService, predecessorOf, type ServiceState } from './service-state.ts'

const after = (changes: readonly ServiceChange[], state: ServiceState = emptyService('web')) =>
  changes.reduce(changeService, state)
const release = (id: string, phase = 'RETIRED', commit: string | null = null): ServiceChange => ({
  kind: 'release',
  id,
  name: id,
  branch: null,
  version: null,
  commit,
  phase,
})
const live = (lifecycle: string, time = 1): ServiceChange => ({
  kind: 'go_live',
  deployment: { lifecycle, version: `v-${lifecycle}`, commit: null, time },
})
const incident = (id: string) => ({
  id,
  since: 1,
  signal: 's',
  type: 't',
  opened_on: 'web/a',
  owner: null,
  acknowledged: false,
})

describe('the service', () => {
  it('is changed by making another', () => {
    const state = after([release('web/a'), live('web/a')])
    const before = canonicalJson(state)
    const next = after(
      [
        live('web/b'),
        { kind: 'open_incident', incident: incident('i') },
        release('web/a', 'PRODUCTION', 'c'),
      ],
      state,
    )
    expect(canonicalJson(state)).toBe(before)
    expect(next.live).toBe('web/b')
  })

  it('[L15] goes back to the release before the live one', () => {
    const state = after([
      release('web/a'),
      release('web/b'),
      release('web/c'),
      live('web/a'),
      live('web/b'),
      live('web/c'),
    ])
    expect(predecessorOf(state)?.id).toBe('web/b')
    const back = after([{ kind: 'roll_back', from: 'web/c', to: 'web/b', version: 'v2', time: 9 }], state)
    expect(back).toMatchObject({ live: 'web/b', stack: ['web/a', 'web/b'] })
    expect(back.deployments.at(-1)).toMatchObject({ lifecycle: 'web/b', version: 'v2', time: 9 })
    expect(predecessorOf(back)?.id).toBe('web/a')
    const again = after([live('web/c')], back)
    expect(again.stack).toEqual(['web/a', 'web/b', 'web/c'])
  })

  it('[L15] has no predecessor while nothing is live, or for the first', () => {
    expect(predecessorOf(emptyService('web'))).toBeNull()
    expect(predecessorOf(after([release('web/a'), live('web/a')]))).toBeNull()
    const left = after([
      release('web/a'),
      release('web/b'),
      live('web/a'),
      live('web/b'),
      { kind: 'leave_live', lifecycle: 'web/b' },
    ])
    expect(left).toMatchObject({ live: null, stack: ['web/a'] })
    expect(predecessorOf(left)).toBeNull()
  })

  it('[L15] gives back only what that run took', () => {
    const taken = after([{ kind: 'take', lifecycle: 'web/a', run: 'deploy:1' }])
    expect(after([{ kind: 'give_back', run: 'deploy:2' }], taken).exclusive).toEqual({
      lifecycle: 'web/a',
      run: 'deploy:1',
      acting: false,
    })
    expect(after([{ kind: 'act', run: 'deploy:2' }], taken).exclusive?.acting).toBe(false)
    expect(after([{ kind: 'act', run: 'deploy:1' }], taken).exclusive?.acting).toBe(true)
    expect(after([{ kind: 'give_back', run: 'deploy:1' }], taken).exclusive).toBeNull()
  })

  it('[L17] has one incident at a time, with an owner once it is acknowledged', () => {
    const state = after([
      { kind: 'open_incident', incident: incident('first') },
      { kind: 'open_incident', incident: incident('second') },
      { kind: 'acknowledge_incident', owner: 'ann' },
    ])
    expect(state.incident).toMatchObject({ id: 'first', acknowledged: true, owner: 'ann' })
    expect(after([{ kind: 'close_incident' }], state).incident).toBeNull()
    expect(after([{ kind: 'acknowledge_incident', owner: 'ann' }]).incident).toBeNull()
  })

  it('[L13] marks a remedy that comes twice within its time, until a person resumes', () => {
    const remedy = (at: number, workflow = 'rollback'): ServiceChange => ({
      kind: 'remedy',
      workflow,
      at,
      within: 3_600_000,
    })
    expect(after([remedy(0), remedy(3_600_000)]).oscillating).toEqual([])
    expect(after([remedy(1), remedy(3_600_000)]).oscillating).toEqual(['rollback'])
    expect(after([remedy(1), remedy(2, 'optimize')]).oscillating).toEqual([])
    const resumed = after([remedy(1), remedy(2), { kind: 'resume_remedies' }])
    expect(resumed).toMatchObject({ oscillating: [], remedies: [] })
  })

  it('[L12] footprints grow while they run, end, and are forgotten a minute later', () => {
    const entry = { operation: 'o', task: 't', commits: ['a'], versions: [], paths: [], ended: null }
    const grown = after([
      { kind: 'footprint', footprint: entry },
      { kind: 'footprint', footprint: { ...entry, commits: ['b', 'a'], paths: ['p'] } },
    ])
    expect(grown.footprints).toEqual([{ ...entry, commits: ['a', 'b'], paths: ['p'] }])
    const ended = after([{ kind: 'footprint_ended', operation: 'o', at: 100 }], grown)
    expect(ended.footprints[0]?.ended).toBe(100)
    const later = (at: number) =>
      after([{ kind: 'footprint_ended', operation: 'other', at }], ended).footprints.length
    expect([later(100 + footprintTail - 1), later(100 + footprintTail)]).toEqual([1, 0])
  })

  it('counts its releases in the order in which they were opened, for ever', () => {
    const state = after([release('web/z'), release('web/a'), release('web/z', 'PRODUCTION')])
    expect([state.releases['web/z']?.order, state.releases['web/a']?.order]).toEqual([1, 2])
  })

  it('stays bounded, and keeps what a roll-back can lead to and what is at work', () => {
    let state = after([release('web/first'), live('web/first'), release('web/open', 'REVIEW')])
    for (let count = 0; count < 300; count += 1)
      state = after(
        [release(`web/${count}`, 'RETIRED', `c${count}`)],
        JSON.parse(canonicalJson(state)) as ServiceState,
      )
    expect(Object.keys(state.releases)).toHaveLength(200)
    expect(Object.keys(state.releases)).toEqual(
      expect.arrayContaining(['web/first', 'web/open', 'web/299', 'web/102']),
    )
    expect(state.releases['web/101']).toBeUndefined()
    for (let count = 0; count < 60; count += 1)
      state = after([live(`web/${count}`, count), release('web/open', 'REVIEW', `h${count}`)], state)
    expect(state.deployments).toHaveLength(20)
    expect(state.stack).toHaveLength(20)
    expect(state.releases['web/open']?.commits).toHaveLength(50)
  })
})
