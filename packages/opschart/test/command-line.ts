import { OpschartError, releaseLifecycle, type Clock } from '@opschart/core'

import type { Composition } from '../src/cli/_composition.ts'
import type { ExitCode } from '../src/cli/_exit.ts'
import { plainPaint } from '../src/cli/_text.ts'
import type { Terminal } from '../src/cli/_terminal.ts'
import { main } from '../src/cli/main.ts'
import { fakeClient, type Answers, type FakeClient } from './fake-client.ts'
import { now } from './views.ts'

/** What came of a command line. */
export interface Outcome {
  readonly code: ExitCode
  readonly out: string
  readonly notes: string
  readonly client: FakeClient
}

/** Where a command line is run. */
export interface Place {
  readonly answers?: Answers
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  readonly composition?: Partial<Composition>
  /** Whether it is to be taken for a terminal; a pipe when absent. */
  readonly interactive?: boolean
}

/** A clock that stands at the views' noon. */
export const noon: Clock = { now: () => now, at: () => () => {} }

/** Runs a command line in a pipe, beside no daemon, on a store with answers made beforehand. */
export async function runLine(argv: readonly string[], place: Place = {}): Promise<Outcome> {
  const client = fakeClient(place.answers)
  const out: string[] = []
  const notes: string[] = []
  const terminal: Terminal = {
    out: (line) => out.push(line),
    note: (line) => notes.push(line),
    progress: () => {},
    redraw: () => false,
    look: (at) => ({ now: at, timeZone: 'UTC', paint: plainPaint, columns: undefined }),
    interactive: place.interactive ?? false,
    environment: place.environment ?? {},
  }
  const composition: Composition = {
    startDaemon: () => unexpected('startDaemon'),
    openLocal: () =>
      Promise.resolve({ client, prune: () => unexpected('prune'), close: () => Promise.resolve() }),
    inspectLocal: () => unexpected('inspectLocal'),
    openBrowser: () => unexpected('openBrowser'),
    confirm: () => unexpected('confirm'),
    loadConfiguration: () => Promise.resolve({ configuration: undefined, source: null, problems: [] }),
    lawOf: () => Promise.resolve(releaseLifecycle),
    checkLaw: () => Promise.resolve([]),
    formatProblem: ({ message }) => Promise.resolve(message),
    propose: () => unexpected('propose'),
    writeProposal: () => unexpected('writeProposal'),
    rehearse: () => unexpected('rehearse'),
    runDemo: () => unexpected('runDemo'),
    ...place.composition,
  }
  const directory = place.directory ?? '/nowhere/at-all'
  const code = await main(argv, { terminal, composition, directory, clock: noon })
  return { code, out: out.join('\n'), notes: notes.join('\n'), client }
}

function unexpected(what: string): Promise<never> {
  return Promise.reject(new OpschartError('unsupported', `${what} was not to be called here`))
}
