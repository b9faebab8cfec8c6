import { differencesOf } from './differences.ts'
import type { Does } from './does.ts'
import { enteredOf } from './entered.ts'
import { momentOf, standing, valueText } from './format.ts'
import { Differences, JsonView } from './json-view.tsx'
import { actorOf, shownState, sourceOf, type Model } from './model.ts'
import { Violations } from './violations.tsx'

/** What the actor is: now, then, or supposed. */
export function StateTab({ model, does }: { model: Model; does: Does }) {
  const { state, kind } = shownState(model)
  const actor = actorOf(model)
  if (state === null) return <p class="nothing">Nothing is known of it yet.</p>
  const before =
    kind === 'past'
      ? model.past!.before
      : kind === 'present'
        ? (actor?.before ?? null)
        : beforeSupposed(model)
  const since = kind === 'past' ? model.past!.entered : actor && enteredOf(model, actor)
  const isAnswered = sourceOf(model)?.answers === true && actor !== null
  const last = kind === 'past' ? model.past : (actor?.last ?? null)
  return (
    <>
      <Violations model={model} does={does} />
      <dl class="facts">
        <dt>{kind === 'present' ? 'is' : kind === 'past' ? 'was' : 'would be'}</dt>
        <dd>
          <strong>{standing(state)}</strong>
        </dd>
        {before !== null && valueText(before.value) !== valueText(state.value) && (
          <>
            <dt>before</dt>
            <dd>{valueText(before.value)}</dd>
          </>
        )}
        {since !== null && kind !== 'supposed' && (
          <>
            <dt>since</dt>
            <dd>{`${momentOf(since.at)}${since.isKnown ? '' : ', or before'}`}</dd>
          </>
        )}
        {/* Of one that nothing has come to since the page was opened, the time of its last row is all that is told. */}
        {last === null && kind === 'present' && isAnswered && (
          <>
            <dt>last row</dt>
            <dd>{momentOf(actor!.since)}</dd>
          </>
        )}
        {last !== null && kind !== 'supposed' && (
          <>
            <dt>{kind === 'past' ? 'row' : 'last row'}</dt>
            <dd>{`${last.sequence}, ${momentOf(last.at)}`}</dd>
          </>
        )}
        {state.tags !== undefined && state.tags.length > 0 && (
          <>
            <dt>tags</dt>
            <dd>{state.tags.join(', ')}</dd>
          </>
        )}
      </dl>
      {state.error !== undefined && (
        <section>
          <h3>Error</h3>
          <JsonView value={state.error} />
        </section>
      )}
      {state.output !== undefined && (
        <section>
          <h3>Output</h3>
          <JsonView value={state.output} />
        </section>
      )}
      {before !== null && (
        <section>
          <h3>Changed with this step</h3>
          <Differences all={differencesOf(before.context, state.context)} />
        </section>
      )}
      <section>
        <h3>Context</h3>
        <JsonView value={state.context} />
      </section>
    </>
  )
}

function beforeSupposed({ whatIf, shownOutcome }: Model) {
  const place = shownOutcome ?? 0
  return (place === 0 ? whatIf.answer?.before : whatIf.answer?.outcomes[place - 1]?.state) ?? null
}
