import { rowHashOfText, severityRank, type Beginning, type Crypto, type UnitOutcome } from '@opschart/core'
import type { DatabaseSync } from 'node:sqlite'

import type { PreparedUnit } from './_prepared-unit.ts'
import { recalled } from './_recalled.ts'
import { refusal, type Present } from './_refusal.ts'
import { sqliteForms } from './_sqlite-forms.ts'
import { hash, type SqliteRow } from './_sqlite-rows.ts'
import type { KnownSignals } from './_sqlite-signals.ts'
import { storedText, textOf } from './_text.ts'

type PreparedDecision = PreparedUnit['decisions'][number]

/** An actor's row but its state, and the journal's row that moved it last. */
interface KnownActor {
  readonly number: number | bigint
  readonly version: number
  readonly definition: string
  readonly shard: string
  readonly ended: boolean
  readonly last: number
}

/** Writes units; to be called within a transaction that holds the writer's lock. */
export interface UnitWriter {
  write(unit: PreparedUnit): UnitOutcome
  /** Writes the signals of all rows as batches. */
  seal(): void
  /** What other connections have written since is read before it is used. */
  lookAgain(): void
  /** Forgets what a transaction that was undone may have left in memory. */
  forget(): void
}

/**
 * The writer of units into one database. What it has written or read last (the journal's head, the versions of actors and
 * facts) it knows without asking, until another connection has written.
 */
export function sqliteUnits(
  database: DatabaseSync,
  crypto: Pick<Crypto, 'sha256'>,
  signals: KnownSignals,
  beginning: () => Beginning,
): UnitWriter {
  const nameNumber = database.prepare('select number from names where name = ?')
  const addName = database.prepare('insert into names (name) values (?)')
  const lastRow = database.prepare('select sequence, hash from journal order by sequence desc limit 1')
  const actorRow = database.prepare(
    `select a.number, a.version, d.name as definition, s.name as shard, a.ended, a.last from actors a
     join names d on d.number = a.definition join names s on s.number = a.shard where a.id = ?`,
  )
  const addActor = database.prepare(
    'insert into actors (id, version, definition, shard, ended, last, state) values (?, ?, ?, ?, ?, ?, ?)',
  )
  const moveActor = database.prepare('update actors set version = ?, last = ?, state = ? where number = ?')
  const keepActor = database.prepare('update actors set version = ?, last = ? where number = ?')
  // Apart from the others, because it writes pages of the indexes by which actors are listed.
  const relistActor = database.prepare(
    'update actors set definition = ?, shard = ?, ended = ? where number = ?',
  )
  const addRow = database.prepare(
    `insert into journal (sequence, hash, actor, version, definition, before, at, source, id, entry, form)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const factRow = database.prepare('select version from facts where name = ?')
  const setFact = database.prepare(
    `insert into facts (name, version, value) values (?, ?, ?)
     on conflict (name) do update set version = excluded.version, value = excluded.value`,
  )
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

  const forms = sqliteForms(database)

  let head: { sequence: number; hash: string } | undefined
  let pruned: number | undefined
  /** Numbers of names are never changed. */
  const numbers = recalled((name) => {
    const stored = storedText(name)
    const found = nameNumber.get(stored)?.['number'] as number | undefined
    return found ?? addName.run(stored).lastInsertRowid
  })
  const actors = recalled((actor) => {
    const row = actorRow.get(storedText(actor))
    return row && actorOf(row)
  })
  const facts = recalled((name) => (factRow.get(storedText(name))?.['version'] ?? 0) as number)

  const present: Present = {
    signal: (source, id) => signals.find(source, id),
    pruned: () => (pruned ??= beginning().sequence),
    actorVersion: (actor) => actors.get(actor)?.version ?? 0,
    factVersion: (name) => facts.get(name),
    attempt: (key) => {
      const row = workRow.get(storedText(key))
      return row && { attempt: row['attempt'] as number, running: row['owner'] !== null }
    },
  }

  /** Moves the actor of a decision, whose row is `last`; gives its number and the row before. */
  function moved(
    decision: PreparedDecision,
    last: number,
  ): { number: number | bigint; before: number | null } {
    const { actor, version, definition, shard, state } = decision
    const known = actors.get(actor)
    if (known === undefined) {
      const ended = decision.ended ?? false
      const { lastInsertRowid: number } = addActor.run(
        storedText(actor),
        version,
        numbers.get(definition),
        numbers.get(shard),
        Number(ended),
        last,
        state ?? 'null',
      )
      actors.set(actor, { number, version, definition, shard, ended, last })
      return { number, before: null }
    }
    const { number, last: before, ended: was } = known
    const ended = decision.ended ?? was
    if (state === undefined) keepActor.run(version, last, number)
    else moveActor.run(version, last, state, number)
    if (definition !== known.definition || shard !== known.shard || ended !== was) {
      relistActor.run(numbers.get(definition), numbers.get(shard), Number(ended), number)
    }
    actors.set(actor, { number, version, definition, shard, ended, last })
    return { number, before }
  }

  function lastHead(): { sequence: number; hash: string } {
    const row = lastRow.get()
    if (row !== undefined) return { sequence: row['sequence'] as number, hash: hash(row) }
    const { sequence, hash: last } = beginning()
    return { sequence, hash: last }
  }

  /** Appends the rows of a unit, each chained to the one before; returns the last one's sequence. */
  function append(decisions: readonly PreparedDecision[]): number {
    let { sequence, hash: previous } = (head ??= lastHead())
    for (const decision of decisions) {
      const { actor, version, definition, at, key, entry } = decision
      sequence += 1
      previous = rowHashOfText(crypto, previous, { sequence, actor, version, definition, at, key, entry })
      const { number, before } = moved(decision, sequence)
      const definitionNumber = numbers.get(definition)
      const written = forms.written(decision, key && key.source, definitionNumber)
      addRow.run(
        sequence,
        Buffer.from(previous, 'hex'),
        number,
        version,
        definitionNumber,
        before,
        at,
        written.source,
        key && storedText(key.id),
        written.entry,
        written.form,
      )
      if (key) signals.add(key.source, key.id, sequence)
    }
    signals.seal(sequence)
    head = { sequence, hash: previous }
    return sequence
  }

  function lookAgain(): void {
    head = undefined
    pruned = undefined
    actors.clear()
    facts.clear()
    signals.lookAgain()
    forms.lookAgain()
  }

  return {
    seal: () => signals.seal((head ??= lastHead()).sequence, true),
    lookAgain,
    forget() {
      lookAgain()
      numbers.clear()
      signals.forget()
      forms.forget()
    },
    write(unit) {
      const refused = refusal(unit, present)
      if (refused) return refused
      const sequence = unit.decisions.length > 0 ? append(unit.decisions) : 0
      for (const { name, version, value } of unit.facts) {
        setFact.run(storedText(name), version, value)
        facts.set(name, version)
      }
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

function actorOf(row: SqliteRow): KnownActor {
  return {
    number: row['number'] as number,
    version: row['version'] as number,
    definition: textOf(row['definition'] as string),
    shard: textOf(row['shard'] as string),
    ended: row['ended'] === 1,
    last: row['last'] as number,
  }
}
