import type { InspectedSource, InspectionStep, VerdictKind } from '@opschart/core'

import type { Does } from './does.ts'
import { isFiltering, isInData, noFilter } from './filter.ts'
import { fromText, momentOf, textOf, timeOf } from './format.ts'
import { rowsOf } from './journal.ts'
import { calledOf, sourceOf, type Model } from './model.ts'
import { VirtualList } from './virtual-list.tsx'

const rowHeight = 26

/** Verdicts as they are filtered by. */
const kinds: readonly (VerdictKind | 'other')[] = [
  'accepted',
  'refused',
  'violation',
  'waiting',
  'ignored',
  'unrouted',
  'other',
]

/** Every row of the journal, the newest first. */
export function Timeline({ model, does }: { model: Model; does: Does }) {
  const rows = rowsOf(model)
  const { filter, search, frozen, head, step } = model
  const source = sourceOf(model)
  const chosen = step === null ? -1 : rows.indexOf(step.sequence)
  const called = (actor: string): string =>
    source?.answers === true ? calledOf(model, actor) : (source?.actors.get(actor)?.name ?? actor)
  const choose = (index: number): void => {
    const row = rows.at(index)
    if (row !== undefined) does.choose.row(row)
  }
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="bar" role="toolbar" aria-label="Filter of the timeline">
        <h2>Timeline</h2>
        <span class="count">{told(model, rows.count)}</span>
        <input
          type="search"
          placeholder="Filter rows"
          aria-label="Filter rows by their words"
          value={filter.text}
          onInput={({ currentTarget }) => does.filter({ ...filter, text: currentTarget.value })}
        />
        <button
          type="button"
          class="chip"
          aria-pressed={filter.own}
          title="Only rows of the actor that is looked at"
          onClick={() => does.filter({ ...filter, own: !filter.own })}
        >
          this actor
        </button>
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            class={`chip verdict ${kind}`}
            aria-pressed={filter.kinds.has(kind)}
            onClick={() => {
              const chosenKinds = new Set(filter.kinds)
              if (!chosenKinds.delete(kind)) chosenKinds.add(kind)
              does.filter({ ...filter, kinds: chosenKinds })
            }}
          >
            {kind}
          </button>
        ))}
        {isFiltering(filter) && (
          <button type="button" class="plain" onClick={() => does.filter(noFilter)}>
            all rows
          </button>
        )}
        {frozen !== null && head > frozen && (
          <button type="button" class="fresh" onClick={() => does.change({ frozen: null, step: null })}>
            {`↑ ${(head - frozen).toLocaleString()} new`}
          </button>
        )}
      </div>
      <VirtualList
        label="Rows of the journal"
        count={rows.count}
        rowHeight={rowHeight}
        chosen={chosen}
        top={frozen === null && chosen === -1 ? `${search?.id}` : 'stays'}
        onChoose={choose}
        onSeen={does.seeRows}
        again={model.connection}
        onTop={(isTop) => {
          if (isTop && step === null) does.change({ frozen: null })
          else if (!isTop && frozen === null) does.change({ frozen: head })
        }}
        rowClass={(index) => rows.at(index)?.verdict?.kind ?? ''}
        row={(index) => {
          const row = rows.at(index)
          return (
            <Row
              step={row}
              called={called}
              actors={source?.actors}
              isInData={row !== undefined && isInData(filter, row)}
            />
          )
        }}
        empty={
          search?.isWaiting === true
            ? 'Looking …'
            : isFiltering(filter)
              ? 'No row is like that.'
              : source === null
                ? 'Nothing is connected.'
                : 'Nothing has happened yet.'
        }
      />
      {step !== null && textOf(step) !== '' && (
        <p class="whole" aria-label="All of the row's text">
          <span class="sequence">{step.sequence}</span>
          {textOf(step)}
        </p>
      )}
    </section>
  )
}

function told(model: Model, count: number): string {
  const { search, head, first } = model
  const source = sourceOf(model)
  if (search === null) {
    // Of an app without a journal, older rows than are kept are gone.
    const gone = source === null || source.answers ? 0 : source.forgotten
    return `${count.toLocaleString()} rows${gone === 0 ? '' : `, ${gone.toLocaleString()} older ones forgotten`}`
  }
  const whole = Math.max(1, head - first + 1)
  const share = search.next < first ? '' : `, ${Math.floor((100 * (head - search.next)) / whole)} % looked at`
  return `${count.toLocaleString()} of ${whole.toLocaleString()} rows${search.filter.own && search.next >= first ? ' so far' : share}`
}

function Row({
  step,
  called,
  actors,
  isInData: isFoundInData,
}: {
  readonly actors: InspectedSource['actors'] | undefined
  readonly step: InspectionStep | undefined
  readonly called: (actor: string) => string
  /** Whether what was looked for is in what the row does not show. */
  readonly isInData: boolean
}) {
  if (step === undefined) return <span class="loading">…</span>
  const { sequence, at, actor, event, from, verdict } = step
  return (
    <>
      <span class="sequence">{sequence}</span>
      <time title={momentOf(at)}>{timeOf(at)}</time>
      <span class={`verdict ${verdict?.kind ?? ''}`}>{verdict?.kind ?? ''}</span>
      <span class="actor" title={actor}>
        {called(actor)}
      </span>
      <span class="event" title={event.type}>
        {event.type}
      </span>
      <span class="from" title={from ?? ''}>
        {from === null ? '' : fromText(step, actors)}
      </span>
      <span class="text" title={textOf(step)}>
        {isFoundInData && <span class="in-data">in its data</span>}
        {textOf(step)}
      </span>
    </>
  )
}
