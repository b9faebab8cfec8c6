import type { LifecycleView } from '@opschart/core'
import { useMemo, useState } from 'preact/hooks'

import { orderedOf, toneOf, type ShownActor } from './actors-order.ts'
import type { Does } from './does.ts'
import { standing } from './format.ts'
import { Icon } from './icons.tsx'
import { calledOf, sourceOf, violationsOf, type Model } from './model.ts'
import { VirtualList } from './virtual-list.tsx'

const rowHeight = 44

/** Who is there: lifecycles, workflows' runs, rules, actors of machines; those that need somebody first. */
export function Actors({ model, does }: { model: Model; does: Does }) {
  const [text, setText] = useState('')
  const source = sourceOf(model)
  const named = useMemo(() => lifecyclesOf(model), [model.status])
  const shown = useMemo(
    () => orderedOf([...(source?.actors.values() ?? [])], text, model),
    [source?.actors, text, model.status, model.actor],
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
          const { actor, depth, before } = shown[index]!
          const called = calledOf(model, actor.actor, depth > 0)
          const isOwn = source?.answers === true
          return (
            <ActorRow
              actor={actor}
              depth={depth}
              before={before}
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

function ActorRow({
  actor,
  depth,
  before,
  called,
  lifecycle,
  violations,
}: ShownActor & {
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
      <span class="standing">
        {standing(actor.state)}
        {before > 0 && `, and ${before.toLocaleString()} before it`}
      </span>
    </div>
  )
}

function lifecyclesOf({ status }: Model): ReadonlyMap<string, LifecycleView> {
  const all = status?.services.flatMap(({ lifecycles }) => lifecycles) ?? []
  return new Map(all.map((lifecycle) => [lifecycle.id, lifecycle]))
}
