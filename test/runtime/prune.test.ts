// Properties of pruning:
//   - What is younger stays, and so does every state, timer and piece of work; releases and machines go on as before.
//   - The journal stays auditable: what was altered before the cut (the base) or after it is found, by name.
//   - A signal whose row is gone stays known, and is told so.
//   - A journal that is not sound is not pruned.

import { DatabaseSync } from 'node:sqlite'

import { milliseconds, type AuditView, type JournalRow, type Principal, type PruneView } from '@opschart/core'
import { createRuntime, type Runtime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import type { RuntimePlace } from '../../packages/testing/src/runtime-case.ts'
import { createScenario, type Scenario } from '../../packages/testing/src/runtime-scenario.ts'
import { contents } from '../../packages/testing/src/store-samples.ts'
import { freshFile } from './places.ts'

const day = milliseconds('24h')
const by: Principal = 'person:ann'

const counter = setup({ types: { context: {} as { count: number; z: number } } }).createMachine({
  context: { z: 1, count: 0 },
  initial: 'on',
  states: {
    on: {
      on: { ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
      after: { [day * 30]: 'off' },
    },
    off: {},
  },
})

interface Place {
  readonly file: string
  readonly scenario: Scenario
  readonly runtime: () => Runtime
  readonly prune: (before: number) => Promise<PruneView>
}

/** Three releases, one a day, and an actor of a machine beside them. */
async function place(): Promise<Place> {
  const file = freshFile()
  const opening: RuntimePlace = {
    open: (given) => createRuntime({ ...given, store: sqliteStore(file), others: 0, machines: { counter } }),
  }
  const scenario = await createScenario(opening, {})
  const runtime = () => scenario.runtime as Runtime
  await scenario.ann.start('counter/1', {})
  for (const [index, branch] of ['one', 'two', 'three'].entries()) {
    await scenario.release(branch, `v${index}`)
    await scenario.ann.send('counter/1', { type: 'ADD', id: `add-${index}` })
    await scenario.clock.advance(day)
  }
  return { file, scenario, runtime, prune: (before) => runtime().prune({ before, by }) }
}

const rowsOf = (runtime: Runtime): Promise<JournalRow[]> => runtime.store.history({ limit: 100_000 })

/** What stands beside the journal. */
async function beside(runtime: Runtime) {
  const { journal: _, head: __, ...rest } = await contents(runtime.store)
  return { ...rest, open: rest.open.filter(({ actor }) => actor !== 'system') }
}

describe('[D15] pruning', () => {
  it('takes the rows before a time, and nothing else; what goes on afterwards is audited as before', async () => {
    const { scenario, runtime, prune } = await place()
    const before = await rowsOf(runtime())
    const stored = await beside(runtime())
    const cutAt = scenario.clock.now() - 2 * day
    const young = before.filter(({ at }) => at >= cutAt)
    expect(young.length).toBeGreaterThan(20)
    const view = await prune(cutAt)
    expect(view).toMatchObject({ pruned: before.length - young.length, begins: young[0]!.sequence })
    expect((await rowsOf(runtime())).slice(0, -1)).toEqual(young)
    expect(await beside(runtime())).toEqual(stored)
    const audit = await runtime().audit()
    expect(audit).toMatchObject({ sound: true, pruned: view.pruned, rows: young.length + 1 })
    await scenario.restart()
    await scenario.release('four', 'v4')
    await scenario.ann.send('counter/1', { type: 'ADD' })
    await scenario.clock.advance(30 * day)
    await scenario.runtime.idle()
    expect(await runtime().audit()).toMatchObject({ sound: true })
    expect(await runtime().actor('counter/1')).toMatchObject({ value: 'off', context: { count: 4 } })
    await scenario.close()
  })

  it('may be repeated, of all there is too, and begins where the last one ended', async () => {
    const { scenario, runtime, prune } = await place()
    await prune(scenario.clock.now() - 2 * day)
    const second = await prune(scenario.clock.now() - day)
    expect(second.audit.pruned).toBeGreaterThan(0)
    expect(await runtime().audit()).toMatchObject({ sound: true })
    const last = await prune(Number.POSITIVE_INFINITY)
    expect((await rowsOf(runtime())).map(({ sequence }) => sequence)).toEqual([last.told])
    expect(await runtime().audit()).toMatchObject({ sound: true, rows: 1 })
    const none = await prune(scenario.clock.now() - day)
    expect(none).toMatchObject({ pruned: 0, told: null })
    await scenario.release('four', 'v4')
    expect(await runtime().audit()).toMatchObject({ sound: true })
    await scenario.close()
  })

  it('stops before a row that is older than its place says, and loses nothing that is younger', async () => {
    const { scenario, runtime, prune } = await place()
    await scenario.clock.set(scenario.clock.now() - 10 * day)
    await scenario.ann.send('counter/1', { type: 'ADD' })
    const rows = await rowsOf(runtime())
    const first = rows.find(({ at }) => at >= scenario.clock.now() + day)!
    const { begins } = await prune(scenario.clock.now() + day)
    expect(begins).toBe(first.sequence)
    await scenario.close()
  })

  it('[D2] keeps the signals of pruned rows as duplicates, and says that their rows are gone', async () => {
    const { scenario, prune } = await place()
    await prune(Number.POSITIVE_INFINITY)
    await scenario.restart()
    const again = await scenario.ann.send('counter/1', { type: 'ADD', id: 'add-0' })
    expect(again).toMatchObject({ kind: 'ignored', duplicate: true })
    expect(again.reason).toMatch(/it came before: it was journaled as row \d+, which has been pruned since/)
    expect((await scenario.ann.send('counter/1', { type: 'ADD', id: 'add-9' })).kind).toBe('accepted')
    await scenario.close()
  })

  it('answers what is asked of pruned rows', async () => {
    const { scenario, runtime, prune } = await place()
    const since = await scenario.runtime.read('web/three')
    const { begins } = await prune(Number.POSITIVE_INFINITY)
    await expect(runtime().why('3')).rejects.toMatchObject({ code: 'input' })
    await expect(runtime().why('3')).rejects.toThrow(
      `row 3 was pruned: the journal begins with row ${begins}`,
    )
    const now = await scenario.runtime.read('web/three')
    expect({ ...now, since: 0, timers: [] }).toEqual({ ...since, since: 0, timers: [] })
    expect(now!.since).toBe((await rowsOf(runtime()))[0]!.at)
    expect(await runtime().why('web/three')).toEqual([])
    await scenario.close()
  })

  it('audits against a head that was kept, as far as its row is there', async () => {
    const { scenario, runtime, prune } = await place()
    const rows = await rowsOf(runtime())
    const { begins } = await prune(scenario.clock.now() - day)
    const headOf = ({ sequence, hash }: JournalRow) => ({ head: { sequence, hash } })
    expect(await runtime().audit(headOf(rows.at(-1)!))).toMatchObject({ sound: true })
    expect(await runtime().audit(headOf(rows[begins - 2]!))).toMatchObject({ sound: true })
    await expect(runtime().audit(headOf(rows[4]!))).rejects.toThrow(
      'which was pruned; compare with one of row',
    )
    const other = { head: { sequence: begins - 1, hash: 'f'.repeat(64) } }
    await expect(runtime().audit(other)).rejects.toThrow('the head that was kept is another one')
    await scenario.close()
  })
})

describe('[D15] a pruned journal', () => {
  async function audited(alteration: string): Promise<{ audit: AuditView; view: PruneView; last: number }> {
    const { file, scenario, prune } = await place()
    const view = await prune(scenario.clock.now() - day)
    await scenario.release('four', 'v4')
    const { head } = await scenario.runtime.status()
    await scenario.close()
    const database = new DatabaseSync(file)
    database.exec(
      alteration.replaceAll(':begins', String(view.begins)).replaceAll(':told', String(view.told)),
    )
    database.close()
    const services = [{ name: 'web' }, { name: 'pay' }]
    const opened = { store: sqliteStore(file), services, machines: { counter }, work: false, others: 0 }
    await using runtime = await createRuntime(opened)
    return { audit: await runtime.audit(), view, last: head.sequence }
  }

  const altered = /^what was kept of the rows up to \d+ was altered$/
  const gone = /^the row that tells of the pruning up to row \d+ is missing$/

  it.each([
    [
      'a state',
      `update base_states set state = replace(state, 'RETIRED', 'PRODUCTION') where state like '%RETIRED%'`,
      altered,
    ],
    [
      'the order in a state',
      `update base_states set state = replace(state, '{"z":1,"count":2}', '{"count":2,"z":1}')`,
      altered,
    ],
    ['a version', `update base_states set version = version + 1 where number = 1`, altered],
    [
      'a service',
      `update base_states set state = replace(state, '"live":', '"life":') where kind = 'service'`,
      altered,
    ],
    ['a missing state', `delete from base_states where number = 2`, altered],
    [
      'one state more',
      `insert into base_states select base, 999, kind, 'web/forged', version, state from base_states where number = 1`,
      altered,
    ],
    ['where it begins', 'update beginning set sequence = sequence - 1', altered],
    ['the hash it begins with', `update beginning set hash = zeroblob(32)`, altered],
    ['the row that tells of it', `update beginning set told = told + 1`, gone],
    ['a beginning that was taken away', 'delete from beginning', /^the row is missing$/],
  ])('is found altered before the cut: %s', async (_, alteration, what) => {
    const { audit } = await audited(alteration)
    expect(audit.sound).toBe(false)
    expect(audit.fault?.what).toMatch(what)
  })

  it('is found altered at and after the cut', async () => {
    const first = await audited('update journal set at = at + 1 where sequence = :begins')
    expect(first.audit.fault?.sequence).toBe(first.view.begins)
    const removed = await audited('delete from journal where sequence = :begins')
    expect(removed.audit.fault).toEqual({ sequence: removed.view.begins, what: 'the row is missing' })
    const told = await audited(
      `update journal set entry = replace(entry, '"base":"', '"base":"f') where sequence = :told`,
    )
    expect(told.audit.fault?.what).toMatch(altered)
    const verdict = await audited(
      `update journal set entry = replace(entry, '"accepted"', '"refused"') where sequence = :told + 3`,
    )
    expect(verdict.audit.fault?.sequence).toBe(verdict.view.told! + 3)
    const state = await audited(`update actors set state = replace(state, '"count":3', '"count":4')`)
    expect(state.audit.fault?.what).toBe('machine:counter/1 is not stored as the journal leads to it')
  })

  it('is not pruned where it is not sound, whether it was pruned before or not', async () => {
    for (const earlier of [false, true]) {
      const { file, scenario, prune, runtime } = await place()
      if (earlier) await prune(scenario.clock.now() - 2 * day)
      const database = new DatabaseSync(file)
      const { sequence } = await runtime().store.head()
      database.exec(`update journal set at = at + 1 where sequence = ${sequence - 3}`)
      database.close()
      const rows = await rowsOf(runtime())
      const view = await prune(Number.POSITIVE_INFINITY)
      expect(view).toMatchObject({
        pruned: 0,
        told: null,
        audit: { sound: false, fault: { sequence: sequence - 3 } },
      })
      expect(await rowsOf(runtime())).toEqual(rows)
      await scenario.close()
    }
  })

  it('is audited while it is pruned by somebody else', async () => {
    const { scenario, runtime, prune } = await place()
    const neighbour = (await scenario.beside({ work: false } as never)) as Runtime
    const audits = await Promise.all([
      neighbour.audit(),
      prune(scenario.clock.now() - day),
      neighbour.audit(),
    ])
    expect([audits[0].sound, audits[2].sound]).toEqual([true, true])
    expect((await neighbour.audit()).pruned).toBe(audits[1].pruned)
    await expect(
      Promise.all([neighbour.prune({ before: Infinity, by }), prune(Number.POSITIVE_INFINITY)]),
    ).rejects.toMatchObject({ code: 'conflict' })
    expect(await runtime().audit()).toMatchObject({ sound: true })
    await scenario.close()
  })
})
