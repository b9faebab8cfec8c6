import { canonicalJson, severityRank, type JournalRow, type StoreRecord, type Work } from '@opschart/core'
import type { DatabaseSync } from 'node:sqlite'

import { withoutActor } from './_filling.ts'
import { eventIn } from './_prepared-unit.ts'
import { recalled } from './_recalled.ts'
import { signalHash } from './_signal-hash.ts'
import { sqliteForms } from './_sqlite-forms.ts'
import { signalSealer } from './_sqlite-signals.ts'
import { storedText, textOf } from './_text.ts'

type Put<Kind extends StoreRecord['kind']> = Extract<StoreRecord, { kind: Kind }>

/** Writes what another store held into an empty database, in one transaction that is begun already. */
export function fillingWriter(database: DatabaseSync) {
  const addName = database.prepare('insert into names (name) values (?) on conflict (name) do nothing')
  const nameNumber = database.prepare('select number from names where name = ?')
  const addActor = database.prepare(
    `insert into actors (id, version, definition, shard, ended, last, state) values (?, 0, ?, ?, 0, 0, '')`,
  )
  const actorNumber = database.prepare('select number, last from actors where id = ?')
  const moveActor = database.prepare('update actors set last = ? where number = ?')
  const setActor = database.prepare(
    `update actors set version = ?, definition = ?, shard = ?, ended = ?, state = ? where number = ? and state = ''`,
  )
  const addRow = database.prepare(
    `insert into journal (sequence, hash, actor, version, definition, before, at, source, id, entry, form)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const setBeginning = database.prepare(
    'insert into beginning (only, sequence, hash, told, base) values (1, ?, ?, ?, ?)',
  )
  const addBase = database.prepare('insert into bases (whole) values (1)')
  const addState = database.prepare(
    'insert into base_states (base, number, kind, name, version, state) values (?, ?, ?, ?, ?, ?)',
  )
  const addFact = database.prepare('insert into facts (name, version, value) values (?, ?, ?)')
  const addCheckpoint = database.prepare('insert into checkpoints (watcher, value) values (?, ?)')
  const addWork = database.prepare(
    `insert into work (key, actor, shard, slot, severity, at, task, attempt, owner, until)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addTimer = database.prepare(
    'insert into timers (actor, id, due, version, event) values (?, ?, ?, ?, ?)',
  )

  const forms = sqliteForms(database)
  const sealer = signalSealer(database)
  /** The base's number, and how many states it has. */
  let number = 0
  let states = 0

  const names = recalled((name) => {
    addName.run(storedText(name))
    return nameNumber.get(storedText(name))?.['number'] as number
  })
  /** Actors by their last row so far; those that rows speak of come before their own records. */
  const actors = recalled((actor) => {
    const id = storedText(actor)
    const found = actorNumber.get(id) as { number: number; last: number } | undefined
    if (found !== undefined) return found
    const number = addActor.run(id, names.get(''), names.get('')).lastInsertRowid as number
    return { number, last: 0 }
  })

  function row({ sequence, hash, actor, version, definition, at, key, entry }: JournalRow): void {
    const { number, last } = actors.get(actor)
    const definitionNumber = names.get(definition)
    const text = { entry: canonicalJson(entry), event: eventIn(entry) }
    const written = forms.written(text, key && key.source, definitionNumber)
    addRow.run(
      sequence,
      Buffer.from(hash, 'hex'),
      number,
      version,
      definitionNumber,
      last === 0 ? null : last,
      at,
      written.source,
      key && storedText(key.id),
      written.entry,
      written.form,
    )
    moveActor.run(sequence, number)
    actors.set(actor, { number, last: sequence })
    if (key) sealer.add([signalHash(key.source, key.id), sequence])
  }

  function head({ beginning }: Put<'head'>): void {
    const { sequence, hash, told } = beginning
    if (sequence === 0) return
    number = addBase.run().lastInsertRowid as number
    setBeginning.run(sequence, Buffer.from(hash, 'hex'), told, number)
  }

  function base({ of, name, version, state }: Put<'base'>): void {
    addState.run(number, states, of, storedText(name), version, JSON.stringify(state))
    states += 1
  }

  /** False when the actor was written before. */
  function actor({ actor: id, version, definition, shard, ended, state }: Put<'actor'>): boolean {
    const { number } = actors.get(id)
    const text = JSON.stringify(state)
    const { changes } = setActor.run(
      version,
      names.get(definition),
      names.get(shard),
      Number(ended),
      text,
      number,
    )
    return changes === 1
  }

  function work(item: Put<'work'>): void {
    const { key, slot, severity, at, task, attempt, owner, until } = item
    addWork.run(
      storedText(key),
      ...placeOf(item),
      slot === null ? null : storedText(slot),
      severityRank(severity),
      at,
      canonicalJson(task),
      attempt,
      owner === null ? null : storedText(owner),
      until,
    )
  }

  return {
    /** Writes one record; false when its name was written before. */
    put(record: StoreRecord): boolean {
      switch (record.kind) {
        case 'head':
          head(record)
          return true
        case 'base':
          base(record)
          return true
        case 'known':
          sealer.add([record.hash, record.sequence])
          return true
        case 'row':
          row(record)
          return true
        case 'actor':
          return actor(record)
        case 'fact':
          addFact.run(storedText(record.name), record.version, canonicalJson(record.value))
          return true
        case 'checkpoint':
          addCheckpoint.run(storedText(record.watcher), canonicalJson(record.value))
          return true
        case 'work':
          work(record)
          return true
        case 'timer': {
          const { actor: id, id: timer, due, version, event } = record
          addTimer.run(storedText(id), storedText(timer), due, version, canonicalJson(event))
          return true
        }
      }
    },
    /** To be called when all of them are written. */
    finish(): void {
      const absent = database.prepare(`select id from actors where state = '' limit 1`).get()
      if (absent !== undefined) throw withoutActor(textOf(absent['id'] as string))
      sealer.flush()
    },
  }
}

const placeOf = ({ actor, shard }: Pick<Work, 'actor' | 'shard'>) =>
  [storedText(actor), storedText(shard)] as const
