import { shellWord, type ChartView, type ViolationView } from '@opschart/core'
import { useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { momentOf, valueText } from './format.ts'
import { actorOf, calledOf, chartOf, violationsOf, type Model } from './model.ts'

/** What an actor did that the law does not allow, and how a person answers it. */
export function Violations({ model, does }: { model: Model; does: Does }) {
  const { actor } = model
  const all = actor === null ? [] : violationsOf(model, actor)
  if (actor === null || all.length === 0) return null
  return (
    <section class="violations" aria-label="Waits for an answer">
      <h3>
        {all.length === 1 ? 'A violation waits for a person' : `${all.length} violations wait for a person`}
      </h3>
      <ul>
        {all.map((violation) => (
          <li key={violation.row}>
            <button type="button" class="plain" onClick={() => does.travel.row(violation.row)}>
              {`row ${violation.row}`}
            </button>
            {`, ${momentOf(violation.at)}: `}
            <strong>{violation.type}</strong>
            {violation.by === null ? '' : ` by ${violation.by}`}
            <p>{violation.reason}</p>
          </li>
        ))}
      </ul>
      <Answer key={`${actor} ${all[0]!.row}`} model={model} does={does} last={all[0]!} />
    </section>
  )
}

/** Where the release really is: said here by who has control, else by a command. */
function Answer({ model, does, last }: { model: Model; does: Does; last: ViolationView }) {
  const chart = chartOf(model)
  const actor = model.actor!
  const stands = valueText(actorOf(model)?.state?.value)
  const phases = chart?.root.states.map(({ key }) => key) ?? [stands]
  const [phase, setPhase] = useState(leadsTo(chart, last.type) ?? stands)
  const [reason, setReason] = useState('')
  const called = calledOf(model, actor)
  const may = model.door?.control === true
  const words = ['opschart', 'adopt', called, phase, '--reason', reason === '' ? 'why it is there' : reason]
  return (
    <>
      <p>It has happened, and the law does not allow it. Say where the release really is:</p>
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault()
          does.act('adopt', { to: actor, phase, reason }, `${called} is in ${phase}`)
        }}
      >
        <select
          aria-label="Where it really is"
          value={phase}
          onChange={({ currentTarget }) => setPhase(currentTarget.value)}
        >
          {phases.map((name) => (
            <option key={name} value={name}>
              {name === stands ? `${name}, as it stands` : name}
            </option>
          ))}
        </select>
        <input
          aria-label="Why it is there"
          placeholder="why"
          value={reason}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
        {may && (
          <button type="submit" class="act" disabled={reason.trim() === ''}>
            Adopt
          </button>
        )}
      </form>
      {!may && (
        <>
          <p class="quiet">
            This page only shows: type it into a terminal, or open the page that{' '}
            <code>opschart inspect --control</code> prints.
          </p>
          <pre>{words.map(shellWord).join(' ')}</pre>
        </>
      )}
      <p class="quiet">
        <code>{`opschart why ${last.row}`}</code> tells how it came about.
      </p>
    </>
  )
}

/** Where a signal leads from wherever the law has it. */
function leadsTo(chart: ChartView | null, type: string): string | undefined {
  return chart?.arrows.find(({ event, to }) => event === type && to.length > 0)?.to[0]
}
