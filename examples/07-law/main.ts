// Shows: a law of one's own, with a workflow that is undone when a later step fails, and a phase that a person moves to.

import { deepEqual, equal } from 'node:assert/strict'

import { createRuntime, defineLifecycle, OperationError, type Task } from 'opschart'

const feature = defineLifecycle(
  {
    id: 'feature',
    agents: ['switcher', 'observer'],
    initial: 'HIDDEN',
    phases: {
      HIDDEN: {
        allow: ['switcher'],
        on: {
          REVEAL_REQUESTED: { by: ['person'], starts: 'reveal' },
          REVEALED: { to: 'SHOWN', by: ['workflow:reveal'] },
          REVEAL_FAILED: { by: ['workflow:reveal'] },
        },
        moves: ['SHELVED'],
      },
      SHOWN: { allow: ['observer'], on: { COMPLAINED: { to: 'HIDDEN', by: ['observer', 'person'] } } },
      SHELVED: { allow: [] },
    },
  },
  {
    workflows: {
      reveal: {
        steps: [
          { do: ['switcher', 'switch_on'], compensate: ['switcher', 'switch_off'] },
          { do: ['observer', 'look'], retry: { times: 0 } },
        ],
        succeeds: { signal: 'REVEALED' },
        fails: { signal: 'REVEAL_FAILED' },
      },
    },
  },
)

const done: string[] = []
let broken = true
const task = (agent: string, name: string, run: () => void = () => {}): Task => ({
  agent,
  task: name,
  title: name,
  changes: 'nothing',
  timeout: 10_000,
  async run() {
    done.push(name)
    run()
    return {}
  },
})
const look = (): void => {
  if (broken) throw new OperationError({ code: 'blank_page', message: 'the page stays blank' })
}

await using runtime = await createRuntime({
  lifecycle: feature,
  tasks: [task('switcher', 'switch_on'), task('switcher', 'switch_off'), task('observer', 'look', look)],
})
const ann = runtime.as({ person: 'ann' })
const phase = async (): Promise<string | undefined> => (await runtime.read('shop/basket'))?.phase

await ann.send('shop/basket', { type: 'REVEAL_REQUESTED' })
await runtime.idle()
equal(await phase(), 'HIDDEN')
deepEqual(done, ['switch_on', 'look', 'switch_off'])

broken = false
await ann.send('shop/basket', { type: 'REVEAL_REQUESTED' })
await runtime.idle()
equal(await phase(), 'SHOWN')

await runtime.as({ agent: 'observer' }).send('shop/basket', { type: 'COMPLAINED' })
const moved = await runtime.as({ agent: 'switcher' }).move('shop/basket', 'SHELVED')
equal(moved.reason, 'only a person may move a release by hand, not agent:switcher')
equal((await ann.move('shop/basket', 'SHELVED')).done, true)
equal(await phase(), 'SHELVED')
console.log(done.join(', '))
