import { statesOf } from '@opschart/core'
import { useRef, useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { nameOf, standing } from './format.ts'
import { chartOf, sourceOf, type Model } from './model.ts'

interface Place {
  readonly kind: string
  readonly name: string
  readonly told: string
  go(): void
}

const most = 12

/** Finds a state, an event, an actor or a row by its name, and goes there. */
export function Jump({ model, does }: { model: Model; does: Does }) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const places = isOpen && text.trim() !== '' ? placesOf(model, does, text.trim()) : []
  const go = (place: Place | undefined): void => {
    if (place === undefined) return
    place.go()
    setText('')
    setOpen(false)
    field.current?.blur()
  }
  return (
    <search class="jump">
      <input
        ref={field}
        id="jump"
        type="text"
        role="combobox"
        aria-label="Go to a state, event, actor or row"
        aria-expanded={places.length > 0}
        aria-controls="jump-places"
        aria-activedescendant={places.length > 0 ? `place-${chosen}` : undefined}
        placeholder="Go to …  /"
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value)
          setChosen(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
          if (by !== undefined && places.length > 0) {
            event.preventDefault()
            setChosen((chosen + by + places.length) % places.length)
          } else if (event.key === 'Enter') go(places[chosen])
          else if (event.key === 'Escape') {
            setText('')
            field.current?.blur()
          }
        }}
      />
      <ul id="jump-places" role="listbox" aria-label="Places" hidden={places.length === 0}>
        {places.map((place, index) => (
          <li
            key={`${place.kind} ${place.name}`}
            id={`place-${index}`}
            role="option"
            aria-selected={index === chosen}
            // Before the field loses the focus, and the list with it.
            onPointerDown={(event) => {
              event.preventDefault()
              go(place)
            }}
          >
            <span class="kind">{place.kind}</span> {place.name} <span class="quiet">{place.told}</span>
          </li>
        ))}
      </ul>
    </search>
  )
}

function placesOf(model: Model, does: Does, text: string): Place[] {
  const words = text.toLowerCase()
  const has = (...parts: (string | undefined)[]) => parts.some((part) => part?.toLowerCase().includes(words))
  const chart = chartOf(model)
  const source = sourceOf(model)
  const places: Place[] = []
  const row = /^#?(\d{1,15})$/.exec(text)?.[1]
  if (row !== undefined && source?.answers === true)
    places.push({ kind: 'row', name: `#${row}`, told: '', go: () => does.travel.row(Number(row)) })
  for (const state of chart === null ? [] : statesOf(chart)) {
    if (!has(state.id, state.key, state.description)) continue
    const told = state.kind
    places.push({
      kind: 'state',
      name: nameOf(chart!, state),
      told,
      go: () => does.find(state.id),
    })
  }
  for (const actor of source?.actors.values() ?? []) {
    if (!has(actor.actor, actor.name)) continue
    const go = () => does.choose.actor(source!.source, actor.actor)
    places.push({ kind: 'actor', name: actor.name, told: standing(actor.state), go })
  }
  for (const type of new Set(chart?.arrows.map(({ event }) => event))) {
    if (type === '' || !has(type)) continue
    const go = () => does.filter({ ...model.filter, text: type })
    places.push({ kind: 'event', name: type, told: 'its rows', go })
  }
  return places.slice(0, most)
}
