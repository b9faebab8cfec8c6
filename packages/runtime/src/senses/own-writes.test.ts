// Properties: a write is ours when an operation that runs, or ended within the last minute, has declared its path; whatever the
// service, where the watcher's is not known. Nothing outside of the project is.

import { expect, it } from 'vitest'

import { isOwnWrite } from './own-writes.ts'

const footprint = (path: string, ended: number | null) => ({
  operation: 'o',
  task: 't',
  commits: [],
  versions: [],
  paths: [path],
  ended,
})
const footprints = new Map([
  ['web', [footprint('docs/api.md', null), footprint('old.md', 40_000)]],
  ['pay', [footprint('pay.md', 99_999)]],
])

it.each([
  ['web', '/project/docs/api.md', true],
  ['web', '/project/docs/other.md', false],
  ['web', '/project/old.md', false],
  ['web', '/project/pay.md', false],
  [null, '/project/pay.md', true],
  ['shop', '/project/docs/api.md', false],
  ['web', '/elsewhere/docs/api.md', false],
  ['web', '/project', false],
] as const)('[L12] of %s, %s: %s', (service, path, own) => {
  expect(isOwnWrite(footprints, { root: '/project', service, path, now: 100_000 })).toBe(own)
})
