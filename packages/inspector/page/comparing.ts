import type { Change, VersionsView } from '@opschart/core'

import { ask } from './door.ts'
import { notAsked, type Comparing, type Model } from './model.ts'
import type { Tools } from './tools.ts'

/** Compares the law with other versions of it. */
export function createComparing({ get, change }: Tools, drawn: () => void) {
  const put = (comparing: Comparing | null): void => {
    change({ comparing })
    drawn()
  }
  /** Compares with a version; with the law that runs where it has no name. */
  async function compare(version: string): Promise<void> {
    const mine: Comparing = {
      version,
      asked: { ...(get().comparing?.asked ?? notAsked), isWaiting: true, problem: null },
    }
    put(mine)
    const asked = await ask<VersionsView>('against', version === '' ? {} : { version }).then(
      (answer) => ({ isWaiting: false, answer, problem: null }),
      (error: unknown) => ({ ...mine.asked, isWaiting: false, problem: (error as Error).message }),
    )
    // What was asked since, or closed, is no longer waited for.
    if (get().comparing === mine) put({ version, asked })
  }
  return {
    compare: (version: string): void => void compare(version.trim()),
    close: (): void => put(null),
    toggle: (): void => (get().comparing === null ? void compare('') : put(null)),
  }
}

let remembered: { readonly of: VersionsView; readonly changes: ChangesShown } | undefined

/** What became of the states and arrows of a drawing. */
export interface ChangesShown {
  readonly states: ReadonlyMap<string, Change>
  readonly arrows: ReadonlyMap<string, Change>
}

/** The changes of an answer, by their ids; the same answer gives the same. */
function changesOf(view: VersionsView): ChangesShown {
  if (remembered?.of !== view)
    remembered = { of: view, changes: { states: new Map(view.states), arrows: new Map(view.arrows) } }
  return remembered.changes
}

/** What has changed on the chart that is drawn; undefined where it is no comparison. */
export function changesShown({ comparing, layout }: Pick<Model, 'comparing' | 'layout'>) {
  const answer = comparing?.asked.answer ?? null
  return answer !== null && layout?.chart === answer.chart ? changesOf(answer) : undefined
}

/** One state or arrow that is another than it was, in words. */
export interface ToldChange {
  readonly change: Change
  readonly id: string
  readonly text: string
  /** The state that shows it. */
  readonly at: string
}

/** All that has changed, states before arrows, in the chart's order. */
export function toldChanges(view: VersionsView, stateIds: readonly string[]): ToldChange[] {
  const { states, arrows } = changesOf(view)
  return [
    ...stateIds.flatMap((id) => {
      const change = states.get(id)
      return change === undefined ? [] : [{ change, id, text: id, at: id }]
    }),
    ...view.chart.arrows.flatMap(({ id, from, event, to, guard }) => {
      const change = arrows.get(id)
      if (change === undefined) return []
      const where = `${from === '' ? 'anywhere' : from}: ${event}${to.length === 0 ? '' : ` → ${to.join(', ')}`}`
      return [{ change, id, text: guard === undefined ? where : `${where} [${guard}]`, at: from }]
    }),
  ]
}
