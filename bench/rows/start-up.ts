import { startSubject } from '../harness/subject.ts'
import type { Kit, Measure, Row } from '../plan.ts'

const sizes = { few: 1_000, many: 100_000 } as const
type Size = keyof typeof sizes

const actorsOf = (kit: Kit, size: Size) => (kit.quick && size === 'many' ? 10_000 : sizes[size])

/** A store with so many actors at rest, each with a timer that is set; made once. */
const storeOf = (kit: Kit, size: Size) =>
  kit.subject(`a store with ${actorsOf(kit, size)} actors`, async () => {
    kit.tell(`starting ${actorsOf(kit, size).toLocaleString('en')} actors`)
    const subject = startSubject('starter')
    await subject.ask('fill', { folder: kit.folder, name: size, actors: actorsOf(kit, size) })
    return subject
  })

let starts = 0
const start = (size: Size): Measure => ({
  name: `start with ${size}`,
  async run(kit) {
    await storeOf(kit, size)
    const subject = startSubject('starter')
    try {
      return await subject.ask<object>('start', {
        folder: kit.folder,
        name: size,
        actor: (starts += 1),
        actors: actorsOf(kit, size),
      })
    } finally {
      await subject.close()
    }
  },
})

/** Row 7. */
export const startUp: Row = {
  number: 7,
  title: 'Start with 100,000 actors at rest',
  reading:
    'A new process opens a store with 100,000 actors, each with a timer that is set, and takes one step of one of them; beside it a store with 1,000. The time counts from opening the store to the durable verdict; that of the whole process, with Node’s own start and the reading of the code, stands below. Memory is what the process holds after that step. The file lies in the system’s cache in both.',
  measures: [start('many'), start('few')],
  lines: (found) => {
    const line = (what: string, part: string) => ({
      what,
      beside: '1,000 actors',
      ours: found.of('start with many', part),
      theirs: found.of('start with few', part),
    })
    return [
      { ...line('time to the first step', 'opened'), unit: 'ms', aim: { compare: 'ratio', most: 2 } },
      { ...line('of the whole process', 'process'), unit: 'ms' },
      { ...line('memory', 'memory'), unit: 'MB', aim: { compare: 'difference', most: 100 } },
    ]
  },
}
