// Properties: a demo that is broken off, with Ctrl-C or because its reader has gone (`| head`), says so by its exit code, and
// leaves neither its service nor its folder.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

import { expect, it } from 'vitest'

const bin = join(import.meta.dirname, '../../src/bin.ts')

it.each([
  { by: 'Ctrl-C', breakOff: (demo: ChildProcess) => void demo.kill('SIGINT') },
  { by: 'its reader', breakOff: (demo: ChildProcess) => void demo.stdout!.destroy() },
])('leaves nothing behind when it is broken off by $by', { timeout: 60_000 }, async ({ breakOff }) => {
  const folder = await mkdtemp(join(tmpdir(), 'opschart-broken-off-'))
  try {
    const demo = spawn(process.execPath, [bin, 'demo'], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = once(demo, 'exit')
    let shown = ''
    const stdout: Readable = demo.stdout.setEncoding('utf8')
    for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
      shown += String(chunk)
      if (shown.includes('requests a second reach the service')) break
    }
    stdout.resume()
    const [project = ''] = await readdir(folder)
    const port = Number(await readFile(join(folder, project, '.run/port'), 'utf8'))
    const connection = connect(port, '127.0.0.1').on('error', () => {})
    await once(connection, 'connect')
    const closed = once(connection, 'close')

    breakOff(demo)
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
