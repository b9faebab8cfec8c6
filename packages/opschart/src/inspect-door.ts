import { join } from 'node:path'

import type { ForeseeingClient } from '@opschart/core'
import { serveLoopback, type LoopbackServer, type People } from '@opschart/hosts/http'
import { nodeCrypto, systemClock } from '@opschart/runtime'

import { stateFolder } from './compose.ts'
import { packageVersion } from './package-version.ts'

/** A project's door for pages: where it is, and the file with its token. */
export interface InspectDoor extends LoopbackServer {
  readonly tokenPath: string
}

/**
 * Opens the door for pages of a project whose socket this process has. Control is off: what it answers changes nothing.
 *
 * @throws OpschartError `conflict` when the port is taken.
 */
export async function openInspectDoor(options: {
  readonly client: ForeseeingClient
  readonly people: Pick<People, 'name'>
  readonly root: string
  readonly port?: number
  readonly onProblem: (line: string) => void
}): Promise<InspectDoor> {
  const { root, ...rest } = options
  const tokenPath = join(root, stateFolder, 'inspect.token')
  const server = await serveLoopback({
    ...rest,
    clock: systemClock,
    crypto: nodeCrypto,
    tokenPath,
    about: { root, version: packageVersion },
  })
  return { ...server, tokenPath }
}
