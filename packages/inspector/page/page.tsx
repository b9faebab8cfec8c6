import { useEffect, useMemo } from 'preact/hooks'

import { Actors } from './actors.tsx'
import { ChartPane } from './chart-pane.tsx'
import type { Does } from './does.ts'
import { FleetBar, FleetView } from './fleet-view.tsx'
import { fleetOf } from './fleet.ts'
import { KeysList } from './keys-help.tsx'
import type { Model } from './model.ts'
import { Panel } from './panel.tsx'
import { SequenceView } from './sequence-view.tsx'
import { Sized } from './splitters.tsx'
import { TimeBar } from './time-bar.tsx'
import { Timeline } from './timeline.tsx'
import { TopBar } from './top-bar.tsx'
import { viewOf, ViewsBar } from './views-bar.tsx'

/** The whole page, of all that it knows. */
export function Page({ model, does }: { model: Model; does: Does }) {
  const view = viewOf(model)
  const { inspected, source, status, now } = model
  const fleet = useMemo(
    () => (view === 'fleet' ? fleetOf(model, model.fleet) : null),
    [view, inspected, source, status, now, model.fleet],
  )
  const chosen = model.tab === 'step' ? model.step : null
  useEffect(() => {
    // Where the panes stand below one another, what was chosen is told somewhere else.
    if (chosen !== null && matchMedia('(max-width: 900px)').matches)
      document.querySelector('.panel')?.scrollIntoView({ block: 'start' })
  }, [chosen])
  return (
    <Sized class="page" data-view={view} data-connection={model.connection}>
      <TopBar model={model} does={does} />
      {model.connection === 'refused' && model.inspected.size === 0 ? (
        <main class="nothing">
          <h2>This page is not let in</h2>
          <p>{model.problem}</p>
          <p>
            Type <code>opschart inspect</code> into a terminal, and open the address that it prints.
          </p>
        </main>
      ) : (
        <>
          <Actors model={model} does={does} />
          <main class="middle" aria-label={view}>
            <ViewsBar model={model} does={does}>
              {fleet === null ? (
                <TimeBar model={model} does={does} />
              ) : (
                <FleetBar model={model} does={does} fleet={fleet} />
              )}
            </ViewsBar>
            <div class="view">
              {fleet !== null && <FleetView model={model} does={does} fleet={fleet} />}
              {view === 'chart' && <ChartPane model={model} does={does} />}
              {view === 'sequence' && <SequenceView model={model} does={does} />}
            </div>
          </main>
          <Panel model={model} does={does} />
          <Timeline model={model} does={does} />
        </>
      )}
      <KeysList />
      <p class="said" aria-hidden="true">
        {model.said}
      </p>
      <p class="heard" role="status" aria-live="polite">
        {model.heard}
      </p>
    </Sized>
  )
}
