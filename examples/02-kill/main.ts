// Shows: a process that is killed in the middle of an operation loses nothing. The next one takes the operation up
// under the same key, and what it had done already is not done again.

import { deepEqual, equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createRuntime, defineLifecycle, type Runtime, type Task } from 'opschart'
import { sqliteStore } from 'opschart/sqlite'

/** Opens the system that both processes share; `hang` makes the packing stand still after its work is done. */
function open(folder: string, hang: boolean): Promise<Runtime> {
  const pack: Task = {
    agent: 'builder',
    task: 'pack',
    title: 'packs the release',
    changes: 'repository',
    timeout: 60_000,
    async run(input, { key, attempt }) {
      const parcel = join(folder, 'parcel')
      appendFileSync(join(folder, 'attempts'), `${attempt} ${key}\n`)
      // What is done under a key twice must have one effect: the second attempt finds what the first one made.
      if (!existsSync(parcel)) writeFileSync(parcel, input.release.lifecycle, { flag: 'wx' })
      if (hang) {
        console.log('packed')
        await new Promise(() => setInterval(() => {}, 60_000))
      }
      return { parcel: readFileSync(parcel, 'utf8') }
    },
  }
  const lifecycle = defineLifecycle(
    {
      id: 'shop',
      agents: ['builder'],
      initial: 'OPEN',
      phases: {
        OPEN: { allow: ['builder'], on: { CLOSED: { to: 'PACKED', by: ['workflow:pack_up'] } } },
        PACKED: { allow: [] },
      },
      all: { PACKING_REQUESTED: { by: ['person'], starts: 'pack_up', except: ['PACKED'] } },
    },
    { workflows: { pack_up: { steps: [['builder', 'pack']], succeeds: { signal: 'CLOSED' } } } },
  )
  return createRuntime({ lifecycle, tasks: [pack], store: sqliteStore(join(folder, 'state.db')) })
}

const [folder] = process.argv.slice(2)
if (folder !== undefined) {
  const runtime = await open(folder, true)
  await runtime.as({ person: 'ann' }).send('shop/monday', { type: 'PACKING_REQUESTED' })
} else {
  const place = mkdtempSync(join(tmpdir(), 'opschart-kill-'))
  try {
    const child = spawn(process.execPath, [import.meta.filename, place], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')

    await using runtime = await open(place, false)
    await runtime.idle()
    equal((await runtime.read('shop/monday'))?.phase, 'PACKED')
    const attempts = readFileSync(join(place, 'attempts'), 'utf8').trim().split('\n')
    deepEqual(
      attempts.map((line) => line.split(' ')[0]),
      ['1', '2'],
    )
    equal(new Set(attempts.map((line) => line.split(' ')[1])).size, 1)
    const { sound, rows } = await runtime.audit()
    equal(sound, true)
    console.log(`killed once, packed once; ${rows} rows, all of which replay to the same state`)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
