import { closeSync, fdatasyncSync, openSync, statfsSync, writeSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

import { quantile } from './statistics.ts'

/** What it was measured on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory: string
  readonly system: string
  readonly node: string
  readonly sqlite: string
  /** Milliseconds of one flush of 4 KiB to the disk, and of the slow ones: what every durable commit waits for. */
  readonly flush: { readonly p50: number; readonly p99: number }
}

/** Looks at the machine, and at the disk below that folder. */
export function lookAtMachine(folder: string): Machine {
  const cores = os.cpus()
  using memory = new DatabaseSync(':memory:')
  const sqlite = memory.prepare('select sqlite_version() as version').get()?.['version']
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    sqlite: String(sqlite),
    flush: flushTime(folder),
  }
}

const tmpfs = 0x01021994

/** Refuses a folder in memory: nothing is flushed there, and every durable engine would look alike. */
export function refuseMemory(folder: string): void {
  if (statfsSync(folder).type !== tmpfs) return
  throw new Error(`${folder} lies in memory, where a flush is free; clone the project to a disk`)
}

function flushTime(folder: string): { p50: number; p99: number } {
  const file = openSync(join(folder, 'flush'), 'w')
  const page = Buffer.alloc(4_096, 1)
  const times: number[] = []
  for (let left = 400; left > 0; left -= 1) {
    writeSync(file, page)
    const from = performance.now()
    fdatasyncSync(file)
    times.push(performance.now() - from)
  }
  closeSync(file)
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

/** How much of the machine is at work, in core seconds, and how much could be. */
export function readLoad(): { busy: number; whole: number } {
  const sums = os.cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
    busy: user + nice + sys + irq,
    whole: user + nice + sys + irq + idle,
  }))
  return {
    busy: sums.reduce((sum, { busy }) => sum + busy, 0) / 1_000,
    whole: sums.reduce((sum, { whole }) => sum + whole, 0) / 1_000,
  }
}

/** Below this share of its cores a machine counts as quiet. */
const quiet = 0.12

/** Waits until others leave the machine alone, at most so many seconds; resolves with the share that was busy at last. */
export async function waitForQuiet(atMost: number): Promise<number> {
  for (const began = performance.now(); ;) {
    if (atMost <= 0) return Number.NaN
    const before = readLoad()
    await pause(500)
    const after = readLoad()
    const share = (after.busy - before.busy) / Math.max(0.001, after.whole - before.whole)
    if (share <= quiet || performance.now() - began >= atMost * 1_000) return share
  }
}
