// Shows: a task that a program carries out, JSON in and JSON out, started without a shell; and how its failure is told.

import { deepEqual, equal } from 'node:assert/strict'

import { commandTask, createRuntime, defineLifecycle } from 'opschart'

const lifecycle = defineLifecycle(
  {
    id: 'page',
    agents: ['counter'],
    initial: 'DRAFT',
    phases: {
      DRAFT: { allow: ['counter'], on: { COUNT_REQUESTED: { by: ['person'], starts: 'count' } } },
    },
    all: {
      COUNTED: { by: ['workflow:count'] },
      NOT_COUNTED: { by: ['workflow:count'] },
    },
  },
  {
    workflows: {
      count: {
        steps: [{ do: ['counter', 'count_lines'], retry: { times: 0 } }],
        succeeds: { signal: 'COUNTED', data: { lines: { from: 'count_lines.lines' } } },
        fails: { signal: 'NOT_COUNTED' },
      },
    },
  },
)

await using runtime = await createRuntime({
  lifecycle,
  root: import.meta.dirname,
  tasks: [
    commandTask({
      agent: 'counter',
      task: 'count_lines',
      run: [process.execPath, 'line-count.mjs'],
      changes: 'nothing',
    }),
  ],
})
const ann = runtime.as({ person: 'ann' })
await ann.send('guide/intro', { type: 'COUNT_REQUESTED', data: { text: 'one\ntwo\nthree' } })
await runtime.idle()
await ann.send('guide/intro', { type: 'COUNT_REQUESTED' })
await runtime.idle()

const told = (await runtime.log()).filter(({ type }) => type === 'COUNTED' || type === 'NOT_COUNTED')
deepEqual(told[0]?.data, { lines: 3 })
const failed = told[1]?.data as { reason: string; step: string; code: string }
equal(failed.step, 'count_lines')
equal(failed.code, 'failed')
console.log(told.map(({ text, data }) => `${text} ${JSON.stringify(data)}`).join('\n'))
