import { join } from 'node:path'

import type { Client, ForeseeingClient, LifecycleDefinition, LogEntryView } from '@opschart/core'
import {
  createPeople,
  serveSocket,
  socketPathOf,
  type InspectorAsked,
  type InspectorPlace,
} from '@opschart/hosts/http'
import { nodeCrypto, systemClock, type Runtime } from '@opschart/runtime'

import { compose, stateFolder } from './compose.ts'
import { createContextFile } from './context-file.ts'
import { createInspectDoor, type InspectDoor } from './inspect-door.ts'
import { findLocalInspectDoor, openLocalInspectDoor, type LocalInspector } from './inspect-local.ts'
import { packageVersion } from './package-version.ts'
import { createVersions } from './versions.ts'
import { createWaiting } from './waiting-operations.ts'

/** How a daemon is started. */
export interface DaemonOptions {
  /** The project's root: an absolute path. */
  readonly root: string
  /** Told every row as it is written. */
  readonly onRow?: (row: LogEntryView) => void
  /** Told what goes wrong outside of any signal, and what a person must know. */
  readonly onLine?: (line: string) => void
  /** Asked to end, by `opschart down`. */
  readonly onDown?: () => void
  /**
   * Opens the door for pages at once, at the project's usual port when none is named. When absent it is opened once it is
   * asked for, and where a daemon had it open that was killed.
   */
  readonly inspect?: InspectorAsked
}

/** A daemon that runs. */
export interface Daemon {
  readonly client: Client
  readonly runtime: Runtime
  readonly socket: string
  /** The door for pages, where it was opened at once. */
  readonly inspect?: InspectorPlace
  close(): Promise<void>
}

/**
 * Starts a project's daemon: its runtime, its socket, its context file, and its door for pages where that is asked for.
 *
 * @throws OpschartError `configuration`, `storage`, or `conflict` when a daemon runs here already.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { root } = options
  const line = options.onLine ?? (() => {})
  const socket = socketPathOf(root)
  const { runtime, lifecycle, isOurs } = await compose({
    root,
    socket,
    onProblem: line,
    onNotice: ({ text }) => line(text),
  })
  const people = createPeople({
    clock: systemClock,
    crypto: nodeCrypto,
    folder: join(root, stateFolder, 'people'),
    isOurs,
    onRefusal: line,
  })
  if (options.onRow !== undefined) runtime.on('row', options.onRow)
  const context = createContextFile({
    root,
    store: runtime.store,
    told: line,
    pending: createWaiting(runtime),
  })
  const versions = createVersions({ root, client: runtime, law: lifecycle.definition })
  const door = createInspectDoor({ client: runtime, people, root, versions, onProblem: line })
  const server = await serveSocket({
    client: runtime,
    people,
    path: socket,
    clock: systemClock,
    about: { root, version: packageVersion },
    inspected: () => door.facts(),
    inspector: door,
    ...(options.onDown === undefined ? {} : { onDown: options.onDown }),
  }).catch(async (error: unknown) => {
    await runtime.close()
    throw error
  })
  // After the socket: whoever has that is the only daemon here, and the token is its to write.
  const place = await openAtOnce(door, options.inspect, line).catch(async (error: unknown) => {
    await door.close()
    await server.close()
    await runtime.close()
    throw error
  })
  // What is written in one go is folded in one go.
  const refresh = (): void => void setImmediate(() => void context.update())
  runtime.on('row', refresh)
  await context.update()
  return {
    client: runtime,
    runtime,
    socket,
    ...(place === undefined ? {} : { inspect: place }),
    async close() {
      await door.close()
      await server.close()
      await context.update()
      await runtime.close()
    },
  }
}

/** Opens the door where that is asked for, and again where a daemon was killed that had it open: a page may wait there. */
async function openAtOnce(
  door: InspectDoor,
  asked: InspectorAsked | undefined,
  line: (text: string) => void,
): Promise<InspectorPlace | undefined> {
  if (asked !== undefined) return door.open(asked)
  try {
    return door.wasOpen() ? await door.open({}) : undefined
  } catch (error) {
    // Nobody asked now: the daemon is worth more than its page.
    line(`the inspector is not open again (${(error as Error).message}); \`opschart inspect\` opens it`)
    return undefined
  }
}

/** Opens a project without a daemon: signals are decided and journaled, nothing is carried out. For commands that find no daemon. */
export async function openLocal(options: { root: string; onLine?: (line: string) => void }): Promise<{
  client: ForeseeingClient
  law: LifecycleDefinition
  prune: Runtime['prune']
  close: () => Promise<void>
}> {
  const { runtime, lifecycle } = await compose({
    root: options.root,
    work: false,
    ...(options.onLine === undefined ? {} : { onProblem: options.onLine }),
  })
  const { definition: law } = lifecycle
  return { client: runtime, law, prune: (given) => runtime.prune(given), close: () => runtime.close() }
}

/** Opens a project's store without a daemon, and a door for pages on it, where none is open: it shows, and nothing is carried out. */
export async function inspectLocal(
  options: InspectorAsked & { root: string; onLine: (line: string) => void },
): Promise<LocalInspector> {
  const { root, onLine, ...asked } = options
  const present = await findLocalInspectDoor(root, asked)
  if (present !== undefined) return present
  const { client, law, close } = await openLocal({ root, onLine })
  try {
    const door = await openLocalInspectDoor(
      { client, root, versions: createVersions({ root, client, law }), onProblem: onLine },
      asked,
    )
    return {
      ...door,
      async close() {
        await door.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
