import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'

import { OpschartError, type ForeseeingClient } from '@opschart/core'
import {
  createControl,
  findToken,
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
  /** Whether it was open when an earlier daemon was killed: then a page may still wait for it. */
  wasOpen(): boolean
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
      opening ??= serveInspector(options, {
        control,
        tokenPath,
        usualPort: usualPortOf(options.root),
        ...(port === undefined ? {} : { port }),
      })
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
    wasOpen: () => findToken(tokenPath) !== undefined,
    facts: () => (opened === undefined ? {} : { page: opened.server.address, beside: opened.beside.view() }),
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

/** Looks at what is asked for beside the journal before anything is opened for it. */
export async function refuseWrong(asked: Omit<InspectorAsked, 'port'>): Promise<void> {
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
export interface Opened {
  readonly server: LoopbackServer
  readonly beside: Beside
  close(): Promise<void>
}

/** Opens the door, with what may be beside it. */
export async function serveInspector(
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

/** Where an open door is, with a ticket that is new each time. */
export function placeOf({ server, beside }: Opened): InspectorPlace {
  const { address, taken, token } = server
  return {
    address,
    token,
    ticket: server.ticket(),
    beside: beside.view(),
    ...(taken === undefined ? {} : { taken }),
  }
}
