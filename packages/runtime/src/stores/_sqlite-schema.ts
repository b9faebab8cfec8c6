import { OpschartError } from '@opschart/core'
import type { DatabaseSync } from 'node:sqlite'

import { filterBatches } from './_sqlite-signals.ts'

/** Marks a file as ours in SQLite's own header: `opsc`. */
export const applicationId = 0x6f707363

// The journal's indexes cost a page for each row. Now each row names the one before it of its actor (of which every 64th
// is in an index, so that none is far), and signals are written in batches: see the known signals.
const fewerPages = `
create table journal_next (
  sequence integer primary key,
  hash blob not null,
  actor integer not null,
  version integer not null,
  definition integer not null,
  before integer,
  at real not null,
  source text,
  id text,
  entry text not null
) strict;
insert into journal_next
  select sequence, hash, actor, version, definition,
    lag(sequence) over (partition by actor order by sequence), at, source, id, entry
  from journal order by sequence;
create table actors_next (
  number integer primary key,
  id text not null unique,
  version integer not null,
  definition integer not null,
  shard integer not null,
  ended integer not null,
  last integer not null,
  state text not null
) strict;
insert into actors_next
  select number, id, version, definition, shard, ended,
    (select max(sequence) from journal where actor = actors.number), state
  from actors order by number;
drop table journal;
drop table actors;
alter table journal_next rename to journal;
alter table actors_next rename to actors;
create index journal_steps on journal (actor) where version % 64 = 0;
create index actors_listed on actors (ended, shard, id);
create index actors_decided on actors (definition, shard) where ended = 0;
create table signal_batches (
  number integer primary key,
  last integer not null
) strict;
create table signal_filters (
  number integer primary key,
  bits blob not null
) strict;
create table signals (
  number integer primary key,
  entries blob not null
) strict;
`

/** What brings a file from one version of the schema to the next. */
export type SchemaStep = string | ((database: DatabaseSync) => void)

/**
 * The steps from each version of the schema to the next; the first makes a new file. Steps are only ever added.
 *
 * A commit is to touch few pages: what many rows share (definitions, shards, actors) is an integer, and the journal only
 * grows at its end. Times are `real`, as JavaScript has them.
 */
export const schemaSteps: readonly SchemaStep[] = [
  `
  create table names (
    number integer primary key,
    name text not null unique
  ) strict;

  create table actors (
    number integer primary key,
    id text not null unique,
    version integer not null,
    definition integer not null references names,
    shard integer not null references names,
    ended integer not null,
    state text not null
  ) strict;
  create index actors_listed on actors (ended, shard, id);

  create table journal (
    sequence integer primary key,
    hash blob not null,
    actor integer not null references actors,
    version integer not null,
    definition integer not null references names,
    shard integer not null references names,
    at real not null,
    source text,
    id text,
    entry text not null
  ) strict;
  create unique index journal_signals on journal (source, id) where id is not null;
  create index journal_actors on journal (actor);
  create index journal_shards on journal (shard);

  create table facts (
    name text primary key,
    version integer not null,
    value text not null
  ) strict, without rowid;

  create table checkpoints (
    watcher text primary key,
    value text not null
  ) strict, without rowid;

  create table work (
    number integer primary key,
    key text not null unique,
    actor text not null,
    shard text not null,
    slot text,
    severity integer not null,
    at real not null,
    task text not null,
    attempt integer not null,
    owner text,
    until real
  ) strict;
  create index work_actors on work (actor);
  create index work_shards on work (shard);
  create unique index work_slots on work (slot) where slot is not null and owner is not null;

  create table timers (
    number integer primary key,
    actor text not null,
    id text not null,
    due real not null,
    version integer not null,
    event text not null,
    unique (actor, id)
  ) strict;
  create index timers_due on timers (due);
  `,
  fewerPages,
  // Where a pruned journal begins, and what was there: the base that counts, and those of cuts that have not come yet.
  `
  create table beginning (
    only integer primary key check (only = 1),
    sequence integer not null,
    hash blob not null,
    told integer not null,
    base integer not null
  ) strict;
  create table bases (
    number integer primary key autoincrement,
    whole integer not null
  ) strict;
  create table base_states (
    base integer not null,
    number integer not null,
    kind text not null,
    name text not null,
    version integer not null,
    state text not null,
    primary key (base, number)
  ) strict, without rowid;
  `,
  // What runs, and the first of what is queued, are few of many.
  `
  create index work_queued on work (severity desc, at, number) where owner is null;
  create index work_running on work (owner) where owner is not null;
  `,
  // What many entries of a definition have in common is kept once.
  `
  create table forms (
    number integer primary key,
    definition integer not null,
    source text,
    before text not null,
    after text not null
  ) strict;
  create index forms_definition on forms (definition);
  alter table journal add column form integer;
  `,
  // The filters of 32 batches were written anew with each of them, a pause of milliseconds, and let too much through. Now a
  // batch has its own until its block is whole. Of the first version, or a short journal, no signal is in a batch yet.
  (database) => {
    database.exec('alter table signal_batches add column bits blob; delete from signal_filters')
    filterBatches(database)
  },
]

/** The oldest SQLite without the fault that lets two connections damage a file by resetting its write-ahead log at once. */
const oldestVersion = [3, 51, 3] as const

/** @throws OpschartError `storage` for a SQLite that may damage a file which several processes write. */
export function checkSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number)
  for (const [index, least] of oldestVersion.entries()) {
    const part = parts[index] ?? 0
    if (part > least) return
    if (part < least) {
      throw new OpschartError(
        'storage',
        `This Node carries SQLite ${version}, which can damage a file that several processes write; ` +
          `${oldestVersion.join('.')} is the first that cannot. Use Node 24.15 or later.`,
      )
    }
  }
}

/** The version of a file's schema: 0 for an empty file. Changes nothing. */
export function schemaVersion(database: DatabaseSync, path: string, newest = schemaSteps.length): number {
  const { version, owner, tables } = headerOf(database)
  if (owner !== applicationId) {
    if (owner === 0 && version === 0 && tables === 0) return 0
    throw new OpschartError(
      'storage',
      `${path} is a SQLite database of another application. Name another file; this one was left as it is.`,
    )
  }
  if (version > newest) {
    throw new OpschartError(
      'store_version',
      `${path} was written by a newer version (its schema is ${version}, this version knows ${newest}). ` +
        'Update opschart, or name another file; this one was left as it is.',
    )
  }
  return version
}

/**
 * Refuses a file that a newer version has brought to a schema of its own while this connection had it open: what it writes
 * would not be understood there, nor what is there here. To be asked when others have written.
 */
export function schemaGuard(database: DatabaseSync, path: string, newest = schemaSteps.length): () => void {
  const userVersion = database.prepare('pragma user_version')
  return () => {
    const version = Number(userVersion.get()?.['user_version'])
    if (version <= newest) return
    throw new OpschartError(
      'store_version',
      `${path} was brought to a newer version while this process had it open (its schema is ${version}, this process knows ` +
        `${newest}). End this process, and start the newer version in its place.`,
    )
  }
}

function headerOf(database: DatabaseSync): { version: number; owner: number; tables: number } {
  const read = (sql: string) => Number(Object.values(database.prepare(sql).get() ?? {})[0])
  // In one transaction: between two reads another process may make the schema.
  const own = !database.isTransaction
  if (own) database.exec('begin')
  try {
    return {
      version: read('pragma user_version'),
      owner: read('pragma application_id'),
      tables: read('select count(*) from sqlite_schema'),
    }
  } finally {
    if (own && database.isTransaction) database.exec('commit')
  }
}

/**
 * Brings the file to the newest schema, in one transaction under an exclusive lock: of several processes that open a
 * new file at once the first makes it, and the others find it made.
 */
export function migrate(database: DatabaseSync, path: string, steps = schemaSteps): void {
  database.exec('begin exclusive')
  try {
    const version = schemaVersion(database, path, steps.length)
    for (const step of steps.slice(version)) {
      if (typeof step === 'string') database.exec(step)
      else step(database)
    }
    database.exec(`pragma application_id = ${applicationId}; pragma user_version = ${steps.length}; commit`)
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}
