import type { JsonObject, Principal, SupposedSignal } from '@opschart/core'
import { useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { standing } from './format.ts'
import { chartOf, type Model } from './model.ts'
import { Effects, VerdictFacts } from './step-tab.tsx'

/** Signals that are only supposed: what would come of them, one after the other, and nothing is sent. */
export function WhatIfTab({ model, does }: { model: Model; does: Does }) {
  const { supposed, whatIf, shownOutcome, past } = model
  return (
    <>
      <p class="quiet">
        {past === null ? 'From now on' : `From row ${past.sequence} on`}, on a copy: nothing is sent, and
        nothing is carried out.
      </p>
      <Draft key={`${model.actor} ${model.draftType}`} model={model} does={does} />
      {whatIf.problem !== null && <p class="problem">{whatIf.problem}</p>}
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

/** What is to be supposed next. */
function Draft({ model, does }: { model: Model; does: Does }) {
  const principals = model.whoMay.answer?.principals ?? []
  const types = [
    ...new Set([
      ...(model.whoMay.answer?.signals.map(({ type }) => type) ?? []),
      ...(chartOf(model)
        ?.arrows.filter(({ kind }) => kind === 'event')
        .map(({ event }) => event) ?? []),
    ]),
  ]
  const [type, setType] = useState(model.draftType)
  const [by, setBy] = useState<string>('')
  const [data, setData] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const chosen = by === '' ? (principals[0] ?? 'person:you') : by
  const suppose = (event: Event): void => {
    event.preventDefault()
    const read = dataOf(data)
    if (typeof read === 'string') return setProblem(read)
    setProblem(null)
    const signal: SupposedSignal = {
      by: chosen as Principal,
      type: type === '' ? (types[0] ?? '') : type,
      ...(read === undefined ? {} : { data: read }),
    }
    does.suppose([...model.supposed, signal])
  }
  return (
    <form class="draft" onSubmit={suppose}>
      <label>
        <span>Signal</span>
        <input
          list="signal-types"
          value={type}
          placeholder={types[0]}
          onInput={(e) => setType(e.currentTarget.value)}
        />
        <datalist id="signal-types">
          {types.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
      <label>
        <span>by</span>
        <input
          list="principals"
          value={by}
          placeholder={chosen}
          onInput={(e) => setBy(e.currentTarget.value)}
        />
        <datalist id="principals">
          {principals.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
      <label>
        <span>data</span>
        <textarea
          rows={2}
          value={data}
          placeholder='{ "environment": "production" }'
          spellcheck={false}
          onInput={(e) => setData(e.currentTarget.value)}
        />
      </label>
      {problem !== null && <p class="problem">{problem}</p>}
      <button type="submit" class="main">
        {model.supposed.length === 0 ? 'Suppose it' : 'And then'}
      </button>
    </form>
  )
}

/** The members of a signal, or why they are none. */
function dataOf(text: string): JsonObject | string | undefined {
  if (text.trim() === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
    return 'Data is a JSON object, such as { "version": "v2" }.'
  } catch (error) {
    return `Data is no JSON: ${(error as Error).message}`
  }
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
