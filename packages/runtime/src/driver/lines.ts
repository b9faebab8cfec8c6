import {
  entryOf,
  OpschartError,
  type Decision,
  type HistoryQuery,
  type JournalRow,
  type Store,
  type StoredWork,
  type Unit,
  type UnitOutcome,
  type Verdict,
} from '@opschart/core'

/** What decisions read, and where they are written: all that a turn needs of a store. */
export interface DecisionStore extends Pick<Store, 'commit' | 'actor' | 'facts' | 'timers'> {
  history(query: Pick<HistoryQuery, 'from' | 'to'>): Promise<JournalRow[]>
  work(filter: { readonly actor: string }): Promise<StoredWork[]>
}

/** What is to be looked at after something was written. */
export interface Left {
  /** Whether work may be started that could not be before. */
  readonly work: boolean
  /** When the earliest timer that was set is due; infinite when none was. */
  readonly due: number
}

/** What came of a turn. */
export interface TurnOutcome {
  /** The verdict on the first message, when it was a signal. */
  readonly verdict: Verdict | undefined
  /** The last row's sequence; 0 when nothing was written. */
  readonly sequence: number
  /** The decisions that became the rows up to that one. */
  readonly decisions: readonly Decision[]
  /** Work that the turn cancelled. */
  readonly withdrawn: readonly string[]
  /** True when an attempt that was to be settled is no longer the running one. */
  readonly late: boolean
  /** What it left to be looked at. */
  readonly left: Left
}

/** Work that ended, under the attempt it ran as: settled in the same commit. */
export type Settled = NonNullable<Unit['settled']>

/** A turn as it would be committed. */
export interface Attempted {
  readonly verdict: Verdict | undefined
  readonly unit: Unit
  /** Called once it is written. */
  readonly written?: () => void
}

/** The source and id that the first message of a turn is known again by. */
export interface SignalKey {
  readonly source: string
  readonly id: string
}

/** The turns of one shard that have not ended. Of a class, as the writer’s are. */
class Line {
  last: Promise<unknown> = Promise.resolve()
  length = 0
}

type Duplicate = Extract<UnitOutcome, { kind: 'duplicate' }>

/** How a kind of actors takes its turns. */
export interface LineSources<First> {
  readonly store: Pick<DecisionStore, 'commit' | 'history'>
  /** Decides, writing nothing. Called again when somebody else was first: then `tries` is above 0, and all is read anew. */
  readonly attempt: (shard: string, first: First, settled: Settled, tries: number) => Promise<Attempted>
  readonly keyOf: (first: First) => SignalKey | undefined
  /** The actor that it is for, where that is known beforehand: an id that was another's is then no duplicate. */
  readonly actorOf?: (first: First) => string
  /** How many turns of one shard may wait; more are refused as `busy`. */
  readonly longest?: number
}

const nothing: TurnOutcome = {
  verdict: undefined,
  sequence: 0,
  decisions: [],
  withdrawn: [],
  late: false,
  left: { work: false, due: Infinity },
}

const mostTries = 50
/** How many turns of one shard may wait, unless something else is said. */
export const longestLine = 10_000

/**
 * Lines of turns, one for each shard: a turn is one signal and all that follows from it between the actors of the shard,
 * committed whole [D1]. Whoever was first in another process makes the turn be taken again.
 */
export function createLines<First>(sources: LineSources<First>) {
  const { store, longest = longestLine } = sources
  const lines = new Map<string, Line>()

  async function turn(shard: string, first: First, settled: Settled): Promise<TurnOutcome> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { verdict, unit, written } = await sources.attempt(shard, first, settled, tries)
      const [outcome] = await store.commit([unit])
      if (outcome?.kind === 'written') {
        written?.()
        return {
          verdict: stamped(verdict, rowOf(unit, sources.keyOf(first)), outcome.sequence, unit),
          sequence: outcome.sequence,
          decisions: unit.decisions,
          withdrawn: unit.withdrawn ?? [],
          late: false,
          left: leftOf(unit),
        }
      }
      if (outcome?.kind === 'duplicate') return known(first, outcome)
      const on = outcome?.kind === 'conflict' ? outcome.on : undefined
      if (settled.some(({ key }) => key === on)) return { ...nothing, late: true }
    }
    throw new OpschartError(
      'conflict',
      `another process moved ${shard} first, ${mostTries} times in a row; try again`,
    )
  }

  /** A signal that was journaled before gets its first verdict again [D2]; where its row was pruned, it is told so. */
  async function known(first: First, { sequence, pruned }: Duplicate): Promise<TurnOutcome> {
    const [row] = await store.history({ from: sequence, to: sequence })
    const key = sources.keyOf(first)
    const before = pruned ?? row?.key
    if (key === undefined || before?.source !== key.source || before.id !== key.id) {
      const what = `${before?.source ?? ''} ${before?.id ?? ''}`
      throw new OpschartError(
        'conflict',
        `what follows from this was journaled before, as ${what} in row ${sequence}`,
      )
    }
    const actor = sources.actorOf?.(first)
    if (actor !== undefined && row !== undefined && actor !== row.actor) {
      const reason = `the id ${key.id} was ${row.actor}’s, in row ${sequence}; give this event an id of its own`
      const verdict: Verdict = {
        kind: 'refused',
        phase: '',
        reason,
        allowed: { phase: '', signals: [], agents: [] },
      }
      return { ...nothing, verdict: { ...verdict, sequence: 0 } }
    }
    const verdict = row === undefined ? prunedVerdict(sequence) : entryOf(row).verdict
    return {
      ...nothing,
      verdict: verdict === null ? undefined : { ...verdict, sequence, duplicate: true },
      sequence,
    }
  }

  function enqueue(shard: string, work: () => Promise<TurnOutcome>): Promise<TurnOutcome> {
    const line = lines.get(shard) ?? new Line()
    if (line.length >= longest) {
      const error = new OpschartError(
        'busy',
        `${line.length} signals wait for ${shard} already; nothing was accepted, send it again later`,
      )
      return Promise.reject(error)
    }
    const mine = line.length === 0 ? work() : line.last.then(work)
    line.length += 1
    line.last = mine
      .catch(() => undefined)
      .then(() => {
        line.length -= 1
        if (line.length === 0) lines.delete(shard)
      })
    lines.set(shard, line)
    return mine
  }

  return {
    /**
     * Takes a turn of a shard. Turns of one shard follow one another; those of different shards do not wait.
     *
     * @throws OpschartError `storage` when nothing could be written: the turn was not taken, and may be taken again.
     * `busy` when too many wait already.
     */
    take(shard: string, first: First, settled: Settled = []): Promise<TurnOutcome> {
      return enqueue(shard, () => turn(shard, first, settled))
    },
    /** What would come of a turn if it were taken now. Nothing is written. */
    foresee: (shard: string, first: First): Promise<TurnOutcome> =>
      enqueue(shard, async () => ({
        ...nothing,
        verdict: (await sources.attempt(shard, first, [], 0)).verdict,
      })),
    isIdle: () => lines.size === 0,
    /** Resolves when no turn is under way. */
    async idle(): Promise<void> {
      while (lines.size > 0) await Promise.all([...lines.values()].map(({ last }) => last))
    },
  }
}

/** Lines of turns. */
export type Lines<First> = ReturnType<typeof createLines<First>>

/** What is left to say of a signal whose row is gone. */
const prunedVerdict = (sequence: number): Verdict => ({
  kind: 'ignored',
  reason: `it came before: it was journaled as row ${sequence}, which has been pruned since`,
})

function leftOf({ work = [], withdrawn = [], settled = [], timers = [] }: Unit): Left {
  return {
    // What ended or was taken back may have held up something else.
    work: work.length + withdrawn.length + settled.length > 0,
    due: timers.reduce((earliest, { due }) => Math.min(earliest, due), Infinity),
  }
}

/** The place within its unit of the row of what a turn began with; the first where that has no key. */
function rowOf({ decisions }: Unit, key: SignalKey | undefined): number {
  if (key === undefined) return 0
  const index = decisions.findIndex(({ key: own }) => own?.source === key.source && own.id === key.id)
  return Math.max(0, index)
}

/** The verdict with its row's place in the journal; the unit's rows end at `last`. */
function stamped(
  verdict: Verdict | undefined,
  row: number,
  last: number,
  { decisions }: Unit,
): Verdict | undefined {
  if (verdict === undefined) return undefined
  return { ...verdict, sequence: decisions.length === 0 ? 0 : last - decisions.length + 1 + row }
}
