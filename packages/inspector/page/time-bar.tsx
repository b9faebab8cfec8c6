import type { Does } from './does.ts'
import { momentOf, shortMomentOf, standing } from './format.ts'
import { Icon } from './icons.tsx'
import { actorOf, calledOf, shownState, sourceOf, type Model } from './model.ts'

/** Which moment of the actor is shown, and the way to others. */
export function TimeBar({ model, does }: { model: Model; does: Does }) {
  const { past, head, first, actor } = model
  const { state, kind } = shownState(model)
  const known = actorOf(model)
  if (actor === null) return null
  const isAnswered = sourceOf(model)?.answers === true
  const behind = past === null ? 0 : (known?.last?.sequence ?? past.sequence) - past.sequence
  return (
    <>
      <div class={`time ${kind}`}>
        <strong class="whose" title={actor}>
          {isAnswered ? calledOf(model, actor) : (known?.name ?? actor)}
        </strong>
        <span class={`is ${kind}`} title={standing(state)}>
          {standing(state)}
        </span>
        <span class="moment" title={past === null ? undefined : momentOf(past.at)}>
          {kind === 'supposed'
            ? 'supposed: nothing was sent'
            : past === null
              ? 'now'
              : `row ${past.sequence}, ${shortMomentOf(past.at, model.now)}${behind > 0 ? '; it has gone on since' : ''}`}
        </span>
      </div>
      <div class={`time travel ${kind}`} role="toolbar" aria-label="Time">
        <button
          type="button"
          title="One step back ([)"
          disabled={past?.previous === null}
          onClick={does.travel.previous}
        >
          <Icon name="previous" />
        </button>
        {isAnswered && (
          <input
            type="range"
            aria-label="Row of the journal that is shown"
            aria-valuetext={past === null ? 'now' : `row ${past.sequence}`}
            min={first}
            max={Math.max(first, head)}
            value={past?.sequence ?? head}
            onInput={({ currentTarget }) => does.travel.to({ actor, sequence: Number(currentTarget.value) })}
          />
        )}
        <button type="button" title="One step on (])" disabled={past === null} onClick={does.travel.next}>
          <Icon name="next" />
        </button>
        <button
          type="button"
          title="Now (n)"
          disabled={past === null && kind !== 'supposed'}
          onClick={does.travel.now}
        >
          <Icon name="last" />
        </button>
      </div>
    </>
  )
}
