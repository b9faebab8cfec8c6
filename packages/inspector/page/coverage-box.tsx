import { statesOf, type CoveredChart } from '@opschart/core'

import type { Does } from './does.ts'
import { actorOf, type Model } from './model.ts'

/** What of the chart that is shown is covered; null while that is not looked at. */
export function coverageShown(model: Model): CoveredChart | null {
  const chart = actorOf(model)?.chart
  return (typeof chart === 'string' ? model.covering?.charts.get(chart) : undefined) ?? null
}

/** How much of the chart was lived through, and what never was. */
export function CoverageBox({ model, does }: { model: Model; does: Does }) {
  const { covering } = model
  if (covering === null) return null
  const covered = coverageShown(model)
  const { from, seen, to } = covering
  const share = to < from ? 100 : Math.floor((100 * (seen - from + 1)) / (to - from + 1))
  return (
    <section class="coverage" aria-label="Coverage">
      <div class="bar">
        <h3>Coverage</h3>
        <button type="button" class="plain" onClick={does.toggleCoverage}>
          {share < 100 ? 'Stop' : 'Close'}
        </button>
      </div>
      <p class="quiet">
        {share < 100
          ? `Reading rows ${from.toLocaleString()} to ${to.toLocaleString()}: ${share} %`
          : `Of rows ${from.toLocaleString()} to ${to.toLocaleString()}, and those that come`}
      </p>
      {share < 100 && <progress max={100} value={share} aria-label="Rows that were read" />}
      {covered === null ? (
        <p class="quiet">No row of this chart was read yet.</p>
      ) : (
        <Told covered={covered} does={does} />
      )}
    </section>
  )
}

function Told({ covered, does }: { covered: CoveredChart; does: Does }) {
  const { view, missed } = covered
  const states = statesOf(view).length - 1
  const arrows = view.arrows.length
  return (
    <>
      <dl class="facts">
        <dt>states</dt>
        <dd>{`${states - missed.states.length} of ${states}`}</dd>
        <dt>arrows</dt>
        <dd>{`${arrows - missed.arrows.length} of ${arrows}`}</dd>
      </dl>
      {missed.states.length > 0 && <h4>Never come into</h4>}
      <ul>
        {missed.states.map(({ id }) => (
          <li key={id}>
            <button type="button" class="plain" onClick={() => does.find(id)}>
              {id}
            </button>
          </li>
        ))}
      </ul>
      {missed.arrows.length > 0 && <h4>Never taken</h4>}
      <ul>
        {missed.arrows.map(({ id, from, event, to }) => (
          <li key={id}>
            <button type="button" class="plain" onClick={() => does.find(from)}>
              {`${from === '' ? 'anywhere' : from}: ${event}${to.length === 0 ? '' : ` → ${to.join(', ')}`}`}
            </button>
            {covered.refused.has(id) && <span class="quiet">{` ✕${covered.refused.get(id)}`}</span>}
          </li>
        ))}
      </ul>
    </>
  )
}
