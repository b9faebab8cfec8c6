import { join } from 'node:path'

import { OpschartError, type Client } from '@opschart/core'
import {
  connect,
  createPeople,
  guardedClient,
  socketPathOf,
  type DaemonFacts,
  type PersonAtTerminal,
  type RemoteClient,
} from '@opschart/hosts/http'
import { nodeCrypto } from '@opschart/runtime'

import type { CommandContext } from './_context.ts'
import type { ExitCode } from './_exit.ts'
import { personAtTerminal } from './_person.ts'
import { visible } from './_text.ts'

/** A client, and where it came from: the daemon, or the store itself (then `daemon` is null). */
export interface Reached {
  readonly client: Client
  readonly daemon: DaemonFacts | null
}

/** The daemon's client. Where an operation's process runs, the daemon that started it. */
export async function connectDaemon(context: CommandContext): Promise<RemoteClient> {
  const { clock, terminal, root } = context
  const path = terminal.environment['OPSCHART_SOCKET'] ?? socketPathOf(root)
  const person = personOf(context)
  return connect(path, { clock, ...(person === undefined ? {} : { person }) })
}

/** Does something with the daemon's client or, where no daemon runs, with the store opened for this one command. */
export async function withClient(
  context: CommandContext,
  work: (reached: Reached) => Promise<ExitCode>,
): Promise<ExitCode> {
  let remote: RemoteClient | undefined
  try {
    remote = await connectDaemon(context)
  } catch (error) {
    if (!(error instanceof OpschartError) || error.code !== 'unreachable') throw error
  }
  if (remote !== undefined) return work({ client: remote, daemon: await remote.daemon() })
  const onLine = (line: string) => context.terminal.note(visible(line))
  const local = await context.composition.openLocal({ root: context.root, onLine })
  try {
    const { clock, root } = context
    const people = createPeople({ clock, crypto: nodeCrypto, folder: join(root, '.opschart', 'people') })
    const person = personOf(context)
    const client = guardedClient({
      client: local.client,
      people,
      ...(person === undefined ? {} : { person }),
    })
    return await work({ client, daemon: null })
  } finally {
    await local.close()
  }
}

function personOf({ terminal }: CommandContext): PersonAtTerminal | undefined {
  return terminal.interactive ? personAtTerminal(terminal) : undefined
}

/**
 * The person at this terminal, as a sender whose acts they confirm.
 *
 * @throws OpschartError `forbidden` where there is no terminal.
 */
export function asPerson({ client }: Reached, { terminal }: CommandContext): ReturnType<Client['as']> {
  if (!terminal.interactive) {
    throw new OpschartError(
      'forbidden',
      'only a person may do this, at a terminal: not through a pipe or a file',
    )
  }
  // The name is the daemon's to say: it knows who owns the terminal.
  return client.as({ person: 'terminal' })
}
