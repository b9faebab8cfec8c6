// Properties of a hub of apps:
//   - Whoever comes, whenever, knows in the end what whoever was there from the beginning knows, but for steps that went.
//   - Charts and living actors outlive the steps; a reader that falls behind begins anew, and is told how much it missed.
//   - Apps are kept apart by their ids, and told apart by their names; memory is bounded, whatever they say.

import { inspect, nothingInspected, type InspectionMessage } from '@opschart/core'
import { createAppHub, type AppHub } from '@opschart/hosts/apps'
import { simulatedClock } from '@opschart/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const limits = { steps: 10, actors: 5, charts: 5, sources: 3 }
type Told = InspectionMessage[]
const open = (hub: AppHub, name?: string) => hub.open<Told>(() => (told) => told, name)

const actor = (id: string, state?: string): InspectionMessage => ({
  kind: 'actor',
  source: 'app:1',
  actor: id,
  chart: id,
  name: id,
  parent: null,
  at: 1,
  ...(state === undefined ? {} : { state: { status: 'active', value: state } }),
})
const chart = (id: string): InspectionMessage => ({
  kind: 'chart',
  source: 'app:1',
  chart: id,
  view: {
    id,
    root: {
      id: '',
      key: id,
      kind: 'atomic',
      tags: [],
      allow: [],
      entry: [],
      exit: [],
      invoke: [],
      states: [],
    },
    arrows: [],
    problems: [],
  },
})
const step = (id: string, sequence: number, value = `s${sequence}`): InspectionMessage => ({
  kind: 'step',
  source: 'app:1',
  actor: id,
  sequence,
  at: sequence,
  event: { type: 'E' },
  from: null,
  state: { status: 'active', value },
})

interface Reader extends AsyncIterator<InspectionMessage, undefined> {
  next(): Promise<IteratorResult<InspectionMessage, undefined>>
  return(): Promise<IteratorResult<InspectionMessage, undefined>>
}
const waiting = new WeakMap<Reader, ReturnType<Reader['next']>>()

/** All that a reader is told before it would wait. */
async function toldBy(reader: Reader): Promise<Told> {
  const told: Told = []
  for (;;) {
    const next = waiting.get(reader) ?? reader.next()
    const first = await Promise.race([
      next,
      new Promise<'waits'>((resolve) => setImmediate(() => resolve('waits'))),
    ])
    if (first === 'waits') {
      waiting.set(reader, next)
      return told
    }
    waiting.delete(reader)
    if (first.done === true) return told
    told.push(first.value)
  }
}
const readerOf = (hub: AppHub) => hub.messages()[Symbol.asyncIterator]() as Reader
async function all(hub: AppHub): Promise<Told> {
  const reader = readerOf(hub)
  const told = await toldBy(reader)
  await reader.return()
  return told
}

describe('a hub of apps', () => {
  it('gives who comes late the charts and actors as they stand, though the steps went', async () => {
    const hub = createAppHub({ clock: simulatedClock(1), limits })
    const app = open(hub)
    app.hear([chart('a'), actor('a', 'begun')])
    for (let sequence = 1; sequence <= 30; sequence += 1) app.hear([step('a', sequence)])
    const told = await all(hub)
    expect(told.map(({ kind }) => kind)).toEqual([
      'source',
      'chart',
      'actor',
      'lost',
      ...Array(10).fill('step'),
    ])
    expect(told[2]).toMatchObject({ actor: 'a', state: { value: 's20' } })
    expect(told[3]).toMatchObject({ count: 20, reason: 'they are longer ago than what is kept' })
    const known = inspect(nothingInspected, told).get('app:1')!
    expect(known.actors.get('a')).toMatchObject({ state: { value: 's30' }, last: { sequence: 30 } })
    expect(known.charts.has('a')).toBe(true)
  })

  it('tells who is there what comes, and ends with it', async () => {
    const hub = createAppHub({ clock: simulatedClock(1), limits })
    const reader = readerOf(hub)
    const first = reader.next()
    const app = open(hub)
    app.hear([actor('a')])
    expect(await first).toMatchObject({ value: { kind: 'source', source: 'app:1', name: 'a', at: 1 } })
    expect((await toldBy(reader)).map(({ kind }) => kind)).toEqual(['actor'])
    app.end()
    app.hear([actor('b')])
    expect((await toldBy(readerOf(hub))).map(({ kind }) => kind)).toEqual(['source', 'actor', 'ended'])
    const readers = [readerOf(hub), readerOf(hub)]
    for (const one of readers) await toldBy(one)
    const ends = readers.map((one) => waiting.get(one)!)
    await readers[0]!.return()
    expect(await ends[0]).toEqual({ done: true, value: undefined })
    hub.close()
    expect(await ends[1]).toEqual({ done: true, value: undefined })
  })

  it('has a reader that fell behind begin anew, with the count of what it missed', async () => {
    const hub = createAppHub({ clock: simulatedClock(1), limits })
    const app = open(hub)
    app.hear([chart('a'), actor('a')])
    const reader = readerOf(hub)
    let known = inspect(nothingInspected, await toldBy(reader))
    for (let sequence = 1; sequence <= 100; sequence += 1) app.hear([step('a', sequence)])
    const told = await toldBy(reader)
    expect(told[0]).toMatchObject({ kind: 'source' })
    known = inspect(known, told)
    expect(known.get('app:1')).toMatchObject({ lost: 90 })
    expect(known.get('app:1')!.actors.get('a')!.state!.value).toBe('s100')
    app.hear([step('a', 101)])
    expect((await toldBy(reader)).map(({ kind }) => kind)).toEqual(['step'])
  })

  it('says to whoever reads the same, whenever they read', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(1), fc.constantFrom('actor', 'chart', 'step', 'read', 'end'), fc.nat(2)), {
          maxLength: 80,
        }),
        async (acts) => {
          const hub = createAppHub({ clock: simulatedClock(1), limits: { ...limits, steps: 6 } })
          const apps = [open(hub), open(hub)]
          const reader = readerOf(hub)
          let known = nothingInspected
          const read = async () => {
            known = inspect(known, await toldBy(reader))
          }
          let sequence = 0
          for (const [which, act, name] of acts) {
            const source = `app:${which + 1}`
            sequence += 1
            if (act === 'read') await read()
            else if (act === 'end') apps[which]!.end()
            else {
              const made = { actor, chart, step: (id: string) => step(id, sequence) }[act](`a${name}`)
              apps[which]!.hear([{ ...made, source }])
            }
          }
          await read()
          const late = inspect(nothingInspected, await all(hub))
          for (const [source, { actors, charts, ended, name, steps }] of late) {
            const early = known.get(source)!
            expect([early.name, early.ended, [...early.charts.keys()].toSorted()]).toEqual([
              name,
              ended,
              [...charts.keys()].toSorted(),
            ])
            const states = (of: typeof actors) =>
              Object.fromEntries(Array.from(of, ([id, { state }]) => [id, state]))
            expect(states(early.actors)).toEqual(states(actors))
            expect(early.steps.slice(early.steps.length - steps.length)).toEqual(steps)
          }
        },
      ),
      { numRuns: 150, seed: 5 },
    ))

  it('keeps a quiet app’s steps while another one is loud', async () => {
    const hub = createAppHub({
      clock: simulatedClock(1),
      limits: { ...limits, steps: 1_000 },
      characters: 30_000,
    })
    const [quiet, loud] = [open(hub), open(hub)]
    quiet.hear([actor('quiet'), step('quiet', 1)])
    loud.hear([{ ...actor('loud'), source: 'app:2' }])
    for (let sequence = 1; sequence <= 900; sequence += 1)
      loud.hear([{ ...step('loud', sequence, 'x'.repeat(100)), source: 'app:2' }])
    const told = await all(hub)
    expect(JSON.stringify(told).length).toBeLessThan(40_000)
    const known = inspect(nothingInspected, told)
    expect(known.get('app:1')!.steps).toHaveLength(1)
    expect(known.get('app:2')!.lost).toBeGreaterThan(500)
    expect(known.get('app:2')!.steps.at(-1)!.sequence).toBe(900)
  })

  it('stays within its bounds where one says nothing but new actors and charts', async () => {
    const hub = createAppHub({
      clock: simulatedClock(1),
      limits: { ...limits, actors: 1e6, charts: 1e6 },
      characters: 30_000,
    })
    const app = open(hub)
    for (let count = 0; count < 2_000; count += 1) app.hear([chart(`c${count}`), actor(`a${count}`)])
    app.hear([{ ...actor('big'), name: 'x'.repeat(3 * 1024 * 1024) } as InspectionMessage])
    const told = await all(hub)
    expect(JSON.stringify(told).length).toBeLessThan(60_000)
    expect(told.at(-1)).toMatchObject({ kind: 'lost', count: 1, reason: 'it is longer than what is kept' })
  })

  it('tells apps apart by name, and forgets those that ended first', async () => {
    const hub = createAppHub({ clock: simulatedClock(1), limits })
    const apps = [open(hub), open(hub), open(hub, 'mine')]
    for (const [index, app] of apps.entries()) app.hear([{ ...actor('boss'), source: `app:${index + 1}` }])
    const nameOf = async () =>
      (await all(hub)).flatMap((message) => (message.kind === 'source' ? message.name : []))
    expect(await nameOf()).toEqual(['boss', 'boss 2', 'mine'])
    apps[1]!.end()
    open(hub).hear([{ ...actor('boss'), source: 'app:4' }])
    expect(await nameOf()).toEqual(['boss', 'mine', 'boss 3'])
  })

  it('gathers what was lost, and never throws', async () => {
    const clock = simulatedClock(1)
    const hub = createAppHub({ clock, limits })
    const app = hub.open<number>(() => () => {
      throw new Error('no')
    })
    for (let count = 0; count < 500; count += 1) app.hear(count)
    const counts = async () =>
      (await all(hub)).flatMap((message) => (message.kind === 'lost' ? message.count : []))
    expect(await counts()).toEqual([1])
    await clock.advance(1_000)
    expect(await counts()).toEqual([1, 499])
    app.lose(2, 'other')
    app.lose(3, 'other')
    app.end()
    expect(await counts()).toEqual([1, 499, 2, 3])
  })
})
