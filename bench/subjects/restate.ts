import { fork, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import type { DeskContext } from '../chart.ts'
import { checkDesk, stepEvent } from '../expectation.ts'
import { closedLoop, type Driven, type Times } from '../harness/loops.ts'
import { ownCpu } from '../harness/sample.ts'
import { serveSubject } from '../harness/subject.ts'

// The chart on @restatedev/xstate: this process is the client and the load, the server and the service are processes
// beside it, as they are in use.

interface DeskSnapshot {
  readonly value: unknown
  readonly context: DeskContext
}

const children: ChildProcess[] = []
const agent = new Agent({ keepAlive: true, maxSockets: 256 })
let ingress = 0
let windows = 0

/** Settings that serve the work measured here: no journal is kept of what is done, and few partitions (2 cores). */
const settings = (folder: string, ports: { node: number; admin: number; ingress: number }) => `
node-name = "bench"
cluster-name = "bench"
base-dir = ${JSON.stringify(folder)}
bind-ip = "127.0.0.1"
bind-port = ${ports.node}
listen-mode = "tcp"
advertised-address = "http://127.0.0.1:${ports.node}"
disable-telemetry = true
default-num-partitions = 2
default-journal-retention = "0s"
rocksdb-total-memory-size = "512 MiB"
log-filter = "error"
log-disable-ansi-codes = true

[admin]
bind-port = ${ports.admin}
disable-web-ui = true

[ingress]
bind-port = ${ports.ingress}
`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

function call<Value>(port: number, method: string, path: string, body?: unknown): Promise<Value> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent,
        headers:
          body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (response) => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (answer += part))
        response.once('end', () => {
          if ((response.statusCode ?? 500) < 300)
            resolve((answer === '' ? null : JSON.parse(answer)) as Value)
          else reject(new Error(`${method} ${path} was answered ${response.statusCode}: ${answer}`))
        })
        response.once('error', reject)
      },
    )
    asked.once('error', reject)
    asked.end(text)
  })
}

async function ready(what: string, attempt: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await attempt()
      return
    } catch (error) {
      if (tries >= 300) throw new Error(`${what} was not ready within 30 s`, { cause: error })
      await pause(100)
    }
  }
}

function serverProgram(): string {
  const require = createRequire(
    createRequire(import.meta.url).resolve('@restatedev/restate-server/package.json'),
  )
  return require.resolve(`@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`)
}

async function startService(port: number): Promise<void> {
  const file = fileURLToPath(new URL('./restate-service.ts', import.meta.url))
  const service = fork(file, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.push(service)
  await new Promise<void>((resolve, reject) => {
    service.once('exit', (code) => reject(new Error(`the service ended with ${code}`)))
    service.on('message', (message) => {
      const { failed } = message as { failed?: string }
      if (failed === undefined) resolve()
      else reject(new Error(failed))
    })
    service.send({ number: 1, call: 'open', given: { port } })
  })
}

/** Processor seconds of the server and the service, from the system's table of processes, and our own. */
function cpuNow(): number {
  const ticks = children.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  })
  return ownCpu() + ticks.reduce((sum, tick) => sum + tick, 0) / 100
}

function driven(): Driven {
  windows += 1
  const own = windows
  const path = (actor: number, handler: string) => `/desk/${own}-${actor}/${handler}`
  return {
    ...(process.platform === 'linux' ? { cpuNow } : {}),
    async begin(actor) {
      await call(ingress, 'POST', path(actor, 'create'), { input: { desk: 'desk' } })
    },
    async send(actor, n) {
      await call(ingress, 'POST', path(actor, 'send'), { event: stepEvent(n) })
    },
    async check(actor, events) {
      const snapshot = await call<DeskSnapshot>(ingress, 'POST', path(actor, 'snapshot'))
      checkDesk('Restate', 'desk', events, snapshot)
    },
  }
}

function endChildren(): void {
  for (const child of children) child.kill('SIGKILL')
}
process.once('exit', endChildren)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

serveSubject(
  {
    async open({ folder }: { folder: string }) {
      const base = join(folder, 'restate')
      mkdirSync(base, { recursive: true })
      const ports = { node: await freePort(), admin: await freePort(), ingress: await freePort() }
      const service = await freePort()
      writeFileSync(join(base, 'restate.toml'), settings(base, ports))
      const server = spawn(serverProgram(), ['--config-file', join(base, 'restate.toml')], {
        cwd: base,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DO_NOT_TRACK: '1' },
      })
      children.push(server)
      await startService(service)
      await ready('the Restate server', () => call(ports.admin, 'GET', '/health'))
      await ready('the registration', () =>
        call(ports.admin, 'POST', '/deployments', { uri: `http://127.0.0.1:${service}` }),
      )
      ingress = ports.ingress
      await ready('the ingress', () => call(ingress, 'GET', '/restate/health'))
      return {}
    },
    closed: ({ actors, ...times }: Times & { actors: number }) => closedLoop(driven(), actors, times),
  },
  {
    async closing() {
      const ended = children.map(
        (child) =>
          new Promise<void>((resolve) =>
            child.exitCode === null ? child.once('exit', () => resolve()) : resolve(),
          ),
      )
      endChildren()
      await Promise.race([Promise.all(ended), pause(3_000)])
    },
    started: () => children.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
  },
)
