// Properties:
//   - At every commit at most one release is live, in every sense: one pointer, one release in a phase of those that
//     run, the top of the stack; every other release of the stack is retired.
//   - The pointer moves in the commit of the arrow that moves it, and the releases that it concerns are told in it.
//   - A hot-fix supersedes a release in an incident or an optimization; the first release has nowhere to go back to.
//   - Deployments and roll-backs exclude each other, and give back what they took.
//   - The open incident goes with the pointer.

import type { Principal } from '@opschart/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { serviceWorld, type Commit, type ServiceWorld } from './service-world.ts'

const ids = ['user-service/one', 'user-service/two', 'user-service/three']
const [one, two, three] = ids as [string, string, string]
const running = ['PRODUCTION', 'INCIDENT', 'OPTIMIZATION', 'ROLLBACK']

function world(): ServiceWorld {
  const service = serviceWorld()
  for (const id of ids) service.open(id)
  return service
}

/** Brings a release to production, as a deployment does. */
function deploy(service: ServiceWorld, id: string, version: string): Commit {
  service.send(id, 'ADOPTED', 'person:ann', { phase: 'STAGING' })
  expect(service.send(id, 'DEPLOYMENT_REQUESTED', 'person:ann').verdict.kind).toBe('accepted')
  const done = service.send(id, 'DEPLOYMENT_COMPLETE', 'workflow:deploy', {
    environment: 'production',
    version,
  })
  expect(done.verdict.kind).toBe('accepted')
  service.end(id, 'deploy')
  return done
}

const roll = (service: ServiceWorld, id: string, recovered: boolean): Commit => {
  expect(service.send(id, 'ROLLBACK_REQUESTED', 'person:ann').verdict.reason).toContain('→ ROLLBACK')
  const back = service.send(id, 'ROLLED_BACK', 'workflow:rollback', { recovered })
  service.end(id, 'rollback')
  return back
}

describe('the live pointer', () => {
  it('[L15] moves with DEPLOYMENT_COMPLETE; the release that was live is superseded in the same commit', () => {
    const service = world()
    expect(deploy(service, one, 'v1')).toMatchObject({ liveBefore: null, liveAfter: one, messages: [] })
    expect(deploy(service, two, 'v2')).toMatchObject({
      liveBefore: one,
      liveAfter: two,
      messages: [{ to: one, type: 'SUPERSEDED', verdict: { kind: 'accepted', phase: 'RETIRED' } }],
    })
    expect(service.service()).toMatchObject({ stack: [one, two], exclusive: null })
    expect(service.service().deployments.map(({ version }) => version)).toEqual(['v1', 'v2'])
  })

  it('[L15] moves back with ROLLED_BACK; the earlier release is reinstated in the same commit', () => {
    const service = world()
    deploy(service, one, 'v1')
    deploy(service, two, 'v2')
    service.send(two, 'ERROR_THRESHOLD_EXCEEDED', 'rule:spike')
    expect(roll(service, two, true)).toMatchObject({
      liveBefore: two,
      liveAfter: one,
      messages: [{ to: one, type: 'REINSTATED', verdict: { kind: 'accepted', phase: 'PRODUCTION' } }],
    })
    expect(service.phase(two)).toBe('DEVELOPMENT')
    expect(service.service()).toMatchObject({ stack: [one], incident: null, exclusive: null })
  })

  it('[L15] not recovered: the earlier release goes to INCIDENT with the open incident, and rolls back no further', () => {
    const service = world()
    for (const [index, id] of ids.entries()) deploy(service, id, `v${index + 1}`)
    service.send(three, 'ERROR_THRESHOLD_EXCEEDED', 'rule:spike')
    const incident = service.service().incident
    expect(incident).toMatchObject({ opened_on: three })
    expect(roll(service, three, false).messages.map(({ to, type }) => [to, type])).toEqual([
      [two, 'REINSTATED'],
      [two, 'INCIDENT_DECLARED'],
    ])
    expect(service.phase(two)).toBe('INCIDENT')
    expect(service.service().incident).toEqual(incident)
    const again = service.send(two, 'ROLLBACK_REQUESTED', 'workflow:incident_detected')
    expect(again.verdict.reason).toContain('the next one is a person’s')
    expect(service.send(two, 'ROLLBACK_REQUESTED', 'person:ann').verdict.kind).toBe('accepted')
  })

  it('[L15] the open incident closes when the measure clears', () => {
    const service = world()
    deploy(service, one, 'v1')
    service.send(one, 'ERROR_THRESHOLD_EXCEEDED', 'rule:spike')
    deploy(service, two, 'v2')
    expect(service.phase(one)).toBe('RETIRED')
    expect(service.service().incident).toMatchObject({ opened_on: one })
    service.send(two, 'ERROR_THRESHOLD_CLEARED', 'rule:spike')
    expect(service.service().incident).toBeNull()
  })

  it('[L15] the first release has nowhere to go back to', () => {
    const service = world()
    deploy(service, one, 'v1')
    service.send(one, 'INCIDENT_DECLARED', 'person:ann')
    expect(service.send(one, 'ROLLBACK_REQUESTED', 'person:ann').verdict.reason).toContain(
      'no earlier release is known',
    )
    expect(service.phase(one)).toBe('INCIDENT')
  })

  it.each([
    ['INCIDENT', 'ERROR_THRESHOLD_EXCEEDED'],
    ['OPTIMIZATION', 'SLOW_QUERY'],
  ])('[L15] a hot-fix supersedes a release in %s', (phase, signal) => {
    const service = world()
    deploy(service, one, 'v1')
    service.send(one, signal, 'rule:spike')
    expect(service.phase(one)).toBe(phase)
    expect(deploy(service, two, 'v2').messages).toMatchObject([
      { to: one, type: 'SUPERSEDED', verdict: { kind: 'accepted' } },
    ])
    expect(service.phase(one)).toBe('RETIRED')
  })

  it('[L15] a release that is worked on again is nowhere to go back to', () => {
    const service = world()
    for (const [index, id] of ids.entries()) deploy(service, id, `v${index + 1}`)
    service.send(two, 'ADOPTED', 'person:ann', { phase: 'DEVELOPMENT' })
    service.send(three, 'INCIDENT_DECLARED', 'person:ann')
    expect(roll(service, three, true).liveAfter).toBe(one)
  })

  it('[L7] adoption into a phase that runs makes it live; out of one, it is live no more', () => {
    const service = world()
    deploy(service, one, 'v1')
    expect(service.send(two, 'ADOPTED', 'person:ann', { phase: 'PRODUCTION', version: 'v9' })).toMatchObject({
      liveBefore: one,
      liveAfter: two,
      messages: [{ to: one, type: 'SUPERSEDED' }],
    })
    expect(service.context(two).version).toBe('v9')
    expect(service.send(two, 'ADOPTED', 'person:ann', { phase: 'DEVELOPMENT' }).liveAfter).toBeNull()
    expect(service.service().stack).toEqual([one])
  })

  it('[L7] adoption back into production closes the incident of that release', () => {
    const service = world()
    deploy(service, one, 'v1')
    service.send(one, 'INCIDENT_DECLARED', 'person:ann')
    service.send(one, 'ADOPTED', 'person:ann', { phase: 'PRODUCTION' })
    expect(service.service().incident).toBeNull()
  })

  it('[L15] a deployment that is rejected under way leaves no open request behind', () => {
    const service = world()
    service.send(one, 'ADOPTED', 'person:ann', { phase: 'STAGING' })
    service.send(one, 'DEPLOYMENT_REQUESTED', 'person:ann')
    expect(service.service().exclusive).toMatchObject({ lifecycle: one })
    service.send(one, 'DEPLOYMENT_REJECTED', 'person:ann')
    service.end(one, 'deploy')
    expect(service.service().exclusive).toBeNull()
    service.send(one, 'ADOPTED', 'person:ann', { phase: 'STAGING' })
    expect(service.send(one, 'DEPLOYMENT_COMPLETE', 'watcher:git').verdict).toMatchObject({
      kind: 'violation',
    })
  })

  it('[L15] a deployment and a roll-back exclude each other, either way', () => {
    const service = world()
    deploy(service, one, 'v1')
    deploy(service, two, 'v2')
    service.send(three, 'ADOPTED', 'person:ann', { phase: 'STAGING' })
    service.send(three, 'DEPLOYMENT_REQUESTED', 'person:ann')
    service.send(two, 'INCIDENT_DECLARED', 'person:ann')
    service.begin(three, 'deploy')
    expect(service.send(two, 'ROLLBACK_REQUESTED', 'person:ann').verdict.reason).toContain(
      `of ${three} is under way`,
    )
    service.send(three, 'DEPLOYMENT_FAILED', 'workflow:deploy')
    service.end(three, 'deploy')
    service.send(two, 'ROLLBACK_REQUESTED', 'person:ann')
    expect(service.send(three, 'DEPLOYMENT_REQUESTED', 'person:ann').verdict.reason).toContain(
      `of ${two} is under way`,
    )
  })

  it('[L15] a deployment that was only asked for gives way to a roll-back', () => {
    const service = world()
    deploy(service, one, 'v1')
    deploy(service, two, 'v2')
    service.send(three, 'ADOPTED', 'person:ann', { phase: 'STAGING' })
    service.send(three, 'DEPLOYMENT_REQUESTED', 'person:ann')
    service.send(two, 'INCIDENT_DECLARED', 'person:ann')
    expect(service.send(two, 'ROLLBACK_REQUESTED', 'person:ann').verdict.kind).toBe('accepted')
    expect(service.service().exclusive).toMatchObject({ lifecycle: two })
    service.end(three, 'deploy')
    expect(service.service().exclusive).toMatchObject({ lifecycle: two })
  })
})

interface Act {
  readonly what:
    | 'adopt'
    | 'request'
    | 'complete'
    | 'fail'
    | 'reject'
    | 'spike'
    | 'slow'
    | 'resolve'
    | 'roll back'
    | 'back'
    | 'not back'
    | 'clear'
    | 'optimized'
    | 'end'
  readonly id: string
  readonly phase: string
  readonly recovered: boolean
  readonly workflow: string
}

const act: fc.Arbitrary<Act> = fc.record({
  what: fc.constantFrom<Act['what']>(
    'adopt',
    'request',
    'request',
    'complete',
    'complete',
    'fail',
    'reject',
    'spike',
    'slow',
    'resolve',
    'roll back',
    'roll back',
    'back',
    'back',
    'not back',
    'clear',
    'optimized',
    'end',
    'end',
    'end',
  ),
  id: fc.constantFrom(...ids),
  phase: fc.constantFrom(
    'STAGING',
    'STAGING',
    'STAGING',
    'DEVELOPMENT',
    'PRODUCTION',
    'INCIDENT',
    'ROLLBACK',
    'OPTIMIZATION',
    'RETIRED',
  ),
  recovered: fc.boolean(),
  workflow: fc.constantFrom('deploy', 'rollback', 'deploy', 'rollback', 'incident_detected', 'optimize'),
})

function perform(service: ServiceWorld, { what, id, phase, recovered, workflow }: Act): Commit | undefined {
  const send = (type: string, by: Principal, data = {}) => service.send(id, type, by, data)
  switch (what) {
    case 'adopt':
      return send('ADOPTED', 'person:ann', { phase })
    case 'request':
      return send('DEPLOYMENT_REQUESTED', 'person:ann')
    case 'complete':
      return send('DEPLOYMENT_COMPLETE', recovered ? 'workflow:deploy' : 'watcher:git', {
        environment: 'production',
      })
    case 'fail':
      return send('DEPLOYMENT_FAILED', 'workflow:deploy')
    case 'reject':
      return send('DEPLOYMENT_REJECTED', 'person:ann')
    case 'spike':
      return send('ERROR_THRESHOLD_EXCEEDED', 'rule:spike')
    case 'slow':
      return send('SLOW_QUERY', 'rule:slow')
    case 'resolve':
      return send('INCIDENT_RESOLVED', 'person:ann')
    case 'roll back':
      return send('ROLLBACK_REQUESTED', 'person:ann')
    case 'back':
      return send('ROLLED_BACK', 'workflow:rollback', { recovered })
    case 'not back':
      return send('ROLLBACK_FAILED', 'workflow:rollback')
    case 'clear':
      return send('ERROR_THRESHOLD_CLEARED', 'rule:spike')
    case 'optimized':
      return send('OPTIMIZED', 'workflow:optimize')
    case 'end':
      return service.end(id, workflow)
  }
}

describe('any sequence', () => {
  it('[L15] leaves at most one release live, and tells those that it concerns in the same commit', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
        const service = world()
        for (const given of acts) {
          const done = perform(service, given)
          if (done !== undefined) holdToOneLive(service, done, seen)
        }
      }),
      { numRuns: 250, seed: 20_261_123 },
    )
    expect([...seen].toSorted()).toEqual(['REINSTATED', 'SUPERSEDED'])
  }, 30_000)
})

function holdToOneLive(
  service: ServiceWorld,
  { liveBefore, liveAfter, messages }: Commit,
  seen: Set<string>,
): void {
  const { live, stack, releases, exclusive } = service.service()
  const inService = ids.filter((id) => running.includes(service.phase(id)))
  expect(inService).toEqual(live === null ? [] : [live])
  expect(new Set(stack).size).toBe(stack.length)
  if (live !== null) expect(stack.at(-1)).toBe(live)
  for (const id of stack) if (id !== live) expect(service.phase(id)).toBe('RETIRED')
  for (const id of ids) expect(releases[id]?.phase).toBe(service.phase(id))
  if (exclusive !== null)
    expect(Object.keys(service.context(exclusive.lifecycle).warrants)).toContain(exclusive.run)
  for (const { type, verdict } of messages) {
    if (type !== 'INCIDENT_DECLARED') seen.add(type)
    expect(verdict.kind, verdict.reason).toBe('accepted')
  }
  if (liveBefore === liveAfter) return
  const told = messages
    .filter(({ type }) => type !== 'INCIDENT_DECLARED')
    .map(({ to, type }) => `${type} ${to}`)
  const moved = liveBefore === null ? [] : liveAfter === null ? [] : undefined
  if (moved !== undefined) expect(told).toEqual(moved)
  else expect([[`SUPERSEDED ${liveBefore}`], [`REINSTATED ${liveAfter}`]]).toContainEqual(told)
}
