import type { Effect, InspectedSource, InspectionStep, Verdict } from '@opschart/core'

import { differencesOf } from './differences.ts'
import type { Does } from './does.ts'
import { fromText, momentOf, textOf, valueText } from './format.ts'
import { Differences, JsonView } from './json-view.tsx'
import { sourceOf, type Model } from './model.ts'

/** One row: what came, from whom, what the law said, and what came of it. */
export function StepTab({ model, does }: { model: Model; does: Does }) {
  const { step, past } = model
  if (step === null) return <p class="nothing">Choose a row of the timeline to read all of it.</p>
  const isShown = past?.sequence === step.sequence
  return (
    <>
      <StepFacts step={step} source={sourceOf(model)} />
      {step.verdict !== undefined && (
        <VerdictFacts verdict={step.verdict} isTold={textOf(step).includes(step.verdict.reason)} />
      )}
      {isShown && past.before !== null && (
        <section>
          <h3>What changed</h3>
          {valueText(past.before.value) !== valueText(past.state.value) && (
            <p>
              {valueText(past.before.value)} → <strong>{valueText(past.state.value)}</strong>
            </p>
          )}
          <Differences all={differencesOf(past.before.context, past.state.context)} />
        </section>
      )}
      {step.effects !== undefined && <Effects all={step.effects} />}
      <section>
        <h3>Event</h3>
        <JsonView value={step.event} />
      </section>
      <p class="bar">
        <button type="button" onClick={() => does.travel.to(step)} disabled={isShown}>
          Show the chart at this row
        </button>
        <button type="button" class="plain" onClick={() => does.travel.now()}>
          Back to now
        </button>
      </p>
    </>
  )
}

function StepFacts({ step, source }: { step: InspectionStep; source: InspectedSource | null }) {
  const { sequence, at, actor, event } = step
  return (
    <>
      <h3 class="wide">{event.type}</h3>
      <p>{textOf(step)}</p>
      <dl class="facts">
        <dt>row</dt>
        <dd>{sequence}</dd>
        <dt>at</dt>
        <dd>{momentOf(at)}</dd>
        <dt>actor</dt>
        <dd title={actor}>{source?.actors.get(actor)?.name ?? actor}</dd>
        <dt>from</dt>
        <dd title={step.from ?? ''}>{fromText(step, source?.actors)}</dd>
      </dl>
    </>
  )
}

/** The law's answer, with the way out where it said no; its reason only where that was not told already. */
export function VerdictFacts({ verdict, isTold = false }: { verdict: Verdict; isTold?: boolean }) {
  return (
    <section>
      <h3>
        Verdict <span class={`verdict ${verdict.kind}`}>{verdict.kind}</span>
      </h3>
      {!isTold && <p>{verdict.reason}</p>}
      {verdict.kind === 'accepted' && verdict.from !== verdict.phase && (
        <p>
          {verdict.from} → <strong>{verdict.phase}</strong>
        </p>
      )}
      {'allowed' in verdict && (
        <>
          <p>{`In ${verdict.allowed.phase} the law allows:`}</p>
          <dl class="allowed">
            {verdict.allowed.signals.map(({ type, by }) => (
              <div key={type}>
                <dt>{type}</dt>
                <dd>{by.length === 0 ? 'nobody' : by.join(', ')}</dd>
              </div>
            ))}
          </dl>
          <p class="quiet">{`Agents that may act there: ${verdict.allowed.agents.join(', ') || 'none'}`}</p>
        </>
      )}
    </section>
  )
}

export function Effects({ all }: { all: readonly Effect[] }) {
  return (
    <section>
      <h3>{`Effects (${all.length})`}</h3>
      <ol class="effects">
        {all.map((effect, place) => (
          <li key={place}>
            <details>
              <summary>{effectText(effect)}</summary>
              <JsonView value={JSON.parse(JSON.stringify(effect))} />
            </details>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** An effect in a line: what is asked for, and of whom. */
function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'spawn':
      return `start ${effect.src}${effect.id === effect.src ? '' : ` as ${effect.id}`}`
    case 'stop':
      return `stop ${effect.id}`
    case 'send':
      return `send ${effect.event.type} to ${effect.to}`
    case 'timer':
      return `wait until ${momentOf(effect.due)} for ${effect.event.type}`
    case 'cancel_timer':
      return `wait no longer for ${effect.id}`
    case 'emit':
      return `emit ${effect.event.type}`
  }
}
