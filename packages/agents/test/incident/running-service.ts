import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** When requests are sent, on the service's clock. */
export interface Traffic {
  readonly from: number
  readonly to: number
  readonly count: number
  /** Paths, asked for in turn. */
  readonly paths: readonly string[]
}

/**
 * Starts the service as it lies in the folder, sends it the traffic over HTTP, and stops it. It logs as it runs, so that
 * the stack traces are those of the code that is there.
 */
export async function runService(
  root: string,
  logFile: string,
  traffic: readonly Traffic[],
  version?: string,
): Promise<void> {
  const child = spawn(process.execPath, [path.join('src', 'server.js')], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      LOG_FILE: logFile,
      ...(version === undefined ? {} : { SERVICE_VERSION: version }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const agent = new Agent({ keepAlive: true })
  try {
    const lines = createInterface({ input: child.stdout })
    const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [''])])
    const port = Number(first[0])
    if (!(port > 0)) throw new Error(`the service of the fixture did not start: ${said.slice(0, 2000)}`)
    for (const { from, to, count, paths } of traffic) {
      for (let number = 0; number < count; number++) {
        const time = Math.round(from + ((to - from) * number) / count)
        const tenant = number % 3 === 0 ? 'north' : 'south'
        await ask(agent, port, paths[number % paths.length] ?? '/', time, tenant)
      }
    }
  } finally {
    agent.destroy()
    const isOver = child.exitCode !== null || child.signalCode !== null
    const over = once(child, 'exit')
    if (!isOver) {
      child.kill('SIGKILL')
      await over
    }
  }
}

function ask(agent: Agent, port: number, where: string, time: number, tenant: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-time': String(time), 'x-tenant': tenant }
    request({ agent, host: '127.0.0.1', port, path: where, headers }, (response) => {
      response.resume()
      response.on('end', resolve)
    })
      .on('error', reject)
      .end()
  })
}
