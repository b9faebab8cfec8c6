// Shows: a watcher of one's own. What it sees becomes signals, and its checkpoint is saved with them: after a restart it
// goes on where it was, and nothing is told twice.

import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createRuntime, defineLifecycle, type Runtime, type Watcher } from 'opschart'
import { sqliteStore } from 'opschart/sqlite'

/** Watches a file to which a backup program appends one line for each backup: `ok <name>` or `failed <name>`. */
function backupWatcher(file: string): Watcher {
  const look: Watcher['poll'] = async (context) => {
    const seen = typeof context.checkpoint === 'number' ? context.checkpoint : 0
    const lines = readFileSync(join(context.root, file), 'utf8').split('\n').slice(0, -1)
    const signals = lines.slice(seen).flatMap((line, index) => {
      if (!line.startsWith('failed ')) return []
      // The same line has the same id, so that what is reported twice is a duplicate.
      const id = `${file}:${seen + index}`
      return [{ type: 'BACKUP_FAILED', id, time: context.clock.now(), data: { name: line.slice(7) } }]
    })
    await context.report({ signals, checkpoint: lines.length })
  }
  return {
    name: 'backups',
    poll: look,
    // Only looks when it is asked to; a real one would follow the file until `context.cancel` is aborted.
    watch: look,
  }
}

const lifecycle = defineLifecycle({
  id: 'backup',
  agents: [],
  initial: 'SAFE',
  phases: {
    SAFE: { on: { BACKUP_FAILED: { to: 'AT_RISK', by: ['watcher:backups'] } } },
    AT_RISK: { on: { BACKUP_FAILED: { by: ['watcher:backups'] }, RESTORED: { to: 'SAFE', by: ['person'] } } },
  },
})

const root = mkdtempSync(join(tmpdir(), 'opschart-watcher-'))
const start = (): Promise<Runtime> =>
  createRuntime({
    root,
    lifecycle,
    store: sqliteStore(join(root, 'state.db')),
    watchers: [{ watcher: backupWatcher('backups.log'), service: 'orders/main' }],
  })
const failures = async (runtime: Runtime): Promise<unknown[]> =>
  (await runtime.log()).filter(({ verdict }) => verdict?.kind === 'accepted').map(({ data }) => data)

try {
  writeFileSync(join(root, 'backups.log'), 'ok monday\nfailed tuesday\n')
  {
    await using runtime = await start()
    await runtime.poll()
    equal((await runtime.read('orders/main'))?.phase, 'AT_RISK')
    // Nobody but the watcher may say so.
    const verdict = await runtime.as({ person: 'ann' }).send('orders/main', { type: 'BACKUP_FAILED' })
    equal(verdict.reason, 'BACKUP_FAILED in AT_RISK: only watcher:backups may send it, not person:ann')
  }
  writeFileSync(join(root, 'backups.log'), 'ok monday\nfailed tuesday\nfailed wednesday\n')
  {
    await using runtime = await start()
    await runtime.poll()
    deepEqual(await failures(runtime), [{ name: 'tuesday' }, { name: 'wednesday' }])
    console.log(JSON.stringify(await failures(runtime)))
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
