// Properties:
//   - A turn is taken again until all that it asks for was read; what it asks for first is read first, and once.
//   - Actors beside one another are read in few goes, and none that nobody can ask for.
//   - What is not there is not asked for again; what breaks is told, and not taken for something to be read.

import { describe, expect, it } from 'vitest'

import type { Chart } from './charts.ts'
import { TreeReads, withReads } from './tree-reads.ts'
import type { Node } from './tree-world.ts'

const node = (actor: string, children: readonly string[] = []): Node => ({
  actor,
  chart: {} as Chart,
  version: 1,
  ended: false,
  state: {
    format: 1,
    chart: 'shop',
    snapshot: {},
    children: Object.fromEntries(children.map((id) => [id, `${actor}:1:0`])),
  },
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
      load: (actor) =>
        told(
          actor,
          nodes.find((each) => each.actor === actor),
        ),
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

describe('a turn that reads', () => {
  it('goes the same way each time, and reads what it asks for in that order, once', async () => {
    const { asked, reads } = stored(node('shop/1'))
    let taken = 0
    const answer = await withReads(() => {
      taken += 1
      const there = reads.node('shop/1')
      const gone = reads.node('shop/2')
      const versions = [reads.factVersion('parked:a'), reads.factVersion('parked:a')]
      return [
        there?.actor,
        gone,
        reads.timersOf('shop/1'),
        reads.workOf('shop/1'),
        versions,
        reads.node('shop/2'),
      ]
    })
    expect(answer).toEqual(['shop/1', undefined, [], [], [7, 7], undefined])
    expect(asked).toEqual(['shop/1', 'shop/2', 'fact parked:a', 'timers of shop/1', 'work of shop/1'])
    expect(taken).toBe(asked.length + 1)
  })

  it('reads many children in few goes', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `clerk ${index}`)
    const children = ids.map((id) => node(`shop/1~${id}`))
    const { asked, reads } = stored(node('shop/1', ids), ...children)
    let taken = 0
    await withReads(() => {
      taken += 1
      expect(reads.node('shop/1')).toBeDefined()
      for (const { actor } of children) expect(reads.node(actor)).toBeDefined()
    })
    expect(taken).toBeLessThan(13)
    expect(asked.toSorted()).toEqual(['shop/1', ...children.map(({ actor }) => actor)].toSorted())
  })

  it('reads no others with the one child that is asked for', async () => {
    const { asked, reads } = stored(node('shop/1', ['a', 'b', 'c']), node('shop/1~b'))
    await withReads(() => reads.node('shop/1~b'))
    expect(asked).toEqual(['shop/1~b'])
  })

  it('tells what breaks: in the turn, and in reading', async () => {
    await expect(
      withReads(() => {
        throw new RangeError('too far')
      }),
    ).rejects.toThrow('too far')
    const broken = new TreeReads(
      { store: {} as never, load: () => Promise.reject(new Error('the disk is gone')) },
      new Map(),
    )
    await expect(withReads(() => broken.node('shop/1'))).rejects.toThrow('the disk is gone')
  })
})
