import { statesOf, type InspectedActor, type InspectedSource, type InspectionStep } from '@opschart/core'

import type { Layouts } from '../src/layout/layouts.ts'
import { createComparing } from './comparing.ts'
import { createCovering } from './covering.ts'
import { ask } from './door.ts'
import { noFilter } from './filter.ts'
import { createIncoming } from './incoming.ts'
import { createKin } from './kin.ts'
import {
  actorOf,
  chartOf,
  chartShown,
  hasVersions,
  isInTrouble,
  lawChart,
  needsSomebody,
  notAsked,
  sourceOf,
  type Model,
  type Tab,
  type View,
} from './model.ts'
import { createLaying } from './laying.ts'
import { createReading } from './reading.ts'
import type { Store } from './store.ts'
import { createSupposing } from './supposing.ts'
import { createTools } from './tools.ts'
import { createTravel } from './travel.ts'

/** Milliseconds between two questions who may do what, while nobody looks at more than the chart. */
const seldom = 2000
/** How many begin with all of them on a board. */
const many = 25

/** All that can be done on the page. */
export type Does = ReturnType<typeof createDoes>

/** Makes what the page does to what it knows. Nothing here touches what is drawn. */
export function createDoes(store: Store<Model>, layouts: Layouts) {
  const tools = createTools(store)
  const { get, set, change, say, orSay } = tools
  const reading = createReading(tools)
  const supposing = createSupposing(tools)
  const kin = createKin(tools)
  const covering = createCovering(tools)
  const layout = createLaying(tools, layouts)
  const comparing = createComparing(tools, layout)
  /** What may be taken is lit on the chart, too: it is asked for whatever is shown beside it. */
  const askWhoMay = (): void => orSay(supposing.whoMay)
  let askedAt = 0
  const travel = createTravel(tools, { choose, arrived: askWhoMay })
  const incoming = createIncoming(tools, store, {
    begun() {
      if (get().connection !== 'saved' && sourceOf(get())?.answers === true) orSay(reading.findFirst)
    },
    taken() {
      chooseFirst()
      layout()
    },
    async stale() {
      const { tab } = get()
      const isLooked = tab === 'who may' || tab === 'what if'
      if (!isLooked && performance.now() - askedAt < seldom) return
      askedAt = performance.now()
      await supposing.whoMay()
      if (tab === 'what if') await supposing.again()
    },
  })

  function chooseActor(source: string, actor: string): void {
    const { source: before, actor: was, filter, view } = get()
    if (view === 'fleet') change({ view: 'chart' })
    if (before === source && was === actor) return
    travel.forget()
    if (before !== null && before !== source) {
      covering.stop()
      comparing.close()
    }
    const isOther = chartOf({ ...get(), source, actor }) !== chartOf(get())
    set((model) => ({
      ...model,
      ...nothingChosen,
      source,
      actor,
      ...(isOther ? { folded: new Set<string>(), layout: null, detail: null } : {}),
      ...(before === source ? {} : ofSource(model, source)),
    }))
    layout()
    if (filter.own && before === source) reading.filter(filter)
    askWhoMay()
    kin.read()
    if (sourceOf(get())?.answers === true) orSay(reading.findFirst)
  }
  /** Whether somebody has said which source, and whom of it, they look at. */
  let isSourceChosen = false
  let isActorChosen = false
  /** What matters most: an incident, or who moved last. Once somebody is looked at, an incident of another, unless they were chosen. */
  function chooseFirst(): void {
    const { actor } = get()
    const isLooked = actor !== null
    if (isLooked && (isActorChosen || isReading(get()))) return
    const source = isSourceChosen || isLooked ? sourceOf(get()) : withSomebody(get())
    const drawn = drawnIn(source)
    const roots = drawn.filter(({ parent }) => parent === null)
    const own = actorOf(get())
    if (isLooked && (!roots.some(isInTrouble) || (own !== null && isInTrouble(own)))) return
    const rankOf = (one: InspectedActor): number => rank(one, needsSomebody(one, get()))
    const [best] = (roots.length > 0 ? roots : drawn).toSorted((one, other) => rankOf(other) - rankOf(one))
    if (source === null || best === undefined) return
    chooseActor(source.source, best.actor)
    if (!isLooked && roots.length >= many) change({ view: 'fleet' })
  }
  function choose(source: string, actor: string): void {
    isSourceChosen = true
    isActorChosen = true
    chooseActor(source, actor)
  }
  /** Another source, also one that nobody is in yet: who comes first is looked at then. */
  function chooseSource(source: string): void {
    isSourceChosen = true
    isActorChosen = false
    if (source === get().source) return
    travel.forget()
    set((model) => ({
      ...model,
      ...nothingChosen,
      ...ofSource(model, source),
      source,
      actor: null,
      folded: new Set<string>(),
      layout: null,
      detail: null,
    }))
    chooseFirst()
    if (sourceOf(get())?.answers === true) orSay(reading.findFirst)
  }

  /** Another view or direction, more or less written, or other states folded. */
  function show(part: Partial<Pick<Model, 'view' | 'direction' | 'detail' | 'folded'>>): void {
    change({ ...part, now: nowOf(get()) })
    layout()
    kin.read()
  }

  /** Goes to a state on the chart, whatever is shown, and stays there. */
  function find(state: string): void {
    const chart = chartShown(get())
    // What it is folded away in is unfolded.
    const holders = (chart === null ? [] : statesOf(chart)).filter(
      (one) => one.id !== state && statesOf({ root: one }).some(({ id }) => id === state),
    )
    const folded = new Set([...get().folded].filter((id) => !holders.some((one) => one.id === id)))
    change({ found: state, seeking: state, follows: false })
    show({ view: 'chart', ...(folded.size === get().folded.size ? {} : { folded }) })
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
      source: chooseSource,
      actor: choose,
      tab(tab: Tab): void {
        change({ tab, now: nowOf(get()) })
        askWhoMay()
        if (tab === 'work') incoming.refresh()
      },
      /** Shows a row, and what its actor was after it; what comes meanwhile waits above. */
      row(step: InspectionStep): void {
        const { view, frozen, head } = get()
        if (frozen === null) change({ frozen: head })
        change({ step, tab: 'step', view: view === 'fleet' ? 'chart' : view })
        travel.to(step)
      },
      /** Shows a view, or the chart again where that is shown already. */
      view: (view: View): void => show({ view: get().view === view ? 'chart' : view }),
    },
    show,
    find,
    toggleCoverage(): void {
      comparing.close()
      covering.toggle()
    },
    comparing: {
      ...comparing,
      toggle(): void {
        if (!hasVersions(get())) return
        covering.stop()
        comparing.toggle()
      },
    },
    /** Begins with what was saved. */
    begin(actor: string): void {
      incoming.flush()
      if (get().source !== null) choose(get().source!, actor)
      change({ now: sourceOf(get())?.steps.at(-1)?.at ?? 0 })
    },
    /** What a person does: asked at the door, which knows whether they may. */
    act(name: string, body: object, done: string): void {
      orSay(async () => {
        const answer = await ask<{ done?: boolean; reason?: string; kind?: string } | null>(name, body)
        const { kind } = answer ?? {}
        const isDone = answer?.done !== false && (kind === undefined || kind === 'accepted')
        say(isDone ? done : `${kind ?? 'not done'}: ${answer?.reason}`)
        // What was supposed has been sent: what is shown from now on is what it is.
        if (name === 'send') supposing.suppose([])
        incoming.refresh()
      })
    },
  }
}

/** What is not known of another actor, and was not asked about it. */
const nothingChosen = {
  past: null,
  step: null,
  whoMay: notAsked,
  whatIf: notAsked,
  supposed: [],
  draftType: '',
  shownOutcome: null,
  found: null,
  seeking: null,
} satisfies Partial<Model>

/** The timeline of another source, from its top. */
const ofSource = ({ inspected }: Model, source: string) => ({
  pages: new Map(),
  search: null,
  filter: noFilter,
  frozen: null,
  head: inspected.get(source)?.steps.at(-1)?.sequence ?? 0,
})

/** The present; a story that was saved has its own. */
const nowOf = ({ connection, now }: Model): number => (connection === 'saved' ? now : Date.now())

/** Whether more is looked at than the chart as it stands now. */
const isReading = ({ past, step, tab, view }: Model): boolean =>
  past !== null || step !== null || tab !== 'state' || view !== 'chart'

/** The source that is looked at, or, while nobody there has a chart, the first one in which somebody has. */
function withSomebody(model: Model): InspectedSource | null {
  const source = sourceOf(model)
  if (drawnIn(source).length > 0) return source
  return [...model.inspected.values()].find((one) => drawnIn(one).length > 0) ?? source
}

/** Those that have a chart; nobody else is looked at by themselves. */
const drawnIn = (source: InspectedSource | null): InspectedActor[] =>
  [...(source?.actors.values() ?? [])].filter(({ chart }) => chart !== null)

/** Who is looked at first: who is in trouble, who needs somebody, then releases, then whatever is under way; the latest of each. */
function rank(actor: InspectedActor, needsOne: boolean): number {
  const { state, chart, last, since } = actor
  const isOpen = state?.status === 'active' ? 1 : 0
  const isRelease = chart === lawChart && isOpen ? 2 : 0
  const isUrgent = isInTrouble(actor) ? 8 : needsOne ? 4 : 0
  return (isUrgent + isRelease + isOpen) * 1e15 + (last?.at ?? since)
}
