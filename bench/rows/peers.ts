import type { Line } from '../harness/line.ts'
import type { Found, Measure, Row } from '../plan.ts'
import { langgraph, oursSerial, oursTogether, restate, together } from './engines.ts'

const graph = (full: boolean, durability: 'sync' | 'exit', actors: number): Measure => ({
  name: `LangGraph ${durability}${full ? ', FULL' : ''}, ${actors}`,
  peer: true,
  run: async (kit) => (await langgraph(kit, full)).ask('closed', { actors, durability, ...kit.times }),
})

const restated = (actors: number): Measure => ({
  name: `Restate, ${actors}`,
  peer: true,
  run: async (kit) => (await restate(kit)).ask('closed', { actors, ...kit.times }),
})

/** What a peer is called in the table, and how it was measured. */
const peers = [
  { beside: 'LangGraph, exit, FULL', name: (actors: number) => graph(true, 'exit', actors).name, aim: true },
  { beside: 'LangGraph, sync, FULL', name: (actors: number) => graph(true, 'sync', actors).name, aim: true },
  {
    beside: 'LangGraph, sync, its NORMAL',
    name: (actors: number) => graph(false, 'sync', actors).name,
    aim: false,
  },
  {
    beside: 'LangGraph, exit, its NORMAL',
    name: (actors: number) => graph(false, 'exit', actors).name,
    aim: false,
  },
  { beside: '@restatedev/xstate', name: (actors: number) => restated(actors).name, aim: true },
]

const lineOf = (found: Found, actors: number, { beside, name, aim }: (typeof peers)[number]): Line => {
  const missing = found.missing(name(actors))
  return {
    what: actors === 1 ? 'signals, serial' : `signals, ${actors} actors`,
    beside,
    unit: '/s',
    ours: found.of(actors === 1 ? 'ours, serial' : 'ours, 64', 'perSecond'),
    theirs: found.of(name(actors), 'perSecond'),
    ...(aim ? { aim: { compare: 'ratio', least: 5 } as const } : {}),
    ...(missing === undefined ? {} : { missing }),
  }
}

/** Row 4. */
export const otherEngines: Row = {
  number: 4,
  title: 'The same work on other engines',
  reading:
    'The same chart, the same events, each acknowledged as durable before the next. LangGraph runs it as a graph of one node that takes the step with our kernel, one `invoke` for each event, its SQLite checkpointer in WAL mode: with its own setting (NORMAL, whose last commits a power cut may take) and with FULL, in the mode `sync` and in its quickest, `exit`, which keeps one checkpoint for each event. Restate runs the chart unmodified through @restatedev/xstate, its server with two partitions and without kept journals, which is quicker here than its defaults; server, service and client share the cores, as ours shares one process with its load. Judged at the same durability (FULL; Restate flushes its log).',
  cause:
    'only where LangGraph writes one checkpoint at the end of an invocation, which is one flush as ours is; with a checkpoint for each step (`sync`), which is what a crash in the middle needs, it is reached.',
  measures: [
    oursSerial,
    oursTogether,
    ...[1, together].flatMap((actors) => [
      graph(true, 'exit', actors),
      graph(true, 'sync', actors),
      graph(false, 'sync', actors),
      graph(false, 'exit', actors),
      restated(actors),
    ]),
  ],
  lines: (found) => [1, together].flatMap((actors) => peers.map((peer) => lineOf(found, actors, peer))),
}
