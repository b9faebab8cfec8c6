import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Principal, SignalDraft, Verdict } from '@opschart/core'

import { startDaemon, type Daemon } from '../../src/daemon.ts'
import { createInspectDoor, type InspectDoor } from '../../src/inspect-door.ts'

/** A project with a daemon, and a page that it serves. */
export interface TestProject {
  readonly root: string
  readonly daemon: Daemon
  /** The address with which a person opens the page. */
  readonly address: string
  send(by: Principal, to: string, draft: SignalDraft): Promise<Verdict>
  close(): Promise<void>
}

/** A configuration with which a release stands in STAGING until a person lets its tests be run. */
export const asking = 'services: { web: { deploy: [./deploy] } }\nautonomy: ask\n'

/** Starts one that only records, unless told: nothing is carried out, so that what a test sees is what it sent. */
export async function startProject(
  configuration = 'services: { web: { deploy: [./deploy] } }\nautonomy: observe\n',
): Promise<TestProject> {
  const root = await mkdtemp(join(tmpdir(), 'opschart-inspector-'))
  await mkdir(join(root, '.claude/config'), { recursive: true })
  await writeFile(join(root, '.claude/config/operational.yaml'), configuration)
  const daemon = await startDaemon({ root, inspect: {} })
  const { address, token } = daemon.inspect!
  return {
    root,
    daemon,
    address: `${address}/#token=${token}`,
    send: (by, to, draft) => daemon.client.as(by).send(to, draft),
    async close() {
      await daemon.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** A door on its journal as the daemon's own is, but whose people are told, where that one would ask a terminal. */
export function openDoorFor({ root, daemon }: TestProject): InspectDoor {
  return createInspectDoor({
    client: daemon.runtime,
    people: { name: 'maria' },
    root: join(root, 'door'),
    onProblem: () => {},
  })
}

let sent = 0

/** A draft with an id of its own. */
export function draft(type: string, data: SignalDraft['data'] = {}): SignalDraft {
  return { id: `sent-${(sent += 1)}`, type, data }
}

/** Brings a branch to STAGING, where its tests are to run. */
export async function intoStaging(project: TestProject, branch = 'topic'): Promise<void> {
  await intoReview(project, branch)
  const [commit, merge] = ['a'.repeat(40), 'b'.repeat(40)]
  await project.send('agent:reviewer-agent', `web/${branch}`, draft('REVIEW_APPROVED'))
  await project.send('watcher:git', 'web', draft('CODE_MERGED', { branch, commit, merge }))
}

/** Brings a branch into review, with one refusal on the way. */
export async function intoReview(project: TestProject, branch = 'topic'): Promise<void> {
  const commit = 'a'.repeat(40)
  await project.send(
    'watcher:git',
    'web',
    draft('CODE_COMMITTED', { branch, commit, author: 'ann@example.org' }),
  )
  await project.send('agent:performance-optimizer-agent', `web/${branch}`, draft('REVIEW_REQUESTED'))
  await project.send('agent:developer-agent', `web/${branch}`, draft('REVIEW_REQUESTED'))
}
