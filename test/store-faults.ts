import type { Store, StoreRecord, Transfer, Unit, UnitOutcome } from '@opschart/core'

/** A store with one promise broken, and cases that must find it out. */
export interface StoreFault {
  /** Completes "turn red when ...". */
  readonly fault: string
  readonly plant: (store: Store) => Store
  /** Some of the cases that speak of it, by name. */
  readonly red: readonly string[]
}

/** A store that rewrites each unit, one by one, before it is committed. */
function rewriting(store: Store, rewrite: (unit: Unit) => Promise<Unit>): Store {
  return {
    ...store,
    async commit(units) {
      const outcomes: UnitOutcome[] = []
      for (const unit of units) outcomes.push(...(await store.commit([await rewrite(unit)])))
      return outcomes
    },
  }
}

/** A store that does all that the planting does, but breaks nothing by intent: what it turns red says nothing. */
export function unbroken(store: Store): Store {
  return rewriting(store, async (unit) => unit)
}

/** One broken promise each, planted from the outside so that it works for any store. */
export const storeFaults: readonly StoreFault[] = [
  {
    fault: 'the version of an actor is not checked',
    plant: (store) =>
      rewriting(store, async (unit) => {
        const reached = new Map<string, number>()
        const decisions: Unit['decisions'][number][] = []
        for (const decision of unit.decisions) {
          const { actor } = decision
          const version = (reached.get(actor) ?? (await store.actor(actor))?.version ?? 0) + 1
          reached.set(actor, version)
          decisions.push({ ...decision, version })
        }
        return { ...unit, decisions }
      }),
    red: [
      '[D1] a unit whose actor was moved by somebody else leaves nothing behind',
      '[D1] a unit that leaves out a version of its actor leaves nothing behind',
      '[D1] a unit that fails does not touch the others of its call',
      '[D1] a checkpoint is saved with its unit or not at all',
      'rows are in the order of the commits, without gaps, whatever was refused between',
    ],
  },
  {
    fault: 'what was read is not checked',
    plant: (store) => rewriting(store, async (unit) => ({ ...unit, read: [] })),
    red: ['[D1] a unit that was decided on an actor which moved since, or came to be, leaves nothing behind'],
  },
  {
    fault: 'the version of a fact is not checked',
    plant: (store) =>
      rewriting(store, async (unit) => {
        const facts: NonNullable<Unit['facts']>[number][] = []
        for (const fact of unit.facts ?? []) {
          const [present] = await store.facts([fact.name])
          facts.push({ ...fact, version: (facts.at(-1)?.version ?? present?.version ?? 0) + 1 })
        }
        return { ...unit, facts }
      }),
    red: [
      '[D1] a unit whose fact was moved by somebody else leaves nothing behind',
      'facts count their writes, and are read by name and by beginning',
    ],
  },
  {
    fault: 'the attempt of a settlement is not checked',
    plant: (store) =>
      rewriting(store, async ({ settled = [], ...unit }) => ({
        ...unit,
        withdrawn: [...(unit.withdrawn ?? []), ...settled.map(({ key }) => key)],
      })),
    red: [
      '[D1] a unit that settles an attempt which was taken over leaves nothing behind',
      '[L5] an attempt that was taken over can neither renew nor settle',
      '[L8] withdrawn work is gone, queued or running, and its late result conflicts',
    ],
  },
  {
    fault: 'a signal is forgotten after the next row',
    plant: (store) =>
      rewriting(store, async (unit) => {
        const { sequence } = await store.head()
        const decisions = await Promise.all(
          unit.decisions.map(async (decision) => {
            const row = decision.key && (await store.seen(decision.key.source, decision.key.id))
            return row && row.sequence < sequence ? { ...decision, key: null } : decision
          }),
        )
        return { ...unit, decisions }
      }),
    red: ['[D2] a duplicate is told as one even where the actor has moved on'],
  },
  {
    fault: 'signals are told apart by their id alone',
    plant: (store) =>
      rewriting(store, async (unit) => ({
        ...unit,
        decisions: unit.decisions.map((decision) =>
          decision.key ? { ...decision, key: { ...decision.key, source: '' } } : decision,
        ),
      })),
    red: ['[D2] signals are told apart by source and id together'],
  },
  {
    fault: 'a unit that conflicts leaves its checkpoints and timers behind',
    plant: (store) => ({
      ...store,
      async commit(units) {
        const outcomes = await store.commit(units)
        for (const [index, { checkpoints = [], timers = [] }] of units.entries()) {
          if (outcomes[index]?.kind === 'conflict')
            await store.commit([{ decisions: [], checkpoints, timers }])
        }
        return outcomes
      },
    }),
    red: [
      '[D1] a unit whose actor was moved by somebody else leaves nothing behind',
      '[D1] a checkpoint is saved with its unit or not at all',
    ],
  },
  {
    fault: 'a unit that conflicts stops the rest of its call',
    plant: (store) => ({
      ...store,
      async commit(units) {
        const outcomes: UnitOutcome[] = []
        for (const unit of units) {
          const before = outcomes.at(-1)
          outcomes.push(...(before?.kind === 'conflict' ? [before] : await store.commit([unit])))
        }
        return outcomes
      },
    }),
    red: ['[D1] a unit that fails does not touch the others of its call'],
  },
  {
    fault: 'a decision without a state empties it',
    plant: (store) =>
      rewriting(store, async (unit) => ({
        ...unit,
        decisions: unit.decisions.map((decision) => ({ state: null, ...decision })),
      })),
    red: ['a decision without a state keeps the state and moves the version on'],
  },
  {
    fault: 'the hash of a row does not follow from the row before it',
    plant: (store) => ({
      ...store,
      history: async (query) =>
        (await store.history(query)).map((row) => ({ ...row, hash: row.hash.replace(/^./, '0') })),
    }),
    red: ['[D10] each row carries the hash that follows from the row before it'],
  },
  {
    fault: 'slots are not kept',
    plant: (store) =>
      rewriting(store, async (unit) => ({
        ...unit,
        work: (unit.work ?? []).map((work) => ({ ...work, slot: null })),
      })),
    red: ['[L16] only one piece of work of a slot runs at a time'],
  },
  {
    fault: 'running work is taken over before its time',
    plant: (store) => ({
      ...store,
      claim: (claim) => store.claim({ ...claim, now: Number.POSITIVE_INFINITY }),
    }),
    red: [
      'running work is nobody else’s until its time is up',
      '[D8] of fifty claims at once exactly one gets the work',
    ],
  },
  {
    fault: 'the owners that are dead are not heeded',
    plant: (store) => ({ ...store, claim: (claim) => store.claim({ ...claim, dead: [] }) }),
    red: ['running work of a dead owner is free at once'],
  },
  {
    fault: 'a renewal does not look at the attempt',
    plant: (store) => ({
      ...store,
      async renew(renewal) {
        const work = (await store.work()).find(({ key }) => key === renewal.key)
        return store.renew({ ...renewal, attempt: work?.attempt ?? 0 })
      },
    }),
    red: ['[L5] an owner that takes its work over itself is fenced by the attempt all the same'],
  },
  {
    fault: 'work is listed by age alone',
    plant: (store) => ({
      ...store,
      work: async (filter) => (await store.work(filter)).toSorted((one, other) => one.at - other.at),
    }),
    red: ['[L16] work is listed by severity, then age, then the order it was written in'],
  },
  {
    fault: 'timers come late by a millisecond',
    plant: (store) => ({ ...store, timersDue: (now, limit) => store.timersDue(now - 1, limit) }),
    red: ['[D4] timers are due at their time, the earliest first, at most as many as asked'],
  },
  {
    fault: 'timers are taken away by reading them',
    plant: (store) => ({
      ...store,
      async timersDue(now, limit) {
        const timersGone = await store.timersDue(now, limit)
        await store.commit([{ decisions: [], timersGone }])
        return timersGone
      },
    }),
    red: ['[D4] timers are due at their time, the earliest first, at most as many as asked'],
  },
  {
    fault: 'actors are listed whatever decided them last',
    plant: (store) => ({
      ...store,
      actors: (filter) => store.actors({ ...filter, notUnder: [] }),
    }),
    red: ['[D7] actors are listed by what decided them last: those under none of some definitions'],
  },
  {
    fault: 'pages of actors begin with the last one of the page before',
    plant: (store) => ({
      ...store,
      async actors({ after, limit = Infinity, ...filter } = {}) {
        if (limit === Infinity) return store.actors(filter)
        const all = await store.actors({ ...filter, limit: Number.MAX_SAFE_INTEGER })
        const place = all.findIndex(({ actor }) => actor === after?.actor)
        return all.slice(Math.max(0, place), Math.max(0, place) + limit)
      },
    }),
    red: ['actors are read in pages: each once, none left out, whatever moves in between'],
  },
  {
    fault: 'the history of an actor ends after a hundred rows',
    plant: (store) => ({
      ...store,
      history: async (query) =>
        (await store.history(query)).slice(0, query.actor === undefined ? undefined : 100),
    }),
    red: ['history of one actor is whole, however long it is and whatever lies between'],
  },
  {
    fault: 'history knows no direction',
    plant: (store) => ({ ...store, history: (query) => store.history({ ...query, backwards: false }) }),
    red: ['history gives the rows that are asked for, in both directions'],
  },
  {
    fault: 'the counter stands still',
    plant: (store) => ({ ...store, changeCounter: async () => 1 }),
    red: ['[D8] the counter changes with each write, and stands still while only reading'],
  },
  {
    fault: 'closing closes nothing',
    plant: (store) => ({ ...store, close: async () => {} }),
    red: ['a closed store rejects everything with the code closed, and closes twice'],
  },
]

/** Broken promises of moving a store. */
export const transferFaults: readonly StoreFault[] = [
  {
    fault: 'something is left out of what is moved',
    plant: (store) => moving(store, (moved) => ({ contents: () => without(moved.contents(), 'checkpoint') })),
    red: ['[D14] an imported store holds the same, and gives the same lines to the byte'],
  },
  {
    fault: 'what came before a failure stays',
    plant: (store) => moving(store, (moved) => ({ fill: (records) => fillAnyway(moved, records) })),
    red: [
      '[D14] what fails on the way leaves nothing behind, and is told as it is',
      '[D14] a line that was changed, left out or put elsewhere is named, and nothing is imported',
    ],
  },
  {
    fault: 'what is written meanwhile comes along',
    plant: (store) =>
      moving(store, (moved) => ({
        async *contents() {
          yield* only(moved.contents(), ['head', 'row', 'actor'])
          yield* only(moved.contents(), ['fact', 'checkpoint', 'work', 'timer'])
        },
      })),
    red: ['[D14] an export is of one moment, whatever is written meanwhile'],
  },
]

function moving(store: Store, broken: (transfer: Transfer) => Partial<Transfer>): Store {
  const transfer = store.transfer!
  return { ...store, transfer: { ...transfer, ...broken(transfer) } }
}

async function* without(records: AsyncIterable<StoreRecord>, kind: string): AsyncGenerator<StoreRecord> {
  for await (const record of records) if (record.kind !== kind) yield record
}

async function* only(records: AsyncIterable<StoreRecord>, kinds: string[]): AsyncGenerator<StoreRecord> {
  for await (const record of records) if (kinds.includes(record.kind)) yield record
}

async function fillAnyway(transfer: Transfer, records: AsyncIterable<StoreRecord>): Promise<void> {
  const got: StoreRecord[] = []
  let failed: { readonly error: unknown } | undefined
  try {
    for await (const record of records) got.push(record)
  } catch (error) {
    failed = { error }
  }
  const actors = new Set(got.flatMap((record) => (record.kind === 'actor' ? [record.actor] : [])))
  const whole = got.filter((record) => record.kind !== 'row' || actors.has(record.actor))
  await transfer.fill(
    (async function* () {
      yield* whole
      if (failed === undefined) return
      yield { kind: 'checkpoint', watcher: 'git', value: 'left' }
    })(),
  )
  if (failed !== undefined) throw failed.error
}
