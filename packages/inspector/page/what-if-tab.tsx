import type { Does } from './does.ts'
import { standing } from './format.ts'
import type { Model } from './model.ts'
import { Effects, VerdictFacts } from './step-tab.tsx'
import { Draft } from './what-if-draft.tsx'

/** Signals that are only supposed: what would come of them, one after the other, and nothing is sent. */
export function WhatIfTab({ model, does }: { model: Model; does: Does }) {
  const { supposed, whatIf, shownOutcome, past } = model
  // Those before it were answered: what was refused is the first that was not.
  const failed = whatIf.answer?.outcomes.length ?? 0
  return (
    <>
      <p class="quiet">
        {past === null ? 'From now on' : `From row ${past.sequence} on`}, on a copy: nothing is sent, and
        nothing is carried out.
      </p>
      <Draft key={`${model.actor} ${model.draftType}`} model={model} does={does} />
      {whatIf.problem !== null && failed >= supposed.length && <p class="problem">{whatIf.problem}</p>}
      <ol class="suppositions">
        {supposed.map((signal, place) => {
          const outcome = whatIf.answer?.outcomes[place]
          return (
            <li key={place} class={place === shownOutcome ? 'shown-outcome' : ''}>
              <div class="bar">
                <button
                  type="button"
                  class="plain"
                  aria-pressed={place === shownOutcome}
                  onClick={() => does.change({ shownOutcome: place === shownOutcome ? null : place })}
                >
                  {`${signal.type} by ${signal.by}`}
                </button>
                {outcome !== undefined && (
                  <span class={`verdict ${outcome.verdict.kind}`}>{outcome.verdict.kind}</span>
                )}
                <button
                  type="button"
                  class="plain"
                  title={`Fork before it: leave out ${signal.type} and what follows`}
                  onClick={() => does.suppose(supposed.slice(0, place))}
                >
                  ×
                </button>
              </div>
              {whatIf.problem !== null && place === failed && <p class="problem">{whatIf.problem}</p>}
              {outcome !== undefined && place === shownOutcome && (
                <div class="outcome">
                  <p>
                    would be <strong>{standing(outcome.state)}</strong>
                  </p>
                  <VerdictFacts verdict={outcome.verdict} />
                  {outcome.steps.map((step, number) => (
                    <div key={number}>
                      <p class="quiet">{`${step.actor}: ${step.text ?? step.event.type}`}</p>
                      {step.effects !== undefined && <Effects all={step.effects} />}
                    </div>
                  ))}
                </div>
              )}
            </li>
          )
        })}
      </ol>
      {whatIf.isWaiting && <p class="quiet">Deciding …</p>}
      {supposed.length > 0 && (
        <p class="bar">
          <button type="button" onClick={() => does.suppose([])}>
            Forget all of it
          </button>
          <SendForReal model={model} does={does} />
        </p>
      )}
    </>
  )
}

/** Sends the first of the supposed signals, as the person who has control. */
function SendForReal({ model, does }: { model: Model; does: Does }) {
  const [signal] = model.supposed
  const { door, actor, past } = model
  if (signal === undefined || actor === null || past !== null) return null
  const isPersons = door !== null && signal.by === `person:${door.person}`
  if (door?.control !== true || !isPersons) return null
  const { type, data } = signal
  return (
    <button
      type="button"
      class="act"
      onClick={() =>
        does.act(
          'send',
          { to: signal.to ?? actor, draft: { type, ...(data === undefined ? {} : { data }) } },
          `sent ${type}`,
        )
      }
    >
      {`Send ${type} now`}
    </button>
  )
}
