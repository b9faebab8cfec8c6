import {
  timerText,
  type JsonObject,
  type LifecycleContext,
  type LifecycleDefinition,
  type Store,
  type TimerView,
} from '@opschart/core'

const page = 100
/** How far back the row that set a timer is looked for. */
const searched = 5_000

/** The times that a release waits for: what happens then, and since which row. */
export async function timersOf(
  store: Store,
  definition: LifecycleDefinition,
  actor: string,
  { operations }: LifecycleContext,
): Promise<TimerView[]> {
  const nameOf = (operation: string) => {
    const asked = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    return asked === undefined ? undefined : `${asked.agent}.${asked.task}`
  }
  const pending = (await store.timers(actor)).map(async ({ id, due, version, event }) => ({
    id,
    due,
    what: timerText(definition, { id, event: event as JsonObject & { type: string } }, nameOf),
    since: await rowOf(store, actor, version),
  }))
  return Promise.all(pending)
}

/** The row that brought an actor to a version; null when it lies too far back. */
async function rowOf(store: Store, actor: string, version: number): Promise<number | null> {
  let to: number | undefined
  for (let read = 0; read < searched; read += page) {
    const query = { actor, backwards: true, limit: page, ...(to === undefined ? {} : { to }) }
    const rows = await store.history(query)
    const found = rows.find((row) => row.version === version)
    const oldest = rows.at(-1)
    if (found !== undefined || oldest === undefined || oldest.version < version)
      return found?.sequence ?? null
    to = oldest.sequence - 1
  }
  return null
}
