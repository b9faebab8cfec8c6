import type { VerdictKind } from '@opschart/core'

import type { Does } from './does.ts'
import { shownState, type Model } from './model.ts'

const signs: Readonly<Record<VerdictKind, string>> = {
  accepted: '✓',
  waiting: '…',
  refused: '·',
  violation: '!',
  ignored: '–',
  unrouted: '–',
}

/** Who may send what: every signal against everybody, answered by the law. */
export function WhoMayTab({ model, does }: { model: Model; does: Does }) {
  const { answer, isWaiting, problem } = model.whoMay
  if (problem !== null) return <p class="problem">{problem}</p>
  if (answer === null)
    return <p class="nothing">{isWaiting ? 'Asking the law …' : 'Nothing was answered.'}</p>
  const here = answer.signals.filter((signal) => signal.here)
  // Who can do something stands first.
  const columns = answer.principals
    .map((by, place) => ({
      by,
      place,
      may: here.filter(({ answers }) => answers[place]?.kind === 'accepted').length,
    }))
    .toSorted((one, other) => other.may - one.may)
  const elsewhere = answer.signals.filter((signal) => !signal.here)
  const rows = (signals: typeof answer.signals) =>
    signals.map(({ type, answers }) => (
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
                onClick={() => does.suppose([{ by, type }])}
              >
                {signs[kind]}
                {data === true && <sup>*</sup>}
              </button>
            </td>
          )
        })}
      </tr>
    ))
  const { kind } = shownState(model)
  return (
    <>
      <p class="quiet">
        {kind === 'past' ? `As the law stood after row ${answer.sequence}.` : 'As the law stands now.'} Press
        a field to see what would come of it.
      </p>
      <div class="matrix" tabIndex={0} role="region" aria-label="Who may send what">
        <table>
          <thead>
            <tr>
              <td />
              {columns.map(({ by }) => (
                <th key={by} scope="col" title={by}>
                  <span>{by.replace(/^agent:/, '')}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{rows(here)}</tbody>
          {elsewhere.length > 0 && (
            <tbody class="elsewhere">
              <tr>
                <th colSpan={answer.principals.length + 1}>no arrow here</th>
              </tr>
              {rows(elsewhere)}
            </tbody>
          )}
        </table>
      </div>
      <ul class="legend">
        {(['accepted', 'waiting', 'refused', 'violation', 'ignored'] as const).map((verdict) => (
          <li key={verdict}>
            <span class={`answer ${verdict}`}>{signs[verdict]}</span> {verdict}
          </li>
        ))}
      </ul>
    </>
  )
}
