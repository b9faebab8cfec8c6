import type { LifecycleContext } from '@opschart/core'

import type { Does } from './does.ts'
import { dueIn, lengthOf, momentOf } from './format.ts'
import { actorOf, calledOf, lawChart, type Model, type Past } from './model.ts'

/** What a release had under way after a row of its past, as it remembered it then. */
function workThen({ state }: Pick<Past, 'state'>): Pick<LifecycleContext, 'operations' | 'warrants'> {
  // A journal of an older version may remember less.
  const { operations = {}, warrants = {} } = (state.context ?? {}) as unknown as Partial<LifecycleContext>
  return { operations, warrants }
}

/** The work of the moment that the chart shows; and that what follows is of now. */
export function WorkThen({ model, does }: { model: Model; does: Does }) {
  const { past, actor } = model
  if (past === null || actor === null) return null
  const isRelease = actorOf(model)?.chart === lawChart
  const { operations, warrants } = workThen(past)
  const all = Object.values(operations)
  const runs = Object.values(warrants)
  return (
    <>
      {isRelease && (
        <section class="then" aria-label={`At row ${past.sequence}`}>
          <h3 class="wide">{`At row ${past.sequence}, ${momentOf(past.at)}`}</h3>
          {all.length === 0 && runs.length === 0 && (
            <p class="quiet">{`${calledOf(model, actor)} had nothing under way.`}</p>
          )}
          {all.map(({ id, agent, task, status, requested_by, requested_at, awaiting, expires }) => (
            <article key={id} class="operation">
              <h4>
                {`${agent}.${task}`} <span class={`status ${status}`}>{status.replaceAll('_', ' ')}</span>
              </h4>
              <p class="quiet">
                {`for ${lengthOf(past.at - requested_at)}, asked by ${requested_by}`}
                {awaiting !== undefined && `, ${awaiting}`}
                {expires !== null && `, expires ${dueIn(expires, past.at)}`}
              </p>
            </article>
          ))}
          {runs.length > 0 && <p>{`under way: ${runs.map(({ workflow }) => workflow).join(', ')}`}</p>}
        </section>
      )}
      <h3 class="wide now">
        {`Now (the chart shows row ${past.sequence}) `}
        <button type="button" class="plain" onClick={does.travel.now}>
          Back to now
        </button>
      </h3>
    </>
  )
}
