import { rowHash, severityRank, type Crypto, type Json, type UnitOutcome } from '@opschart/core'
import type { DatabaseSync } from 'node:sqlite'

import type { PreparedUnit } from './_prepared-unit.ts'
import { refusal, type Present } from './_refusal.ts'
import { hash } from './_sqlite-rows.ts'
import { storedText } from './_text.ts'

type PreparedDecision = PreparedUnit['decisions'][number]

/** Names whose numbers are kept in memory; when there are more, they are read anew. */
const rememberedNames = 10_000

/** Writes units; to be called within a transaction that holds the writer's lock. */
export interface UnitWriter {
  write(unit: PreparedUnit): UnitOutcome
  /** Forgets what a transaction that was undone may have left in memory. */
  forget(): void
}

/** The writer of units into one database. */
export function sqliteUnits(database: DatabaseSync, crypto: Pick<Crypto, 'sha256'>): UnitWriter {
  const nameNumber = database.prepare('select number from names where name = ?')
  const addName = database.prepare('insert into names (name) values (?)')
  const lastRow = database.prepare('select sequence, hash from journal order by sequence desc limit 1')
  const signalRow = database.prepare('select sequence from journal where source = ? and id = ?')
  const actorRow = database.prepare('select number, version from actors where id = ?')
  const addActor = database.prepare(
    'insert into actors (id, version, definition, shard, ended, state) values (?, ?, ?, ?, ?, ?)',
  )
  const moveActor = database.prepare(
    'update actors set version = ?, definition = ?, state = coalesce(?, state) where number = ?',
  )
  // Apart from the other, because it writes a page of the index by which actors are listed.
  const relistActor = database.prepare(
    'update actors set shard = ?1, ended = coalesce(?2, ended) where number = ?3 and (shard <> ?1 or ended <> ?2)',
  )
  const addRow = database.prepare(
    `insert into journal (sequence, hash, actor, version, definition, shard, at, source, id, entry)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const factRow = database.prepare('select version from facts where name = ?')
  const setFact = database.prepare('insert or replace into facts (name, version, value) values (?, ?, ?)')
  const setCheckpoint = database.prepare('insert or replace into checkpoints (watcher, value) values (?, ?)')
  const workRow = database.prepare('select attempt, owner from work where key = ?')
  const addWork = database.prepare(
    `insert into work (key, actor, shard, slot, severity, at, task, attempt, owner, until)
     values (?, ?, ?, ?, ?, ?, ?, 0, null, null)`,
  )
  const removeWork = database.prepare('delete from work where key = ?')
  const setTimer = database.prepare(
    'insert or replace into timers (actor, id, due, version, event) values (?, ?, ?, ?, ?)',
  )
  const removeTimer = database.prepare('delete from timers where actor = ? and id = ?')
  const numbers = new Map<string, number | bigint>()

  const present: Present = {
    signal: (source, id) =>
      signalRow.get(storedText(source), storedText(id))?.['sequence'] as number | undefined,
    actorVersion: (actor) => (actorRow.get(storedText(actor))?.['version'] ?? 0) as number,
    factVersion: (name) => (factRow.get(storedText(name))?.['version'] ?? 0) as number,
    attempt: (key) => {
      const row = workRow.get(storedText(key))
      return row && { attempt: row['attempt'] as number, running: row['owner'] !== null }
    },
  }

  function numbered(name: string): number | bigint {
    const known = numbers.get(name)
    if (known !== undefined) return known
    const stored = storedText(name)
    const found = nameNumber.get(stored)?.['number'] as number | undefined
    const number = found ?? addName.run(stored).lastInsertRowid
    if (numbers.size >= rememberedNames) numbers.clear()
    numbers.set(name, number)
    return number
  }

  function moved(decision: PreparedDecision): number | bigint {
    const { actor, version, state = null } = decision
    const ended = decision.ended === undefined ? null : Number(decision.ended)
    const definition = numbered(decision.definition)
    const shard = numbered(decision.shard)
    const id = storedText(actor)
    const number = actorRow.get(id)?.['number'] as number | undefined
    if (number === undefined) {
      return addActor.run(id, version, definition, shard, ended ?? 0, state ?? 'null').lastInsertRowid
    }
    moveActor.run(version, definition, state, number)
    relistActor.run(shard, ended, number)
    return number
  }

  /** Appends the rows of a unit, each chained to the one before; returns the last one's sequence. */
  function append(decisions: readonly PreparedDecision[]): number {
    const last = lastRow.get()
    let sequence = (last?.['sequence'] ?? 0) as number
    let previous = last ? hash(last) : ''
    for (const decision of decisions) {
      const { actor, version, definition, at, key, entry } = decision
      sequence += 1
      const row = { sequence, actor, version, definition, at, key, entry: JSON.parse(entry) as Json }
      previous = rowHash(crypto, previous, row)
      addRow.run(
        sequence,
        Buffer.from(previous, 'hex'),
        moved(decision),
        version,
        numbered(definition),
        numbered(decision.shard),
        at,
        key && storedText(key.source),
        key && storedText(key.id),
        entry,
      )
    }
    return sequence
  }

  return {
    forget: () => numbers.clear(),
    write(unit) {
      const refused = refusal(unit, present)
      if (refused) return refused
      const sequence = unit.decisions.length > 0 ? append(unit.decisions) : 0
      for (const { name, version, value } of unit.facts) setFact.run(storedText(name), version, value)
      for (const { key } of unit.settled) removeWork.run(storedText(key))
      for (const key of unit.withdrawn) removeWork.run(storedText(key))
      for (const { key, actor, shard, slot, severity, at, task } of unit.work) {
        addWork.run(
          storedText(key),
          storedText(actor),
          storedText(shard),
          slot === null ? null : storedText(slot),
          severityRank(severity),
          at,
          task,
        )
      }
      for (const { actor, id } of unit.timersGone) removeTimer.run(storedText(actor), storedText(id))
      for (const { actor, id, due, version, event } of unit.timers) {
        setTimer.run(storedText(actor), storedText(id), due, version, event)
      }
      for (const { watcher, value } of unit.checkpoints) setCheckpoint.run(storedText(watcher), value)
      return { kind: 'written', sequence }
    },
  }
}
