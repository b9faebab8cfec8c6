import type * as XState from 'xstate'

/** What XState gives to make the chart with: each engine hands over its own copy. */
export type XStateModule = Pick<typeof XState, 'setup' | 'assign' | 'emit'>

/** What a desk knows. */
export interface DeskContext {
  readonly desk: string
  readonly count: number
  readonly sum: number
  readonly stock: number
  /** The last notes, the newest first. */
  readonly recent: readonly string[]
  readonly terms: string
}

/** The one event. */
export interface StepEvent {
  readonly type: 'STEP'
  readonly amount: number
  readonly note: string
}

/** Notes that a desk keeps. */
export const keptNotes = 8
/** Stock at which a desk begins, and below which it is low. */
export const fullStock = 50
export const lowStock = 20
/** An hour: longer than any run, so that it is set and taken back, and never fires. */
const overdueAfter = 3_600_000

const terms =
  'Delivered within three working days, returned within thirty, paid on receipt of the invoice. ' +
  'What arrives damaged is replaced at the seller’s cost; the buyer keeps the parcel until it is fetched. ' +
  'Prices include the tax of the country of the buyer. Parcels above thirty kilograms go by forwarder and ' +
  'are announced by telephone on the day before they come; somebody has to be there to sign for them.'

/**
 * The chart that every engine runs: parallel and nested states, guards, an `after` timer that two of three events set
 * or take back, an effect with each fourth event, about 1 KB as XState persists it. Each event moves it.
 */
export function deskMachine({ setup, assign, emit }: XStateModule) {
  return setup({
    types: {} as {
      context: DeskContext
      events: StepEvent
      input: { desk: string }
      emitted: { type: 'notice'; desk: string; count: number }
    },
    guards: {
      isFourth: ({ context }) => context.count % 4 === 3,
      isLow: ({ context, event }) => context.stock - event.amount < lowStock,
      isRefilled: ({ context }) => context.count % 5 === 4,
    },
    actions: {
      note: assign(({ context, event }) => ({
        count: context.count + 1,
        sum: context.sum + event.amount,
        recent: [event.note, ...context.recent].slice(0, keptNotes),
      })),
      take: assign(({ context, event }) => ({ stock: context.stock - event.amount })),
      refill: assign({ stock: fullStock }),
      announce: emit(({ context }) => ({ type: 'notice', desk: context.desk, count: context.count })),
    },
  }).createMachine({
    id: 'desk',
    context: ({ input }) => ({
      desk: input.desk,
      count: 0,
      sum: 0,
      stock: fullStock,
      recent: Array.from({ length: keptNotes }, () => '-'.repeat(40)),
      terms,
    }),
    type: 'parallel',
    states: {
      order: {
        initial: 'open',
        states: {
          open: { on: { STEP: 'working' } },
          working: {
            initial: 'picking',
            after: { [overdueAfter]: 'overdue' },
            states: {
              picking: { on: { STEP: 'packing' } },
              packing: { on: { STEP: '#desk.order.open' } },
            },
          },
          overdue: { on: { STEP: 'open' } },
        },
      },
      stock: {
        initial: 'enough',
        states: {
          enough: { on: { STEP: [{ guard: 'isLow', target: 'low' }, { actions: 'take' }] } },
          low: { on: { STEP: [{ guard: 'isRefilled', target: 'enough', actions: 'refill' }] } },
        },
      },
      record: {
        on: { STEP: [{ guard: 'isFourth', actions: ['note', 'announce'] }, { actions: 'note' }] },
      },
    },
  })
}
