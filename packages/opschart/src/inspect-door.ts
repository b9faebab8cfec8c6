import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'

import { OpschartError, type ForeseeingClient } from '@opschart/core'
import {
  createControl,
  serveLoopback,
  type InspectedBeside,
  type Inspector,
  type InspectorAsked,
  type InspectorPlace,
  type LoopbackServer,
  type People,
  type Versions,
} from '@opschart/hosts/http'
import { nodeCrypto, systemClock } from '@opschart/runtime'

import { stateFolder } from './compose.ts'
import type { Beside } from './inspect-beside.ts'
import { packageVersion } from './package-version.ts'

/** A project's door for pages: closed, until it is asked for. */
export interface InspectDoor extends Inspector {
  /** Where it is, and what is beside it; neither while it is closed. */
  facts(): { readonly page?: string; readonly beside?: InspectedBeside }
  /** Closes it for good, and ends all control. */
  close(): Promise<void>
}

/** What stands behind the door. */
export interface InspectDoorOptions {
  readonly client: ForeseeingClient
  readonly people: Pick<People, 'name'>
  readonly root: string
  /** Compares the law with other versions of it; not offered when absent. */
  readonly versions?: Versions
  readonly onProblem: (line: string) => void
}

/** Makes the door for pages of a project whose socket this process has. A page changes nothing until a person gives it control. */
export function createInspectDoor(options: InspectDoorOptions): InspectDoor {
  const control = createControl({ clock: systemClock, crypto: nodeCrypto })
  const tokenPath = join(options.root, stateFolder, 'inspect.token')
  let opening: Promise<Opened> | undefined
  let opened: Opened | undefined
  return {
    async open({ port, ...beside }) {
      await refuseWrong(beside)
      opening ??= serve(options, { control, tokenPath, ...(port === undefined ? {} : { port }) })
      try {
        opened = await opening
      } catch (error) {
        opening = undefined
        throw error
      }
      const { address } = opened.server
      if (port !== undefined && Number(new URL(address).port) !== port)
        throw new OpschartError(
          'conflict',
          `the inspector is open at ${address} already; leave the port out, or end the daemon first`,
        )
      await opened.beside.open(beside)
      return placeOf(opened)
    },
    grant: (person) => control.grant(person),
    facts: () => (opened === undefined ? {} : { page: opened.server.address, beside: opened.beside.view() }),
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

/**
 * Opens a door for pages beside no daemon: it shows, and nobody gets control. Its token is in memory only.
 *
 * @throws OpschartError `conflict` when the port is taken.
 */
export async function openLocalInspectDoor(
  options: Omit<InspectDoorOptions, 'people'>,
  { port, ...beside }: InspectorAsked,
): Promise<InspectorPlace & { close(): Promise<void> }> {
  await refuseWrong(beside)
  const opened = await serve({ ...options, people: { name: 'nobody' } }, port === undefined ? {} : { port })
  try {
    await opened.beside.open(beside)
    return { ...placeOf(opened), close: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** Looks at what is asked for beside the journal before anything is opened for it. */
async function refuseWrong(asked: Omit<InspectorAsked, 'port'>): Promise<void> {
  const { checkBeside } = await import('./inspect-beside.ts')
  checkBeside(asked)
}

/** Ports that projects have: each its own, so that a page finds its daemon again. */
const firstPort = 20_000
const ports = 20_000

/** The port of a project, as its root says. */
export function usualPortOf(root: string): number {
  return firstPort + (createHash('sha256').update(root).digest().readUInt32BE(0) % ports)
}

/** A door for pages that is open. */
interface Opened {
  readonly server: LoopbackServer
  readonly beside: Beside
  close(): Promise<void>
}

async function serve(
  options: InspectDoorOptions,
  more: Partial<Parameters<typeof serveLoopback>[0]>,
): Promise<Opened> {
  const { root, ...rest } = options
  const clock = systemClock
  // Loaded for who looks: a command without a daemon needs no page.
  const [{ pageFiles }, { createBeside }] = await Promise.all([
    import('@opschart/inspector'),
    import('./inspect-beside.ts'),
  ])
  const beside = createBeside({ ...rest, name: basename(root), clock })
  const server = await serveLoopback({
    ...rest,
    clock,
    crypto: nodeCrypto,
    usualPort: usualPortOf(root),
    files: await pageFiles(),
    about: { root, version: packageVersion },
    apps: beside.apps,
    ...more,
  })
  return {
    server,
    beside,
    async close() {
      await beside.close()
      await server.close()
    },
  }
}

function placeOf({ server, beside }: Opened): InspectorPlace {
  return { address: server.address, token: server.token, ticket: server.ticket(), beside: beside.view() }
}
