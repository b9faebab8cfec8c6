// Properties:
//   - A delivery signal goes to the release that owns its branch, commit or version.
//   - Only a commit or a review request opens a release, and only when none is under way on the branch.
//   - An operational signal goes to the release that it names, else to the deployment under way, else to the live one.
//   - What goes nowhere says why, and what there is.
//   - The order in which JSON has put the directory changes nothing.

import { describe, expect, it } from 'vitest'

import { canonicalJson } from './json.ts'
import { changeService } from './release/service-change.ts'
import { emptyService, type ServiceState } from './release/service-state.ts'
import { openingSignals, route } from './routing.ts'

interface Given {
  readonly id: string
  readonly name?: string
  readonly branch?: string
  readonly version?: string
  readonly commits?: readonly string[]
  readonly phase: string
}

function service(releases: readonly Given[], more: Partial<ServiceState> = {}): ServiceState {
  let state = emptyService('web')
  for (const { id, name, branch = null, version = null, commits = [], phase } of releases) {
    for (const commit of commits.length === 0 ? [null] : commits) {
      state = changeService(state, {
        kind: 'release',
        id,
        name: name ?? `web/${version ?? branch}`,
        branch,
        version,
        commit,
        phase,
      })
    }
  }
  return { ...state, ...more }
}

const to = (type: string, data: Record<string, string>, state: ServiceState, subject = 'web') => {
  const found = route({ type, subject, data }, state)
  // As a store gives it back: members in another order.
  const stored = JSON.parse(canonicalJson(state)) as ServiceState
  expect(route({ type, subject, data }, stored)).toEqual(found)
  return found.kind === 'unrouted' ? found.reason : `${found.kind} ${found.id}`
}

const state = service(
  [
    { id: 'web/login', branch: 'login', version: 'v1', commits: ['c1', 'c2'], phase: 'RETIRED' },
    { id: 'web/search', branch: 'search', version: 'v2', commits: ['c3'], phase: 'PRODUCTION' },
    { id: 'web/login#2', branch: 'login', commits: ['c4'], phase: 'REVIEW' },
    { id: 'web/cart', branch: 'cart', commits: ['c5', 'c6'], phase: 'STAGING' },
  ],
  { live: 'web/search' },
)

describe('[L14] delivery signals', () => {
  it('go to the release that is under way on the branch', () => {
    expect(to('REVIEW_APPROVED', { branch: 'login' }, state)).toBe('lifecycle web/login#2')
    expect(to('CODE_MERGED', { branch: 'cart', commit: 'merge' }, state)).toBe('lifecycle web/cart')
  })
  it('go to the release that owns the commit, old ones too', () => {
    expect(to('CODE_MERGED', { commit: 'c5' }, state)).toBe('lifecycle web/cart')
    expect(to('CODE_REVERTED', { commit: 'c2' }, state)).toBe('lifecycle web/login')
  })
  it('go to the release that has the version', () => {
    expect(to('DEPLOYMENT_COMPLETE', { version: 'v1' }, state)).toBe('lifecycle web/login')
  })
  it('of a branch whose release has gone its way go there', () => {
    expect(to('CODE_MERGED', { branch: 'search' }, state)).toBe('lifecycle web/search')
  })
  it('that nobody owns go nowhere, and say what there is', () => {
    expect(to('CODE_MERGED', { branch: 'gone', commit: 'c9' }, state)).toBe(
      'no release of web owns gone; it has web/v1, web/v2, web/login, web/cart',
    )
    expect(to('CODE_MERGED', { commit: 'c9' }, service([]))).toBe(
      'no release of web owns c9; it has none yet',
    )
  })
})

describe('[L14] opening a release', () => {
  it('is done by a commit or a review request, and by nothing else', () => {
    expect(openingSignals).toEqual(['CODE_COMMITTED', 'REVIEW_REQUESTED'])
    for (const type of openingSignals) expect(to(type, { branch: 'new' }, state)).toBe('open web/new')
    for (const type of [
      'CODE_MERGED',
      'REVIEW_APPROVED',
      'DEPLOYMENT_COMPLETE',
      'VERSION_TAGGED',
      'SCHEMA_CHANGED',
      'ADOPTED',
    ]) {
      expect(to(type, { branch: 'new' }, state)).toContain('no release of web owns new')
    }
  })
  it('is not done while one is under way on the branch', () => {
    expect(to('CODE_COMMITTED', { branch: 'login' }, state)).toBe('lifecycle web/login#2')
    expect(to('REVIEW_REQUESTED', { branch: 'cart' }, state, 'web/cart')).toBe('lifecycle web/cart')
  })
  it('is done again on a branch whose release has gone its way, under a name of its own', () => {
    expect(to('CODE_COMMITTED', { branch: 'search' }, state)).toBe('open web/search#2')
    expect(to('CODE_COMMITTED', {}, state, 'web/search')).toBe('open web/search#2')
    const twice = service([
      { id: 'web/a', branch: 'a', phase: 'RETIRED' },
      { id: 'web/a#2', branch: 'a', phase: 'PRODUCTION' },
    ])
    expect(to('CODE_COMMITTED', { branch: 'a' }, twice)).toBe('open web/a#3')
  })
  it('is done for a subject that names the branch', () => {
    expect(to('REVIEW_REQUESTED', {}, service([]), 'web/feature/deep')).toBe('open web/feature/deep')
  })
})

describe('[L14] a branch', () => {
  it.each([
    'a~deploy:1',
    'a b',
    'a\u001b[31m',
    'a:b',
    '../\n',
    'x'.repeat(201),
    '--upload-pack=x',
    '../../etc',
    'a/../b',
    '/etc',
    'a//b',
  ])('is not called %.20j, and opens nothing', (branch) => {
    expect(to('CODE_COMMITTED', { branch }, state)).toContain('is no name of a branch')
  })
  it('may have slashes, a hash and letters of any script', () => {
    expect(to('CODE_COMMITTED', { branch: 'feature/größe#7' }, state)).toBe('open web/feature/größe#7')
  })
})

describe('[L14] signals that name a release', () => {
  it('go to it by name, id, version or branch', () => {
    expect(to('ERROR_THRESHOLD_EXCEEDED', {}, state, 'web/v1')).toBe('lifecycle web/login')
    expect(to('ADOPTED', {}, state, 'web/login#2')).toBe('lifecycle web/login#2')
    expect(to('REVIEW_APPROVED', {}, state, 'web/login')).toBe('lifecycle web/login#2')
    expect(to('ADOPTED', {}, state, 'web/search')).toBe('lifecycle web/search')
  })
  it('go nowhere when there is none of that name, even while another is live', () => {
    expect(to('ERROR_THRESHOLD_EXCEEDED', {}, state, 'web/v9')).toContain('web has no release v9; it has')
    expect(to('ERROR_THRESHOLD_EXCEEDED', {}, state, 'web/__proto__')).toContain(
      'web has no release __proto__',
    )
  })
})

describe('[L14] operational signals', () => {
  it('go to the live release', () => {
    expect(to('ERROR_THRESHOLD_EXCEEDED', {}, state)).toBe('lifecycle web/search')
    expect(to('ERROR_THRESHOLD_EXCEEDED', { version: 'unheard of' }, state)).toBe('lifecycle web/search')
  })
  it('go to the deployment or roll-back that is under way', () => {
    const busy = { ...state, exclusive: { lifecycle: 'web/cart', run: 'deploy:1', acting: true } }
    expect(to('ERROR_THRESHOLD_EXCEEDED', {}, busy)).toBe('lifecycle web/cart')
    expect(to('ERROR_THRESHOLD_EXCEEDED', { version: 'v2' }, busy)).toBe('lifecycle web/search')
  })
  it('go nowhere when nothing is live', () => {
    expect(to('ERROR_THRESHOLD_EXCEEDED', {}, service([]))).toBe(
      'web has no live release; adopt the one that runs, or deploy one',
    )
  })
  it('are not led astray by data that is no text', () => {
    const data = { branch: 7, commit: null, version: ['v1'] } as never
    expect(to('ERROR_THRESHOLD_EXCEEDED', data, state)).toBe('lifecycle web/search')
  })
})
