import type { Json } from '@opschart/core'
import { useState } from 'preact/hooks'

import type { Difference } from './differences.ts'

/** Members of one value that are shown before the rest is asked for. */
const atOnce = 50
/** Characters of a text that are shown before the rest is asked for. */
const longText = 300

/** A value, to be opened member by member; what is deep is closed. */
export function JsonView({ value, open = 2 }: { value: Json | undefined; open?: number }) {
  return <div class="json">{value === undefined ? <i>nothing</i> : <Value value={value} open={open} />}</div>
}

function Value({ value, open }: { value: Json; open: number }) {
  const [more, setMore] = useState(false)
  if (typeof value === 'string') {
    const isLong = value.length > longText && !more
    return (
      <span class="string">
        {JSON.stringify(isLong ? value.slice(0, longText) : value)}
        {isLong && (
          <button type="button" class="plain" onClick={() => setMore(true)}>
            {`… ${value.length - longText} more`}
          </button>
        )}
      </span>
    )
  }
  if (typeof value !== 'object' || value === null) return <span class="literal">{String(value)}</span>
  const members = Object.entries(value)
  const isList = Array.isArray(value)
  if (members.length === 0) return <span class="literal">{isList ? '[]' : '{}'}</span>
  const shown = more ? members : members.slice(0, atOnce)
  return (
    <details open={open > 0}>
      <summary>{isList ? `${members.length} items` : `${members.length} members`}</summary>
      <dl>
        {shown.map(([key, inner]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>
              <Value value={inner as Json} open={open - 1} />
            </dd>
          </div>
        ))}
      </dl>
      {shown.length < members.length && (
        <button type="button" class="plain" onClick={() => setMore(true)}>
          {`${members.length - shown.length} more`}
        </button>
      )}
    </details>
  )
}

/** What has become another. */
export function Differences({ all }: { all: readonly Difference[] }) {
  if (all.length === 0) return <p class="quiet">Nothing of the context changed.</p>
  return (
    <ul class="differences">
      {all.map(({ path, kind, before, after }) => (
        <li key={path} class={kind}>
          <code>{path === '' ? 'all of it' : path}</code>
          {before !== undefined && <del>{inLine(before)}</del>}
          {after !== undefined && <ins>{inLine(after)}</ins>}
        </li>
      ))}
    </ul>
  )
}

function inLine(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 240 ? `${text.slice(0, 240)}…` : text
}
