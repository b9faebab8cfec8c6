import type { Row } from '../plan.ts'
import { bareSerial, oursSerial } from './engines.ts'

/** Row 2. */
export const serialCommit: Row = {
  number: 2,
  title: 'One actor, one commit for each signal',
  reading:
    'The whole way of a signal, from `send` to its durable verdict, beside a transaction that inserts one row and updates another with as many bytes as ours writes, and decides nothing. Both flush with each commit (synchronous = FULL).',
  cause:
    'of some 340 µs of a step the commit takes 180 (it writes four pages where the bare transaction writes two, at 9 µs each, and flushes them), deciding 80 with all that is JSON, the statements 35, the rest promises and the transaction’s bounds. So the aim is out of reach on a disk that flushes this fast: with decisions and statements that cost nothing it would be missed still. In row 3 the same work takes 60 to 90 µs in all: after each flush the processor begins with cold caches.',
  measures: [oursSerial, bareSerial],
  lines: (found) => [
    {
      what: 'signals',
      beside: 'bare SQLite transaction',
      unit: '/s',
      ours: found.of('ours, serial', 'perSecond'),
      theirs: found.of('bare, serial', 'perSecond'),
      aim: { compare: 'ratio', least: 0.7 },
    },
    {
      what: 'p50 to the verdict',
      beside: 'bare SQLite transaction',
      unit: 'ms',
      ours: found.of('ours, serial', 'p50'),
      theirs: found.of('bare, serial', 'p50'),
    },
    {
      what: 'CPU of a signal',
      beside: 'bare SQLite transaction',
      unit: 'µs',
      ours: found.of('ours, serial', 'cpu'),
      theirs: found.of('bare, serial', 'cpu'),
    },
  ],
}
