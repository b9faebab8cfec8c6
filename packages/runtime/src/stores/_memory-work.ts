import { severityRank, type Json, type Store, type StoredWork, type WorkFilter } from '@opschart/core'

import type { PreparedUnit } from './_prepared-unit.ts'

type PreparedWork = PreparedUnit['work'][number]
interface Item {
  readonly number: number
  readonly work: PreparedWork
  attempt: number
  owner: string | null
  until: number | null
}

/** The work of a store in memory. */
export function memoryWork() {
  const byKey = new Map<string, Item>()
  const byActor = new Map<string, Set<Item>>()
  const byShard = new Map<string, Set<Item>>()
  /** The running piece of work of each slot. */
  const slots = new Map<string, Item>()
  let last = 0

  function add(work: PreparedWork): Item {
    last += 1
    const item: Item = { work, number: last, attempt: 0, owner: null, until: null }
    byKey.set(work.key, item)
    join(byActor, work.actor, item)
    join(byShard, work.shard, item)
    return item
  }

  return {
    attempt(key: string) {
      const item = byKey.get(key)
      return item && { attempt: item.attempt, running: item.owner !== null }
    },
    add(work: PreparedWork): void {
      add(work)
    },
    remove(key: string): void {
      const item = byKey.get(key)
      if (!item) return
      const { actor, shard, slot } = item.work
      byKey.delete(key)
      leave(byActor, actor, item)
      leave(byShard, shard, item)
      if (slot !== null && slots.get(slot) === item) slots.delete(slot)
    },
    list({
      shard,
      actor,
      prefix = '',
      notPrefix,
      running,
      offset = 0,
      limit = Infinity,
    }: WorkFilter = {}): StoredWork[] {
      const all =
        actor !== undefined
          ? (byActor.get(actor) ?? [])
          : shard !== undefined
            ? (byShard.get(shard) ?? [])
            : byKey.values()
      return [...all]
        .filter(
          ({ work, owner }) =>
            (shard === undefined || work.shard === shard) &&
            work.actor.startsWith(prefix) &&
            (notPrefix === undefined || !work.actor.startsWith(notPrefix)) &&
            (running === undefined || running === (owner !== null)),
        )
        .toSorted(urgent)
        .slice(offset, offset + limit)
        .map(workOf)
    },
    /** All of it, in the order in which it was written. */
    written: (): StoredWork[] =>
      [...byKey.values()].toSorted((one, other) => one.number - other.number).map(workOf),
    /** Puts back what was written elsewhere, as it stood there. */
    restore({
      attempt,
      owner,
      until,
      ...work
    }: PreparedWork & Pick<StoredWork, 'attempt' | 'owner' | 'until'>): void {
      const item = Object.assign(add(work), { attempt, owner, until })
      if (owner !== null && work.slot !== null) slots.set(work.slot, item)
    },
    claim({ key, owner, now, until, dead = [] }: Parameters<Store['claim']>[0]): StoredWork | undefined {
      const item = byKey.get(key)
      if (!item) return undefined
      const free = item.owner === null || dead.includes(item.owner) || (item.until ?? now) <= now
      if (!free) return undefined
      const { slot } = item.work
      if (slot !== null) {
        if ((slots.get(slot) ?? item) !== item) return undefined
        slots.set(slot, item)
      }
      item.attempt += 1
      item.owner = owner
      item.until = until
      return workOf(item)
    },
    renew({ key, attempt, owner, until }: Parameters<Store['renew']>[0]): boolean {
      const item = byKey.get(key)
      if (item?.owner !== owner || item.attempt !== attempt) return false
      item.until = until
      return true
    },
  }
}

/** The most severe first, then the oldest, then the one that was written first. */
function urgent(one: Item, other: Item): number {
  const severity = severityRank(other.work.severity) - severityRank(one.work.severity)
  if (severity !== 0) return severity
  // Times are not subtracted: two infinite ones would give NaN.
  return one.work.at < other.work.at ? -1 : one.work.at > other.work.at ? 1 : one.number - other.number
}

function workOf({ work, attempt, owner, until }: Item): StoredWork {
  const task = JSON.parse(work.task) as Json
  return { ...work, task, status: owner === null ? 'queued' : 'running', attempt, owner, until }
}

function join<T>(groups: Map<string, Set<T>>, group: string, item: T): void {
  const members = groups.get(group)
  if (members) members.add(item)
  else groups.set(group, new Set([item]))
}

function leave<T>(groups: Map<string, Set<T>>, group: string, item: T): void {
  const members = groups.get(group)
  members?.delete(item)
  if (members?.size === 0) groups.delete(group)
}
