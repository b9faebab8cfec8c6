import type { Row } from '../plan.ts'
import { oursSerial, oursTogether } from './engines.ts'

/** Row 3. */
export const groupCommit: Row = {
  number: 3,
  title: '64 actors, group commit',
  reading:
    'The same with 64 actors at work, each waiting for its verdict before its next signal: what waits when a commit begins goes into it, and shares its flush. Beside it one actor, with a commit for each signal. Each signal is a row of its own with a verdict of its own in both.',
  cause:
    'while 64 wait, each pause is 64 late answers. A signal allocates some 70 KB, half of them in XState; each collection of the young takes 2 to 4 ms, a checkpoint of the log 4 to 9.',
  measures: [oursTogether, oursSerial],
  lines: (found) => [
    {
      what: 'signals',
      beside: 'one commit for each',
      unit: '/s',
      ours: found.of('ours, 64', 'perSecond'),
      theirs: found.of('ours, serial', 'perSecond'),
      aim: { compare: 'ratio', least: 4 },
    },
    {
      what: 'p99 to the verdict',
      beside: '',
      unit: 'ms',
      ours: found.of('ours, 64', 'p99'),
      theirs: [],
      aim: { compare: 'value', most: 15 },
    },
    {
      what: 'CPU of a signal',
      beside: 'one commit for each',
      unit: 'µs',
      ours: found.of('ours, 64', 'cpu'),
      theirs: found.of('ours, serial', 'cpu'),
    },
  ],
}
