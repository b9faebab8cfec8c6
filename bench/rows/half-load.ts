import type { Found, Measure, Row } from '../plan.ts'
import { bare, bareSerial, ours, oursTogether, together } from './engines.ts'

/** Half of the most that ours has reached so far in this run. */
const halfOf = (found: Found) => Math.round(Math.max(...found.of('ours, 64', 'perSecond')) / 2)

const oursHalf: Measure = {
  name: 'ours, half load',
  run: async (kit, found) =>
    (await ours(kit)).ask('arriving', {
      name: 'ours',
      actors: together,
      perSecond: halfOf(found),
      ...kit.times,
    }),
}

const bareHalf: Measure = {
  name: 'bare, half load',
  run: async (kit, found) =>
    (await bare(kit)).ask('arriving', { actors: together, perSecond: halfOf(found), ...kit.times }),
}

/** Row 5. */
export const halfLoad: Row = {
  number: 5,
  title: 'p99 at half of the greatest load',
  reading:
    'Signals arrive by the clock, at random moments, half as many in a second as 64 actors have managed; each one’s time counts from when it was due. Beside it bare commits that arrive at the very same moments, all that wait in one transaction. The second line is for orientation: bare commits one after the other, with nothing ever waiting.',
  cause:
    'half of the load that 64 signals in a commit have reached is nearly all that a process can do with the four or so that have come together by then: each commit costs what it costs however few it serves. So what waits for a collection of garbage (1.4 ms, 20 times a second; 7 ms once in two seconds) is not made up for quickly. Without any checkpoint of the log it is no better. At a quarter of the load p99 is 3 ms.',
  measures: [oursTogether, oursHalf, bareHalf, bareSerial],
  lines: (found) => [
    {
      what: 'p99 to the verdict',
      beside: 'bare commits, same arrivals',
      unit: 'ms',
      ours: found.of('ours, half load', 'p99'),
      theirs: found.of('bare, half load', 'p99'),
      aim: { compare: 'ratio', most: 2 },
    },
    {
      what: 'p99 to the verdict',
      beside: 'bare commits, none waiting',
      unit: 'ms',
      ours: found.of('ours, half load', 'p99'),
      theirs: found.of('bare, serial', 'p99'),
    },
    {
      what: 'p50 to the verdict',
      beside: 'bare commits, same arrivals',
      unit: 'ms',
      ours: found.of('ours, half load', 'p50'),
      theirs: found.of('bare, half load', 'p50'),
    },
  ],
}
