// The machines that the crash test puts under load: trees three deep with operations, timers, delayed and cancelled sends,
// emissions, parallel regions, guards. What a tree ends with does not depend on the order in which its parcels, bells and
// ticks come in, nor on how late they come: sums and counts only, and its end waits for all of them. What does depend on
// it (how often a snooze rang before it was hushed) is in the context of a tally, for the twin alone.

import { fromOperation, type Json, type OperationGiven } from '@opschart/core'
import { and, assign, cancel, emit, not, raise, sendParent, sendTo, setup, spawnChild } from 'xstate'

/** What an operation is about: the same for every attempt at it, and different for every operation. */
export interface Job {
  readonly job: string
  readonly [member: string]: Json
}

/** Carries an operation out. */
export type CarryOut = (given: OperationGiven<Job>) => Promise<Json>

/** How many ticks each order's clock makes. */
export const ticks = 3
/** The children of an order that is shipped. */
export const parcels = ['parcel-a', 'parcel-b', 'parcel-c']
/** The most lines that an order takes. */
export const mostLines = 4

/** What an order is started with. */
export interface OrderInput {
  readonly name: string
  /** Whether the first charge of each payment is declined. */
  readonly declines: boolean
}

interface OrderContext extends OrderInput {
  readonly lines: number
  readonly total: number
  readonly notes: number
  readonly bells: number
  readonly ticks: number
  readonly visits: number
  readonly receipt: Json
  readonly delivered: readonly number[]
}

type OrderEvent =
  | { type: 'LINE'; amount: number }
  /** Rings its bell so many milliseconds later. */
  | { type: 'NOTE'; in: number }
  | { type: 'CHECKOUT' | 'CANCEL' | 'HURRY' | 'BELL' }
  | { type: 'DELIVERED'; number: number }

type TallyEvent =
  | { type: 'ADD'; amount: number }
  | { type: 'ODD'; amount: number }
  /** Rings so many milliseconds later, unless it is hushed or set anew before. */
  | { type: 'SNOOZE'; in: number }
  | { type: 'HUSH' | 'RING' }

interface PaymentContext {
  readonly order: string
  readonly visit: number
  readonly amount: number
  readonly declines: boolean
  readonly tries: number
  readonly receipt: Json
}

interface ParcelContext {
  readonly order: string
  readonly number: number
  readonly tracking: Json
}

/** Makes the machines, `order` and `tally`; `carryOut` is what every operation does. */
export function orderMachines(carryOut: CarryOut) {
  const operation = fromOperation<Json, Job>(carryOut)

  const filing = setup({
    types: {} as { context: { job: string }; input: { job: string } },
    actors: { file: operation },
  }).createMachine({
    id: 'filing',
    context: ({ input }) => input,
    initial: 'filing',
    states: {
      filing: { invoke: { src: 'file', id: 'file', input: ({ context }) => context, onDone: 'filed' } },
      filed: { type: 'final' },
    },
    output: ({ context }) => ({ filed: context.job }),
  })

  const payment = setup({
    types: {} as {
      context: PaymentContext
      input: Omit<PaymentContext, 'tries' | 'receipt'>
    },
    actors: { charge: operation, filing },
  }).createMachine({
    id: 'payment',
    context: ({ input }) => ({ ...input, tries: 0, receipt: null }),
    initial: 'charging',
    states: {
      charging: {
        invoke: {
          src: 'charge',
          id: 'charge',
          input: ({ context: { order, visit, tries, amount, declines } }) => ({
            job: `${order} visit ${visit} charge ${tries}`,
            amount,
            declined: declines && tries === 0,
          }),
          onDone: {
            target: 'filing',
            actions: assign({
              receipt: ({ context, event }) => ({ paid: context.amount, by: event.output }),
            }),
          },
          onError: { target: 'resting', actions: assign({ tries: ({ context }) => context.tries + 1 }) },
        },
      },
      resting: { after: { 15: 'charging' } },
      filing: {
        invoke: {
          src: 'filing',
          id: 'filing',
          input: ({ context: { order, visit } }) => ({ job: `${order} visit ${visit} file` }),
          onDone: 'paid',
        },
      },
      paid: { type: 'final' },
    },
    output: ({ context }) => context.receipt,
  })

  const parcel = setup({
    types: {} as { context: ParcelContext; input: Omit<ParcelContext, 'tracking'> },
    actors: { post: operation },
    delays: { packing: ({ context }) => 4 + context.number * 9 },
  }).createMachine({
    id: 'parcel',
    context: ({ input }) => ({ ...input, tracking: null }),
    initial: 'packing',
    states: {
      packing: { after: { packing: 'posting' }, on: { HURRY: 'posting' } },
      posting: {
        invoke: {
          src: 'post',
          id: 'post',
          input: ({ context: { order, number } }) => ({ job: `${order} parcel ${number}` }),
          onDone: { target: 'posted', actions: assign({ tracking: ({ event }) => event.output }) },
        },
      },
      posted: {
        type: 'final',
        entry: sendParent(({ context }) => ({ type: 'DELIVERED', number: context.number })),
      },
    },
  })

  const order = setup({
    types: {} as {
      context: OrderContext
      input: OrderInput
      events: OrderEvent
      emitted: { type: 'hurried' | 'ticked' }
    },
    actors: { payment, parcel },
    delays: { asked: ({ event }) => (event.type === 'NOTE' ? event.in : 0) },
    guards: {
      few: ({ context }) => context.lines < mostLines,
      something: ({ context }) => context.lines > 0,
      allDelivered: ({ context }) => context.delivered.length === parcels.length,
      allRung: ({ context }) => context.bells === context.notes,
      lastTick: ({ context }) => context.ticks >= ticks,
    },
    actions: { tick: assign({ ticks: ({ context }) => context.ticks + 1 }) },
  }).createMachine({
    id: 'order',
    context: ({ input }) => ({
      ...input,
      lines: 0,
      total: 0,
      notes: 0,
      bells: 0,
      ticks: 0,
      visits: 0,
      receipt: null,
      delivered: [],
    }),
    type: 'parallel',
    on: {
      BELL: { actions: assign({ bells: ({ context }) => context.bells + 1 }) },
      DELIVERED: {
        actions: assign({
          delivered: ({ context, event }) =>
            [...context.delivered, event.number].sort((one, other) => one - other),
        }),
      },
    },
    states: {
      business: {
        initial: 'open',
        states: {
          open: {
            on: {
              LINE: {
                guard: 'few',
                actions: assign({
                  lines: ({ context }) => context.lines + 1,
                  total: ({ context, event }) => context.total + event.amount,
                }),
              },
              NOTE: {
                actions: [
                  assign({ notes: ({ context }) => context.notes + 1 }),
                  raise({ type: 'BELL' }, { delay: 'asked' }),
                ],
              },
              CHECKOUT: { guard: 'something', target: 'paying' },
            },
          },
          paying: {
            entry: assign({ visits: ({ context }) => context.visits + 1 }),
            invoke: {
              src: 'payment',
              id: 'payment',
              input: ({ context: { name, visits, total, declines } }) => ({
                order: name,
                visit: visits,
                amount: total,
                declines,
              }),
              onDone: {
                target: 'shipping',
                actions: assign({ receipt: ({ event }) => event.output as Json }),
              },
            },
            on: { CANCEL: 'open' },
          },
          shipping: {
            entry: parcels.map((id, number) =>
              spawnChild('parcel', {
                id,
                input: ({ context }) => ({ order: context.name, number }),
              }),
            ),
            on: {
              HURRY: {
                actions: [
                  sendTo('parcel-b', { type: 'HURRY' }),
                  sendTo('parcel-c', { type: 'HURRY' }, { delay: 7 }),
                  emit({ type: 'hurried' }),
                ],
              },
            },
            always: { guard: 'allDelivered', target: 'closing' },
          },
          closing: { always: { guard: 'allRung', target: 'resting' } },
          resting: { after: { 10: 'closed' } },
          closed: { type: 'final' },
        },
      },
      clock: {
        initial: 'ticking',
        states: {
          ticking: {
            after: {
              20: [
                { guard: 'lastTick', target: 'stopped' },
                { target: 'ticking', reenter: true, actions: ['tick', emit({ type: 'ticked' })] },
              ],
            },
          },
          stopped: { type: 'final' },
        },
      },
    },
    output: ({ context: { total, receipt, delivered } }) => ({ total, receipt, delivered }),
  })

  const tally = setup({
    types: {} as {
      context: { count: number; sum: number; rung: number }
      events: TallyEvent
      emitted: { type: 'milestone' }
    },
    delays: { asked: ({ event }) => (event.type === 'SNOOZE' ? event.in : 0) },
    guards: {
      never: () => false,
      round: ({ context }) => context.count % 10 === 9,
    },
    actions: {
      add: assign({
        count: ({ context }) => context.count + 1,
        sum: ({ context, event }) => context.sum + ('amount' in event ? event.amount : 0),
      }),
    },
  }).createMachine({
    id: 'tally',
    context: { count: 0, sum: 0, rung: 0 },
    on: {
      ADD: [
        { guard: and(['round', not('never')]), actions: ['add', emit({ type: 'milestone' })] },
        { actions: 'add' },
      ],
      ODD: { guard: 'never', actions: 'add' },
      SNOOZE: { actions: raise({ type: 'RING' }, { id: 'snooze', delay: 'asked' }) },
      HUSH: { actions: cancel('snooze') },
      RING: { actions: assign({ rung: ({ context }) => context.rung + 1 }) },
    },
  })

  return { order, tally }
}
