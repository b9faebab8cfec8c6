// Properties: what each arrow of the default law notes and asks for, besides where it leads.
//   - A release goes from its first commit to production with its author, head, review, version and request noted.
//   - What was noted for one attempt does not count for the next.
//   - Each incident is opened, acknowledged and closed once, and asks a person where the law says so.

import { describe, expect, it } from 'vitest'

import { lawCase, type LawCase } from '../../test/law-case.ts'
import { id, now } from '../../test/law-world.ts'
import { releaseLifecycle, type Emission, type LifecycleContext, type Lifecycle } from '../index.ts'
import { emptyService, type ServiceState } from './service-state.ts'

const law = releaseLifecycle as Lifecycle
const open = (phase: string, context: Partial<LifecycleContext> = {}) => lawCase(law, phase, context)
const changes = (given: LawCase) =>
  given.emitted().flatMap((emission) => (emission.type === 'service' ? [emission.change] : []))
const escalations = (emitted: readonly Emission[]) =>
  emitted.flatMap((emission) => (emission.type === 'escalate' ? [emission.text] : []))
const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const incident = {
  id: 'incident-1',
  since: 1,
  signal: 's',
  type: 't',
  opened_on: id,
  owner: null,
  acknowledged: false,
}
const service = (more: Partial<ServiceState>) => ({
  facts: { service: { ...emptyService('user-service'), ...more } },
})

describe('from the first commit to production', () => {
  it('notes commits with their authors, each author once, the last fifty', () => {
    const given = open('DEVELOPMENT')
    for (const author of ['ann', 'bob', 'ann'])
      given.send('CODE_COMMITTED', 'watcher:git', { commit: a, author, branch: 'feature' })
    expect(given.context()).toMatchObject({ commit: a, authors: ['ann', 'bob'] })
    for (let count = 0; count < 60; count += 1)
      given.send('CODE_COMMITTED', 'watcher:git', { commit: b, author: `author-${count}` })
    expect(given.context().authors).toHaveLength(50)
    expect(given.context().authors.at(-1)).toBe('author-59')
  })

  it('whoever asks for a review is an author, too, and so may not approve it', () => {
    const given = open('DEVELOPMENT')
    given.send('REVIEW_REQUESTED', 'person:ann', { commit: a })
    expect(given.context()).toMatchObject({ commit: a, authors: ['ann'] })
    expect(given.send('REVIEW_APPROVED', 'person:ann').reason).toContain('gate not_the_author')
  })

  it('notes the review, the merge, the version and the request; each is asked for by what follows', () => {
    const given = open('DEVELOPMENT')
    given.send('REVIEW_REQUESTED', 'person:ann', { commit: a })
    expect(given.send('CODE_MERGED', 'watcher:git', { commit: b, commits: [a, b] }).kind).toBe('violation')
    given.send('REVIEW_APPROVED', 'person:bob')
    expect(given.context().review).toMatchObject({ by: 'person:bob', commit: a })
    given.send('CODE_MERGED', 'watcher:git', { commit: b, commits: [a, b] }, { id: 'm' })
    expect(given.context()).toMatchObject({ commit: b, workflows: { post_merge: 'running' } })
    expect(given.send('DEPLOYMENT_REQUESTED', 'person:ann').reason).toContain('post_merge is still running')
    given.end('post_merge:m')
    given.send('VERSION_TAGGED', 'watcher:git', { version: 'v1' })
    given.send('DEPLOYMENT_REQUESTED', 'person:ann', { version: 'v1.1' }, { id: 'd' })
    expect(given.context()).toMatchObject({
      version: 'v1.1',
      deployment: { by: 'person:ann', environment: 'production', signal: 'd' },
    })
    expect(changes(given)).toEqual([{ kind: 'take', lifecycle: id, run: 'deploy:d' }])
    given.send('DEPLOYMENT_COMPLETE', 'workflow:deploy', { environment: 'production' })
    expect(given.phase()).toBe('PRODUCTION')
    expect(given.context().deployment).toBeNull()
    expect(changes(given)).toMatchObject([
      { kind: 'go_live', deployment: { lifecycle: id, version: 'v1.1', commit: b } },
    ])
  })

  it('a release that nothing has named goes live under its commit', () => {
    const deployment = { signal: 's', by: 'person:ann' as const, environment: 'production', at: now }
    const given = open('STAGING', { deployment, commit: a })
    given.send('DEPLOYMENT_COMPLETE', 'watcher:git')
    expect(changes(given)).toMatchObject([{ deployment: { version: a.slice(0, 12) } }])
  })

  it('changes requested, a rejection and a roll-back take the review back', () => {
    const review = { by: 'person:bob' as const, commit: a, at: now }
    const asked = open('REVIEW', { review })
    asked.send('CHANGES_REQUESTED', 'person:bob')
    const rejected = open('STAGING', { review })
    rejected.send('DEPLOYMENT_REJECTED', 'workflow:post_merge', { reason: 'tests' })
    const back = open('ROLLBACK', { review, rollbacks: 1, workflows: { post_merge: 'succeeded' } })
    back.send('ROLLED_BACK', 'workflow:rollback', { recovered: true })
    for (const given of [asked, rejected, back]) expect(given.context().review).toBeNull()
    expect(back.context()).toMatchObject({ rollbacks: 0, workflows: {}, deployment: null })
  })

  it('a failed deployment closes the request and asks a person, in plain words', () => {
    const deployment = { signal: 's', by: 'person:ann' as const, environment: 'production', at: now }
    const given = open('STAGING', { deployment })
    given.send('DEPLOYMENT_FAILED', 'workflow:deploy', { reason: `exit\u001b[31m 1${'!'.repeat(1_000)}` })
    expect(given.context().deployment).toBeNull()
    const [text] = escalations(given.emitted())
    expect(text).toMatch(
      /^DEPLOYMENT_FAILED on user-service\/feature: exit \[31m 1!+…; a person must decide$/,
    )
    expect(text!.length).toBeLessThan(400)
  })

  it('a deployment elsewhere than in production is no deployment of this release to production', () => {
    const given = open('STAGING', { workflows: { post_merge: 'succeeded' } })
    given.send('DEPLOYMENT_REQUESTED', 'person:ann', { environment: 'staging' })
    expect(given.context().deployment).toMatchObject({ environment: 'staging' })
    expect(given.send('DEPLOYMENT_COMPLETE', 'workflow:deploy', { environment: 'staging' }).reason).toContain(
      'not production',
    )
    expect(given.send('DEPLOYMENT_COMPLETE', 'watcher:git').reason).toContain('asked for in staging')
  })
})

describe('an incident', () => {
  it('[L17] is opened once, with an id, and a person is told', () => {
    const given = open('PRODUCTION')
    given.send('ERROR_THRESHOLD_EXCEEDED', 'rule:spike', {}, { id: 'e' })
    expect(changes(given)).toMatchObject([
      {
        kind: 'open_incident',
        incident: { id: 'incident-e', opened_on: id, acknowledged: false, owner: null },
      },
    ])
    expect(escalations(given.emitted())).toEqual([`ERROR_THRESHOLD_EXCEEDED on ${id}: an incident is open`])
    const going = open('PRODUCTION')
    going.send('INCIDENT_DECLARED', 'system', {}, service({ incident }))
    expect(going.phase()).toBe('INCIDENT')
    expect(changes(going)).toEqual([])
  })

  it('[L17] is acknowledged by a person, who then owns it', () => {
    const given = open('INCIDENT')
    given.send('INCIDENT_ACKNOWLEDGED', 'person:ann', {}, service({ incident }))
    expect(changes(given)).toEqual([{ kind: 'acknowledge_incident', owner: 'ann' }])
    expect(given.phase()).toBe('INCIDENT')
  })

  it('is closed when it is resolved, and its roll-backs are forgotten', () => {
    const given = open('INCIDENT', { rollbacks: 1 })
    given.send('INCIDENT_RESOLVED', 'person:ann', {}, service({ incident }))
    expect(changes(given)).toEqual([{ kind: 'close_incident' }])
    expect(given.context().rollbacks).toBe(0)
  })

  it('[L15] that came along with the pointer closes when the measure clears; one’s own is resolved', () => {
    const given = open('INCIDENT')
    given.send('ERROR_THRESHOLD_CLEARED', 'rule:spike', {}, service({ incident, live: id }))
    expect(changes(given)).toEqual([])
    const other = { ...incident, opened_on: 'user-service/other' }
    given.send('ERROR_THRESHOLD_CLEARED', 'rule:spike', {}, service({ incident: other, live: id }))
    expect(changes(given)).toEqual([{ kind: 'close_incident' }])
    given.send(
      'ERROR_THRESHOLD_CLEARED',
      'rule:spike',
      {},
      service({ incident: other, live: 'user-service/other' }),
    )
    expect(changes(given)).toEqual([])
  })

  it('[L13] counts the roll-back and marks the remedy; a failed one asks a person', () => {
    const live = {
      live: id,
      stack: ['user-service/old', id],
      releases: {
        'user-service/old': {
          id: 'user-service/old',
          order: 1,
          name: 'x',
          branch: null,
          version: 'v1',
          commit: null,
          commits: [],
          phase: 'RETIRED',
        },
      },
    }
    const given = open('INCIDENT')
    given.send('ROLLBACK_REQUESTED', 'person:ann', {}, { ...service(live), id: 'r' })
    expect(given.phase()).toBe('ROLLBACK')
    expect(given.context().rollbacks).toBe(1)
    expect(changes(given)).toMatchObject([
      { kind: 'take', lifecycle: id, run: 'rollback:r' },
      { kind: 'remedy', workflow: 'rollback', within: 3_600_000 },
    ])
    given.send('ROLLBACK_FAILED', 'workflow:rollback', { reason: 'exit 1' })
    expect(given.phase()).toBe('INCIDENT')
    expect(escalations(given.emitted())).toContain(`ROLLBACK_FAILED on ${id}: exit 1; a person must decide`)
  })

  it('reinstated unrecovered, it may not be rolled back again by itself', () => {
    const given = open('RETIRED')
    given.send('REINSTATED', 'system', { recovered: false })
    expect([given.phase(), given.context().rollbacks]).toEqual(['PRODUCTION', 1])
    const well = open('RETIRED', { rollbacks: 1 })
    well.send('REINSTATED', 'system', { recovered: true })
    expect(well.context().rollbacks).toBe(0)
  })
})

describe.each(['PRODUCTION', 'OPTIMIZATION'])('in %s', (phase) => {
  it.each([
    ['ERROR_THRESHOLD_EXCEEDED', 'watcher:metrics'],
    ['INCIDENT_DECLARED', 'person:ann'],
  ] as const)('[L17] %s opens an incident', (type, by) => {
    const given = open(phase)
    given.send(type, by, {}, { id: 'e' })
    expect(changes(given)).toMatchObject([{ kind: 'open_incident', incident: { id: 'incident-e', type } }])
  })
})

describe('an optimization', () => {
  it('is scheduled, waits for its window, and is applied once', () => {
    const given = open('OPTIMIZATION')
    expect(open('PRODUCTION').send('MAINTENANCE_WINDOW_STARTED', 'watcher:clock')).toMatchObject({
      kind: 'ignored',
    })
    given.send('OPTIMIZED', 'workflow:optimize')
    expect(given.context().optimization).toMatchObject({ scheduled: true })
    expect(given.send('MAINTENANCE_WINDOW_STARTED', 'watcher:clock').reason).toContain(
      'apply_optimization starts',
    )
    expect(given.context().optimization).toBeNull()
    expect(given.send('MAINTENANCE_WINDOW_STARTED', 'watcher:clock').kind).toBe('ignored')
  })

  it('abandoned, is not scheduled', () => {
    const given = open('OPTIMIZATION')
    given.send('OPTIMIZATION_ABANDONED', 'workflow:optimize')
    expect([given.phase(), given.context().optimization]).toEqual(['PRODUCTION', null])
  })
})

describe('[L7] adoption', () => {
  it('notes what a person says, and into staging counts as tested', () => {
    const deployment = { signal: 's', by: 'person:ann' as const, environment: 'production', at: now }
    const given = open('DEVELOPMENT', { deployment })
    given.send('ADOPTED', 'person:ann', { phase: 'STAGING', version: 'v7', commit: a })
    expect(given.context()).toMatchObject({
      version: 'v7',
      commit: a,
      deployment: null,
      workflows: { post_merge: 'succeeded' },
    })
  })
})
