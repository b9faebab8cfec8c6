import {
  baseDigest,
  canonicalJson,
  OpschartError,
  type AuditView,
  type Clock,
  type JsonObject,
  type Principal,
  type Pruning,
  type PruneView,
} from '@opschart/core'

import { audit, type AuditSources } from './audit.ts'
import { systemActor } from './names.ts'
import { emptySystem } from './policy.ts'
import { baseOf, copied, type Replayed } from './replayed.ts'
import { systemDecision } from './system-row.ts'

/** What pruning is done with. */
export interface PruneSources extends AuditSources {
  readonly clock: Clock
}

/** What would go. */
export interface PrunePlan {
  readonly rows: number
  /** The first row that would stay. */
  readonly begins: number
}

/** What is to be pruned. */
export interface PruneOptions {
  /** Rows that were decided before this time go, as far as no younger one stands before them. */
  readonly before: number
  /** Who prunes: known already, or asked once it is known what goes; when that rejects, nothing goes. */
  readonly by: Principal | ((plan: PrunePlan) => Promise<Principal>)
  /** Told how far it is; `rows` are those that were replayed so far. */
  readonly onProgress?: (progress: {
    readonly phase: 'audit' | 'cut' | 'sweep'
    readonly rows: number
  }) => void
}

const mostTries = 20

/**
 * Lets the journal begin later: the rows before go, states, timers and work stay. The journal is audited first, from its
 * beginning to its end, and nothing is pruned of one that is not sound. What the actors were at the cut is kept, under a
 * digest that a row carries: so the rest can be audited as before [D15]. May be asked for while others write.
 *
 * @throws OpschartError `unsupported` when the store cannot be pruned, `conflict` when somebody else pruned meanwhile.
 */
export async function prune(sources: PruneSources, options: PruneOptions): Promise<PruneView> {
  const { pruning } = sources.store
  if (pruning === undefined) {
    throw new OpschartError(
      'unsupported',
      'This store cannot be pruned: it lacks the optional ability `pruning`. The stores in memory and in SQLite have it.',
    )
  }
  const { found, cut } = await looked(sources, options)
  const swept = async () => {
    for (let count = 0; await pruning.sweep(); count += 1)
      options.onProgress?.({ phase: 'sweep', rows: count })
  }
  if (!found.sound || cut === undefined || cut.sequence <= cut.beginning.sequence) {
    // What an earlier one has left when it was broken off.
    if (found.sound) await swept()
    return { audit: found, pruned: 0, begins: found.pruned + 1, told: null, unknown: 0 }
  }
  const [pruned, begins] = [cut.sequence - cut.beginning.sequence, cut.sequence + 1]
  const by = typeof options.by === 'string' ? options.by : await options.by({ rows: pruned, begins })
  options.onProgress?.({ phase: 'cut', rows: cut.sequence })
  const told = await cutAt(sources, pruning, cut, by)
  await swept()
  const unknown = [...cut.states.values()].filter(({ state }) => state === null).length
  return { audit: found, pruned, begins, told, unknown }
}

/** Audits all of it, and keeps what was replayed where the first row stands that is to stay. */
async function looked(
  sources: PruneSources,
  { before, onProgress }: PruneOptions,
): Promise<{ found: AuditView; cut: Replayed | undefined }> {
  let cut: Replayed | undefined
  let last: Replayed | undefined
  const found = await audit(sources, {
    beforeRow(row, replayed) {
      // An audit that was begun again begins anew.
      if (last !== replayed) cut = undefined
      last = replayed
      if (cut === undefined && row.at >= before) cut = copied(replayed)
      if (row.sequence % 1_000 === 0) onProgress?.({ phase: 'audit', rows: row.sequence })
    },
  })
  return { found, cut: cut ?? last }
}

async function cutAt(sources: PruneSources, pruning: Pruning, cut: Replayed, by: Principal): Promise<number> {
  const { store, clock, crypto } = sources
  const base = baseOf(cut)
  const digest = baseDigest(crypto)
  for (const state of base) digest.add(state)
  const { sequence, hash, beginning } = cut
  const number = await pruning.prepare(base)
  for (let tries = 0; tries < mostTries; tries += 1) {
    const system = await store.actor(systemActor)
    const state = JSON.parse(canonicalJson(system?.state ?? emptySystem)) as JsonObject
    const text = `pruned the journal up to row ${sequence}`
    const event = { type: 'pruned', text, cut: { sequence, hash, base: digest.digest() } }
    const decision = systemDecision(system, { by, at: clock.now(), event }, state)
    const outcome = await pruning.cut({
      sequence,
      after: beginning.sequence,
      base: number,
      unit: { decisions: [decision] },
    })
    if (outcome.kind === 'written') return outcome.sequence
    if (outcome.kind === 'conflict' && outcome.on === 'journal') break
  }
  throw new OpschartError(
    'conflict',
    'the journal was pruned by somebody else meanwhile; look with `opschart audit`, then try again',
  )
}
