// Properties:
//   - A swap of two neighbours is one edit, like an insertion, a deletion and a change.
//   - A name far from all candidates has no nearest one; ties go to the first.
//   - Case and the marks between words count for nothing.

import { describe, expect, it } from 'vitest'
import { editDistance, namesNear, nearestName, slipOf } from './nearest-name.ts'

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abcd', 'badc', 2],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('of %j and %j is %d', (one, other, distance) => {
    expect(editDistance(one, other)).toBe(distance)
    expect(editDistance(other, one)).toBe(distance)
  })
})

describe('nearestName', () => {
  const agents = ['developer-agent', 'reviewer-agent', 'monitoring-agent', 'test-executor']

  it.each([
    ['reviewr-agent', 'reviewer-agent'],
    ['reviewer_agent', 'reviewer-agent'],
    ['Test-Executor', 'test-executor'],
    ['monitroing-agent', 'monitoring-agent'],
  ])('takes %s for %s', (name, nearest) => {
    expect(nearestName(name, agents)).toBe(nearest)
  })

  it.each(['release-manager', 'x', '', '-'])('knows nothing near %j', (name) => {
    expect(nearestName(name, agents)).toBeUndefined()
  })

  it('gives a tie to the name that stands first', () => {
    expect(nearestName('cat', ['car', 'can'])).toBe('car')
    expect(nearestName('cat', ['can', 'car'])).toBe('can')
  })

  it('never names the name itself', () => {
    expect(nearestName('car', ['car', 'cat'])).toBe('cat')
  })

  it('does not compare names of more than a hundred characters', () => {
    expect(nearestName('a'.repeat(100), ['b' + 'a'.repeat(99)])).toBe('b' + 'a'.repeat(99))
    expect(nearestName('a'.repeat(101), ['b' + 'a'.repeat(100)])).toBeUndefined()
  })
})

describe('slipOf', () => {
  it('takes only what is at most two edits away for a slip', () => {
    expect(slipOf('reviewr-agent', ['reviewer-agent'])).toBe('reviewer-agent')
    expect(slipOf('release-agent', ['reviewer-agent'])).toBeUndefined()
    expect(slipOf('qa', ['ca'])).toBeUndefined()
  })
})

describe('namesNear', () => {
  const signals = [
    'DEPLOYMENT_REQUESTED',
    'REVIEW_REQUESTED',
    'DEPLOYMENT_COMPLETE',
    'DEPLOYMENT_REJECTED',
    'DEPLOYED',
  ]

  it('gives the nearest, then those that a name is the beginning of, and three at most', () => {
    expect(namesNear('DEPLOY', signals)).toEqual(['DEPLOYED', 'DEPLOYMENT_REQUESTED', 'DEPLOYMENT_COMPLETE'])
    expect(namesNear('review', signals)).toEqual(['REVIEW_REQUESTED'])
    expect(namesNear('REVIEW_REQUSTED', signals)).toEqual(['REVIEW_REQUESTED'])
    expect(namesNear('DE', signals)).toEqual([])
    expect(namesNear('DEPLOYED', signals)).toEqual([])
  })
})
