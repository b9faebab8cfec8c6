// A daemon of its own whose tests are a program that hangs at its first attempt: `node orphan-child.ts <folder>`. It ends when the
// program has ended.

import path from 'node:path'
import process from 'node:process'

import { commandTask, createRuntime, survivorFiles } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'

const [folder = ''] = process.argv.slice(2)
const file = JSON.stringify(path.join(folder, 'pids'))

const program = `
  const fs = require('node:fs')
  if (process.env.OPSCHART_ATTEMPT === '1') {
    fs.appendFileSync(${file}, process.pid + '\\n')
    setInterval(() => {}, 1000)
  } else {
    const [pid] = fs.readFileSync(${file}, 'utf8').split('\\n')
    let there = true
    try { there = !/^[ZX]/.test(fs.readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ').at(-1)) } catch { there = false }
    fs.appendFileSync(${file}, 'the one before is ' + (there ? 'running' : 'gone') + '\\n')
  }
`

await using runtime = await createRuntime({
  root: folder,
  store: sqliteStore(path.join(folder, 'state.db')),
  survivors: survivorFiles(path.join(folder, 'running')),
  services: [{ name: 'web' }],
  tasks: [
    commandTask({
      agent: 'documentation-agent',
      task: 'write',
      run: [process.execPath, '-e', program],
      changes: 'nothing',
    }),
  ],
})
await runtime
  .as({ watcher: 'git' })
  .send('web', { type: 'CODE_COMMITTED', id: 'one', data: { branch: 'one', commit: 'c1' } })
const data = { agent: 'documentation-agent', task: 'write' }
await runtime.as({ person: 'ann' }).send('web/one', { type: 'OPERATION_REQUESTED', id: 'ask', data })
await runtime.idle()
