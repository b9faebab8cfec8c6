// Properties of an audit:
//   - A journal that nobody has touched is sound, whatever has happened in it, also while more is written.
//   - Of one that was altered, the first row that does not hold is named: altered, removed, put in, put elsewhere, unreadable.
//   - What was cut off at its end is found against a head that was kept elsewhere; what was changed beside the journal is found by replay.
//   - Rows of a law that is no longer here are checked by the chain alone.

import { DatabaseSync } from 'node:sqlite'

import { createLifecycle, releaseLifecycle, type AuditView } from '@opschart/core'
import { createRuntime, type Runtime, type RuntimeOptions } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'
import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'

import type { RuntimePlace } from '../../packages/testing/src/runtime-case.ts'
import { createScenario } from '../../packages/testing/src/runtime-scenario.ts'
import { freshFile, memoryPlace } from './places.ts'

/** A file with a journal of some forty rows: a release on its way to STAGING, and one that is live. */
async function journal(): Promise<{ file: string; rows: number; head: { sequence: number; hash: string } }> {
  const file = freshFile()
  const place: RuntimePlace = {
    open: (setup) => createRuntime({ ...setup, store: sqliteStore(file), others: 0 }),
  }
  const scenario = await createScenario(place, {})
  await scenario.live('live', 'v0')
  await scenario.merge('one', 'v1')
  const { head } = await scenario.runtime.status()
  await scenario.close()
  return { file, rows: head.sequence, head }
}

async function audited(
  file: string,
  head?: { sequence: number; hash: string },
  otherwise: RuntimeOptions = {},
): Promise<AuditView> {
  await using runtime = await createRuntime({
    store: sqliteStore(file),
    services: [{ name: 'web' }, { name: 'pay' }],
    work: false,
    others: 0,
    ...otherwise,
  })
  return await runtime.audit(head === undefined ? {} : { head })
}

function alter(file: string, ...statements: readonly string[]): void {
  const database = new DatabaseSync(file)
  // Whoever alters a file need not keep to its own rules.
  database.exec('pragma foreign_keys = off')
  for (const statement of statements) database.exec(statement)
  database.close()
}

const everyColumn = 'hash, actor, version, definition, before, at, source, id, entry'

describe('[D10] an audit', () => {
  it('finds a journal sound that nobody has touched, with and without a head', async () => {
    const { file, rows, head } = await journal()
    expect(rows).toBeGreaterThan(20)
    expect(await audited(file)).toEqual({ rows, pruned: 0, head, sound: true, fault: null })
    expect(await audited(file, head)).toMatchObject({ sound: true })
    expect(await audited(file, { ...head, hash: 'another' })).toMatchObject({
      sound: false,
      fault: { sequence: rows },
    })
  })

  it('may be asked for while rows are written', async () => {
    const scenario = await createScenario(memoryPlace(), {})
    const merging = scenario.merge('one', 'v1')
    const audits: AuditView[] = []
    for (let times = 0; times < 5; times += 1) audits.push(await scenario.runtime.audit())
    await merging
    expect(audits.filter(({ sound }) => !sound)).toEqual([])
    await scenario.close()
  })

  it.each([
    ['its time', 'update journal set at = at + 1 where sequence = 7'],
    [
      'what it holds',
      `update journal set entry = replace(entry, '"accepted"', '"refused"') where sequence = 7`,
    ],
    [
      'who it is about',
      'update journal set actor = (select number from actors where number <> journal.actor limit 1) where sequence = 7',
    ],
    [
      'its definition',
      'update journal set definition = (select number from names where number <> journal.definition limit 1) where sequence = 7',
    ],
    ['its signal', `update journal set source = 'git', id = 'forged' where sequence = 7`],
    [
      'its hash',
      'update journal set hash = (select hash from journal where sequence = 6) where sequence = 7',
    ],
    ['its place in its actor', 'update journal set version = version + 1 where sequence = 7'],
  ])('names the first row that was altered: %s', async (_, statement) => {
    const { file } = await journal()
    alter(file, statement, 'update journal set at = at + 1 where sequence = 12')
    expect(await audited(file)).toMatchObject({ sound: false, fault: { sequence: 7 } })
  })

  it('names a row that can no longer be read', async () => {
    const { file } = await journal()
    alter(file, `update journal set entry = '{"half' where sequence = 9`)
    expect((await audited(file)).fault).toEqual({ sequence: 9, what: 'the row cannot be read' })
  })

  it.each([
    ['changed', `update forms set after = replace(after, '"on"', '"no"')`],
    ['removed', 'delete from forms'],
  ])('names a row whose form, which it shares with others, was %s', async (_, statement) => {
    const file = freshFile()
    const lamp = setup({}).createMachine({ initial: 'on', states: { on: { on: { PRESSED: {} } } } })
    const machines = { lamp }
    const runtime = await createRuntime({ store: sqliteStore(file), machines, work: false, others: 0 })
    const ann = runtime.as({ person: 'ann' })
    await ann.start('lamp/1')
    for (let times = 0; times < 6; times += 1) await ann.send('lamp/1', { type: 'PRESSED' })
    await runtime.close()
    expect((await audited(file, undefined, { machines })).sound).toBe(true)
    using database = new DatabaseSync(file)
    const first = database.prepare('select min(sequence) as first from journal where form is not null').get()
    alter(file, statement)
    expect((await audited(file, undefined, { machines })).fault).toMatchObject({ sequence: first?.['first'] })
  })

  it('names a row that was removed, the first one too', async () => {
    for (const sequence of [1, 7]) {
      const { file } = await journal()
      alter(file, `delete from journal where sequence = ${sequence}`)
      expect((await audited(file)).fault).toEqual({ sequence, what: 'the row is missing' })
    }
  })

  it('names a row that was removed, with the rest moved up', async () => {
    const { file } = await journal()
    alter(
      file,
      'delete from journal where sequence = 7',
      'update journal set sequence = -(sequence - 1) where sequence > 7',
      'update journal set sequence = -sequence where sequence < 0',
    )
    expect(await audited(file)).toMatchObject({ sound: false, fault: { sequence: 7 } })
  })

  it('names a row that was put in', async () => {
    const { file, rows } = await journal()
    alter(
      file,
      'update journal set sequence = -(sequence + 1) where sequence >= 7',
      'update journal set sequence = -sequence where sequence < 0',
      `insert into journal (sequence, ${everyColumn}) select 7, hash, actor, version, definition, before, at, null, null, entry from journal where sequence = 6`,
    )
    expect(await audited(file)).toMatchObject({ rows: 6, sound: false, fault: { sequence: 7 } })
    const { file: other } = await journal()
    alter(
      other,
      `insert into journal (sequence, ${everyColumn}) select ${rows + 1}, hash, actor, version + 1, definition, before, at, null, null, entry from journal where sequence = ${rows}`,
    )
    expect(await audited(other)).toMatchObject({ sound: false, fault: { sequence: rows + 1 } })
  })

  it('names the first of two rows that have changed places', async () => {
    const { file } = await journal()
    alter(
      file,
      'update journal set sequence = -7 where sequence = 7',
      'update journal set sequence = 7 where sequence = 8',
      'update journal set sequence = 8 where sequence = -7',
    )
    expect(await audited(file)).toMatchObject({ sound: false, fault: { sequence: 7 } })
  })

  it('finds rows that were cut off: against a head, and by what is stored beside them', async () => {
    const { file, rows, head } = await journal()
    alter(file, `delete from journal where sequence > ${rows - 3}`)
    expect((await audited(file, head)).fault).toEqual({
      sequence: rows - 2,
      what: 'rows up to the head that was kept are missing',
    })
    expect((await audited(file)).sound).toBe(false)
  })

  it('finds a journal that was cut off with all that is stored, against a head', async () => {
    const { file, head } = await journal()
    alter(
      file,
      'delete from journal',
      'delete from actors',
      'delete from facts',
      'delete from work',
      'delete from timers',
    )
    expect((await audited(file)).sound).toBe(true)
    expect((await audited(file, head)).fault).toEqual({
      sequence: 1,
      what: 'rows up to the head that was kept are missing',
    })
  })
})

describe('[D6] replaying the journal', () => {
  it('finds a stored state that was changed, and names the last row of its actor', async () => {
    const { file } = await journal()
    alter(file, `update actors set state = replace(state, '"STAGING"', '"PRODUCTION"') where id = 'web/one'`)
    const { fault, rows } = await audited(file)
    expect(fault?.what).toBe('web/one is not stored as the journal leads to it')
    expect(fault?.sequence).toBeLessThanOrEqual(rows)
  })

  it('finds an actor that no row speaks of, one that is gone, and facts that were changed', async () => {
    const [added, gone, facts, none] = await Promise.all([journal(), journal(), journal(), journal()])
    alter(
      added.file,
      `insert into actors (id, version, definition, shard, ended, last, state) select 'web/forged', 1, definition, shard, 0, last, state from actors where id = 'web/one'`,
    )
    expect((await audited(added.file)).fault?.what).toBe(
      'web/forged is stored at version 1, the journal ends at 0',
    )
    alter(gone.file, `update actors set ended = 2 where id = 'web/live'`)
    expect((await audited(gone.file)).sound).toBe(false)
    alter(
      facts.file,
      `update facts set value = replace(value, '"live":"web/live"', '"live":"web/one"') where name = 'service:web'`,
    )
    expect((await audited(facts.file)).fault?.what).toBe('the facts of web are not what the journal leads to')
    alter(none.file, `delete from facts where name = 'service:web'`)
    expect((await audited(none.file)).fault?.what).toBe('the facts of web are in the journal, but not stored')
  })

  it('goes on under a law that has changed and fits, and checks the rows of the old one by the chain alone', async () => {
    const { file } = await journal()
    const { definition } = releaseLifecycle
    const lifecycle = createLifecycle({
      ...definition,
      delays: { ...definition.delays, acknowledgement: 60_000 },
    } as never)
    const runtime = await createRuntime({
      store: sqliteStore(file),
      lifecycle,
      services: [{ name: 'web', deploy: ['./deploy'] }],
      others: 0,
    })
    const verdict = await runtime.as({ person: 'ann' }).send('web/one', { type: 'DEPLOYMENT_REQUESTED' })
    expect(verdict.kind).toBe('accepted')
    await runtime.idle()
    expect(await runtime.audit()).toMatchObject({ sound: true })
    await runtime.close()
    alter(file, `update journal set entry = replace(entry, '"accepted"', '"refused"') where sequence = 7`)
    expect(await audited(file, undefined, { lifecycle })).toMatchObject({
      sound: false,
      fault: { sequence: 7 },
    })
  })
})

describe('[D6] deciding what machines were sent again', () => {
  /** A machine with a guard that asks what is not its own: the one way in which a chart may decide otherwise later. */
  function gated() {
    const gate = { isOpen: false }
    const machine = setup({ guards: { isOpen: () => gate.isOpen } }).createMachine({
      id: 'gated',
      initial: 'out',
      states: { out: { on: { ENTER: { guard: 'isOpen', target: 'in' } } }, in: { on: { LEAVE: 'out' } } },
    })
    return { gate, machine }
  }

  it.each([
    ['refused', 'would be taken', false, ['ENTER']],
    ['taken', 'would be refused', true, ['ENTER']],
  ] as const)('finds a signal that was %s and %s', async (_, __, wasOpen, types) => {
    const { gate, machine } = gated()
    gate.isOpen = wasOpen
    await using runtime = await createRuntime({ machines: { gated: machine } })
    const ann = runtime.as({ person: 'ann' })
    await ann.start('gated/a')
    for (const type of types) await ann.send('gated/a', { type })
    expect(await runtime.audit()).toMatchObject({ sound: true })
    gate.isOpen = !wasOpen
    expect(await runtime.audit()).toMatchObject({
      sound: false,
      fault: { sequence: 2, what: expect.any(String) },
    })
  })

  it('leaves alone what no chart has refused: one that has ended, and one that is parked', async () => {
    let isBroken = true
    const machine = setup({
      guards: {
        works() {
          if (isBroken) throw new Error('off its hinges')
          return true
        },
      },
    }).createMachine({
      id: 'm',
      initial: 'waiting',
      states: {
        waiting: { after: { 1: { guard: 'works', target: 'done' } }, on: { GO: 'done' } },
        done: { type: 'final' },
      },
    })
    const scenario = await createScenario(memoryPlace(), { machines: { m: machine } })
    await scenario.ann.start('m/a')
    await scenario.clock.advance(1)
    expect(await scenario.ann.send('m/a', { type: 'GO' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('is parked'),
    })
    isBroken = false
    await scenario.ann.resume('actor:m/a')
    expect(await scenario.ann.send('m/a', { type: 'GO' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('has ended'),
    })
    expect(await scenario.runtime.audit()).toMatchObject({ sound: true, fault: null })
    await scenario.close()
  })
})

describe('[D7] opening what is stored', () => {
  const { definition, workflows } = releaseLifecycle

  it('is refused under a law that has lost a phase or a workflow which is in use, with the list, and changes nothing', async () => {
    const file = freshFile()
    const place: RuntimePlace = {
      open: (setup) => createRuntime({ ...setup, store: sqliteStore(file), others: 0 }),
    }
    const scenario = await createScenario(place, {})
    await scenario.staged('one', 'v1')
    await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REQUESTED' })
    await scenario.runtime.idle()
    const before = await scenario.rows()
    await scenario.close()
    const { STAGING: _, ...others } = definition.phases as Record<
      string,
      { on?: Record<string, { to?: string }> }
    >
    const phases = Object.fromEntries(
      Object.entries(others).map(([name, { on = {}, ...phase }]) => [
        name,
        { ...phase, on: Object.fromEntries(Object.entries(on).filter(([, { to }]) => to !== 'STAGING')) },
      ]),
    )
    const lifecycle = createLifecycle({ ...definition, phases } as never)
    const opening = createRuntime({
      store: sqliteStore(file),
      lifecycle,
      services: [{ name: 'web' }],
      others: 0,
    })
    await expect(opening).rejects.toMatchObject({ code: 'configuration' })
    const message = await opening.catch((error: Error) => error.message)
    expect(message).toContain('web/one is in STAGING, and there is no such phase any more')
    expect(message).toContain('is under way, but there is no workflow:deploy any more')
    await using runtime = await createRuntime({
      store: sqliteStore(file),
      services: [{ name: 'web' }],
      work: false,
      others: 0,
    })
    expect(await runtime.log()).toHaveLength(before.length)
  })

  it('is refused under a workflow that has lost the step which is under way', async () => {
    const file = freshFile()
    const place: RuntimePlace = {
      open: (setup) => createRuntime({ ...setup, store: sqliteStore(file), others: 0 }),
    }
    const scenario = await createScenario(place, {})
    await scenario.staged('one', 'v1')
    await scenario.ann.send('web/one', { type: 'DEPLOYMENT_REQUESTED' })
    await scenario.runtime.idle()
    await scenario.close()
    const deploy = { ...workflows['deploy'], steps: [['monitoring-agent', 'verify_health']] } as never
    const lifecycle = createLifecycle(definition as never, { workflows: { deploy } })
    const opening = createRuntime({
      store: sqliteStore(file),
      lifecycle,
      services: [{ name: 'web' }],
      others: 0,
    })
    await expect(opening).rejects.toMatchObject({ code: 'configuration' })
  })

  it('goes on without a rule that was taken out while it was about to fire', async () => {
    const file = freshFile()
    const place: RuntimePlace = {
      open: (setup) => createRuntime({ ...setup, store: sqliteStore(file), others: 0 }),
    }
    const errors = {
      name: 'errors',
      monitor: 'error_rate',
      threshold: 0.1,
      clear: 0.1,
      for: 60_000,
      window: 60_000,
      min_samples: 1,
      cooldown: 0,
      severity: 'HIGH',
    } as const
    const scenario = await createScenario(place, { feedbackLoops: [errors] })
    await scenario.live('one', 'v1')
    await scenario.clock.advance(1_000)
    await scenario.requests(500)
    await scenario.runtime.idle()
    await scenario.ann.send('web', { type: 'INCIDENT_DECLARED' })
    await scenario.runtime.idle()
    await scenario.restart({ feedbackLoops: [] })
    const before = scenario.notices.length
    await scenario.clock.advance(16 * 60_000)
    await scenario.runtime.idle()
    // The timer of the rule is gone, and holds up no other.
    expect(scenario.notices.slice(before).map(({ severity }) => severity)).toEqual(['CRITICAL'])
    expect(await (scenario.runtime as Runtime).store.nextTimer()).toBeUndefined()
    expect([scenario.problems, (await scenario.runtime.audit()).sound]).toEqual([[], true])
    await scenario.close()
  })
})
