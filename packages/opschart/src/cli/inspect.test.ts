// Properties:
//   - The address is one line on standard output, whatever else is said; a browser is opened at a terminal only.
//   - A program is started with an argument array, and with nothing but an address that is good once.
//   - What is asked for wrongly, or cannot be had, is said with the way out, and nothing is opened.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Clock } from '@opschart/core'
import {
  createControl,
  createPeople,
  serveSocket,
  socketPathOf,
  type InspectorAsked,
  type SocketServer,
} from '@opschart/hosts/http'
import { nodeCrypto, systemClock } from '@opschart/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { runLine, type Place } from '../../test/command-line.ts'
import { fakeClient } from '../../test/fake-client.ts'
import { launch, launcherOf } from './_browser.ts'
import type { Composition } from './_composition.ts'

describe('inspect', () => {
  let root: string
  let server: SocketServer
  let asks: InspectorAsked[]
  let opened: string[]
  let place: { taken?: number }

  beforeEach(async () => {
    asks = []
    opened = []
    place = {}
    root = await mkdtemp(join(tmpdir(), 'opschart-inspect-'))
    const people = createPeople({ clock: systemClock, crypto: nodeCrypto, folder: join(root, 'people') })
    const control = createControl({ clock: systemClock, crypto: nodeCrypto })
    server = await serveSocket({
      client: fakeClient(),
      people,
      path: socketPathOf(root),
      clock: systemClock,
      about: { root, version: '1' },
      inspector: {
        open: (asked) => {
          asks.push(asked)
          const { apps, connect = [], stately } = asked
          const beside = {
            apps: apps === undefined ? null : `ws://127.0.0.1:${apps.port ?? 8080}`,
            bridge: apps === undefined ? null : `http://127.0.0.1:${apps.port ?? 8080}/bridge`,
            connect,
            stately: stately === undefined ? [] : [stately],
          }
          return Promise.resolve({
            address: 'http://127.0.0.1:20000',
            token: 'aaa',
            ticket: 'bbb',
            beside,
            ...place,
          })
        },
        grant: (person) => control.grant(person),
      },
    })
  })
  afterEach(async () => {
    await server.close()
    await rm(root, { recursive: true, force: true })
  })

  const browser = (found: boolean): Partial<Composition> => ({
    openBrowser: (address) => {
      opened.push(address)
      return Promise.resolve(found)
    },
  })
  const inspect = (argv: string[], place: Place = {}) => runLine(['inspect', ...argv, '--root', root], place)

  it('prints the address, and opens nothing in a pipe', async () => {
    const { code, out, notes } = await inspect([], { composition: browser(true) })
    expect([code, out]).toEqual([0, 'http://127.0.0.1:20000/#token=aaa'])
    expect(notes).toContain('open it in a browser on this machine')
    expect(notes).toContain('the page changes nothing; `opschart inspect --control` lets one browser act')
    expect([opened, asks]).toEqual([[], [{}]])
  })

  it('opens the browser at a terminal, with a ticket, unless it is told not to', async () => {
    const at = { interactive: true, composition: browser(true) }
    const { out, notes } = await inspect(['--port', '4711'], at)
    expect(out).toBe('http://127.0.0.1:20000/#token=aaa')
    expect(notes).toContain('it is open in your browser')
    expect(opened.splice(0)).toEqual(['http://127.0.0.1:20000/#token=bbb'])
    expect(asks).toEqual([{ port: 4711 }])
    await inspect(['--no-open'], at)
    expect(JSON.parse((await inspect(['--json'], at)).out)).toEqual({
      address: 'http://127.0.0.1:20000/#token=aaa',
      page: 'http://127.0.0.1:20000',
      daemon: process.pid,
      control: null,
      apps: null,
      bridge: null,
      connect: [],
      stately: [],
    })
    expect(opened).toEqual([])
    const none = await inspect([], { interactive: true, composition: browser(false) })
    expect(none.notes).toContain('open it in a browser on this machine')
  })

  it('warns where another program has the project’s port', async () => {
    place = { taken: 19_999 }
    const { out, notes } = await inspect([])
    expect(out).toBe('http://127.0.0.1:20000/#token=aaa')
    expect(notes).toContain('port 19999, the project’s own, is another program’s')
  })

  it('says who shows the store, where that is another process, and ends', async () => {
    await server.close()
    const address = 'http://127.0.0.1:20001'
    const inspectLocal = () =>
      Promise.resolve({ address, token: 'ccc', pid: 1, close: () => Promise.resolve() })
    const composition = { ...browser(true), inspectLocal }
    const { code, out, notes } = await inspect([], { interactive: true, composition })
    expect([code, out, opened]).toEqual([0, `${address}/#token=ccc`, []])
    expect(notes).toContain('process 1 shows this store there already')
  })

  it('refuses a port that is none, and control in a pipe, before anything is opened', async () => {
    for (const port of ['80', '65536', '1e4', '-1', 'x', '']) {
      const { code, notes } = await inspect([`--port=${port}`])
      expect([port, code]).toEqual([port, 2])
      expect(notes).toMatch(/--port (is from 1024 to 65535|needs)/)
    }
    const { code, notes } = await inspect(['--control'])
    expect([code, notes]).toEqual([3, expect.stringContaining('not through a pipe or a file')])
    expect(asks).toEqual([])
  })

  it('asks for other apps, at the usual places or at others, and says where they are', async () => {
    const { out, notes } = await inspect(['--apps', '--stately'])
    expect(out).toBe('http://127.0.0.1:20000/#token=aaa')
    expect(notes).toContain(
      'apps connect to ws://127.0.0.1:8080; those in browsers open http://127.0.0.1:8080/bridge',
    )
    expect(notes).toContain('Stately’s inspector at ws://localhost:8080 is told what happens here')
    const two = ['--connect', 'ws://localhost:1', '--connect=ws://localhost:2']
    const json = await inspect(['--apps', '9090', ...two, '--stately', 'ws://localhost:3', '--json'])
    expect(JSON.parse(json.out)).toMatchObject({
      apps: 'ws://127.0.0.1:9090',
      connect: ['ws://localhost:1', 'ws://localhost:2'],
      stately: ['ws://localhost:3'],
    })
    expect((await inspect(two)).notes).toContain(
      'the app at ws://localhost:2 is shown as soon as it is there',
    )
    expect(asks).toEqual([
      { apps: {}, stately: 'ws://localhost:8080' },
      {
        apps: { port: 9090 },
        connect: ['ws://localhost:1', 'ws://localhost:2'],
        stately: 'ws://localhost:3',
      },
      { connect: ['ws://localhost:1', 'ws://localhost:2'] },
    ])
    for (const [wrong, message] of [
      ['--apps=80', '--apps is from 1024 to 65535'],
      ['--apps=', '--apps needs a value: --apps <port>'],
      ['--connect=', '--connect needs a value'],
    ])
      expect(await inspect([wrong!])).toMatchObject({ code: 2, notes: expect.stringContaining(message!) })
    expect(asks).toHaveLength(3)
  })

  it('says that only a daemon acts, where none runs', async () => {
    const { code, notes } = await runLine(['inspect', '--control'], { interactive: true })
    expect([code, notes]).toEqual([5, expect.stringContaining('start it with `opschart up`')])
  })

  it('is opened with the daemon only where that is asked for', async () => {
    for (const option of ['--port=4711', '--apps', '--connect=ws://localhost:1', '--stately']) {
      const { code, notes } = await runLine(['up', option])
      expect([code, notes]).toEqual([2, expect.stringContaining('it goes with --inspect')])
    }
  })
})

describe('the browser', () => {
  const address = 'http://127.0.0.1:1/#token=a&b=$(c)'

  it('is opened by the system’s own program, without a shell', () => {
    expect(launcherOf(address, 'darwin', {})).toEqual({ file: 'open', argv: [address] })
    expect(launcherOf(address, 'win32', {})).toEqual({
      file: 'rundll32',
      argv: ['url.dll,FileProtocolHandler', address],
    })
    for (const screen of ['DISPLAY', 'WAYLAND_DISPLAY'])
      expect(launcherOf(address, 'linux', { [screen]: ':0' })).toEqual({ file: 'xdg-open', argv: [address] })
  })

  it('is not opened where there is no screen, or the person is elsewhere', () => {
    expect(launcherOf(address, 'linux', { DISPLAY: '' })).toBeUndefined()
    for (const platform of ['linux', 'darwin'] as const)
      expect(launcherOf(address, platform, { DISPLAY: ':0', SSH_CONNECTION: '1 2' })).toBeUndefined()
  })

  it('was not found by a program that is not there, or ends with an error at once', async () => {
    const times: (() => void)[] = []
    const clock: Clock = {
      now: () => 0,
      at: (_, ring) => {
        times.push(ring)
        return () => {}
      },
    }
    const node = (code: string) => launch({ file: process.execPath, argv: ['-e', code] }, {}, clock)
    expect(await launch({ file: '/nowhere/at-all', argv: [] }, {}, clock)).toBe(false)
    expect(await node('process.exit(3)')).toBe(false)
    expect(await node('')).toBe(true)
    // One that goes on is the browser itself.
    const goesOn = node('process.stdin.resume(); setTimeout(() => {}, 5000)')
    times.at(-1)?.()
    expect(await goesOn).toBe(true)
  })
})
