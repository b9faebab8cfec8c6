import type { InspectionStep, LogEntryView } from '@opschart/core'

import { ask } from './door.ts'
import { stepOfEntry } from './journal.ts'
import { sourceOf, type Kin } from './model.ts'
import { begunBy, homeOf } from './sequence.ts'
import type { Tools } from './tools.ts'

/** Rows of one actor that are read, its newest; and of how many of those that belong to it. */
const mostRows = 1_000
const mostKin = 60

/** Reads what a sequence shows of the past; what comes is told anyway. */
export function createKin({ get, change, orSay }: Tools) {
  /** Reads the rows of who is looked at, where a sequence shows them and they are not here. */
  function read(): void {
    const { view, actor, source, kin } = get()
    const known = sourceOf(get())
    if (view !== 'sequence' || actor === null || source === null || known === null) return
    const home = homeOf(known, actor)
    if (kin?.home === home && kin.source === source) return
    const nothing: Kin = { source, home, steps: [], isWhole: true, isWaiting: known.answers }
    change({ kin: nothing })
    if (!known.answers) return
    orSay(async () => {
      try {
        const { steps, isWhole } = await rowsOfKin(home)
        if (isAsked()) change({ kin: { ...nothing, steps, isWhole, isWaiting: false } })
      } catch (error) {
        // It is asked for again when it is looked at again.
        if (isAsked()) change({ kin: null })
        throw error
      }
    })
    function isAsked(): boolean {
      const now = get().kin
      return now?.home === home && now.source === source
    }
  }
  return { read }
}

async function rowsOfKin(home: string): Promise<Pick<Kin, 'steps' | 'isWhole'>> {
  const wanted = [home]
  const steps: InspectionStep[] = []
  let isWhole = true
  for (let index = 0; index < wanted.length; index += 1) {
    const query = { actor: wanted[index]!, backwards: true, limit: mostRows }
    const rows = (await ask<LogEntryView[]>('log', query)).map(stepOfEntry)
    if (rows.length === mostRows) isWhole = false
    steps.push(...rows)
    // The newest that it has begun are the first to be read.
    for (const actor of rows.flatMap(begunBy)) {
      if (wanted.includes(actor)) continue
      if (wanted.length > mostKin) isWhole = false
      else wanted.push(actor)
    }
  }
  return { steps: steps.toSorted((one, other) => one.sequence - other.sequence), isWhole }
}
