import { entryOf, OpschartError, type Clock, type Store } from '@opschart/core'

import { serviceFact } from '../driver/names.ts'
import type { Points } from '../views/points.ts'
import { pastGround, presentGround } from './ground.ts'
import { createSandbox, type Sandbox, type SandboxSources } from './sandbox.ts'

/** What suppositions are made with. */
export interface SuppositionSources extends SandboxSources {
  readonly store: Store
  readonly clock: Clock
  readonly points: Points
}

const mostTries = 20
const page = 500
/** Rows written meanwhile that are looked at; after more, it is asked again. */
const mostRows = 2_000

/**
 * Answers a question in a sandbox that begins after a row. The present is asked again where what the answer rests on has
 * moved meanwhile: it is an answer about one moment.
 */
export async function suppose<Answer>(
  sources: SuppositionSources,
  sequence: number | undefined,
  ask: (sandbox: Sandbox, sequence: number) => Promise<Answer>,
): Promise<Answer> {
  const { store, clock } = sources
  if (sequence !== undefined && !(Number.isSafeInteger(sequence) && sequence >= 0))
    throw new OpschartError('input', `${String(sequence)} is no row's number; rows are counted from 1`)
  for (let tries = 0; tries < mostTries; tries += 1) {
    const head = (await store.head()).sequence
    if (sequence !== undefined && sequence < head) {
      await checkKept(store, sequence)
      const [row] = await store.history({ from: sequence, to: sequence })
      return ask(createSandbox(sources, pastGround(sources, sequence), row?.at ?? clock.now()), sequence)
    }
    const sandbox = createSandbox(sources, presentGround(store, head), clock.now())
    const answer = await ask(sandbox, head)
    if (await hasStayed(store, head, sandbox.store.read)) return answer
  }
  throw new OpschartError(
    'conflict',
    'what was asked about is moved again and again while it is looked at; ask about a row of the journal instead',
  )
}

async function checkKept({ pruning }: Store, sequence: number): Promise<void> {
  const beginning = (await pruning?.beginning())?.sequence ?? 0
  if (sequence >= beginning) return
  throw new OpschartError('input', `row ${sequence} was pruned: the journal begins with row ${beginning + 1}`)
}

/** Whether no row since then concerns what was read. */
async function hasStayed(store: Store, head: number, read: ReadonlySet<string>): Promise<boolean> {
  for (let from = head + 1; from <= head + mostRows; from += page) {
    const rows = await store.history({ from, limit: page })
    if (rows.some((row) => read.has(row.actor) || read.has(serviceFact(entryOf(row).service)))) return false
    if (rows.length < page) return true
  }
  return false
}
