import { useMemo } from 'preact/hooks'

import type { Does } from './does.ts'
import { wholeFleet, type FleetTone } from './fleet-filter.ts'
import type { Fleet, FleetBoard, FleetCard, FleetColumn } from './fleet.ts'
import { dwellOf, momentOf } from './format.ts'
import { placesOf, useInView, withinOf } from './in-view.ts'
import type { Model } from './model.ts'

/** Heights of a card, as the style has them: with a name alone, and for each line below that; and what is between two. */
const high = { name: 31, line: 18, between: 4 } as const

const tones: readonly (readonly [FleetTone | null, string])[] = [
  [null, 'all'],
  ['alarm', 'needs somebody'],
  ['asks', 'asks a person'],
  ['open', 'goes on'],
  ['ended', 'ended'],
]

/** Everybody on a board: a column for each state of their chart, and how long they have stood there. */
export function FleetView({ model, does, fleet: { boards } }: Shown & { readonly fleet: Fleet }) {
  return (
    <div class="boards" tabIndex={0} role="group" aria-label="Boards">
      {boards.map((board) => (
        <Board key={board.chart} board={board} model={model} does={does} />
      ))}
      {boards.length === 0 && (
        <p class="nothing">{model.fleet === wholeFleet ? 'Nobody is there yet.' : 'Nobody is like that.'}</p>
      )}
    </div>
  )
}

interface Shown {
  readonly model: Model
  readonly does: Does
}

/** How many there are, and which of them are shown. */
export function FleetBar({ model, does, fleet }: Shown & { readonly fleet: Fleet }) {
  const { fleet: filter } = model
  const { counts, services } = fleet
  return (
    <div class="bar fleet" role="toolbar" aria-label="Filter of the fleet">
      {tones.map(([tone, name]) => (
        <button
          key={name}
          type="button"
          class={`chip tone-${tone ?? 'all'}`}
          aria-pressed={filter.tone === tone}
          onClick={() => does.change({ fleet: { ...filter, tone } })}
        >
          {`${name} `}
          <b>{counts[tone ?? 'all'].toLocaleString()}</b>
        </button>
      ))}
      {services.length > 1 && (
        <select
          aria-label="Service"
          value={filter.service ?? ''}
          onChange={({ currentTarget: { value } }) =>
            does.change({ fleet: { ...filter, service: value === '' ? null : value } })
          }
        >
          <option value="">every service</option>
          {services.map((service) => (
            <option key={service} value={service}>
              {service}
            </option>
          ))}
        </select>
      )}
      <input
        type="search"
        placeholder="Find"
        aria-label="Find in the fleet"
        value={filter.text}
        onInput={({ currentTarget }) => does.change({ fleet: { ...filter, text: currentTarget.value } })}
      />
    </div>
  )
}

function Board({ board, model, does }: Shown & { readonly board: FleetBoard }) {
  return (
    <section class="board" aria-label={board.name}>
      <h2>
        {board.name} <span class="count">{board.count.toLocaleString()}</span>
      </h2>
      <div class="columns">
        {board.columns.map((column) => (
          <Column key={column.id} column={column} model={model} does={does} />
        ))}
      </div>
    </section>
  )
}

function Column({ column, model, does }: Shown & { readonly column: FleetColumn }) {
  const { name, cards, alarms } = column
  const { list, part } = useInView<HTMLUListElement>('.boards', cards.length > 0)
  const { tops, whole } = useMemo(() => placesOf(cards.map(heightOf)), [cards])
  const { from, to } = withinOf(tops, whole, part.top, part.bottom)
  return (
    <section
      class={`column${cards.length === 0 ? ' empty' : ''}${alarms > 0 ? ' alarm' : ''}`}
      aria-label={name}
    >
      <h3>
        <span title={name}>{name}</span>
        <span class="count">{cards.length.toLocaleString()}</span>
      </h3>
      {/* Only cards in view are there: there may be thousands, and dozens of them move each second. */}
      {cards.length > 0 && (
        <ul ref={list} style={{ height: `${whole}px` }}>
          {cards.slice(from, to + 1).map((card, index) => (
            <li
              key={card.actor}
              aria-posinset={from + index + 1}
              aria-setsize={cards.length}
              style={{ top: `${tops[from + index]}px`, height: `${heightOf(card) - high.between}px` }}
            >
              <Card card={card} model={model} does={does} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function heightOf({ within, waits, tone }: FleetCard): number {
  const lines = (within === '' ? 0 : 1) + (waits === null && said[tone] === '' ? 0 : 1)
  return high.name + lines * high.line + high.between
}

const said: Readonly<Record<FleetTone, string>> = {
  alarm: 'needs somebody',
  asks: 'asks a person',
  open: '',
  ended: '',
}

/** One of them: drawn anew only when it is another than it was, however much happens around it. */
function Card({ card, model, does }: Shown & { readonly card: FleetCard }) {
  const { actor, called, tone, live, within, entered, waits } = card
  const source = model.source!
  const isCurrent = model.actor === actor
  const dwell = dwellOf(model.now - entered)
  return useMemo(
    () => (
      <button
        type="button"
        class={`card is-${tone}`}
        aria-current={isCurrent ? 'true' : undefined}
        title={`${actor}\nthere since ${momentOf(entered)}${waits === null ? '' : `\n${waits}`}`}
        onClick={() => {
          does.choose.actor(source, actor)
          does.show({ view: 'chart' })
        }}
      >
        <span class="name">
          <span>{called}</span>
          {live && <span class="live">live</span>}
          <time dateTime={new Date(entered).toISOString()}>{dwell}</time>
        </span>
        {within !== '' && <span class="within">{within}</span>}
        {(waits !== null || said[tone] !== '') && <span class="waits">{waits ?? said[tone]}</span>}
      </button>
    ),
    [source, actor, called, tone, live, within, entered, waits, isCurrent, dwell],
  )
}
