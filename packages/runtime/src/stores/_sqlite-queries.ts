import type { ActorFilter, Beginning, Fact, Json, Store, WorkFilter } from '@opschart/core'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

import { sqliteHistory } from './_sqlite-history.ts'
import { actorRow, factRow, hash, json, timerRow, workRow } from './_sqlite-rows.ts'
import type { KnownSignals } from './_sqlite-signals.ts'
import { afterPrefix, compareText, storedText } from './_text.ts'

/** Actors. Names are looked up by sub-selects, so that the table whose order is wanted stays the outer one. */
export const selectActors = `select a.id as actor, a.version, (select name from names where number = a.definition) as definition,
  (select name from names where number = a.shard) as shard, a.state, a.ended from actors a`

const named = `select number from names where name in (select value from json_each(?))`
// The planner cannot know that few of many actors are meant.
const decided = 'actors indexed by actors_decided'
const endedUnderOthers = `a.definition not in (${named})`
/** The few definitions there are come from the index, one look each, however many actors are under one. */
const openUnderOthers = `a.definition in (
  with recursive present(definition) as (
    select min(definition) from ${decided} where ended = 0
    union all
    select (select min(definition) from ${decided} where ended = 0 and definition > present.definition) from present
    where present.definition is not null
  )
  select definition from present where definition not in (${named})
)`

/** A condition, and the values for its `?` where it has some; a value that is undefined asks for nothing. */
type Condition = readonly [sql: string, value?: SQLInputValue | readonly SQLInputValue[] | undefined]

/** What a store answers by reading, and the two small writes of work; each in one statement, without waiting. */
export function sqliteQueries(
  database: DatabaseSync,
  signals: Pick<KnownSignals, 'find'>,
  beginning: () => Beginning,
) {
  const prepared = new Map<string, StatementSync>()

  /** The statement of a text, prepared once: the texts are few, values are always bound. */
  function statement(sql: string): StatementSync {
    const found = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, found)
    return found
  }

  function select(from: string, conditions: readonly Condition[], tail: string, ...last: SQLInputValue[]) {
    const asked = conditions.filter(([sql, value]) => value !== undefined || !sql.includes('?'))
    const where = asked.length > 0 ? ` where ${asked.map(([sql]) => sql).join(' and ')}` : ''
    const values = asked.flatMap(([, value]) => (value === undefined ? [] : value))
    return statement(`${from}${where} ${tail}`).all(...values, ...last)
  }

  const history = sqliteHistory(statement, beginning)

  return {
    actor(actor: string) {
      const row = statement(`${selectActors} where a.id = ?`).get(storedText(actor))
      return row && actorRow(row)
    },
    actors({ shard, prefix = '', ended = false, notUnder, limit, after }: ActorFilter = {}) {
      const conditions: Condition[] = [
        // Said in the text, so that the index of the open ones serves; a beginning is looked for by id.
        [`${prefix === '' || notUnder ? '' : '+'}a.ended = ${Number(ended)}`],
        ['a.shard = (select number from names where name = ?)', stored(shard)],
        [ended ? endedUnderOthers : openUnderOthers, notUnder && JSON.stringify(notUnder.map(storedText))],
        ...prefixed('a.id', prefix),
        ...(limit === undefined || after === undefined ? [] : behind(after, shard === undefined)),
      ]
      const byDefinition = notUnder !== undefined && !ended
      const from = byDefinition ? `${selectActors} indexed by actors_decided` : selectActors
      if (limit !== undefined)
        return select(from, conditions, 'order by a.shard, a.id limit ?', count(limit)).map(actorRow)
      const found = select(from, conditions, '').map(actorRow)
      return found.toSorted((one, other) => compareText(one.actor, other.actor))
    },
    /** To be called within a transaction. */
    seen(source: string, id: string) {
      const sequence = signals.find(source, id)
      return sequence === undefined ? undefined : history({ from: sequence, to: sequence })[0]
    },
    history,
    head() {
      const row = statement('select sequence, hash from journal order by sequence desc limit 1').get()
      if (row !== undefined) return { sequence: row['sequence'] as number, hash: hash(row) }
      const { sequence, hash: last } = beginning()
      return { sequence, hash: last }
    },
    facts(names: readonly string[]): Fact[] {
      return names.flatMap((name) =>
        select('select * from facts', [['name = ?', storedText(name)]], '').map(factRow),
      )
    },
    factsBeginning(prefix: string): Fact[] {
      const found = select('select * from facts', prefixed('name', prefix), '').map(factRow)
      return found.toSorted((one, other) => compareText(one.name, other.name))
    },
    checkpoint(watcher: string): Json | undefined {
      const row = statement('select value from checkpoints where watcher = ?').get(storedText(watcher))
      return row && json(row, 'value')
    },
    work({ shard, actor, prefix, notPrefix, running, offset = 0, limit = Infinity }: WorkFilter = {}) {
      const conditions: Condition[] = [
        ['shard = ?', stored(shard)],
        ['actor = ?', stored(actor)],
        ...(prefix === undefined ? [] : prefixed('actor', prefix)),
        ...(notPrefix === undefined ? [] : notPrefixed('actor', notPrefix)),
        ...(running === undefined ? [] : [[running ? 'owner is not null' : 'owner is null'] as const]),
      ]
      // The planner cannot know that few run of many, nor that few are asked for of many that are queued.
      const named = shard !== undefined || actor !== undefined || notPrefix !== undefined
      const index = running === undefined || named ? '' : running ? 'work_running' : 'work_queued'
      const from = `select * from work${index && ` indexed by ${index}`}`
      const tail = 'order by severity desc, at, number limit ? offset ?'
      return select(from, conditions, tail, count(limit), count(offset)).map(workRow)
    },
    claim({ key, owner, now, until, dead = [] }: Parameters<Store['claim']>[0]) {
      const row = statement(
        `update work set owner = ?, until = ?, attempt = attempt + 1
         where key = ?
           and (owner is null or until <= ? or owner in (select value from json_each(?)))
           and not exists (
             select 1 from work other
             where other.slot = work.slot and other.owner is not null and other.number <> work.number
           )
         returning *`,
      ).get(storedText(owner), until, storedText(key), now, JSON.stringify(dead.map(storedText)))
      return row && workRow(row)
    },
    renew({ key, attempt, owner, until }: Parameters<Store['renew']>[0]) {
      const { changes } = statement(
        'update work set until = ? where key = ? and attempt = ? and owner = ?',
      ).run(until, storedText(key), attempt, storedText(owner))
      return Number(changes) === 1
    },
    timersDue: (now: number, limit: number) =>
      select('select * from timers', [['due <= ?', now]], 'order by due, number limit ?', count(limit)).map(
        timerRow,
      ),
    nextTimer: () =>
      statement('select due from timers order by due limit 1').get()?.['due'] as number | undefined,
    timers: (actor: string) =>
      select('select * from timers', [['actor = ?', storedText(actor)]], 'order by due, number').map(
        timerRow,
      ),
    /** Changes whenever another connection has committed. */
    foreignChanges: () => statement('pragma data_version').get()?.['data_version'] as number,
  }
}

function stored(text: string | undefined): string | undefined {
  return text === undefined ? undefined : storedText(text)
}

/** The names that begin with a prefix, as a range that an index serves. */
function prefixed(column: string, prefix: string): Condition[] {
  const first = storedText(prefix)
  return [
    [`${column} >= ?`, first],
    [`${column} < ?`, afterPrefix(first)],
  ]
}

/** The names that do not begin with a prefix, as the ranges before and after it. */
function notPrefixed(column: string, prefix: string): Condition[] {
  const first = storedText(prefix)
  const end = afterPrefix(first)
  return [end === undefined ? [`${column} < ?`, first] : [`(${column} < ? or ${column} >= ?)`, [first, end]]]
}

/** The actors behind a place in the order of shards and ids; of one shard, by id alone, which the index serves as well. */
function behind({ shard, actor }: NonNullable<ActorFilter['after']>, isOfAll: boolean): Condition[] {
  if (!isOfAll) return [['a.id > ?', storedText(actor)]]
  const place = [storedText(shard), storedText(actor)]
  return [['(a.shard, a.id) > ((select number from names where name = ?), ?)', place]]
}

/** A limit as SQLite takes it, for which a negative one would mean none. */
function count(limit: number): number {
  return Math.ceil(Math.max(0, Math.min(limit, Number.MAX_SAFE_INTEGER)))
}
