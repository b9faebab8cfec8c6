// Properties:
//   - What waits is what a whole answer says, after whatever has changed since the last time.
//   - Only what has changed is asked for.

import type { LifecycleView, OperationView, StatusView } from '@opschart/core'
import { expect, it } from 'vitest'

import { createWaiting } from './waiting-operations.ts'

const operation = (id: string, status: OperationView['status']) => ({ id, status }) as OperationView
const lifecycle = (id: string, ...operations: OperationView[]) =>
  ({ id, operations }) as unknown as LifecycleView
const answer = (mark: string, lifecycles: LifecycleView[], gone?: string[]) =>
  ({
    mark,
    services: [{ service: 'web', lifecycles }],
    ...(gone === undefined ? {} : { gone }),
  }) as unknown as StatusView

it('what waits is told from what has changed', async () => {
  const asked: (string | undefined)[] = []
  const answers = [
    answer('1', [
      lifecycle('web/b', operation('b1', 'awaiting_approval'), operation('b2', 'running')),
      lifecycle('web/a'),
    ]),
    answer('2', [lifecycle('web/a', operation('a1', 'waiting'))], []),
    answer('3', [lifecycle('web/b', operation('b1', 'running'), operation('b2', 'queued'))], []),
    answer('4', [], ['web/a']),
    answer('5', [lifecycle('web/c', operation('c1', 'waiting'))]),
  ]
  const waiting = createWaiting({
    async status(query) {
      asked.push(query?.since)
      return answers.shift()!
    },
  })
  const ids = async () => (await waiting()).map(({ id }) => id)
  expect(await ids()).toEqual(['b1'])
  expect(await ids()).toEqual(['a1', 'b1'])
  expect(await ids()).toEqual(['a1'])
  expect(await ids()).toEqual([])
  expect(await ids()).toEqual(['c1'])
  expect(asked).toEqual([undefined, '1', '2', '3', '4'])
})
