import { inspect, withStatus, type InspectionMessage, type StatusView } from '@opschart/core'

import { ask, follow, openSession, Refusal } from './door.ts'
import { lets, noFilter, type Search } from './filter.ts'
import { standing } from './format.ts'
import { actorOf, calledOf, sourceOf, type Door, type Model } from './model.ts'
import type { Store } from './store.ts'
import type { Tools } from './tools.ts'

/** Milliseconds between two questions that are asked again while things happen. */
const pace = 400
/** Milliseconds between two announcements: nobody listens to more. */
const breath = 1000
const away = 'the daemon does not answer; trying again'
/** Milliseconds before a stream that ended for good is opened anew. */
const patience = 1000

/** Takes in what an inspector is told, and keeps what is asked for beside it up to date. */
export function createIncoming(
  { get, set, change, say }: Tools,
  store: Pick<Store<Model>, 'beforeDraw'>,
  told: {
    /** Called when the source that is looked at has begun, or begun anew. */
    begun(): void
    /** Called after messages were taken in. */
    taken(): void
    /** Called when what was asked for may be another by now. */
    stale(): Promise<void>
  },
) {
  let arrived: InspectionMessage[] = []
  let announced = -breath
  let isAnnouncing = false
  let endStream = (): void => {}

  function take(message: InspectionMessage): void {
    arrived.push(message)
    store.beforeDraw(flush)
  }
  function flush(): void {
    const messages = arrived
    if (messages.length === 0) return
    arrived = []
    set((model) => {
      const inspected = inspect(model.inspected, messages)
      const source = model.source ?? inspected.keys().next().value ?? null
      const steps = source === null ? [] : (inspected.get(source)?.steps ?? [])
      const head = Math.max(model.head, steps.at(-1)?.sequence ?? 0)
      const search = withArrived(model, messages)
      // A source that begins anew is another journal: what was read of the one before is none of it.
      const isAnew = messages.some(({ kind, source: id }) => kind === 'source' && id === model.source)
      if (!isAnew) return { ...model, inspected, source, head, search }
      const anew = { pages: new Map(), search: null, filter: noFilter, frozen: null, past: null, step: null }
      // Whoever is in this one as well stays looked at.
      const isThere = inspected.get(source ?? '')?.actors.has(model.actor ?? '') === true
      const actor = isThere ? model.actor : null
      return { ...model, ...anew, inspected, source, actor, head: steps.at(-1)?.sequence ?? 0 }
    })
    if (messages.some(({ kind, source }) => kind === 'source' && source === get().source)) told.begun()
    told.taken()
    announce(messages)
    if (messages.some(({ kind }) => kind === 'step' || kind === 'source')) refresh()
  }
  /** Says where the chosen actor has gone, to who does not see it: now, or when the last was said. */
  function announce(messages: readonly InspectionMessage[]): void {
    const { actor, source } = get()
    const isOwn = messages.some(
      (message) =>
        message.kind === 'step' &&
        message.source === source &&
        message.actor === actor &&
        message.state !== undefined,
    )
    if (!isOwn) return
    // What is seen is never older than the chart above it.
    change({ said: stands() ?? get().said })
    if (isAnnouncing) return
    isAnnouncing = true
    const tell = (): void => {
      isAnnouncing = false
      announced = performance.now()
      const told = stands()
      if (told !== undefined) say(told)
    }
    const wait = announced + breath - performance.now()
    if (wait <= 0) tell()
    else setTimeout(tell, wait)
  }

  /** How who is looked at stands now, by name; undefined while something else is looked at. */
  function stands(): string | undefined {
    const known = actorOf(get())
    if (get().past !== null || known === null || known.state === null) return undefined
    const isOwn = sourceOf(get())?.answers === true
    return `${isOwn ? calledOf(get(), known.actor) : known.name}: ${standing(known.state)}`
  }

  let isAsking = false
  let isStale = false
  /** Asks again, soon and not too often. */
  function refresh(): void {
    isStale = true
    if (isAsking || get().connection === 'saved') return
    isAsking = true
    void (async () => {
      while (isStale) {
        isStale = false
        // A door that does not answer now is asked again when something happens.
        await askAgain().catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, pace))
      }
      isAsking = false
    })()
  }
  async function askAgain(): Promise<void> {
    if (sourceOf(get())?.answers !== true) return
    const known = get().status
    // Only what has changed since is told, where the door still knows the answer that is here.
    const since = known === null ? {} : { since: known.mark }
    const [answer, door] = await Promise.all([ask<StatusView>('status', since), ask<Door>('door')])
    const { sequence } = answer.head
    const status = withStatus(known, answer)
    set((model) => ({ ...model, status, door, head: Math.max(model.head, sequence), now: Date.now() }))
    await told.stale()
  }

  async function connect(): Promise<void> {
    try {
      const problem = await openSession()
      if (problem !== undefined) say(problem)
      change({ door: await ask<Door>('door') })
    } catch (error) {
      if (error instanceof Refusal && error.status === 0) throw error
      // Nothing that is here can be asked about any more, and nothing comes: it is of when it was heard of last.
      endStream()
      lose('refused', (error as Error).message)
      return
    }
    endStream()
    endStream = follow({
      message: take,
      opened() {
        // Apps are told of anew by a door that still knows them; those of a door that has gone have ended with it.
        set((model) => ({ ...model, inspected: inspect(model.inspected, endsOf(model)) }))
        change({ connection: 'live', lostAt: null, problem: null })
        refresh()
      },
      broken: () => lose('broken', away),
      refused: () => void again(),
    })
  }
  function lose(connection: 'broken' | 'refused', problem: string): void {
    set((model) => {
      const lostAt = model.connection === 'live' ? Date.now() : model.lostAt
      return { ...model, connection, lostAt, problem }
    })
  }
  async function again(): Promise<void> {
    lose('broken', away)
    await new Promise((resolve) => setTimeout(resolve, patience))
    await connect().catch(() => again())
  }

  return { take, flush, refresh, connect: () => connect().catch(() => again()) }
}

const endsOf = ({ inspected }: Model): InspectionMessage[] =>
  [...inspected.values()]
    .filter(({ answers, ended }) => !answers && ended === null)
    .map(({ source }) => ({ kind: 'ended', source, at: Date.now() }))

/** Rows that a search keeps: while it is left open, the oldest go, and are looked for again when they are looked at. */
const mostFound = 20_000

/** What a search lets through is put in front of what it found. */
function withArrived({ search, source }: Model, messages: readonly InspectionMessage[]): Search | null {
  if (search === null) return null
  const fresh = messages.filter(
    (message): message is Extract<InspectionMessage, { kind: 'step' }> =>
      message.kind === 'step' && message.source === source && message.sequence > search.top,
  )
  const top = fresh.at(-1)?.sequence
  if (top === undefined) return search
  const passed = fresh.filter((step) => lets(search.filter, search.actor, step)).toReversed()
  const found = [...passed, ...search.found].slice(0, mostFound)
  const isCut = passed.length + search.found.length > mostFound
  return { ...search, top, found, ...(isCut ? { next: found.at(-1)!.sequence - 1 } : {}) }
}
