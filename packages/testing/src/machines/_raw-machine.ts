import * as fc from 'fast-check'

// Machines before their names and targets are settled: plain numbers that mean something only in the machine in which
// they end up, so that whatever is taken away in shrinking leaves a machine.

export interface RawAction {
  readonly kind: string
  readonly a: number
  readonly b: number
  readonly c: number
}

export interface RawGuard {
  readonly kind: string
  readonly a: number
  readonly b: number
  readonly parts: readonly RawGuard[]
}

export interface RawTransition {
  readonly scope: string
  readonly pick: number
  readonly guard: RawGuard | null
  readonly actions: readonly RawAction[]
  readonly reenter: boolean
}

export interface RawInvoke {
  readonly src: number
  readonly anonymous: boolean
  readonly input: number
  readonly onDone: readonly RawTransition[]
  readonly onError: readonly RawTransition[]
  readonly onSnapshot: readonly RawTransition[]
}

export interface RawState {
  readonly kind: string
  readonly entry: readonly RawAction[]
  readonly exit: readonly RawAction[]
  readonly starting: readonly RawAction[]
  readonly invoke: readonly RawInvoke[]
  readonly on: readonly { readonly event: number; readonly arrow: RawTransition }[]
  readonly always: readonly RawTransition[]
  readonly after: readonly { readonly delay: number; readonly arrow: RawTransition }[]
  readonly onDone: readonly RawTransition[]
  readonly tags: number
  readonly output: number
  readonly states: readonly RawState[]
}

export interface RawMachine {
  readonly root: RawState
  readonly children: readonly RawMachine[]
}

/** Picks by weight; what is named first is what the others shrink to. */
function weighted(weights: Readonly<Record<string, number>>): fc.Arbitrary<string> {
  return fc.oneof(
    { withCrossShrink: true },
    ...Object.entries(weights).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) })),
  )
}

const number = fc.nat(99)
const list = <Item>(item: fc.Arbitrary<Item>, most: number) =>
  fc.array(item, { maxLength: most, size: 'max' })
/** A list that is empty in most cases. */
const rarely = <Item>(item: fc.Arbitrary<Item>, often = 1) =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: fc.constant<Item[]>([]) },
    { weight: often, arbitrary: list(item, 1) },
  )
/** True in one of so many cases. */
const seldom = (of: number) => fc.nat(of - 1).map((drawn) => drawn === of - 1)

const actionKinds = {
  note: 4,
  add: 3,
  keep: 2,
  emit: 2,
  raise: 2,
  'raise later': 3,
  'send to child': 5,
  'send to ref': 3,
  'send to self': 1,
  'send to parent': 3,
  'send later': 2,
  forward: 3,
  cancel: 2,
  mark: 1,
  'first mark': 1,
  spawnChild: 2,
  spawn: 3,
  stop: 2,
  when: 2,
  log: 1,
}
const action: fc.Arbitrary<RawAction> = fc.record({
  kind: weighted(actionKinds),
  a: number,
  b: number,
  c: number,
})

const guardOf = (depth: number): fc.Arbitrary<RawGuard> =>
  fc.record({
    kind: weighted({
      count: 5,
      x: 2,
      event: 1,
      in: 2,
      ...(depth > 0 && { has: 1, not: 2, and: 2, or: 2 }),
    }),
    a: number,
    b: number,
    parts: depth > 0 ? fc.array(guardOf(depth - 1), { minLength: 1, maxLength: 2 }) : fc.constant([]),
  })
const guard = guardOf(2)
const maybeGuard = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: guard },
)

const transitionWith = (condition: fc.Arbitrary<RawGuard | null>): fc.Arbitrary<RawTransition> =>
  fc.record({
    scope: weighted({
      none: 8,
      sibling: 14,
      anywhere: 5,
      child: 3,
      itself: 3,
      history: 5,
      several: 4,
      forbidden: 1,
    }),
    pick: number,
    guard: condition,
    actions: list(action, 3),
    reenter: seldom(5),
  })
const transition = transitionWith(maybeGuard)
const later = fc.record({ delay: number, arrow: transition })
const guarded = transitionWith(guard)

const invoke: fc.Arbitrary<RawInvoke> = fc.record({
  src: number,
  anonymous: seldom(5),
  input: number,
  onDone: list(transition, 2),
  onError: list(transition, 1),
  onSnapshot: rarely(transition, 2),
})

interface Depth {
  readonly kinds: Readonly<Record<string, number>>
  readonly states: number
}

/** States of one level; the last level has no states within. Those of a restless machine are moved by time, too. */
function stateOf(levels: readonly Depth[], restless = false): fc.Arbitrary<RawState> {
  const [here, ...below] = levels
  const fields = {
    kind: weighted(here?.kinds ?? leafKinds),
    entry: list(action, 3),
    exit: rarely(action, 2),
    starting: rarely(action),
    invoke: rarely(invoke, 4),
    on: fc.array(fc.record({ event: number, arrow: transition }), {
      maxLength: 7,
      size: 'max',
    }),
    always: rarely(guarded),
    after: restless ? list(later, 1) : rarely(later, 2),
    onDone: list(transition, 2),
    tags: fc.nat(4),
    output: fc.nat(3),
  }
  return here === undefined
    ? fc.record({ ...fields, states: fc.constant([]) })
    : fc.record({
        ...fields,
        states: fc.array(stateOf(below, restless), { minLength: 1, maxLength: here.states, size: 'max' }),
      })
}

const leafKinds = { atomic: 5, final: 4, shallow: 1, deep: 1 }
const innerKinds = { atomic: 5, compound: 4, parallel: 3, final: 2, shallow: 1, deep: 1 }
/** A child that never ends says little to its parent. */
const childKinds = { atomic: 4, final: 6, compound: 2, parallel: 1, shallow: 1, deep: 1 }
const rootKinds = { compound: 4, parallel: 1 }

/** Machines whose children are as many generations deep. */
export function rawMachine(generations: number, size: 'whole' | 'small'): fc.Arbitrary<RawMachine> {
  const root =
    size === 'whole'
      ? stateOf([
          { kinds: rootKinds, states: 5 },
          { kinds: innerKinds, states: 4 },
          { kinds: innerKinds, states: 3 },
        ])
      : stateOf(
          [
            { kinds: rootKinds, states: 4 },
            { kinds: childKinds, states: 3 },
          ],
          true,
        )
  return fc.record({
    root,
    children: generations === 0 ? fc.constant([]) : list(rawMachine(generations - 1, 'small'), 2),
  })
}
