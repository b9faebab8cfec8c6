import { join } from 'node:path'

import { OpschartError } from '@opschart/core'
import { findToken, type DaemonFacts, type InspectorAsked, type InspectorPlace } from '@opschart/hosts/http'

import { stateFolder } from './compose.ts'
import { placeOf, refuseWrong, serveInspector, type InspectDoorOptions } from './inspect-door.ts'

/** A door for pages beside no daemon. */
export interface LocalInspector extends Pick<InspectorPlace, 'address' | 'token'> {
  /** Lets one in as the token does, once; absent where another process has the door. */
  readonly ticket?: string
  /** What is beside it; absent where another process has the door, which alone knows. */
  readonly beside?: InspectorPlace['beside']
  /** The process that has it. */
  readonly pid: number
  close(): Promise<void>
}

/** The file of its token, which is never a daemon's. */
const tokenPathOf = (root: string) => join(root, stateFolder, 'inspect-store.token')

/**
 * Opens a door for pages beside no daemon: it shows, and nobody gets control. It listens at a port of its own, so that the
 * project's stays free for a daemon, which a page is to find again.
 *
 * @throws OpschartError `conflict` when the port is taken.
 */
export async function openLocalInspectDoor(
  options: Omit<InspectDoorOptions, 'people'>,
  { port, ...beside }: InspectorAsked,
): Promise<LocalInspector> {
  await refuseWrong(beside)
  const opened = await serveInspector(
    { ...options, people: { name: 'nobody' } },
    { tokenPath: tokenPathOf(options.root), ...(port === undefined ? {} : { port }) },
  )
  try {
    await opened.beside.open(beside)
    const { taken: _, ...place } = placeOf(opened)
    return { ...place, pid: process.pid, close: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/**
 * The door that another process has opened on this project's store, while that process has it.
 *
 * @throws OpschartError `conflict` where more is asked for than it has.
 */
export async function findLocalInspectDoor(
  root: string,
  asked: InspectorAsked,
): Promise<LocalInspector | undefined> {
  const left = findToken(tokenPathOf(root))
  if (left === undefined) return undefined
  const { port, token } = left
  const address = `http://127.0.0.1:${port}`
  const facts = await factsAt(address, token)
  if (facts?.root !== root) return undefined
  if (Object.entries(asked).some(([name, value]) => name !== 'port' || value !== port))
    throw new OpschartError(
      'conflict',
      `process ${facts.pid} shows this store already, at ${address}; leave the options out, or end it with Ctrl-C first`,
    )
  return { address, token, pid: facts.pid, close: () => Promise.resolve() }
}

/** Milliseconds that a door has to say whose it is. */
const patience = 2_000

/** What the door at an address says of itself; undefined where there is none, or another program's. */
async function factsAt(address: string, token: string): Promise<DaemonFacts | undefined> {
  try {
    const answer = await fetch(`${address}/v1/daemon`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(patience),
    })
    return answer.ok ? ((await answer.json()) as { answer: DaemonFacts }).answer : undefined
  } catch {
    return undefined
  }
}
