import { userInfo } from 'node:os'

import type { Principal } from '@opschart/core'

import { startDaemon } from '../daemon.ts'

/** What the demo asks of its daemon: it embeds it, and so vouches for who speaks. */
export interface Question {
  readonly id: number
  readonly who: 'person' | Principal
  readonly method: string
  readonly parameters: readonly unknown[]
}

/**
 * The demo's daemon, in a process of its own so that it can be killed. The process that started it is its host: it
 * answers over the channel between the two for the person who started the demo.
 */
async function main(): Promise<void> {
  const [root = '', from = '1', inspected] = process.argv.slice(2)
  const send = (message: object) => process.connected && process.send!(message)
  const daemon = await startDaemon({
    root,
    onLine: (line) => send({ line }),
    ...(inspected === undefined ? {} : { inspect: {} }),
  })
  const person: Principal = `person:${userInfo().username.replaceAll(/[^A-Za-z0-9._-]/g, '-') || 'you'}`
  process.on('message', (question: Question) => {
    const { id, who, method, parameters } = question
    const face = who === 'person' ? daemon.client.as(person) : daemon.client.as(who)
    const asked = who === 'person' && method in daemon.client ? daemon.client : face
    const call = (asked as unknown as Record<string, (...given: readonly unknown[]) => Promise<unknown>>)[
      method
    ]!
    call(...parameters).then(
      (answer) => send({ id, answer }),
      (error: unknown) => send({ id, error: error instanceof Error ? error.message : String(error) }),
    )
  })
  // Ctrl-C reaches the whole group: the demo ends its daemon itself, in good order.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  process.on('disconnect', () => void daemon.close().then(() => process.exit(0)))
  send({ ready: true, person, inspect: daemon.inspect })
  for await (const row of daemon.client.subscribe({ from: Number(from) })) send({ row })
}

await main()
