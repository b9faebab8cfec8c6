import { startSubject } from '../harness/subject.ts'
import type { Kit, Measure, Row } from '../plan.ts'

const measure = (call: string): Measure => ({
  name: `kernel: ${call}`,
  run: async (kit: Kit) =>
    // Each in a process of its own: what one has made the compiler believe of XState's code must not cost another.
    (await kit.subject(`kernel: ${call}`, () => Promise.resolve(startSubject('kernel')))).ask(
      call,
      kit.times,
    ),
})

/** Row 1. */
export const kernelStep: Row = {
  number: 1,
  title: 'Pure kernel, one step',
  reading:
    'One step of the chart in memory. Ours goes from one state to the next, both JSON as they are stored, with the effects as data; `transition()` and the live actor go from snapshot to snapshot and make no JSON. The third line gives `transition()` the same work: a snapshot restored from JSON, persisted as JSON.',
  cause:
    'the two aims cannot both be met any more. XState’s exported function has become quicker since they were set: three times its speed would be quicker than XState’s own live actor, which makes no JSON.',
  measures: ['kernel', 'transition', 'actor', 'transitionJson'].map(measure),
  lines: (found) => {
    const ours = found.of('kernel: kernel', 'perSecond')
    const line = { what: 'steps', unit: '/s', ours } as const
    return [
      {
        ...line,
        beside: 'XState’s transition()',
        theirs: found.of('kernel: transition', 'perSecond'),
        aim: { compare: 'ratio', least: 3 },
      },
      {
        ...line,
        beside: 'a live actor’s send',
        theirs: found.of('kernel: actor', 'perSecond'),
        aim: { compare: 'ratio', least: 0.6 },
      },
      {
        ...line,
        beside: 'transition(), JSON to JSON',
        theirs: found.of('kernel: transitionJson', 'perSecond'),
      },
    ]
  },
}
