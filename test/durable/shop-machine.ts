import { fromOperation, type Json, type OperationGiven } from '@opschart/core'
import { assign, raise, setup } from 'xstate'

/** A shop that counts what it sells, rings a bell later, and has a child that bakes: an operation, then a while to cool. */
export function shopMachine(bake: (given: OperationGiven<unknown>) => Promise<Json>) {
  const oven = setup({
    types: {} as { context: { loaf: Json } },
    actors: { bake: fromOperation(bake) },
  }).createMachine({
    id: 'oven',
    initial: 'hot',
    context: { loaf: null },
    states: {
      hot: {
        invoke: {
          src: 'bake',
          id: 'bake',
          onDone: { target: 'cooling', actions: assign({ loaf: ({ event }) => event.output }) },
        },
      },
      cooling: { after: { 1_000: 'cold' } },
      cold: { type: 'final' },
    },
    output: ({ context }) => context.loaf,
  })
  return setup({
    types: {} as {
      context: { sold: number; bells: number; loaves: readonly Json[] }
      events: { type: 'SELL' | 'BAKE' | 'BELL' } | { type: 'RING'; in: number }
    },
    actors: { oven },
    delays: { asked: ({ event }) => (event.type === 'RING' ? event.in : 0) },
  }).createMachine({
    id: 'shop',
    initial: 'open',
    context: { sold: 0, bells: 0, loaves: [] },
    on: {
      SELL: { actions: assign({ sold: ({ context }) => context.sold + 1 }) },
      RING: { actions: raise({ type: 'BELL' }, { delay: 'asked' }) },
      BELL: { actions: assign({ bells: ({ context }) => context.bells + 1 }) },
    },
    states: {
      open: { on: { BAKE: 'baking' } },
      baking: {
        invoke: {
          src: 'oven',
          id: 'oven',
          onDone: {
            target: 'open',
            actions: assign({ loaves: ({ context, event }) => [...context.loaves, event.output as Json] }),
          },
        },
      },
    },
  })
}
