import { createHash } from 'node:crypto'
import { join } from 'node:path'

import { OpschartError, type ForeseeingClient } from '@opschart/core'
import {
  createControl,
  serveLoopback,
  type Inspector,
  type InspectorPlace,
  type LoopbackServer,
  type People,
} from '@opschart/hosts/http'
import { nodeCrypto, systemClock } from '@opschart/runtime'

import { stateFolder } from './compose.ts'
import { packageVersion } from './package-version.ts'

/** A project's door for pages: closed, until it is asked for. */
export interface InspectDoor extends Inspector {
  /** Where it is; undefined while it is closed. */
  address(): string | undefined
  /** Closes it for good, and ends all control. */
  close(): Promise<void>
}

/** What stands behind the door. */
export interface InspectDoorOptions {
  readonly client: ForeseeingClient
  readonly people: Pick<People, 'name'>
  readonly root: string
  readonly onProblem: (line: string) => void
}

/** Makes the door for pages of a project whose socket this process has. A page changes nothing until a person gives it control. */
export function createInspectDoor(options: InspectDoorOptions): InspectDoor {
  const control = createControl({ clock: systemClock, crypto: nodeCrypto })
  const tokenPath = join(options.root, stateFolder, 'inspect.token')
  let opening: Promise<LoopbackServer> | undefined
  let opened: LoopbackServer | undefined
  return {
    async open({ port }) {
      opening ??= serve(options, { control, tokenPath, ...(port === undefined ? {} : { port }) })
      try {
        opened = await opening
      } catch (error) {
        opening = undefined
        throw error
      }
      if (port !== undefined && Number(new URL(opened.address).port) !== port)
        throw new OpschartError(
          'conflict',
          `the inspector is open at ${opened.address} already; leave the port out, or end the daemon first`,
        )
      return placeOf(opened)
    },
    grant: (person) => control.grant(person),
    address: () => opened?.address,
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
  asked: { readonly port?: number },
): Promise<InspectorPlace & { close(): Promise<void> }> {
  const server = await serve({ ...options, people: { name: 'nobody' } }, asked)
  return { ...placeOf(server), close: () => server.close() }
}

/** Ports that projects have: each its own, so that a page finds its daemon again. */
const firstPort = 20_000
const ports = 20_000

/** The port of a project, as its root says. */
export function usualPortOf(root: string): number {
  return firstPort + (createHash('sha256').update(root).digest().readUInt32BE(0) % ports)
}

async function serve(
  options: InspectDoorOptions,
  more: Partial<Parameters<typeof serveLoopback>[0]>,
): Promise<LoopbackServer> {
  const { root, ...rest } = options
  // Loaded for who looks: a command without a daemon needs no page.
  const { pageFiles } = await import('@opschart/inspector')
  return serveLoopback({
    ...rest,
    clock: systemClock,
    crypto: nodeCrypto,
    usualPort: usualPortOf(root),
    files: await pageFiles(),
    about: { root, version: packageVersion },
    ...more,
  })
}

function placeOf(server: LoopbackServer): InspectorPlace {
  return { address: server.address, token: server.token, ticket: server.ticket() }
}
