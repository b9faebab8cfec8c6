// Properties: a demo that is broken off with Ctrl-C says so by its exit code, and leaves neither its service nor its folder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

const bin = join(import.meta.dirname, '../../src/bin.ts')

it('leaves nothing behind when it is broken off', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opschart-broken-off-'))
  try {
    const demo = spawn(process.execPath, [bin, 'demo'], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = once(demo, 'exit')
    let shown = ''
    for await (const chunk of demo.stdout.setEncoding('utf8')) {
      shown += String(chunk)
      if (shown.includes('requests a second reach the service')) break
    }
    const [project = ''] = await readdir(folder)
    const port = Number(await readFile(join(folder, project, '.run/port'), 'utf8'))
    const connection = connect(port, '127.0.0.1').on('error', () => {})
    await once(connection, 'connect')
    const closed = once(connection, 'close')

    demo.kill('SIGINT')
    expect(await ended).toEqual([130, null])
    expect(await readdir(folder)).toEqual([])
    connection.end()
    await closed
    // Nobody listens there any more.
    const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
