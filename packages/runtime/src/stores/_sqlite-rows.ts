import {
  severities,
  type BaseState,
  type Fact,
  type Json,
  type JournalRow,
  type StoredActor,
  type StoredWork,
  type Timer,
} from '@opschart/core'
import type { SQLOutputValue } from 'node:sqlite'

import { textOf } from './_text.ts'

/** A row as SQLite gives it. */
export type SqliteRow = Record<string, SQLOutputValue>

/** A row of `journal`, with the names of its actor and definition. */
export function journalRow(row: SqliteRow): JournalRow {
  return {
    sequence: number(row, 'sequence'),
    hash: hash(row),
    actor: text(row, 'actor'),
    version: number(row, 'version'),
    definition: text(row, 'definition'),
    at: number(row, 'at'),
    key: row['id'] === null ? null : { source: text(row, 'source'), id: text(row, 'id') },
    entry: json(row, 'entry'),
  }
}

/** The hash of a row of `journal`, as text. */
export function hash(row: SqliteRow): string {
  return Buffer.from(row['hash'] as Uint8Array).toString('hex')
}

/** A row of `actors`, with the names of its shard and definition. */
export function actorRow(row: SqliteRow): StoredActor {
  return {
    actor: text(row, 'actor'),
    version: number(row, 'version'),
    definition: text(row, 'definition'),
    shard: text(row, 'shard'),
    state: json(row, 'state'),
    ended: row['ended'] === 1,
  }
}

/** A row of `facts`. */
export function factRow(row: SqliteRow): Fact {
  return { name: text(row, 'name'), version: number(row, 'version'), value: json(row, 'value') }
}

/** A row of `work`. */
export function workRow(row: SqliteRow): StoredWork {
  return {
    key: text(row, 'key'),
    actor: text(row, 'actor'),
    shard: text(row, 'shard'),
    slot: row['slot'] === null ? null : text(row, 'slot'),
    severity: severities[number(row, 'severity')] ?? 'INFO',
    at: number(row, 'at'),
    task: json(row, 'task'),
    status: row['owner'] === null ? 'queued' : 'running',
    attempt: number(row, 'attempt'),
    owner: row['owner'] === null ? null : text(row, 'owner'),
    until: row['until'] === null ? null : number(row, 'until'),
  }
}

/** A row of `timers`. */
export function timerRow(row: SqliteRow): Timer {
  return {
    actor: text(row, 'actor'),
    id: text(row, 'id'),
    due: number(row, 'due'),
    version: number(row, 'version'),
    event: json(row, 'event'),
  }
}

/** A row of `base_states`. */
export function baseState(row: SqliteRow): BaseState {
  return {
    kind: row['kind'] as BaseState['kind'],
    name: text(row, 'name'),
    version: number(row, 'version'),
    state: json(row, 'state'),
  }
}

/** The value of a column that holds canonical JSON. */
export function json(row: SqliteRow, column: string): Json {
  return JSON.parse(row[column] as string) as Json
}

function text(row: SqliteRow, column: string): string {
  return textOf(row[column] as string)
}

function number(row: SqliteRow, column: string): number {
  return row[column] as number
}
