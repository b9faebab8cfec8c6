import type { Does } from './does.ts'
import { Icon } from './icons.tsx'
import { saved } from './save.ts'
import type { Model } from './model.ts'

const kinds = [
  ['story', 'Its story, as a page that stands alone (.html)'],
  ['svg', 'The chart as it is lit (.svg)'],
  ['mermaid', 'The chart as Mermaid (.mmd)'],
  ['json', 'Its rows and charts (.json)'],
] as const

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
        {kinds.map(([kind, told]) => (
          <li key={kind}>
            <button
              type="button"
              onClick={({ currentTarget }) => {
                currentTarget.closest('details')!.open = false
                does.say('saving …')
                saved(kind, model, does.layouts).then(
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
