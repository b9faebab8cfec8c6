import type { Does } from './does.ts'
import { sourceOf, tabs, type Model, type Tab } from './model.ts'
import { StateTab } from './state-tab.tsx'
import { StepTab } from './step-tab.tsx'
import { WhatIfTab } from './what-if-tab.tsx'
import { WhoMayTab } from './who-may-tab.tsx'
import { WorkTab } from './work-tab.tsx'

const shown = { state: StateTab, step: StepTab, 'who may': WhoMayTab, 'what if': WhatIfTab, work: WorkTab }

/** What is known beside the chart. */
export function Panel({ model, does }: { model: Model; does: Does }) {
  const isAnswered = sourceOf(model)?.answers === true
  const offered = tabs.filter((tab) => isAnswered || tab === 'state' || tab === 'step')
  const tab = offered.includes(model.tab) ? model.tab : 'state'
  const Shown = shown[tab]
  const move = (by: number): void => {
    const next = offered[(offered.indexOf(tab) + by + offered.length) % offered.length]!
    does.choose.tab(next)
    document.getElementById(idOf(next))?.focus()
  }
  return (
    <aside class="panel" aria-label="Details">
      <div
        class="tabs"
        role="tablist"
        aria-label="Details"
        onKeyDown={({ key }) => {
          if (key === 'ArrowRight') move(1)
          if (key === 'ArrowLeft') move(-1)
        }}
      >
        {offered.map((name) => (
          <button
            key={name}
            id={idOf(name)}
            type="button"
            role="tab"
            aria-selected={name === tab}
            aria-controls="panel-shown"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => does.choose.tab(name)}
          >
            {name}
            {name === 'work' && <Waiting model={model} />}
          </button>
        ))}
      </div>
      <div id="panel-shown" class="shown" role="tabpanel" aria-labelledby={idOf(tab)} tabIndex={0}>
        <Shown model={model} does={does} />
      </div>
    </aside>
  )
}

const idOf = (tab: Tab): string => `tab-${tab.replace(' ', '-')}`

/** How many plans wait for a person. */
function Waiting({ model }: { model: Model }) {
  const count =
    model.status?.services
      .flatMap(({ lifecycles }) => lifecycles.flatMap(({ operations }) => operations))
      .filter(({ status }) => status === 'awaiting_approval').length ?? 0
  return count === 0 ? null : <span class="asks">{count}</span>
}
