// Properties:
//   - Both process tables say the same of a real process, in their own forms.
//   - A process's name cannot spoil what is read of it, whatever characters it holds.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, mkdtemp, rm } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { linuxProcesses, parseStat } from './linux-processes.ts'
import { parseRow, psProcesses } from './ps-processes.ts'

const onLinux = process.platform === 'linux'
const hasPs = onLinux && spawnSync('ps', ['-o', 'pid=', '-p', String(process.pid)]).status === 0

describe.runIf(onLinux)('the process table of Linux', () => {
  it('knows a child by its parent, user, program and environment', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log("up")', 'x'], {
      env: { MARK: 'here' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    try {
      await once(child.stdout, 'data')
      const facts = await linuxProcesses.read(child.pid!)
      expect(facts).toMatchObject({
        pid: child.pid,
        parent: process.pid,
        user: process.getuid?.(),
        leadsSession: false,
      })
      expect(facts).toMatchObject({ environment: ['MARK=here'], programs: expect.arrayContaining(['node']) })
      expect(await linuxProcesses.terminalOf(child.pid!, 0)).toBeNull()
    } finally {
      child.kill()
      await once(child, 'exit')
    }
    expect(await linuxProcesses.read(child.pid!)).toBeUndefined()
  })

  it('sees which files a process has open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opschart-holds-'))
    const file = join(folder, 'claim')
    const handle = await open(file, 'w')
    try {
      expect(await linuxProcesses.holds(process.pid, file)).toBe(true)
      expect(await linuxProcesses.holds(process.ppid, file)).toBe(false)
    } finally {
      await handle.close()
      expect(await linuxProcesses.holds(process.pid, file)).toBe(false)
      await rm(folder, { recursive: true })
    }
  })

  it('takes a name apart from what it might be mistaken for', () => {
    const { name, fields } = parseStat('7 (a) S 1 1 (x ) R 3 7 7 34816 7 0\n')
    expect(name).toBe('a) S 1 1 (x ')
    expect(fields.slice(0, 6)).toEqual(['R', '3', '7', '7', '34816', '7'])
  })
})

describe('the process table that asks ps', () => {
  it.runIf(hasPs)('says the same as /proc', async () => {
    const [facts, asked] = await Promise.all([
      linuxProcesses.read(process.pid),
      psProcesses(['e']).read(process.pid),
    ])
    expect(asked).toMatchObject({ pid: process.pid, parent: process.ppid, user: process.getuid?.() })
    expect(asked).toMatchObject({ leadsSession: (facts as { leadsSession: boolean }).leadsSession })
    expect(await psProcesses(['e']).read(2 ** 22 + 1)).toBeUndefined()
  })

  it('reads the row of a shell on macOS', () => {
    const row = '  812   811   501 Ss+  ttys003  Mon Mar  2 09:12:44 2026    '
    expect(parseRow(row, '-zsh TERM=xterm CLAUDECODE=1 HOME=/Users/ann')).toEqual({
      pid: 812,
      parent: 811,
      user: 501,
      started: 'Mon Mar 2 09:12:44 2026',
      terminal: '/dev/ttys003',
      leadsSession: true,
      foreground: true,
      programs: ['zsh'],
      environment: ['TERM=xterm', 'CLAUDECODE=1', 'HOME=/Users/ann'],
    })
    expect(parseRow('1 0 0 Ss ?? Mon Mar  2 09:00:00 2026', '/sbin/launchd')).toMatchObject({
      terminal: null,
      foreground: false,
    })
  })
})
