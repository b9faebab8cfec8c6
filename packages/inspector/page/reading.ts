import type { LogEntryView } from '@opschart/core'

import { ask } from './door.ts'
import { isFiltering, type Filter } from './filter.ts'
import {
  foundAtATime,
  missingPages,
  pageSize,
  searched,
  searchStride,
  stepOfEntry,
  withPage,
} from './journal.ts'
import { sourceOf } from './model.ts'
import type { Tools } from './tools.ts'

/** Reads rows of the journal as the timeline comes to show them. */
export function createReading({ get, set, change, orSay }: Tools) {
  const reading = new Set<number>()
  let searches = 0

  /** Reads what is seen of the timeline and is not here. */
  function seen(from: number, to: number): void {
    const { search } = get()
    if (search !== null && to >= search.found.length - 20) searchOn()
    for (const page of missingPages(get(), from, to)) {
      if (reading.has(page)) continue
      reading.add(page)
      orSay(async () => {
        try {
          const first = page * pageSize + 1
          const asked = { from: first, to: first + pageSize - 1, limit: pageSize }
          const rows = await ask<LogEntryView[]>('log', asked)
          set((model) => withPage(model, page, rows.map(stepOfEntry)))
        } finally {
          reading.delete(page)
        }
      })
    }
  }

  /** Shows only rows that a filter lets through: the newest are looked for first. */
  function filter(wanted: Filter): void {
    const { head, actor } = get()
    const isAsked = isFiltering(wanted) && sourceOf(get())?.answers === true
    const id = (searches += 1)
    const search = { id, filter: wanted, actor, found: [], next: head, top: head, seen: 0, isWaiting: false }
    change({ filter: wanted, search: isAsked ? search : null, frozen: null })
    if (isAsked) searchOn()
  }

  /** Looks at older rows until enough of them are let through, or none are left. */
  function searchOn(): void {
    const { search, first } = get()
    if (search === null || search.isWaiting || search.next < first) return
    change({ search: { ...search, isWaiting: true } })
    const enough = search.found.length + foundAtATime
    // An actor's own rows are found by the store, however far apart they lie.
    const whose = search.filter.own && search.actor !== null ? { actor: search.actor } : {}
    orSay(async () => {
      let { next } = search
      try {
        while (next >= first) {
          const rows = await ask<LogEntryView[]>('log', {
            ...whose,
            to: next,
            backwards: true,
            limit: searchStride,
          })
          const present = get().search
          if (present?.id !== search.id) return
          next = rows.length < searchStride ? 0 : rows.at(-1)!.sequence - 1
          const found = searched(present, rows.map(stepOfEntry), next)
          const isEnough = found.found.length >= enough || next < first
          change({ search: { ...found, isWaiting: !isEnough } })
          if (isEnough) return
        }
      } catch (error) {
        // It goes on where it was when it is looked at again.
        const present = get().search
        if (present?.id === search.id) change({ search: { ...present, isWaiting: false } })
        throw error
      }
    })
  }

  return {
    seen,
    filter,
    /** Where the journal begins: not at row 1 where it was pruned. */
    async findFirst(): Promise<void> {
      const [row] = await ask<LogEntryView[]>('log', { limit: 1 })
      if (row !== undefined) change({ first: row.sequence })
    },
  }
}
