import { statesOf } from '@opschart/core'

import type { Does } from './does.ts'
import { Icon } from './icons.tsx'
import { KeysButton } from './keys-help.tsx'
import { hasVersions, type Model } from './model.ts'

/** What is done to the drawing. */
export function ChartTools({
  model,
  does,
  zoom,
  fit,
  write,
}: {
  model: Model
  does: Does
  zoom: (by: number) => void
  fit: () => void
  write: () => void
}) {
  const { direction, folded, follows, layout } = model
  const holders =
    layout === null ? [] : statesOf(layout.chart).filter(({ id, states }) => id !== '' && states.length > 0)
  const isFolded = holders.length > 0 && holders.every(({ id }) => folded.has(id))
  return (
    <div class="tools" role="toolbar" aria-label="Drawing" aria-orientation="vertical">
      <button type="button" title="Larger (+)" onClick={() => zoom(1.25)}>
        <Icon name="plus" />
      </button>
      <button type="button" title="Smaller (-)" onClick={() => zoom(0.8)}>
        <Icon name="minus" />
      </button>
      <button type="button" title="Fit all of it (0)" onClick={fit}>
        <Icon name="fit" />
      </button>
      <button
        type="button"
        title="Follow what is active (f)"
        aria-pressed={follows}
        onClick={() => does.change({ follows: !follows })}
      >
        <Icon name="follow" />
      </button>
      <button
        type="button"
        title="Write all that the law says, or only names (i)"
        aria-label="Details"
        aria-pressed={model.layout?.detail === 'full'}
        onClick={write}
      >
        <Icon name="detail" />
      </button>
      {model.connection !== 'saved' && (
        <button
          type="button"
          title={`Read it ${direction === 'down' ? 'to the right' : 'downwards'} (d)`}
          onClick={() => does.show({ direction: direction === 'down' ? 'right' : 'down' })}
        >
          <Icon name={direction === 'down' ? 'right' : 'down'} />
        </button>
      )}
      <button
        type="button"
        title="How often each arrow was taken (h)"
        aria-label="Coverage"
        aria-pressed={model.covering !== null}
        onClick={does.toggleCoverage}
      >
        <Icon name="heat" />
      </button>
      {hasVersions(model) && (
        <button
          type="button"
          title="Compare the law with another version (v)"
          aria-label="Versions"
          aria-pressed={model.comparing !== null}
          onClick={does.comparing.toggle}
        >
          <Icon name="versions" />
        </button>
      )}
      {holders.length > 0 && (
        <button
          type="button"
          title={isFolded ? 'Unfold all' : 'Fold all'}
          onClick={() => does.show({ folded: new Set(isFolded ? [] : holders.map(({ id }) => id)) })}
        >
          <Icon name={isFolded ? 'unfold' : 'fold'} />
        </button>
      )}
      <KeysButton />
    </div>
  )
}
