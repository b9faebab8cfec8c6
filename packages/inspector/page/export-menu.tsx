import type { Does } from './does.ts'
import { Icon } from './icons.tsx'
import { calledOf, sourceOf, type Model } from './model.ts'
import { saved, type SavedKind } from './save.ts'
import { homeOf } from './sequence.ts'

/** One thing that can be kept: what, of whom, and how it is called. */
export interface Kept {
  readonly kind: SavedKind
  readonly actor: string
  readonly told: string
}

/** What can be kept of who is looked at: also of the release, where that is one of its workflows. */
export function keptOf(model: Pick<Model, 'inspected' | 'source' | 'actor' | 'status'>): readonly Kept[] {
  const { actor } = model
  const source = sourceOf(model)
  if (actor === null || source === null) return []
  const nameOf = (id: string): string =>
    source.answers ? calledOf(model, id) : (source.actors.get(id)?.name ?? id)
  const home = source.answers ? homeOf(source, actor) : actor
  const own = nameOf(actor)
  const below = [...source.actors.keys()].some((id) => id.startsWith(`${home}~`))
  const all = `The story of ${nameOf(home)}${below ? ' with its workflows' : ''}, as a page that stands alone (.html)`
  return [
    { kind: 'story', actor: home, told: all },
    ...(home === actor
      ? []
      : [{ kind: 'story' as const, actor, told: `The story of ${own} alone, as such a page (.html)` }]),
    { kind: 'svg', actor, told: `The chart of ${own} as it is lit (.svg)` },
    { kind: 'mermaid', actor, told: `The chart of ${own} as Mermaid (.mmd)` },
    { kind: 'json', actor: home, told: `Rows and charts of ${nameOf(home)} (.json)` },
  ]
}

/** What of this can be kept. */
export function ExportMenu({ model, does }: { model: Model; does: Does }) {
  if (model.actor === null) return null
  return (
    <details
      class="menu"
      onKeyDown={({ key, currentTarget }) => {
        if (key !== 'Escape') return
        currentTarget.open = false
        currentTarget.querySelector('summary')!.focus()
      }}
      onFocusOut={({ relatedTarget, currentTarget }) => {
        if (relatedTarget !== null && !currentTarget.contains(relatedTarget as Node))
          currentTarget.open = false
      }}
    >
      <summary title="Save what is looked at" aria-label="Save what is looked at">
        <Icon name="save" />
      </summary>
      <ul>
        {keptOf(model).map(({ kind, actor, told }) => (
          <li key={told}>
            <button
              type="button"
              onClick={({ currentTarget }) => {
                currentTarget.closest('details')!.open = false
                does.say('saving …')
                saved(kind, { ...model, actor }, does.layouts).then(
                  (name) => does.say(`saved ${name}`),
                  (error: unknown) => does.say(`not saved: ${(error as Error).message}`),
                )
              }}
            >
              {told}
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}
