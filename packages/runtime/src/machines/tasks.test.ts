// Properties:
//   - Tasks are done in their order, and what one leads to is done before what comes after it.
//   - A task that lacks something is done again when that was read; what was done before it is not.
//   - What breaks is told, in a task and in reading.

import { describe, expect, it } from 'vitest'

import type { Chart } from './charts.ts'
import { createTasks, Unread } from './tasks.ts'
import { TreeReads } from './tree-reads.ts'
import type { Node } from './tree-world.ts'

const node = (actor: string): Node => ({
  actor,
  chart: {} as Chart,
  version: 1,
  ended: false,
  state: { format: 1, chart: 'shop', snapshot: {}, children: {} },
})

/** A store that has these actors, and tells what was read of it. */
function stored(...nodes: readonly Node[]) {
  const asked: string[] = []
  const told = <Value>(what: string, value: Value): Promise<Value> => {
    asked.push(what)
    return Promise.resolve(value)
  }
  const reads = new TreeReads(
    {
      load: (actor) => {
        const found = nodes.find((each) => each.actor === actor)
        return told(actor, found)
      },
      store: {
        timers: (actor) => told(`timers of ${actor}`, []),
        work: ({ actor }) => told(`work of ${actor}`, []),
        facts: ([name]) => told(`fact ${name}`, [{ name: name!, version: 7, value: null }]),
      },
    },
    new Map(),
  )
  return { asked, reads }
}

describe('the tasks of a turn', () => {
  it('are done depth first', async () => {
    const done: string[] = []
    const { next, finished } = createTasks(() => {
      done.push('first')
      next(
        () => {
          done.push('a')
          next(
            () => done.push('a1'),
            () => done.push('a2'),
          )
        },
        () => done.push('b'),
      )
    })
    await finished()
    expect(done).toEqual(['first', 'a', 'a1', 'a2', 'b'])
  })

  it('are done again where they lack something, and nothing is read twice', async () => {
    const { asked, reads } = stored(node('shop/1'))
    const done: string[] = []
    const { next, finished } = createTasks(() => {
      done.push(`first ${reads.node('shop/1')!.actor}`)
      next(
        () => {
          const gone = reads.node('shop/2')
          const versions = [reads.factVersion('parked:a'), reads.factVersion('parked:a')]
          done.push(`second ${gone?.actor ?? 'none'} ${versions.join()}`)
          next(() => done.push(`third ${reads.timersOf('shop/1').length}`))
        },
        () => done.push(`fourth ${reads.workOf('shop/1').length} ${reads.node('shop/2')?.actor ?? 'none'}`),
      )
    })
    await finished()
    expect(done).toEqual(['first shop/1', 'second none 7,7', 'third 0', 'fourth 0 none'])
    expect(asked).toEqual(['shop/1', 'shop/2', 'fact parked:a', 'timers of shop/1', 'work of shop/1'])
  })

  it('tell what breaks, in one of them and in reading', async () => {
    const broken = createTasks(() => {
      throw new RangeError('too far')
    })
    await expect(broken.finished()).rejects.toThrow('too far')
    const unread = createTasks(() => {
      throw new Unread(() => Promise.reject(new Error('the disk is gone')))
    })
    await expect(unread.finished()).rejects.toThrow('the disk is gone')
  })
})
