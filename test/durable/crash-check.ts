// Checks what a crash run has left: `node crash-check.ts <folder>` reads the store, the ledger and the driver's record, and
// says as JSON what it found. A process of its own, since the definitions that the journal names are those of plain Node.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'

import { entryOf, type JournalRow, type Json, type Store } from '@opschart/core'
import { createRuntime } from '@opschart/runtime'
import { sqliteStore } from '@opschart/runtime/sqlite'

import { modelFaults } from './crash-model.ts'
import type { CrashFindings, CrashRecord } from './crash-record.ts'
import { twinOf } from './crash-twin.ts'
import { operationFindings, timerFindings, type LedgerLine } from './journal-findings.ts'
import { orderMachines } from './order-machines.ts'

const [folder = ''] = process.argv.slice(2)
const file = (name: string) => path.join(folder, name)
const record = JSON.parse(readFileSync(file('record.json'), 'utf8')) as CrashRecord
const lines = (name: string): string[] =>
  existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').filter(Boolean) : []

const faults = [...record.faults, ...lines('problems').map((text) => `a problem was told: ${text}`)]
const store = sqliteStore(file('state.db'))
const runtime = await createRuntime({
  store,
  machines: orderMachines(() => Promise.reject(new Error('nothing is carried out here'))),
  work: false,
  others: 0,
})
const rows = await store.history({ limit: Infinity })
const actors = [...(await store.actors()), ...(await store.actors({ ended: true }))].map(({ actor }) => actor)

signalFaults(rows)
emissionFaults(rows)
faults.push(...modelFaults(record, await viewsOf(runtime, actors)))
const operations = operationFindings(
  rows,
  lines('ledger').map((line) => JSON.parse(line) as LedgerLine),
)
const timers = timerFindings(rows, record.lives)
faults.push(...operations.faults, ...timers.faults)
if ((await store.work()).length > 0 || (await store.nextTimer()) !== undefined)
  faults.push('something is left to do')

const audit = await runtime.audit()
if (!audit.sound) faults.push(`the audit: row ${audit.fault?.sequence}: ${audit.fault?.what}`)
using database = new DatabaseSync(file('state.db'), { readOnly: true })
const integrity = database
  .prepare('pragma integrity_check')
  .all()
  .map((row) => String(row['integrity_check']))
if (integrity.join() !== 'ok') faults.push(`the file: ${integrity.join(', ')}`)

await twinFaults()
await runtime.close()

const findings: CrashFindings = {
  faults,
  signals: record.acknowledged.length,
  actors: actors.length,
  rows: rows.length,
  operations: operations.completed,
  repeated: operations.repeated,
  timers: timers.fired,
  latest: timers.latest,
}
process.stdout.write(JSON.stringify(findings))

/** Each signal that was sent is in the journal once, with the verdict that its sender got, and nothing else is. */
function signalFaults(journal: readonly JournalRow[]): void {
  const found = new Map<string, JournalRow[]>()
  for (const row of journal) {
    if (row.key === null) continue
    const name = row.key.id === 'start' ? `start ${row.actor}` : row.key.id
    found.set(name, [...(found.get(name) ?? []), row])
  }
  for (const { message, verdict } of record.acknowledged) {
    const { id, expected } = message
    const name = 'start' in message ? `start machine:${message.to}` : id
    const [row, ...others] = found.get(name) ?? []
    found.delete(name)
    if (row === undefined) faults.push(`${id} was acknowledged, and is not in the journal`)
    else {
      if (others.length > 0) faults.push(`${id} is in the journal ${others.length + 1} times`)
      const { duplicate: _, sequence, ...told } = verdict
      if (sequence !== row.sequence || !isDeepStrictEqual(told, entryOf(row).verdict))
        faults.push(
          `${id} was answered ${JSON.stringify(verdict)}, row ${row.sequence} says ${JSON.stringify(row.entry)}`,
        )
    }
    if (expected !== undefined && verdict.kind !== expected)
      faults.push(`${id} should have been ${expected}: ${JSON.stringify(verdict)}`)
  }
  for (const name of found.keys()) faults.push(`${name} is in the journal, and was never acknowledged`)
}

/** What was told as emitted stands in the journal, and was told once. */
function emissionFaults(journal: readonly JournalRow[]): void {
  const told = new Map<string, number>()
  for (const { sequence, type } of record.emitted) {
    const name = `${type} of row ${sequence}`
    told.set(name, (told.get(name) ?? 0) + 1)
    if (told.get(name)! > 1) faults.push(`${name} was told twice`)
    const effects = entryOf(journal[sequence - 1]!).effects
    if (!effects.some((effect) => effect.kind === 'emit' && effect.event.type === type))
      faults.push(`${name} was told, and does not stand there`)
  }
}

/** A twin that was never killed, given the same signals, outcomes and recorded times, is where this one is, to the byte. */
async function twinFaults(): Promise<void> {
  const twin = await twinOf(rows)
  faults.push(...twin.faults)
  const [head, twinHead] = [await store.head(), await twin.store.head()]
  if (!isDeepStrictEqual(head, twinHead)) faults.push('the twin has another journal')
  const [views, twinViews] = [await viewsOf(runtime, actors), await viewsOf(twin.runtime, actors)]
  for (const actor of actors) {
    const [one, other] = [views.get(actor), twinViews.get(actor)]
    if (!isDeepStrictEqual(one, other))
      faults.push(`${actor} is ${JSON.stringify(one)}, its twin ${JSON.stringify(other)}`)
    const [stored, twinStored] = [await stateOf(store, actor), await stateOf(twin.store, actor)]
    if (!isDeepStrictEqual(stored, twinStored)) faults.push(`${actor} is stored otherwise than its twin`)
  }
  await twin.runtime.close()
}

async function stateOf(from: Store, actor: string): Promise<Json | undefined> {
  return (await from.actor(actor))?.state
}

async function viewsOf(from: typeof runtime, names: readonly string[]) {
  const views = await Promise.all(
    names.map(async (name) => [name, (await from.actor(name.slice('machine:'.length)))!] as const),
  )
  return new Map(views)
}
