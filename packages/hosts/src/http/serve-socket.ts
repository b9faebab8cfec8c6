import { chmodSync, lstatSync, rmSync } from 'node:fs'

import { OpschartError, type Clock } from '@opschart/core'

import { createAnswer, sendError } from './answer-request.ts'
import { ask, silent } from './ask.ts'
import { createDoor, type DoorOptions } from './door.ts'
import { createLimitedServer } from './limited-server.ts'
import { describeApi } from './open-api.ts'
import { prepareFolder, whileStarting } from './socket-place.ts'
import type { DaemonFacts } from './wire.ts'

/** What {@link serveSocket} serves, and where. */
export interface SocketOptions extends DoorOptions {
  /** See {@link socketPathOf}. */
  readonly path: string
  readonly clock: Clock
  /** The project's root and the daemon's version: what `status` and `doctor` show. */
  readonly about: Pick<DaemonFacts, 'root' | 'version'>
  /** The door for pages while it is open, and what is beside it; there is none when absent. */
  readonly inspected?: () => Pick<DaemonFacts, 'page' | 'beside'>
  /** Asked to end, by `opschart down`. The answer has been sent by then. */
  readonly onDown?: () => void
}

/** A daemon's open door. */
export interface SocketServer {
  readonly path: string
  /** Ends all connections and removes the socket. */
  close(): Promise<void>
}

/**
 * Opens the daemon's door: a Unix socket in a folder of mode 0700. A socket that a dead daemon left is taken over.
 *
 * @throws OpschartError `conflict`, naming the process, when a live daemon has it; `storage` for a folder of another's.
 */
export async function serveSocket(options: SocketOptions): Promise<SocketServer> {
  const { path } = options
  const facts: DaemonFacts = { ...options.about, pid: process.pid, since: options.clock.now() }
  const door = createDoor(options)
  const answer = createAnswer({
    client: options.client,
    clock: options.clock,
    facts: () => ({ ...facts, ...options.inspected?.() }),
    describe: () => describeApi({ version: facts.version }),
    onDown: () => options.onDown?.(),
  })
  const listener = createLimitedServer((request, response) => {
    answer(request, response, door).catch((error: unknown) => sendError(response, error))
  })
  prepareFolder(path)
  await whileStarting(path, async () => {
    await refuseLive(path)
    rmSync(path, { force: true })
    await listener.listen({ path })
    chmodSync(path, 0o600)
  })
  const own = lstatSync(path).ino
  return {
    path,
    async close() {
      await listener.close()
      // Node removes the socket by its path; a successor's must stay.
      const present = lstatSync(path, { throwIfNoEntry: false })
      if (present?.ino === own) rmSync(path, { force: true })
    },
  }
}

async function refuseLive(path: string): Promise<void> {
  try {
    const facts = (await ask(path, 'daemon', {})) as DaemonFacts
    throw new OpschartError(
      'conflict',
      `a daemon runs here already: process ${facts.pid}, for ${facts.root}; end it with \`opschart down\``,
    )
  } catch (error) {
    // One that is there and silent keeps its socket: it may go on at any moment.
    const dead = error instanceof OpschartError && error.code === 'unreachable'
    if (dead && (error.cause as NodeJS.ErrnoException | undefined)?.code !== silent) return
    throw error
  }
}
