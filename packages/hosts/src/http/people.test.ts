// Properties:
//   - Only a person at a terminal can do what only a person may do: a real terminal, read and written by the asking
//     process, that no runner and no agent's host stands behind.
//   - The code is on the terminal and in no answer; it is good once, for one act, with three tries, for a minute.
//   - What would be refused in any case is said to a person at once, without a challenge; to nobody else.
//   - Five minutes long one confirmed session counts for ordinary acts, and never for an approval.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openDoor, type Door } from '../../test/door-harness.ts'
import { fakeClient, waitingOperation, type FakeClient } from '../../test/fake-client.ts'
import { linuxProcesses } from './linux-processes.ts'
import type { ProcessTable } from './process-table.ts'

const program = join(import.meta.dirname, '../../test/person-program.ts')
const hasScript = spawnSync('script', ['--version']).status === 0 && process.platform === 'linux'
if (!hasScript) {
  const message = 'these tests need the program `script` of util-linux, on Linux'
  if (process.env['CI'] !== undefined) throw new Error(message)
  console.warn(`skipped: ${message}`)
}

/** The real process table up to this test, which stands for the shell's own parent: whoever runs the tests may be an agent. */
const processes: ProcessTable = {
  ...linuxProcesses,
  async read(pid) {
    const facts = await linuxProcesses.read(pid)
    if (pid !== process.pid || facts === undefined || facts === 'hidden') return facts
    return { ...facts, parent: 0, environment: [], programs: ['terminal'] }
  },
}

describe.runIf(hasScript)('a person', { timeout: 30_000 }, () => {
  let client: FakeClient
  let door: Door
  const children: ChildProcess[] = []

  beforeEach(async () => {
    client = fakeClient({
      operations: [waitingOperation('op-1', 'plan-1'), waitingOperation('op-2', 'plan-1')],
    })
    door = await openDoor(client, { processes, isOurs: (pid) => ours.has(pid) })
  })
  const ours = new Set<number>()

  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill()
    await door.close()
  })

  it('approves with the code that stands on the terminal', async () => {
    const terminal = openTerminal('approve')
    const code = await terminal.code()
    expect(terminal.text()).toContain('approve incident-response-agent.roll_back for web/v2')
    expect(terminal.text()).toContain('rollback: ["./deploy","v1"]')
    terminal.type(code)
    expect(await terminal.said()).toEqual([{ done: true, reason: 'approve done' }])
    expect(client.calls).toEqual([
      { by: 'person:maria', method: 'approve', values: [{ operation: 'op-1', plan: 'plan-1' }] },
    ])
    expect(door.refusals).toEqual([])
  })

  it('[P6] gets a secret for control, by a challenge of its own each time', async () => {
    for (let time = 0; time < 2; time += 1) {
      const terminal = openTerminal('control')
      const code = await terminal.code()
      expect(terminal.text()).toContain('let one browser act in the inspector as you, for 12 hours')
      terminal.type(code)
      expect(await terminal.said()).toEqual([
        { secret: expect.stringMatching(/^[0-9a-f]{64}$/), expires: door.clock.now() + 120_000 },
      ])
    }
    expect(client.calls).toEqual([])
  })

  it('gets none for control by what was said about another act', async () => {
    const terminal = openTerminal('control-by-approval')
    terminal.type(await terminal.code())
    expect(await terminal.said()).toMatchObject([
      { refused: expect.stringContaining('control is for a person at a terminal') },
    ])
  })

  it('[P6] is no agent’s process that asks for control', async () => {
    const below = openTerminal('control', { line: (command) => `env CLAUDECODE=1 ${command}` })
    expect(await below.said()).toMatchObject([{ refused: expect.stringContaining('CLAUDECODE is set') }])
    const held = openTerminal('control', { held: true })
    ours.add(held.pid)
    held.release()
    expect(await held.said()).toMatchObject([{ refused: expect.stringContaining('started by a runner') }])
    const piped = start(process.execPath, [program, door.path, 'control'])
    expect((await said(piped))[0]).toMatchObject({ refused: expect.stringContaining('terminal') })
    expect(door.refusals.every((line) => line.startsWith('control asked for by process'))).toBe(true)
  })

  it('is not what writes into a pipe', async () => {
    const child = start(process.execPath, [program, door.path, 'approve'])
    expect((await said(child))[0]).toMatchObject({
      refused: expect.stringMatching(/it has no terminal|is not its terminal/),
    })
    expect(client.calls).toEqual([])
    expect(door.refusals[0]).toMatch(/^approve asked for by process \d+, which is no person: /)
  })

  it('is not what reads from a pipe inside a terminal', async () => {
    const terminal = openTerminal('approve', { line: (command) => `echo 0000 | ${command}` })
    expect(await terminal.said()).toMatchObject([
      { refused: expect.stringContaining('standard input is not its terminal') },
    ])
    expect(client.calls).toEqual([])
  })

  it.each([
    ['OPSCHART_TOKEN', 'was started by a runner (OPSCHART_TOKEN is set)'],
    ['CLAUDECODE', 'was started by Claude Code (CLAUDECODE is set)'],
  ])('is not what has %s in its environment', async (name, reason) => {
    const terminal = openTerminal('approve', { line: (command) => `env ${name}=1 ${command}` })
    expect(await terminal.said()).toMatchObject([{ refused: expect.stringContaining(reason) }])
    expect(client.calls).toEqual([])
  })

  it('is not at a terminal that an agent’s host opened, though the command’s own environment was cleaned', async () => {
    const terminal = openTerminal('approve', {
      environment: { CLAUDECODE: '1' },
      line: (command) => `env -u CLAUDECODE ${command}`,
    })
    expect(await terminal.said()).toMatchObject([{ refused: expect.stringContaining('CLAUDECODE is set') }])
    expect(client.calls).toEqual([])
  })

  it('is not below a process that the runner knows as its own', async () => {
    const terminal = openTerminal('approve', { held: true })
    ours.add(terminal.pid)
    terminal.release()
    expect(await terminal.said()).toMatchObject([
      { refused: expect.stringContaining('was started by a runner') },
    ])
  })

  it('is not at a terminal that was made by what nobody’s shell started', async () => {
    // A program that starts `script` and ends: `script` is cut off from this test.
    const line = `${process.execPath} ${program} ${door.path} approve`
    const cut = `
      const child = require('node:child_process').spawn('script', ['-qfec', ${JSON.stringify(line)}, '/dev/null'], {
        detached: true, stdio: ['pipe', 'inherit', 'inherit'],
      })
      child.unref()
      process.exit(0)`
    const child = start(process.execPath, ['-e', cut])
    expect((await said(child))[0]).toMatchObject({
      refused: expect.stringContaining('nobody’s shell started'),
    })
    expect(client.calls).toEqual([])
  })

  it('is not asked in the name of another process', async () => {
    const other = openTerminal('parent')
    expect(await other.said()).toEqual([{ refused: expect.stringContaining('does not hold the claim') }])
    const unheld = openTerminal('unheld')
    expect(await unheld.said()).toEqual([{ refused: expect.stringContaining('does not hold the claim') }])
    expect(other.text()).not.toContain('to say yes')
  })

  it('is refused after three wrong codes', async () => {
    const terminal = openTerminal('approve')
    const wrong = await terminal.code().then((code) => (code === '0000' ? '1111' : '0000'))
    for (let tries = 0; tries < 3; tries += 1) terminal.type(wrong)
    expect(await terminal.said()).toEqual([{ refused: 'that was wrong 3 times; nothing was done' }])
    expect(client.calls).toEqual([])
  })

  describe('who asks for what cannot be', () => {
    const refusal = { done: false, reason: 'there is no operation op-1' }

    async function reopen(options: Parameters<typeof fakeClient>[0]) {
      await door.close()
      client = fakeClient({ operations: [waitingOperation('op-1', 'plan-1')], ...options })
      door = await openDoor(client, { processes, isOurs: (pid) => ours.has(pid) })
    }

    it('is told so at once, and is asked nothing', async () => {
      await reopen({ foreseen: refusal })
      const terminal = openTerminal('approve')
      expect(await terminal.said()).toEqual([refusal])
      expect(terminal.text()).not.toContain('to say yes')
      expect(client.calls).toEqual([])
      expect(client.foreseen).toEqual([
        { by: 'person:maria', method: 'approve', values: [{ operation: 'op-1', plan: 'plan-1' }] },
      ])
    })

    it('is refused as nobody when no person sits there, and the act is not looked at', async () => {
      await reopen({ foreseen: refusal })
      for (const mark of ['CLAUDECODE', 'OPSCHART_TOKEN']) {
        const terminal = openTerminal('approve', { line: (command) => `env ${mark}=1 ${command}` })
        expect(await terminal.said()).toMatchObject([{ refused: expect.stringContaining(`${mark} is set`) }])
      }
      const pipe = start(process.execPath, [program, door.path, 'approve'])
      expect((await said(pipe))[0]).toMatchObject({ refused: expect.stringContaining('this is none') })
      expect(client.foreseen).toEqual([])
      expect(door.refusals).toHaveLength(3)
    })

    it('sends a signal to no release, and is told so; what the law refuses is sent and journaled', async () => {
      const unrouted = { kind: 'unrouted', reason: 'web has no release v2' } as const
      await reopen({ foreseenVerdict: unrouted })
      const nowhere = openTerminal('send')
      expect(await nowhere.said()).toEqual([unrouted])
      expect(client.calls).toEqual([])
      const allowed = { phase: 'STAGING', signals: [], agents: [] }
      await reopen({ foreseenVerdict: { kind: 'refused', reason: 'no', phase: 'STAGING', allowed } })
      const against = openTerminal('send')
      against.type(await against.code())
      expect(await against.said()).toMatchObject([{ kind: 'accepted' }])
      expect(client.calls).toHaveLength(1)
    })
  })

  it('may be wrong twice', async () => {
    const terminal = openTerminal('approve')
    const code = await terminal.code()
    const wrong = code === '0000' ? '1111' : '0000'
    for (const typed of [wrong, wrong, code]) terminal.type(typed)
    expect(await terminal.said()).toEqual([{ done: true, reason: 'approve done' }])
  })

  it('says no with anything that is no code', async () => {
    const terminal = openTerminal('approve')
    await terminal.code()
    terminal.type('no')
    expect(await terminal.said()).toEqual([{ refused: 'nobody said yes; nothing was done' }])
    expect(client.calls).toEqual([])
  })

  it('cannot be replayed: neither the code nor the confirmation is good twice', async () => {
    const terminal = openTerminal('replay')
    terminal.type(await terminal.code())
    expect(await terminal.said(3)).toEqual([
      { done: true, reason: 'approve done' },
      { refused: expect.stringContaining('this challenge was answered') },
      { refused: expect.stringContaining('this confirmation was used') },
    ])
    expect(client.calls).toHaveLength(1)
  })

  it('says yes to one act and no other', async () => {
    const terminal = openTerminal('rebind')
    terminal.type(await terminal.code())
    expect(await terminal.said()).toEqual([{ refused: expect.stringContaining('given for something else') }])
    expect(client.calls).toEqual([])
  })

  it('has a minute to answer', async () => {
    const terminal = openTerminal('approve')
    const code = await terminal.code()
    door.clock.advance(60_000)
    terminal.type(code)
    expect(await terminal.said()).toEqual([{ refused: expect.stringContaining('older than a minute') }])
  })

  it('is asked once in five minutes for ordinary acts, and each time for an approval', async () => {
    const one = `${process.execPath} ${program} ${door.path}`
    const terminal = openTerminal('send', {
      line: (command) => `${command}; ${one} send; read x; ${one} send; ${one} approve`,
    })
    const first = await terminal.code()
    expect(terminal.text()).toContain('send DEPLOYMENT_REQUESTED to web/v2')
    expect(terminal.text()).toContain('a: b\\u{1b}[2J')
    terminal.type(first)
    expect(await terminal.said(2)).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }])
    door.clock.advance(5 * 60_000)
    terminal.type('go on')
    terminal.type(await terminal.code(2))
    expect(await terminal.said(3)).toHaveLength(3)
    terminal.type(await terminal.code(3))
    expect((await terminal.said(4))[3]).toEqual({ done: true, reason: 'approve done' })
    expect(client.calls.map(({ by, method }) => `${by} ${method}`)).toEqual([
      'person:maria send',
      'person:maria send',
      'person:maria send',
      'person:maria approve',
    ])
  })

  /** A terminal in which a shell runs the program. */
  function openTerminal(
    mode: string,
    options: {
      environment?: Record<string, string>
      line?: (command: string) => string
      held?: boolean
    } = {},
  ) {
    const command = `${process.execPath} ${program} ${door.path} ${mode}`
    const line = (options.line ?? ((same: string) => same))(command)
    const child = start(
      'script',
      ['-qfec', options.held === true ? `read x; ${line}` : line, '/dev/null'],
      options.environment,
    )
    return {
      pid: child.pid ?? 0,
      text: () => output.get(child) ?? '',
      type: (text: string) => void child.stdin?.write(`${text}\n`),
      release: () => void child.stdin?.write('\n'),
      /** The code of the nth challenge. */
      code: (nth = 1) => until(child, (text) => [...text.matchAll(/Type (\d{4}) to say yes/g)][nth - 1]?.[1]),
      said: (count = 1) => said(child, count),
    }
  }

  const output = new Map<ChildProcess, string>()
  const changes = new EventEmitter()

  function start(
    name: string,
    argv: readonly string[],
    environment: Record<string, string> = {},
  ): ChildProcess {
    // A bare environment: whoever runs the tests may be an agent.
    const child = spawn(name, argv, {
      env: { PATH: process.env['PATH'], TERM: 'dumb', SHELL: '/bin/sh', ...environment },
    })
    children.push(child)
    const note = (chunk: Buffer) => {
      output.set(child, (output.get(child) ?? '') + stripVTControlCharacters(String(chunk)))
      changes.emit('change')
    }
    child.stdout.on('data', note)
    child.stdout.on('end', () => changes.emit('change'))
    child.stderr.on('data', note)
    return child
  }

  /** What a program said, as it comes. */
  async function said(child: ChildProcess, count = 1): Promise<unknown[]> {
    return until(child, (text) => {
      const found = [...text.matchAll(/@(\{.*?\})@/g)].map(([, json]) => JSON.parse(json ?? '') as unknown)
      return found.length >= count ? found : undefined
    })
  }

  async function until<Found>(
    child: ChildProcess,
    find: (text: string) => Found | undefined,
  ): Promise<Found> {
    for (;;) {
      const found = find(output.get(child) ?? '')
      if (found !== undefined) return found
      if (child.stdout?.readableEnded === true) throw new Error(`the program ended: ${output.get(child)}`)
      await once(changes, 'change')
    }
  }
})
