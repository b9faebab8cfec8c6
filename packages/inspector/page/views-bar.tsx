import type { ComponentChildren } from 'preact'

import type { Does } from './does.ts'
import { sourceOf, views, type Model, type View } from './model.ts'

const told: Readonly<Record<View, string>> = {
  chart: 'Its chart, lit as it stands',
  sequence: 'Who sent what to it and to those that belong to it (s)',
  fleet: 'Everybody, by the state they stand in (o)',
}

/** What the middle of the page shows, and beside it what is shown of that. */
export function ViewsBar({
  model,
  does,
  children,
}: {
  model: Model
  does: Does
  children: ComponentChildren
}) {
  const shown = viewOf(model)
  return (
    <div class="views">
      <div class="tabs" role="group" aria-label="Views">
        {views.map((view) => (
          <button
            key={view}
            type="button"
            title={told[view]}
            aria-pressed={view === shown}
            onClick={() => does.show({ view })}
          >
            {view}
          </button>
        ))}
      </div>
      {children}
    </div>
  )
}

/** The view that is shown: everybody, where nobody is chosen. */
export function viewOf(model: Pick<Model, 'view' | 'actor' | 'inspected' | 'source'>): View {
  return model.actor === null && sourceOf(model) !== null ? 'fleet' : model.view
}
