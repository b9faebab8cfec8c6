import { startSubject, type Subject } from '../harness/subject.ts'
import type { Kit, Measure, Row } from '../plan.ts'
import { langgraph, together } from './engines.ts'

const journaled = (kit: Kit) => (kit.quick ? 50_000 : 1_000_000)

/** One process with a store that has grown and, in each round, one that begins: what differs is the store alone. */
const grown = (kit: Kit): Promise<Subject> =>
  kit.subject('a store that has grown', async () => {
    const subject = startSubject('ours')
    await subject.ask('open', { folder: kit.folder, name: 'grown' })
    kit.tell(`sending ${journaled(kit).toLocaleString('en')} signals to a store`)
    const { sequence } = await subject.ask<{ sequence: number }>('fill', {
      name: 'grown',
      signals: journaled(kit),
      actors: 2_048,
    })
    if (sequence < journaled(kit)) throw new Error(`the journal has ${sequence} rows only`)
    return subject
  })

const onGrown = (actors: number): Measure => ({
  name: `grown store, ${actors}`,
  run: async (kit) => (await grown(kit)).ask('closed', { name: 'grown', actors, ...kit.times }),
})

let fresh = 0
const onFresh = (actors: number): Measure => ({
  name: `new store, ${actors}`,
  async run(kit) {
    const subject = await grown(kit)
    const name = `new-${(fresh += 1)}`
    await subject.ask('open', { folder: kit.folder, name })
    const sample = await subject.ask<object>('closed', { name, actors, ...kit.times })
    await subject.ask('close', { name })
    return sample
  },
})

const oursBytes: Measure = {
  name: 'ours, bytes',
  async run(kit) {
    const subject = await grown(kit)
    const name = `bytes-${(fresh += 1)}`
    await subject.ask('open', { folder: kit.folder, name })
    const bytes = await subject.ask<object>('bytes', {
      name,
      signals: kit.quick ? 5_000 : 20_000,
      actors: together,
    })
    await subject.ask('close', { name })
    return bytes
  },
}

const graphBytes = (durability: 'sync' | 'exit'): Measure => ({
  name: `LangGraph ${durability}, bytes`,
  peer: true,
  run: async (kit) => ({
    stored: await (await langgraph(kit, false)).ask('bytes', { events: kit.quick ? 100 : 300, durability }),
  }),
})

const microseconds = (perSecond: readonly number[]) => perSecond.map((rate) => 1e6 / rate)

/** Row 6. */
export const growth: Row = {
  number: 6,
  title: 'What a signal leaves behind',
  reading:
    'Bytes: what the store’s file grows by for each signal (its log put into it, copied without free pages), less the signal as it was handed over; the state of 1 KB is kept once for each actor, while LangGraph keeps it with each step. Time: the mean time of a signal on a store with a million journaled signals beside a new one, in the same process, one actor and 64.',
  cause: 'the time with 64 actors is at the edge of the aim, on either side of it from run to run.',
  measures: [
    oursBytes,
    graphBytes('sync'),
    graphBytes('exit'),
    ...[1, together].flatMap((actors) => [onGrown(actors), onFresh(actors)]),
  ],
  lines: (found) => {
    const missing = found.missing('LangGraph sync, bytes')
    return [
      {
        what: 'stored beyond the signal',
        beside: '',
        unit: 'B',
        ours: found.of('ours, bytes', 'beyond'),
        theirs: [],
        aim: { compare: 'value', most: 250 },
      },
      ...(['sync', 'exit'] as const).map((durability) => ({
        what: 'stored in all',
        beside: `LangGraph, ${durability}`,
        unit: 'B' as const,
        ours: found.of('ours, bytes', 'stored'),
        theirs: found.of(`LangGraph ${durability}, bytes`, 'stored'),
        ...(missing === undefined ? {} : { missing }),
      })),
      ...[1, together].map((actors) => ({
        what: `time of a signal, ${actors === 1 ? '1 actor' : `${actors} actors`}`,
        beside: 'at the start',
        unit: 'µs' as const,
        ours: microseconds(found.of(`grown store, ${actors}`, 'perSecond')),
        theirs: microseconds(found.of(`new store, ${actors}`, 'perSecond')),
        aim: { compare: 'ratio' as const, most: 1.1 },
      })),
    ]
  },
}
