import { Actors } from './actors.tsx'
import { ChartPane } from './chart-pane.tsx'
import type { Does } from './does.ts'
import type { Model } from './model.ts'
import { Panel } from './panel.tsx'
import { TimeBar } from './time-bar.tsx'
import { Timeline } from './timeline.tsx'
import { TopBar } from './top-bar.tsx'

/** The whole page, of all that it knows. */
export function Page({ model, does }: { model: Model; does: Does }) {
  return (
    <div class="page" data-connection={model.connection}>
      <TopBar model={model} does={does} />
      {model.connection === 'refused' ? (
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
          <main class="middle" aria-label="Chart">
            <TimeBar model={model} does={does} />
            <ChartPane model={model} does={does} />
          </main>
          <Panel model={model} does={does} />
          <Timeline model={model} does={does} />
        </>
      )}
      <p class="said" role="status" aria-live="polite">
        {model.said}
      </p>
    </div>
  )
}
