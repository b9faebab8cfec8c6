// Properties: an owner is known to be dead when its process is gone, and in no other case.

import { spawnSync } from 'node:child_process'
import process from 'node:process'

import { expect, it } from 'vitest'

import { isOwnerDead } from './owners.ts'

it('[D8] an owner is dead when its process is gone', () => {
  const { pid } = spawnSync('true')
  expect(isOwnerDead(`${pid}:abc`)).toBe(true)
})

it.each([`${process.pid}:abc`, '1:abc', ':abc', '0:abc', '-1:abc', 'elsewhere:abc', ''])(
  '[D8] nothing is known of %j',
  (owner) => {
    expect(isOwnerDead(owner)).toBe(false)
  },
)
