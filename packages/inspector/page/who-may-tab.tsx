import { kindOf, type Principal, type VerdictKind, type WhoMayView } from '@opschart/core'
import { useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { shownState, type Model } from './model.ts'
import { columnsOf, rowsOf, type Column } from './who-may.ts'

const signs: Readonly<Record<VerdictKind, string>> = {
  accepted: '✓',
  waiting: '…',
  refused: '·',
  violation: '!',
  ignored: '–',
  unrouted: '–',
}
const meaning = {
  accepted: 'the law takes it',
  waiting: 'taken when something else has happened',
  refused: 'the law refuses it; press it to see why',
  violation: 'told as a fact, it would be a violation',
  ignored: 'nothing comes of it here',
} as const

/** A field of the matrix, by what it asks. */
interface Field {
  readonly type: string
  readonly by: Principal
}

/** Who may send what: every signal against everybody, answered by the law. */
export function WhoMayTab({ model, does }: { model: Model; does: Does }) {
  const { answer, isWaiting, problem } = model.whoMay
  const [text, setText] = useState('')
  const [isWide, setWide] = useState(false)
  const [field, setField] = useState<Field | null>(null)
  if (problem !== null) return <p class="problem">{problem}</p>
  if (answer === null)
    return <p class="nothing">{isWaiting ? 'Asking the law …' : 'Nothing was answered.'}</p>
  const columns = columnsOf(answer, text)
  const signals = rowsOf(answer, text)
  const { kind } = shownState(model)
  return (
    <>
      <p class="quiet">
        {kind === 'past' ? `As the law stood after row ${answer.sequence}.` : 'As the law stands now.'} Press
        a field to see why.
      </p>
      <div class={isWide ? 'bar wide-matrix' : 'bar'}>
        <input
          type="search"
          placeholder="Find who or what"
          aria-label="Find who, or what"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="button" aria-pressed={isWide} onClick={() => setWide(!isWide)}>
          {isWide ? 'Beside the chart' : 'Over the chart'}
        </button>
      </div>
      <ul class="legend">
        {(Object.keys(meaning) as (keyof typeof meaning)[]).map((verdict) => (
          <li key={verdict} title={meaning[verdict]}>
            <span class={`answer ${verdict}`}>{signs[verdict]}</span> {verdict}
          </li>
        ))}
        <li title="It was asked without data, and depends on it">
          <span class="answer">
            <sup>*</sup>
          </span>{' '}
          depends on its data
        </li>
      </ul>
      {columns.length === 0 || signals.length === 0 ? (
        <p class="nothing">Nobody and nothing is called that.</p>
      ) : (
        <Matrix
          columns={columns}
          signals={signals}
          field={field}
          onField={setField}
          onSuppose={(asked) => does.suppose([asked])}
        />
      )}
      {field !== null && <Why field={field} answer={answer} does={does} />}
    </>
  )
}

interface MatrixShown {
  readonly columns: readonly Column[]
  readonly signals: WhoMayView['signals']
  readonly field: Field | null
  readonly onField: (field: Field) => void
  readonly onSuppose: (field: Field) => void
}

function Matrix({ columns, signals, field, onField, onSuppose }: MatrixShown) {
  const here = signals.filter((signal) => signal.here)
  const elsewhere = signals.filter((signal) => !signal.here)
  const rows = (shown: typeof signals) =>
    shown.map(({ type, answers }) => (
      <tr key={type}>
        <th scope="row" title={type}>
          {type}
        </th>
        {columns.map(({ by, place }) => {
          const { kind, reason, to, data } = answers[place]!
          const leads = to === undefined ? '' : `, to ${to}`
          const depends = data === true ? '; depends on its data, and was asked without' : ''
          return (
            <td key={by}>
              <button
                type="button"
                class={`answer ${kind}`}
                title={`${by}: ${kind}${leads}. ${reason}${depends}`}
                aria-label={`${type} by ${by}: ${kind}${leads}${depends}`}
                aria-pressed={field?.type === type && field.by === by}
                onFocus={() => onField({ type, by })}
                // With the keys it is focused already, and the reason told: the button beneath would be far to go.
                onClick={({ detail }) => (detail === 0 ? onSuppose : onField)({ type, by })}
              >
                {signs[kind]}
                {data === true && <sup>*</sup>}
              </button>
            </td>
          )
        })}
      </tr>
    ))
  return (
    <div class="matrix" tabIndex={0} role="region" aria-label="Who may send what">
      <table>
        <thead>
          <tr>
            <td />
            {columns.map(({ by, isFirst }) => (
              <th key={by} scope="col" title={by} class={isFirst ? 'first' : ''}>
                <span>{by.replace(/^agent:/, '')}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows(here)}</tbody>
        {elsewhere.length > 0 && (
          <tbody class="elsewhere">
            <tr>
              <th colSpan={columns.length + 1}>no arrow here</th>
            </tr>
            {rows(elsewhere)}
          </tbody>
        )}
      </table>
    </div>
  )
}

/** Why the law answers as it does, and the way to what would come of it. */
function Why({ field: { type, by }, answer, does }: { field: Field; answer: WhoMayView; does: Does }) {
  const place = answer.principals.findIndex((principal) => principal === by)
  const told = answer.signals.find((signal) => signal.type === type)?.answers[place]
  if (told === undefined) return null
  const { kind, reason, to, data } = told
  return (
    <section class="why" aria-label="Why" aria-live="polite">
      <h3>
        {`${type} by ${by} `}
        <span class={`verdict ${kind}`}>{kind}</span>
      </h3>
      <p>{`${reason}${to === undefined ? '' : `; leads to ${to}`}`}</p>
      {data === true && (
        <p class="quiet">
          It depends on its data, and was asked without
          {kindOf(by) === 'person' ? ': with what it needs it may be taken.' : '.'}
        </p>
      )}
      <button type="button" onClick={() => does.suppose([{ by, type }])}>
        What would come of it
      </button>
    </section>
  )
}
