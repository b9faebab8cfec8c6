import type { ChartView, InspectedActor, InspectionStep } from '@opschart/core'

import type { Layouts } from '../src/layout/layouts.ts'
import { ask } from './door.ts'
import { createIncoming } from './incoming.ts'
import { chartOf, needsSomebody, notAsked, sourceOf, type Model, type Tab } from './model.ts'
import { createReading } from './reading.ts'
import type { Store } from './store.ts'
import { createSupposing } from './supposing.ts'
import { createTools } from './tools.ts'
import { createTravel } from './travel.ts'

/** All that can be done on the page. */
export type Does = ReturnType<typeof createDoes>

/** Makes what the page does to what it knows. Nothing here touches what is drawn. */
export function createDoes(store: Store<Model>, layouts: Layouts) {
  const tools = createTools(store)
  const { get, set, change, say, orSay } = tools
  const reading = createReading(tools)
  const supposing = createSupposing(tools)
  const askForTab = (): void => {
    if (get().tab === 'who may' || get().tab === 'what if') orSay(supposing.whoMay)
  }
  const travel = createTravel(tools, { choose: chooseActor, arrived: askForTab })
  const incoming = createIncoming(tools, store, {
    taken() {
      chooseFirst()
      layout()
    },
    async stale() {
      if (get().tab === 'who may' || get().tab === 'what if') await supposing.whoMay()
    },
  })

  let wanted: Pick<Model, 'direction' | 'folded'> & { readonly chart: ChartView | null } = {
    chart: null,
    direction: 'down',
    folded: new Set(),
  }
  /** Lays out what is looked at; what was drawn stays until that is done. */
  function layout(): void {
    const { direction, folded } = get()
    const chart = chartOf(get())
    if (chart === null) return
    if (wanted.chart === chart && wanted.direction === direction && wanted.folded === folded) return
    const mine = (wanted = { chart, direction, folded })
    void layouts.layoutOf(chart, { direction, collapsed: folded }).then((made) => {
      if (wanted === mine) change({ layout: { chart, layout: made } })
    })
  }

  function chooseActor(source: string, actor: string): void {
    const { source: before, actor: was, filter } = get()
    if (before === source && was === actor) return
    const isOther = chartOf({ ...get(), source, actor }) !== chartOf(get())
    set((model) => ({
      ...model,
      source,
      actor,
      past: null,
      step: null,
      whoMay: notAsked,
      whatIf: notAsked,
      supposed: [],
      draftType: '',
      shownOutcome: null,
      found: null,
      ...(isOther ? { folded: new Set<string>(), layout: null } : {}),
      ...(before === source
        ? {}
        : { pages: new Map(), search: null, frozen: null, head: lastOf(model, source) }),
    }))
    layout()
    if (filter.own) reading.filter(filter)
    askForTab()
    if (sourceOf(get())?.answers === true) orSay(reading.findFirst)
  }
  /** What matters most, where nothing is chosen yet: an incident, or who moved last. */
  function chooseFirst(): void {
    const { actor, source } = get()
    const actors = [...(sourceOf(get())?.actors.values() ?? [])]
    if (actor !== null || source === null || actors.length === 0) return
    const roots = actors.filter(({ parent, chart }) => parent === null && chart !== null)
    const [best] = (roots.length > 0 ? roots : actors).toSorted((one, other) => rank(other) - rank(one))
    chooseActor(source, best!.actor)
  }

  return {
    connect: incoming.connect,
    take: incoming.take,
    layouts,
    change,
    say,
    travel,
    seeRows: reading.seen,
    filter: reading.filter,
    suppose: supposing.suppose,
    choose: {
      actor: chooseActor,
      tab(tab: Tab): void {
        change({ tab, now: Date.now() })
        askForTab()
        if (tab === 'work') incoming.refresh()
      },
      step: (step: InspectionStep): void => change({ step, tab: 'step' }),
    },
    /** Another direction, or other states folded. */
    show(part: Partial<Pick<Model, 'direction' | 'folded'>>): void {
      change(part)
      layout()
    },
    /** Begins with what was saved. */
    begin(actor: string): void {
      incoming.flush()
      if (get().source !== null) chooseActor(get().source!, actor)
    },
    /** What a person does: asked at the door, which knows whether they may. */
    act(name: string, body: object, done: string): void {
      orSay(async () => {
        const answer = await ask<{ done?: boolean; reason?: string; kind?: string } | null>(name, body)
        const isDone = answer?.done !== false && answer?.kind !== 'refused'
        say(isDone ? done : `not done: ${answer?.reason}`)
        incoming.refresh()
      })
    },
  }
}

const lastOf = ({ inspected }: Model, source: string): number =>
  inspected.get(source)?.steps.at(-1)?.sequence ?? 0

/** Who is looked at first: who needs somebody, then releases, then whatever is under way; the latest of each. */
function rank({ state, chart, last, since }: InspectedActor): number {
  const isOpen = state?.status === 'active' ? 1 : 0
  const isRelease = chart === 'lifecycle' && isOpen ? 2 : 0
  const isUrgent = needsSomebody(state) ? 4 : 0
  return (isUrgent + isRelease + isOpen) * 1e15 + (last?.at ?? since)
}
