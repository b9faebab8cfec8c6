import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Crypto } from '@opschart/core'
import {
  createControl,
  createPeople,
  serveSocket,
  type PeopleOptions,
  type SocketServer,
} from '../src/http/index.ts'
import type { InspectorAsked } from '../src/http/door.ts'
import type { FakeClient } from './fake-client.ts'
import { manualClock, type ManualClock } from './manual-clock.ts'

/** Real hashes and ids. */
export const testCrypto: Crypto = {
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  randomId: () => randomUUID(),
}

/** A daemon's door in a folder of its own. */
export interface Door {
  readonly path: string
  readonly clock: ManualClock
  readonly server: SocketServer
  /** Lines about those who were refused. */
  readonly refusals: string[]
  /** How often the daemon was asked to end. */
  downs: number
  /** Ports at which the door for pages was asked for; undefined for the usual one. */
  readonly opened: InspectorAsked[]
  close(): Promise<void>
}

/** Opens a door for a fake client. */
export async function openDoor(client: FakeClient, people: Partial<PeopleOptions> = {}): Promise<Door> {
  const folder = await mkdtemp(join(tmpdir(), 'opschart-door-'))
  const clock = manualClock()
  const refusals: string[] = []
  const path = join(folder, 'private', 'daemon.sock')
  const gate = createPeople({
    clock,
    crypto: testCrypto,
    folder: join(folder, 'claims'),
    name: 'maria',
    onRefusal: (line) => refusals.push(line),
    ...people,
  })
  const control = createControl({ clock, crypto: testCrypto })
  const server = await serveSocket({
    client,
    path,
    people: gate,
    inspector: {
      open: (asked) => {
        door.opened.push(asked)
        const beside = { apps: null, bridge: null, connect: [], stately: [] }
        const address = 'http://127.0.0.1:20000'
        return Promise.resolve({ address, token: 'token-1', ticket: 'ticket-1', beside })
      },
      grant: (person) => control.grant(person),
    },
    clock,
    about: { root: folder, version: '0.0.0' },
    onDown: () => {
      door.downs += 1
    },
  })
  const door: Door = {
    path,
    clock,
    server,
    refusals,
    downs: 0,
    opened: [],
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return door
}
