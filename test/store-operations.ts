import { OpschartError, type Decision, type Fact, type Severity, type Store, type Unit } from '@opschart/core'
import fc from 'fast-check'

/**
 * One thing that is done to a store. Versions and attempts are said relative to what the store holds when it is done,
 * so that most commits are legal and the rest are stale by one or ahead by one.
 */
export type StoreOperation =
  | { readonly kind: 'reopen' }
  | { readonly kind: 'commit'; readonly units: readonly UnitPlan[] }
  | {
      readonly kind: 'claim'
      readonly key: string
      readonly owner: string
      readonly now: number
      readonly dead: readonly string[]
    }
  | {
      readonly kind: 'renew'
      readonly key: string
      readonly offset: number
      readonly owner: string
      readonly until: number
    }
  | { readonly kind: 'read'; readonly of: (store: Store) => Promise<unknown> }

interface UnitPlan {
  readonly decisions: readonly (Omit<Decision, 'version' | 'definition'> & { readonly offset: number })[]
  readonly read: readonly { readonly actor: string; readonly offset: number }[]
  readonly facts: readonly { readonly name: string; readonly offset: number; readonly value: number }[]
  readonly work: NonNullable<Unit['work']>
  readonly settled: readonly { readonly key: string; readonly offset: number }[]
  readonly withdrawn: readonly string[]
  readonly timers: NonNullable<Unit['timers']>
  readonly timersGone: NonNullable<Unit['timersGone']>
  readonly checkpoints: NonNullable<Unit['checkpoints']>
}

const few = { maxLength: 2 }
const actor = fc.constantFrom('a', 'b/1', 'b/2')
const shard = fc.constantFrom('', 'web')
const id = fc.constantFrom('1', '2', '3', '4', '5', '6', '\ud800')
const workKey = fc.constantFrom('a:1:0', 'a:1:1', 'b:1:0', 'b:2:0')
const owner = fc.constantFrom('one', 'two')
const time = fc.constantFrom(0, 10, 20, 20.5, 30, 40)
const factName = fc.constantFrom('live/a', 'live/b', 'pauses')
// Right nine times in ten.
const offset = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, -1, 1)
const state = fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined })
const severity = fc.constantFrom<Severity>('INFO', 'MEDIUM', 'HIGH', 'CRITICAL')

const unit: fc.Arbitrary<UnitPlan> = fc.record({
  decisions: fc.array(
    fc
      .record({
        actor,
        offset,
        at: time,
        key: fc.option(fc.record({ source: fc.constantFrom('git', 'logs'), id }), { nil: null }),
        shard,
        state,
        entry: fc.jsonValue({ maxDepth: 1 }),
        ended: fc.option(fc.boolean(), { nil: undefined }),
      })
      .map(({ state: next, ended, entry, ...decision }) => ({
        ...decision,
        entry: entry as Decision['entry'],
        ...(next === undefined ? {} : { state: next as Decision['entry'] }),
        ...(ended === undefined ? {} : { ended }),
      })),
    few,
  ),
  read: fc.array(fc.record({ actor, offset }), { maxLength: 1 }),
  facts: fc.array(fc.record({ name: factName, offset, value: fc.nat(9) }), few),
  work: fc.array(
    fc.record({
      key: workKey,
      actor,
      shard,
      slot: fc.constantFrom(null, 'slot'),
      severity,
      at: time,
      task: fc.nat(9),
    }),
    few,
  ),
  settled: fc.array(fc.record({ key: workKey, offset }), { maxLength: 1 }),
  withdrawn: fc.array(workKey, { maxLength: 1 }),
  timers: fc.array(fc.record({ actor, id, due: time, version: fc.nat(3), event: fc.nat(9) }), few),
  timersGone: fc.array(fc.record({ actor, id }), few),
  checkpoints: fc.array(fc.record({ watcher: fc.constantFrom('git', 'logs'), value: fc.nat(9) }), few),
})

const read: fc.Arbitrary<(store: Store) => Promise<unknown>> = fc.oneof(
  actor.map((asked) => (store: Store) => store.actor(asked)),
  fc
    .record(
      {
        shard,
        prefix: fc.constantFrom('', 'b/'),
        ended: fc.boolean(),
        notUnder: fc.subarray(['definition-0', 'definition-1', 'none']),
      },
      { requiredKeys: [] },
    )
    .map((filter) => (store: Store) => store.actors(filter)),
  id.map((asked) => (store: Store) => store.seen('git', asked)),
  fc
    .record(
      { from: fc.nat(9), to: fc.nat(20), limit: fc.nat(9), actor, backwards: fc.boolean() },
      { requiredKeys: [] },
    )
    .map((query) => (store: Store) => store.history(query)),
  fc.constant((store: Store) => store.head()),
  fc.array(factName).map((names) => (store: Store) => store.facts(names)),
  fc.constantFrom('', 'live/').map((prefix) => (store: Store) => store.factsBeginning(prefix)),
  fc.constant((store: Store) => store.checkpoint('git')),
  fc
    .record(
      {
        shard,
        actor,
        prefix: fc.constantFrom('', 'b/', 'a'),
        notPrefix: fc.constantFrom('b', 'b/'),
        running: fc.boolean(),
        offset: fc.nat(2),
        limit: fc.nat(3),
      },
      { requiredKeys: [] },
    )
    .map((filter) => (store: Store) => store.work(filter)),
  fc.record({ now: time, limit: fc.nat(3) }).map(
    ({ now, limit }) =>
      (store: Store) =>
        store.timersDue(now, limit),
  ),
  fc.constant((store: Store) => store.nextTimer()),
  actor.map((asked) => (store: Store) => store.timers(asked)),
)

/** Any one operation; half of them are commits. */
export const operationsOnStores: fc.Arbitrary<StoreOperation> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      units: fc.array(unit, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      key: workKey,
      owner,
      now: time,
      dead: fc.subarray(['one', 'two'], few),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('renew' as const), key: workKey, offset, owner, until: time }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('read' as const), of: read }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
)

/** The operation as both stores are to do it: what is relative is resolved by what `present` holds now. */
export async function resolved(
  operation: Exclude<StoreOperation, { kind: 'reopen' }>,
  present: Store,
): Promise<(store: Store) => Promise<unknown>> {
  switch (operation.kind) {
    case 'read':
      return operation.of
    case 'claim': {
      const { key, owner: claimant, now, dead } = operation
      return (store) => store.claim({ key, owner: claimant, now, until: now + 10, dead })
    }
    case 'renew': {
      const { key, owner: holder, until } = operation
      const attempt = (await attempts(present)(key)) + operation.offset
      return (store) => store.renew({ key, attempt, owner: holder, until })
    }
    case 'commit': {
      const units = await resolvedUnits(operation.units, present)
      return (store) => store.commit(units)
    }
  }
}

/** The answer, or the code of a rejection: two stores are to reject the same. */
export async function answerOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof OpschartError) return { rejected: error.code }
    throw error
  }
}

async function resolvedUnits(plans: readonly UnitPlan[], present: Store): Promise<Unit[]> {
  const actorVersion = counting(async (name) => (await present.actor(name))?.version ?? 0)
  const factVersion = counting(async (name) => (await present.facts([name]))[0]?.version ?? 0)
  const attempt = attempts(present)
  const units: Unit[] = []
  for (const plan of plans) {
    const decisions: Decision[] = []
    for (const { offset: by, ...decision } of plan.decisions) {
      const version = (await actorVersion(decision.actor)) + by
      decisions.push({ ...decision, version, definition: `definition-${version % 2}` })
    }
    const read: { actor: string; version: number }[] = []
    for (const { actor: name, offset: by } of plan.read)
      read.push({ actor: name, version: ((await present.actor(name))?.version ?? 0) + by })
    const facts: Fact[] = []
    for (const { offset: by, name, value } of plan.facts) {
      facts.push({ name, version: (await factVersion(name)) + by, value })
    }
    const settled: { key: string; attempt: number }[] = []
    for (const { key, offset: by } of plan.settled) settled.push({ key, attempt: (await attempt(key)) + by })
    units.push({ ...plan, decisions, read, facts, settled })
  }
  return units
}

function attempts(present: Store): (key: string) => Promise<number> {
  return async (key) => (await present.work()).find((work) => work.key === key)?.attempt ?? 0
}

/** The next version of each name, counted on from what is there, as if all that came before were written. */
function counting(present: (name: string) => Promise<number>): (name: string) => Promise<number> {
  const reached = new Map<string, number>()
  return async (name) => {
    const version = (reached.get(name) ?? (await present(name))) + 1
    reached.set(name, version)
    return version
  }
}
