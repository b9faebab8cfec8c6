// Properties:
//   - At a real terminal a person approves by typing the code that stands there; Ctrl-C and anything else is no.
//   - Colour is for terminals: none in a pipe, and none with NO_COLOR.
//   - A view fits the terminal it is drawn on.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { LogEntryView } from '@opschart/core'
import {
  createControl,
  createPeople,
  serveSocket,
  socketPathOf,
  systemProcesses,
  type SocketServer,
} from '@opschart/hosts/http'
import { systemClock } from '@opschart/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { fakeClient, type FakeClient } from '../../test/fake-client.ts'
import { row, service, status } from '../../test/views.ts'
import { widthOf } from './_text.ts'

const bin = join(import.meta.dirname, '..', 'bin.ts')
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
if (!hasScript) {
  const message = 'these tests need the program `script` of util-linux, on Linux'
  if (process.env['CI'] !== undefined) throw new Error(message)
  console.warn(`skipped: ${message}`)
}

describe.runIf(hasScript)('at a terminal', { timeout: 30_000 }, () => {
  let root: string
  let client: FakeClient
  let server: SocketServer
  let children: ChildProcess[]

  beforeEach(async () => {
    children = []
    client = fakeClient()
    root = await mkdtemp(join(tmpdir(), 'opschart-terminal-'))
    const system = systemProcesses()
    const crypto = {
      sha256: (text: string) => createHash('sha256').update(text).digest('hex'),
      randomId: () => randomUUID(),
    }
    const control = createControl({ clock: systemClock, crypto })
    const people = createPeople({
      clock: systemClock,
      crypto,
      folder: join(root, '.opschart', 'people'),
      name: 'maria',
      // The real process table up to this test: whoever runs the tests may be an agent.
      processes: {
        ...system,
        async read(pid) {
          const facts = await system.read(pid)
          if (pid !== process.pid || facts === undefined || facts === 'hidden') return facts
          return { ...facts, parent: 0, environment: [], programs: ['terminal'] }
        },
      },
    })
    server = await serveSocket({
      client,
      people,
      path: socketPathOf(root),
      clock: systemClock,
      inspector: {
        open: () =>
          Promise.resolve({
            address: 'http://127.0.0.1:20000',
            token: 'aaa',
            ticket: 'bbb',
            beside: { apps: null, bridge: null, connect: [], stately: [] },
          }),
        grant: (person) => control.grant(person),
      },
      about: { root, version: '0.0.0' },
    })
  })
  afterEach(async () => {
    for (const child of children) if (child.exitCode === null) child.kill()
    await server.close()
    await rm(root, { recursive: true, force: true })
  })

  it('a person approves with the code that stands there', async () => {
    const terminal = open('approve 4f2a9c11')
    const code = await terminal.code()
    expect(terminal.text()).toContain('approve incident-response-agent.roll_back for web/v2.3.1')
    terminal.type(code === '0000' ? '1111' : '0000')
    await terminal.sees('That is not the code. 2 tries are left.')
    terminal.type(code)
    await terminal.ended()
    expect(stripVTControlCharacters(terminal.text())).toContain('✓ it is done')
    expect(terminal.child.exitCode).toBe(0)
    expect(client.calls).toEqual([
      expect.stringMatching(
        /^person:maria approve \{"operation":"web\/v2\.3\.1~rollback:s1:1:0","plan":"4f2a9c110+"\}$/,
      ),
    ])
  })

  it('what cannot be done is said at once, and nobody is asked', async () => {
    const reason = 'web has no release v9; it has web/v2.3.1; did you mean web/v2.3.1?'
    const verdict = { kind: 'unrouted', reason } as const
    client.asIf = fakeClient({ foreseen: { done: false, reason, verdict } }).asIf
    for (const [line, seen] of [
      ['move web/v9 PRODUCTION', '? unrouted: web has no release v9'],
      ['adopt web/v9 PRODUCTION --json', '"done": false'],
    ] as const) {
      const terminal = open(line)
      await terminal.ended()
      expect(stripVTControlCharacters(terminal.text())).toContain(seen)
      expect(terminal.text()).not.toContain('to say yes')
      expect(terminal.child.exitCode).toBe(3)
    }
    expect(client.calls).toEqual([])
  })

  it('whatever else is typed is no', async () => {
    for (const typed of ['yes', '', '\u0003']) {
      const terminal = open('approve')
      await terminal.code()
      await terminal.sees('> ')
      terminal.type(typed)
      await terminal.ended()
      expect(terminal.text()).toContain('nobody said yes; nothing was done')
      expect(terminal.child.exitCode).toBe(3)
    }
    expect(client.calls).toEqual([])
  })

  it('a signal is sent as the person, and with --inbox as the inbox, without being asked', async () => {
    const asked = open('send web DEPLOYMENT_REQUESTED')
    asked.type(await asked.code())
    await asked.ended()
    const report = open('send web TEST_FAILED --inbox')
    await report.ended()
    expect(report.text()).not.toContain('to say yes')
    expect(client.calls.map((call) => call.split(' ', 2).join(' '))).toEqual([
      'person:maria send',
      'watcher:inbox send',
    ])
  })

  it('control is given by the code that stands there, in an address that no program is started with', async () => {
    const terminal = open('inspect --control')
    const code = await terminal.code()
    expect(terminal.text()).toContain('let one browser act in the inspector as you, for 12 hours')
    terminal.type(code)
    await terminal.ended()
    const text = stripVTControlCharacters(terminal.text())
    expect(text).toMatch(/^http:\/\/127\.0\.0\.1:20000\/#token=aaa&control=[0-9a-f]{64}\r?$/m)
    expect(text).toMatch(/paste it into your browser before \d\d:\d\d:\d\d/)
    const unsaid = open('inspect --control')
    await unsaid.code()
    await unsaid.sees('> ')
    unsaid.type('no')
    await unsaid.ended()
    expect(unsaid.child.exitCode).toBe(3)
    expect(unsaid.text()).not.toContain('control=')
  })

  it('the chart is drawn anew with each row, and taken away at the end', async () => {
    const write = followed()
    const terminal = open('chart --watch')
    await terminal.sees('Ctrl-C ends it')
    const seen = (text: string) => stripVTControlCharacters(text).replaceAll('\r', '')
    expect(seen(terminal.text())).toMatch(/^ *INCIDENT +● live web\/v2\.3\.1/m)
    const phases = seen(terminal.text()).trimEnd().split('\n')
    client.status = () => Promise.resolve(status({ services: [] }))
    await write(row({ sequence: 2001, text: 'it went away' }))
    await terminal.sees('it went away')
    // In place of what was there.
    expect(terminal.text()).toContain(`\u001B[${phases.length}A\r\u001B[J`)
    expect(seen(terminal.text()).split('Ctrl-C ends it')[1]).not.toContain('live')
    terminal.press('\u0003')
    await terminal.ended()
    expect(terminal.text()).toMatch(new RegExp(`\\u001B\\[${phases.length}A\\r\\u001B\\[J\\s*$`))
    expect(terminal.child.exitCode).toBe(0)
  })

  it('in a pipe the chart is a line for each change', async () => {
    const write = followed()
    const moved = { from: 'STAGING', to: 'PRODUCTION' }
    const child = start(process.execPath, [bin, 'chart', '--watch', '-l', 'web/v2.3.1', '--root', root])
    await write(row({ sequence: 2001, text: 'nothing moved', moved: null }))
    await write(row({ sequence: 2002, text: 'another moved', actor: 'web/other', moved }))
    await write(row({ sequence: 2003, text: 'this moved', actor: 'web/v2.3.1', moved }))
    await until(child, (text) => (text.includes('this moved') ? text : undefined))
    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    expect(output.get(child)).toMatch(/^\d\d:\d\d:\d\d #2003 +[^\n]*this moved\n$/)
    const odd = start(process.execPath, [bin, 'chart', '--watch', '--mermaid', '--root', root])
    expect((await once(odd, 'close'))[0]).toBe(2)
  })

  it('a record is shown before a promotion', async () => {
    const terminal = open('promote documentation-agent act')
    const code = await terminal.code()
    expect(stripVTControlCharacters(terminal.text())).toContain('documentation-agent may now observe')
    expect(terminal.text()).toContain('let documentation-agent act by itself')
    terminal.type(code)
    await terminal.ended()
    expect(client.calls).toEqual(['person:maria promote {"target":"documentation-agent","autonomy":"act"}'])
  })

  describe('init', () => {
    beforeEach(async () => {
      const git = (...argv: string[]) =>
        spawnSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...argv])
      await writeFile(join(root, 'package.json'), '{ "name": "greeter", "version": "1.1.0" }\n')
      git('init', '--quiet')
      git('add', 'package.json')
      git('commit', '--quiet', '-m', 'Greet')
      git('tag', 'v1.1.0')
      client.status = fakeClient({ status: status({ services: [] }) }).status
    })

    it('offers to adopt what runs, and does it as adopt does: by the person’s gate', async () => {
      const terminal = open('init')
      await terminal.sees('Write these files?')
      terminal.press('\r')
      await terminal.sees('Which release of greeter runs now?')
      expect(client.calls).toEqual([])
      terminal.press('\r')
      const code = await terminal.code()
      expect(terminal.text()).toContain('adopt greeter/v1.1.0 as being in PRODUCTION')
      terminal.type(code)
      await terminal.ended()
      expect(terminal.child.exitCode).toBe(0)
      expect(client.calls).toEqual([
        expect.stringMatching(
          /^person:maria adopt \{"to":"greeter\/v1\.1\.0","phase":"PRODUCTION","reason":"it ran before opschart \(git, the newest tag\)","version":"v1\.1\.0","commit":"[0-9a-f]{40}"\}$/,
        ),
      ])
      const shown = stripVTControlCharacters(terminal.text())
      expect(shown).toContain('opschart up')
      expect(shown).not.toContain('opschart adopt greeter')
    })

    it('prints the command when that is declined, and when the code is not typed', async () => {
      const terminal = open('init')
      await terminal.sees('Write these files?')
      terminal.press('\r')
      await terminal.sees('Which release of greeter runs now?')
      terminal.press('\u001B[A\r')
      await terminal.ended()
      expect(terminal.child.exitCode).toBe(0)
      expect(terminal.text()).not.toContain('to say yes')
      expect(stripVTControlCharacters(terminal.text())).toContain('opschart adopt greeter/v1.1.0 PRODUCTION')

      const again = open('init')
      await again.sees('Which release of greeter runs now?')
      again.press('\r')
      await again.code()
      await again.sees('> ')
      again.type('no')
      await again.ended()
      const shown = stripVTControlCharacters(again.text())
      expect(shown).toContain('nobody said yes; nothing was done')
      expect(shown).toContain('opschart adopt greeter/v1.1.0 PRODUCTION')
      expect(again.child.exitCode).toBe(3)
      expect(client.calls).toEqual([])
    })

    it('asks nothing with --yes or --json, in a pipe, or where no configuration was written', async () => {
      const declined = open('init')
      await declined.sees('Write these files?')
      // Nothing is chosen, and so nothing is written.
      declined.press('a\r')
      await declined.ended()
      expect(stripVTControlCharacters(declined.text())).toContain('opschart adopt greeter/v1.1.0 PRODUCTION')
      const yes = open('init --yes')
      await yes.ended()
      expect(stripVTControlCharacters(yes.text())).toContain('opschart adopt greeter/v1.1.0 PRODUCTION')
      const json = open('init --json')
      await json.ended()
      expect(json.text()).toContain('"version": "v1.1.0"')
      const pipe = start(process.execPath, [bin, 'init', '--root', root])
      await once(pipe, 'close')
      expect(output.get(pipe)).toContain('opschart adopt greeter/v1.1.0 PRODUCTION')
      for (const { text } of [declined, yes, json]) expect(text()).not.toContain('Which release')
      expect(client.calls).toEqual([])
    })

    it('offers nothing where a release is live already', async () => {
      const first = open('init --yes')
      await first.ended()
      client.status = fakeClient({
        status: status({ services: [service({ service: 'greeter', live: 'greeter/v1.0.0' })] }),
      }).status
      const terminal = open('init')
      await terminal.ended()
      const shown = stripVTControlCharacters(terminal.text())
      expect(shown).not.toContain('Which release')
      expect(shown).not.toContain('opschart adopt')
    })
  })

  it('views are in colour, and fit', async () => {
    for (const columns of [80, 120]) {
      const terminal = open('status', { columns })
      await terminal.ended()
      expect(terminal.text()).toContain('\u001B[1mweb\u001B[22m')
      const lines = terminal.text().split('\r\n')
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
    }
  })

  it('views are plain with NO_COLOR, and in a pipe', async () => {
    const terminal = open('status', { environment: { NO_COLOR: '1' } })
    await terminal.ended()
    expect(terminal.text()).toContain('web  live v2.3.1')
    expect(terminal.text()).not.toContain('\u001B[')
    const pipe = start(process.execPath, [bin, 'status', '--root', root])
    await once(pipe, 'close')
    expect(output.get(pipe)).toContain('web  live v2.3.1')
    expect(output.get(pipe)).not.toContain('\u001B[')
  })

  const output = new Map<ChildProcess, string>()
  const changes = new EventEmitter()
  const closed = new Set<ChildProcess>()

  /** Has the client followed by hand: what is written is awaited until it was taken. */
  function followed(): (row: LogEntryView) => Promise<void> {
    const waiting: ((row: LogEntryView) => void)[] = []
    client.subscribe = async function* () {
      for (;;) yield await new Promise<LogEntryView>((resolve) => waiting.push(resolve))
    }
    return async (row) => {
      while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
      waiting.shift()!(row)
    }
  }

  function open(line: string, options: { environment?: Record<string, string>; columns?: number } = {}) {
    const command = `stty cols ${options.columns ?? 80} rows 24; exec ${process.execPath} ${bin} ${line} --root ${root}`
    const child = start('script', ['-qfec', command, '/dev/null'], options.environment)
    return {
      child,
      text: () => output.get(child) ?? '',
      press: (keys: string) => void child.stdin?.write(keys),
      type: (text: string) => void child.stdin?.write(text === '\u0003' ? text : `${text}\n`),
      code: () => until(child, (text) => /Type (\d{4}) to say yes/.exec(text)?.[1]),
      sees: (wanted: string) => until(child, (text) => (text.includes(wanted) ? text : undefined)),
      ended: async () => {
        while (!closed.has(child)) await once(changes, 'change')
      },
    }
  }

  function start(
    name: string,
    argv: readonly string[],
    environment: Record<string, string> = {},
  ): ChildProcess {
    const env = {
      PATH: process.env['PATH'],
      TERM: 'xterm',
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      ...environment,
    }
    const child = spawn(name, argv, { env })
    children.push(child)
    const note = (chunk: Buffer) => {
      output.set(child, (output.get(child) ?? '') + String(chunk))
      changes.emit('change')
    }
    child.stdout.on('data', note)
    child.stderr.on('data', note)
    child.once('close', () => {
      closed.add(child)
      changes.emit('change')
    })
    return child
  }

  async function until<Found>(
    child: ChildProcess,
    find: (text: string) => Found | undefined,
  ): Promise<Found> {
    for (;;) {
      const found = find(output.get(child) ?? '')
      if (found !== undefined) return found
      if (closed.has(child)) throw new Error(`the program ended: ${output.get(child)}`)
      await once(changes, 'change')
    }
  }
})
