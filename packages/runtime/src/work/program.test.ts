// Properties of a program that is run:
//   - No shell: what it is given are arguments, whatever they contain. It gets the environment it is given and no other.
//   - Its end is told as it was; one that cannot be started says why. Its output is kept, bounded, whatever it prints.
//   - Out of time or cancelled, it ends with all of its group: politely, then not. What it had started ends with it.
//   - What a program that ended by itself leaves running neither is ended nor holds us.

import { readFileSync } from 'node:fs'
import process from 'node:process'

import { describe, expect, it } from 'vitest'

import { runProgram, type ProgramStart } from './program.ts'

const node = process.execPath

function run(argv: readonly string[], some: Partial<ProgramStart> = {}) {
  return runProgram({
    argv,
    directory: '/',
    environment: { PATH: process.env['PATH'] ?? '' },
    timeout: 60_000,
    maxOutput: 10_000,
    cancel: new AbortController().signal,
    grace: 50,
    ...some,
  })
}

/** A program that ignores SIGTERM, and never ends by itself. */
const deaf = ['env', '--ignore-signal=TERM', 'sleep', '1000']

const script = (text: string, some: Partial<ProgramStart> = {}) => run([node, '-e', text], some)

/** Whether a process runs; one that nobody has waited for yet has ended all the same. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve))
}

describe('a program', () => {
  it('is told how it ended, and what it printed', async () => {
    const end = await script('console.log("out"); console.error("err"); process.exitCode = 3')
    expect(end).toMatchObject({
      code: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
      timedOut: false,
      cancelled: false,
    })
  })

  it('is started without a shell', async () => {
    const argument = '$(touch /tmp/never) `id`; && | * ~ \\ " \'\n'
    const end = await run([node, '-e', 'process.stdout.write(process.argv[1])', argument])
    expect(end.stdout).toBe(argument)
  })

  it('gets the environment that it is given, and no other', async () => {
    const end = await script('console.log(JSON.stringify(process.env))', { environment: { ONLY: 'this' } })
    expect(JSON.parse(end.stdout)).toEqual({ ONLY: 'this' })
  })

  it('reads what it is given, and need not', async () => {
    expect((await script('process.stdin.pipe(process.stdout)', { input: 'given' })).stdout).toBe('given')
    expect((await script('process.exit(0)', { input: 'x'.repeat(1_000_000) })).code).toBe(0)
  })

  it('that cannot be started says why', async () => {
    expect(await run(['/no/such/program'])).toMatchObject({
      code: null,
      failed: expect.stringContaining('ENOENT') as unknown,
    })
    expect((await run(['program\0'])).failed).toBeDefined()
  })

  it('that was ended by a signal says by which', async () => {
    expect(await script('process.kill(process.pid, "SIGKILL")')).toMatchObject({
      code: null,
      signal: 'SIGKILL',
    })
  })

  it('is not started at all when it is no longer wanted', async () => {
    const pids: number[] = []
    const end = await script('0', { cancel: AbortSignal.abort(), started: (pid) => pids.push(pid) })
    expect([end.cancelled, pids]).toEqual([true, []])
  })

  it('that takes too long is ended', async () => {
    const end = await script('setInterval(() => {}, 1000)', { timeout: 1 })
    expect(end).toMatchObject({ timedOut: true, code: null, signal: 'SIGTERM' })
  })

  it('that ignores the polite end is ended by the other', async () => {
    const controller = new AbortController()
    let pid = 0
    const ending = run(deaf, { cancel: controller.signal, started: (given) => (pid = given) })
    while (!isDeaf(pid)) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect(await ending).toMatchObject({ cancelled: true, code: null, signal: 'SIGKILL' })
  })

  it('is ended with what it has started, even where that ignores the polite end', async () => {
    const controller = new AbortController()
    const text = `require("node:child_process").spawn("${deaf[0]}", ${JSON.stringify(deaf.slice(1))}, { stdio: "inherit" }); setInterval(() => {}, 1000)`
    let group = 0
    const ending = script(text, { cancel: controller.signal, started: (pid) => (group = pid) })
    let grandchild = 0
    while (!isDeaf(grandchild)) {
      await new Promise((resolve) => setImmediate(resolve))
      grandchild = childOf(group)
    }
    controller.abort()
    expect((await ending).cancelled).toBe(true)
    await gone(grandchild)
  })

  it('that has ended leaves running what it has started, and does not hold us', async () => {
    const child = 'setInterval(() => {}, 1000)'
    const text = `const c = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" }); console.log(c.pid); c.unref()`
    const end = await script(text)
    const left = Number(end.stdout)
    expect([end.code, isRunning(left)]).toEqual([0, true])
    process.kill(left, 'SIGKILL')
    await gone(left)
  })

  it('may print without end: memory stays bounded, and the beginning and the end are kept', async () => {
    const before = process.memoryUsage.rss()
    const end = await run(['head', '-c', '200000000', '/dev/zero'], { maxOutput: 1_000 })
    expect(end.code).toBe(0)
    expect(end.truncated).toBe(true)
    expect(end.stdout.length).toBeLessThan(1_100)
    expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000)
  })
})

/** Whether a process ignores SIGTERM by now. */
function isDeaf(pid: number): boolean {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
    return (BigInt(`0x${ignored}`) & (1n << 14n)) !== 0n
  } catch {
    return false
  }
}

function childOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ', 1)[0] ?? 0)
  } catch {
    return 0
  }
}
