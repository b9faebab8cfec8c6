import type { InspectedActor, LifecycleView } from '@opschart/core'
import { useMemo, useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { standing } from './format.ts'
import { Icon } from './icons.tsx'
import { calledOf, needsSomebody, sourceOf, violationsOf, type Model } from './model.ts'
import { VirtualList } from './virtual-list.tsx'

const rowHeight = 44

/** Who is there: lifecycles, workflows' runs, rules, actors of machines; those that need somebody first. */
export function Actors({ model, does }: { model: Model; does: Does }) {
  const [text, setText] = useState('')
  const source = sourceOf(model)
  const named = useMemo(() => lifecyclesOf(model), [model.status])
  const shown = useMemo(
    () => orderedOf([...(source?.actors.values() ?? [])], text, (actor) => toneOf(actor, model)),
    [source?.actors, text, model.status],
  )
  const chosen = shown.findIndex(({ actor: { actor } }) => actor === model.actor)
  return (
    <nav class="actors" aria-label="Actors">
      {model.inspected.size > 1 && (
        <label class="source">
          <span>Source</span>
          <select
            value={model.source ?? ''}
            onChange={({ currentTarget }) => does.choose.source(currentTarget.value)}
          >
            {[...model.inspected.values()].map(({ source: id, name, ended }) => (
              <option key={id} value={id}>
                {`${name}${ended === null ? '' : ' (ended)'}`}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="bar">
        <h2>Actors</h2>
        <span class="count">{shown.length.toLocaleString()}</span>
        <button
          type="button"
          title="All of them on a board (o)"
          aria-label="All on a board"
          aria-pressed={model.view === 'fleet'}
          onClick={() => does.choose.view('fleet')}
        >
          <Icon name="fleet" />
        </button>
        <input
          type="search"
          placeholder="Find"
          aria-label="Find an actor"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </div>
      <VirtualList
        label="Actors"
        count={shown.length}
        rowHeight={rowHeight}
        chosen={chosen}
        onChoose={(index) => does.choose.actor(source!.source, shown[index]!.actor.actor)}
        rowClass={(index) => (source?.ended === null ? toneOf(shown[index]!.actor, model) : 'ended')}
        row={(index) => {
          const { actor, depth } = shown[index]!
          const called = calledOf(model, actor.actor, depth > 0)
          const isOwn = source?.answers === true
          return (
            <ActorRow
              actor={actor}
              depth={depth}
              called={isOwn ? called : actor.name}
              lifecycle={named.get(actor.actor)}
              violations={isOwn ? violationsOf(model, actor.actor).length : 0}
            />
          )
        }}
        empty={text === '' ? 'Nobody is there yet.' : 'Nobody is called that.'}
      />
    </nav>
  )
}

interface Shown {
  readonly actor: InspectedActor
  readonly depth: number
}

function ActorRow({
  actor,
  depth,
  called,
  lifecycle,
  violations,
}: Shown & {
  readonly called: string
  readonly lifecycle: LifecycleView | undefined
  readonly violations: number
}) {
  const waiting = lifecycle?.operations.filter(({ status }) => status === 'awaiting_approval').length ?? 0
  return (
    <div class="who" style={{ paddingLeft: `${depth * 14}px` }}>
      <span class="name" title={actor.actor}>
        {called}
        {lifecycle?.live === true && <span class="live">live</span>}
        {violations > 0 && (
          <span class="alarms">{violations === 1 ? 'violation' : `${violations} violations`}</span>
        )}
        {waiting > 0 && <span class="asks">{`${waiting} to approve`}</span>}
      </span>
      <span class="standing">{standing(actor.state)}</span>
    </div>
  )
}

/** How much an actor needs to be looked at. */
function toneOf(actor: InspectedActor, model: Pick<Model, 'status'>): Tone {
  if (needsSomebody(actor, model)) return 'alarm'
  const { state } = actor
  if (state === null) return 'ended'
  return state.status === 'active' && state.value !== 'RETIRED' ? 'open' : 'ended'
}

const byName = new Intl.Collator(undefined, { numeric: true })
const urgency = { alarm: 0, open: 1, ended: 2 } as const
type Tone = keyof typeof urgency

/** Parents with their children below them; of each, the most urgent first, then the newest: who moves keeps its place. */
function orderedOf(
  actors: readonly InspectedActor[],
  text: string,
  tone: (actor: InspectedActor) => Tone,
): Shown[] {
  const words = text.toLowerCase()
  const tones = new Map(actors.map((actor) => [actor, tone(actor)]))
  const byUrgency = (one: InspectedActor, other: InspectedActor): number =>
    urgencyOf(one, tones.get(one)!) - urgencyOf(other, tones.get(other)!) ||
    placeOf(one) - placeOf(other) ||
    other.since - one.since ||
    byName.compare(one.name, other.name)
  if (words !== '')
    return actors
      .filter(({ name, actor, state }) => `${name} ${actor} ${standing(state)}`.toLowerCase().includes(words))
      .toSorted(byUrgency)
      .map((actor) => ({ actor, depth: 0 }))
  const known = new Set(actors.map(({ actor }) => actor))
  const below = Map.groupBy(actors, ({ parent }) => (parent !== null && known.has(parent) ? parent : null))
  const shown: Shown[] = []
  const add = (parent: string | null, depth: number): void => {
    for (const actor of (below.get(parent) ?? []).toSorted(byUrgency)) {
      shown.push({ actor, depth })
      if (depth < 8) add(actor.actor, depth + 1)
    }
  }
  add(null, 0)
  return shown
}

/** What has no chart, such as a ledger, needs nobody before those that have ended. */
const urgencyOf = ({ chart }: InspectedActor, tone: Tone): number =>
  chart === null && tone !== 'alarm' ? 3 : urgency[tone]

/** Releases stand before what serves them. */
const placeOf = ({ chart }: InspectedActor): number => (chart === 'lifecycle' ? 0 : 1)

function lifecyclesOf({ status }: Model): ReadonlyMap<string, LifecycleView> {
  const all = status?.services.flatMap(({ lifecycles }) => lifecycles) ?? []
  return new Map(all.map((lifecycle) => [lifecycle.id, lifecycle]))
}
