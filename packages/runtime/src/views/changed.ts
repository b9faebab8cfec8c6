import type { Crypto, ServiceState, Store } from '@opschart/core'

import { isLifecycleActor, lifecycleOf, systemActor } from '../driver/names.ts'

const page = 500
/** Rows that are read for what changed; behind more of them all may have. */
const mostRows = 5_000

/** Who may be another than in an earlier answer. */
export interface Changed {
  /** The name of the answer that is given now, by which what changes from now on is asked for. */
  readonly mark: string
  /** Undefined where that cannot be said: all may be. */
  readonly lifecycles: ReadonlySet<string> | undefined
}

/**
 * Keeps which row a lifecycle was last concerned by, as this process looks at the journal for it: by its own rows and its
 * runs', by what became of its service, by what people have switched. An answer is marked with the last row that was there
 * before anything was read for it, so that what comes while it is made counts as later.
 */
export function createChanged(sources: { readonly store: Store; readonly crypto: Pick<Crypto, 'randomId'> }) {
  const { store, crypto } = sources
  /** Marks of other processes say nothing here: they may have had another definition, or another journal. */
  let process: string | undefined
  /** By lifecycle, the row after which it may be another. */
  const concerned = new Map<string, number>()
  /** Of earlier answers nothing is known. */
  let floor = 0
  /** The last row that was looked at; undefined before the first look. */
  let looked: number | undefined
  let beginning = 0
  let services: ReadonlyMap<string, ServiceState> = new Map()

  function forget(from: number): void {
    concerned.clear()
    floor = from
    looked = from
  }

  async function look(head: number): Promise<void> {
    const begins = (await store.pruning?.beginning())?.sequence ?? 0
    // What was pruned may have been what a view was made of.
    if (looked === undefined || begins !== beginning || head - looked > mostRows) forget(head)
    beginning = begins
    for (let from = looked! + 1; from <= head;) {
      const rows = await store.history({ from, to: head, limit: page })
      for (const { actor, sequence } of rows) {
        const id = lifecycleOf(actor)
        if (actor === systemActor) floor = Math.max(floor, sequence)
        else if (isLifecycleActor(id)) concerned.set(id, Math.max(concerned.get(id) ?? 0, sequence))
      }
      if (rows.length === 0) break
      from = rows.at(-1)!.sequence + 1
    }
    looked = Math.max(looked!, head)
  }

  /** Whom a service has given another name, or made live, or made live no more: that may be told in another's row. */
  function compare(states: readonly ServiceState[], at: number): void {
    const given = new Map(states.map((state) => [state.service, state]))
    const touch = (id: string) => concerned.set(id, Math.max(concerned.get(id) ?? 0, at))
    for (const [service, { live, releases }] of given) {
      const before = services.get(service)
      if (before === undefined) continue
      if (before.live !== live) for (const id of [before.live, live]) if (id !== null) touch(id)
      for (const id of new Set([...Object.keys(before.releases), ...Object.keys(releases)]))
        if (before.releases[id]?.name !== releases[id]?.name) touch(id)
    }
    services = given
  }

  return {
    /** To be asked before anything else is read for an answer. */
    async begin(): Promise<{ readonly head: { readonly sequence: number; readonly hash: string } }> {
      const head = await store.head()
      await look(head.sequence)
      return { head }
    },
    /** Who may be another than in the answer of a mark, given what the services are in this one. */
    async since(known: string | undefined, head: number, states: readonly ServiceState[]): Promise<Changed> {
      process ??= crypto.randomId()
      // What was written while it was read may be in there: whoever has an answer of that head has not been told.
      const isStill = (await store.head()).sequence === head
      compare(states, isStill ? head : head + 1)
      const mark = `${head}:${process}`
      const from = Number(known?.split(':', 1)[0])
      const isKnown = known === `${from}:${process}` && from >= floor && from <= head
      if (!isKnown) return { mark, lifecycles: undefined }
      return {
        mark,
        lifecycles: new Set([...concerned].flatMap(([id, at]) => (at > from ? [id] : []))),
      }
    },
  }
}
