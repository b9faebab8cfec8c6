import { useEffect, useMemo } from 'preact/hooks'

import type { Does } from './does.ts'
import { wholeFleet } from './fleet-filter.ts'
import { fleetOf } from './fleet.ts'
import { sourceOf, type Model } from './model.ts'

/** How many need somebody, whatever else is looked at: also in the title, which is read where the page is not. */
export function Needing({ model, does }: { model: Model; does: Does }) {
  const { inspected, source, status, connection, door } = model
  const count = useMemo(() => fleetOf(model).counts.alarm, [inspected, source, status])
  useEffect(() => {
    // A story that was saved has its own.
    if (connection === 'saved') return
    const name = door === null ? 'opschart inspector' : `${door.name} – opschart`
    document.title = count === 0 ? name : `(${count}) ${name}`
  }, [count, connection, door?.name])
  if (count === 0 || connection === 'saved') return null
  return (
    <button
      type="button"
      class="needing"
      title="Show who needs somebody"
      onClick={() => {
        const [board] = fleetOf(model, { ...wholeFleet, tone: 'alarm' }).boards
        const first = board?.columns.flatMap(({ cards }) => cards)[0]
        if (count > 1 || first === undefined)
          return does.change({ view: 'fleet', fleet: { ...wholeFleet, tone: 'alarm' } })
        does.choose.actor(sourceOf(model)!.source, first.actor)
        does.travel.now()
        does.choose.tab('state')
      }}
    >
      {`${count.toLocaleString()} ${count === 1 ? 'needs' : 'need'} somebody`}
    </button>
  )
}
