// A process of its own that works on a store beside others: `node neighbour-child.ts <folder> <name> <releases>`. It sends signals to
// releases of its own and to those of everybody, carries out what is asked for, and ends when its parent says so.

import { appendFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import type { Verdict } from '@opschart/core'
import { createRuntime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'

const [folder = '', name = '', count = '0'] = process.argv.slice(2)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

const runtime = await createRuntime({
  store: sqliteStore(path.join(folder, 'state.db'), { busyTimeout: 30_000 }),
  services: [{ name: 'web' }, { name: 'pay' }],
  others: 20,
  tasks: [
    {
      agent: 'documentation-agent',
      task: 'write',
      title: 'writes a line',
      changes: 'nothing',
      timeout: 60_000,
      run: ({ signal }, { key }) => {
        appendFileSync(path.join(folder, 'effects'), `${key} ${signal.id} ${name}\n`)
        return Promise.resolve(null)
      },
    },
  ],
  onProblem: (text) => process.stderr.write(`${text}\n`),
})
const git = runtime.as({ watcher: 'git' })
const ann = runtime.as({ person: 'ann' })
process.stdout.write('ready\n')
await lines.next()

const sent: Promise<Verdict>[] = []
for (let number = 1; number <= Number(count); number += 1) {
  const commit = { type: 'CODE_COMMITTED', data: { branch: name, commit: `${name}-${number}` } }
  sent.push(git.send('web', { ...commit, id: `own-${name}-${number}` }))
  // The same for everybody: one of us is the first.
  sent.push(
    git.send('pay', { ...commit, id: `common-${number}`, data: { branch: 'common', commit: `c-${number}` } }),
  )
  const data = { agent: 'documentation-agent', task: 'write' }
  sent.push(ann.send('pay/common', { type: 'OPERATION_REQUESTED', id: `ask-${name}-${number}`, data }))
}
const verdicts = await Promise.all(sent)
await runtime.idle()
process.stdout.write(`${JSON.stringify(verdicts.map(({ kind, duplicate }) => [kind, duplicate === true]))}\n`)
// Work that another process had claimed may still be ours to finish: whoever is asked to end has nothing under way.
await lines.next()
await runtime.idle()
await runtime.close()
