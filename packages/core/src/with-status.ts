import type { LifecycleView } from './ports/runtime.ts'
import type { StatusView } from './ports/status-view.ts'

/** The status after an answer: a whole one as it is; else what was known, with whatever may be another put in. */
export function withStatus(known: StatusView | null, answer: StatusView): StatusView {
  if (known === null || answer.gone === undefined) return answer
  const { gone: ids, ...rest } = answer
  const gone = new Set(ids)
  const before = new Map(known.services.map(({ service, lifecycles }) => [service, lifecycles]))
  const services = answer.services.map((service) => ({
    ...service,
    lifecycles: merged(before.get(service.service) ?? [], service.lifecycles, gone),
  }))
  return { ...rest, services }
}

function merged(
  known: readonly LifecycleView[],
  told: readonly LifecycleView[],
  gone: ReadonlySet<string>,
): readonly LifecycleView[] {
  if (told.length === 0 && gone.size === 0) return known
  const all = new Map(known.map((view) => [view.id, view]))
  for (const view of told) all.set(view.id, view)
  for (const id of gone) all.delete(id)
  return [...all.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
}
