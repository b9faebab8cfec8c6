import {
  allowedIn,
  arrowsOf,
  decide,
  kindOf,
  looksAtData,
  type Lifecycle,
  type Principal,
  type Signal,
  type Verdict,
  type WhoMayView,
} from '@opschart/core'

import { readFacts } from '../driver/law-facts.ts'
import { isLifecycleActor, serviceOf } from '../driver/names.ts'
import { openWorld } from '../driver/world.ts'
import { isMachineActor } from '../machines/actor-names.ts'
import type { Charts } from '../machines/charts.ts'
import type { MachineState } from '../machines/machine-state.ts'
import { arrowsIn } from '../machines/tree-verdicts.ts'
import { shown } from '../views/seen-state.ts'
import type { Sandbox } from './sandbox.ts'
import { suppose, type SuppositionSources } from './suppositions.ts'
import { stateIn } from './what-if.ts'

type Row = WhoMayView['signals'][number]
type Matrix = Pick<WhoMayView, 'principals' | 'signals'>

/** Any person: one who wrote nothing, reviewed nothing and asked for nothing. */
const anyPerson: Principal = 'person:any'

/** Nobody sends to what is neither a release nor a machine's actor: a workflow's run hears of its own work alone. */
const nobody: Matrix = { principals: [], signals: [] }

/** Answers who may send which signal to an actor; undefined when it was not there. `actor` is its own id. */
export function whoMay(
  sources: SuppositionSources,
  { actor, sequence }: { readonly actor: string; readonly sequence?: number },
): Promise<WhoMayView | undefined> {
  return suppose(sources, sequence, async (sandbox, after) => {
    const state = await stateIn(sandbox, actor)
    if (state === undefined) return undefined
    const matrix = isMachineActor(actor)
      ? await ofMachine(sandbox, sources.charts, actor)
      : isLifecycleActor(actor)
        ? await ofLifecycle(sandbox, sources.lifecycle, actor)
        : nobody
    return { actor: shown(actor), sequence: after, state, ...matrix }
  })
}

/** Each answer is decided in the same world, which is read once. */
async function ofLifecycle(
  { store, sources, clock }: Sandbox,
  lifecycle: Lifecycle,
  id: string,
): Promise<Matrix> {
  const world = await openWorld(store, serviceOf(id))
  const { state, version } = (await world.actor(id))!
  const now = clock.now()
  const principals = principalsOf(lifecycle)
  const types = [...new Set(arrowsOf(lifecycle.definition).map(({ signal }) => signal))]
  const here = new Set(allowedIn(lifecycle, state).signals.map(({ type }) => type))

  async function answer(type: string, by: Principal): Promise<Row['answers'][number]> {
    const signal: Signal = { id: 'asked', source: by, type, time: now, severity: 'INFO', data: {}, by }
    const facts = await readFacts(sources, world, { id, state }, signal)
    const event = { type, signal, facts, now }
    const answered = answerOf(decide(lifecycle, state, event, { id, version: version + 1, now }).verdict)
    return here.has(type) && looksAtData(lifecycle, state, event) ? { ...answered, data: true } : answered
  }

  const signals: Row[] = []
  for (const type of types) {
    const answers: Row['answers'][number][] = []
    for (const by of principals) answers.push(await answer(type, by))
    signals.push({ type, here: here.has(type), answers })
  }
  return { principals, signals: hereFirst(signals) }
}

/** A machine does not ask who sends: one person stands for all. */
async function ofMachine(sandbox: Sandbox, charts: Charts, actor: string): Promise<Matrix> {
  const stored = (await sandbox.store.actor(actor))!
  const state = stored.state as unknown as MachineState
  const chart = charts.of(state.chart)
  if (chart === undefined) return nobody
  const types = chart.machine.events.map(String).filter((type) => !/^xstate\.|^\*$|\.\*$|^$/.test(type))
  const takes = stored.ended || state.parked !== undefined ? () => false : arrowsIn({ chart, state })
  const signals: Row[] = []
  for (const type of types) {
    const verdict = await sandbox.foresee(anyPerson, shown(actor), { type })
    signals.push({ type, here: takes(type), answers: [answerOf(verdict)] })
  }
  return { principals: [anyPerson], signals: hereFirst(signals) }
}

/** A person, each agent, and who else an arrow names: of a kind any one, else the one that is named. */
function principalsOf({ definition }: Lifecycle): Principal[] {
  const named = arrowsOf(definition).flatMap(({ arrow }) => arrow.by ?? [])
  const others = named.flatMap((entry): Principal[] => {
    if (entry === 'system' || entry.includes(':')) return [entry as Principal]
    return entry === 'watcher' || entry === 'rule' ? [`${entry}:any`] : []
  })
  const kinds = ['person', 'watcher', 'rule', 'workflow', 'system']
  const inOrder = others.toSorted((one, other) => kinds.indexOf(kindOf(one)) - kinds.indexOf(kindOf(other)))
  const agents = definition.agents.map((name): Principal => `agent:${name}`)
  return [...new Set([anyPerson, ...agents, ...inOrder])]
}

const hereFirst = (signals: readonly Row[]) => [
  ...signals.filter(({ here }) => here),
  ...signals.filter(({ here }) => !here),
]

function answerOf(verdict: Verdict): Row['answers'][number] {
  const { kind, reason } = verdict
  const moves = kind === 'accepted' && verdict.from !== verdict.phase
  return { kind, reason, ...(moves ? { to: verdict.phase } : {}) }
}
