import { isPrincipal, kindOf, type JsonObject, type Principal, type SupposedSignal } from '@opschart/core'
import { useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { chartOf, sourceOf, type Model } from './model.ts'

/** What is to be supposed next: looked at before it is asked, so that nothing that was answered is lost by it. */
export function Draft({ model, does }: { model: Model; does: Does }) {
  const groups = sendersOf(model)
  const principals = groups.flatMap(([, all]) => all)
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
  const [problem, setProblem] = useState<{ readonly of: 'by' | 'data'; readonly text: string } | null>(null)
  const chosen = by === '' ? (principals[0] ?? 'person:you') : by
  const told = (of: 'by' | 'data') =>
    problem?.of === of && (
      <p class="problem" role="alert">
        {problem.text}
      </p>
    )
  const suppose = (event: Event): void => {
    event.preventDefault()
    if (!isPrincipal(chosen)) return setProblem({ of: 'by', text: notPrincipal(chosen) })
    const read = dataOf(data)
    if (typeof read === 'string') return setProblem({ of: 'data', text: read })
    setProblem(null)
    const signal: SupposedSignal = {
      by: chosen,
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
        <input value={by} placeholder={chosen} onInput={(e) => setBy(e.currentTarget.value)} />
      </label>
      <select
        aria-label="Choose who sends it"
        value={principals.includes(chosen as Principal) ? chosen : ''}
        onChange={(e) => setBy(e.currentTarget.value)}
      >
        <option value="">somebody else</option>
        {groups.map(([kind, all]) => (
          <optgroup key={kind} label={kind}>
            {all.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      {told('by')}
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
      {told('data')}
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

const kinds = {
  person: 'persons',
  agent: 'agents',
  watcher: 'watchers',
  rule: 'rules',
  workflow: 'workflows',
  system: 'the system itself',
} as const

/** Who may be supposed to send: whom the law names, and whoever has sent something, by kind. */
export function sendersOf(
  model: Pick<Model, 'whoMay' | 'inspected' | 'source' | 'door'>,
): readonly (readonly [string, readonly Principal[]])[] {
  const own = model.door === null || model.door.person === 'nobody' ? [] : [`person:${model.door.person}`]
  const seen = sourceOf(model)?.steps.flatMap(({ from }) => (from === null ? [] : [from])) ?? []
  const all = new Set<string>([...own, ...(model.whoMay.answer?.principals ?? []), ...seen])
  const groups = Map.groupBy([...all].filter(isPrincipal), kindOf)
  return (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((kind) => {
    const named = groups.get(kind)
    return named === undefined ? [] : [[kinds[kind], named] as const]
  })
}

function notPrincipal(text: string): string {
  const guess = `person:${text.replaceAll(/[^\w.@/-]/g, '-')}`
  const more = isPrincipal(guess) ? ` Do you mean ${guess}?` : ''
  return `${text} is nobody who sends: a sender is person:<name>, agent:<name>, watcher:<name>, rule:<name>, workflow:<name> or system.${more}`
}
