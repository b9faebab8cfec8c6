import { actorOfOperation } from '../driver/names.ts'

/** What the ids of all actors of machines begin with, and no other's. */
export const machinePrefix = 'machine:'

/** The actor of a machine that people know as `order/42`. */
export function machineActor(id: string): string {
  return `${machinePrefix}${id}`
}

/** Whether an actor is a machine's. */
export function isMachineActor(actor: string): boolean {
  return actor.startsWith(machinePrefix)
}

/** What people call a machine's actor: `order/42`, `order/42~payment`. */
export function publicId(actor: string): string {
  return actor.slice(machinePrefix.length)
}

/** The actor of a child. An id may hold what separates: it is doubled there. */
export function childActor(parent: string, id: string): string {
  return `${parent}~${id.replaceAll('~', '~~')}`
}

/** The actor whose effect started one: what stands before the key's version and index. */
export function parentOf(born: string): string {
  return actorOfOperation(born)
}

/** The actor at the root of a tree, which is its shard. */
export function rootOf(actor: string): string {
  const end = actor.indexOf('~')
  return end < 0 ? actor : actor.slice(0, end)
}

/** Whether a text can be the id of a machine's actor that is started from outside: `order/42`. */
export function isMachineId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\/[^\s~:\p{Cc}]{1,200}$/u.test(id)
}
