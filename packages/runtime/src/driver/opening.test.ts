// Properties of opening a lifecycle:
//   - A release that cannot be adopted as it was said is not opened.

import { expect, it } from 'vitest'

import { createRuntime } from '../create-runtime.ts'

it('[L7] an adoption into a phase that there is not opens nothing, and says which there are', async () => {
  await using runtime = await createRuntime({ services: [{ name: 'web' }] })
  const ann = runtime.as({ person: 'ann' })
  const answer = await ann.adopt({ to: 'web/v1', phase: 'PRODUKTION', reason: 'a slip' })
  expect(answer.done).toBe(false)
  expect(answer.reason).toBe('the law has no phase PRODUKTION (did you mean PRODUCTION?)')
  expect(await runtime.read('web/v1')).toBeUndefined()
  expect((await ann.adopt({ to: 'web/v1', phase: 'PRODUCTION', reason: 'it runs' })).done).toBe(true)
  expect(await runtime.read('web/v1')).toMatchObject({ phase: 'PRODUCTION', live: true })
})

it('[L14] a move opens nothing, though any name is a service', async () => {
  await using runtime = await createRuntime()
  const ann = runtime.as({ person: 'ann' })
  await runtime
    .as({ watcher: 'git' })
    .send('web/topic', { type: 'CODE_COMMITTED', data: { branch: 'topic' } })
  const answer = await ann.move('web/tpoic', 'REVIEW')
  expect(answer).toMatchObject({
    done: false,
    reason: 'web has no release tpoic; it has web/topic; did you mean web/topic?',
  })
  expect(await runtime.read('web/tpoic')).toBeUndefined()
})
