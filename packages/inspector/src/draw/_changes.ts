import type { Change, ChartDifference } from '@opschart/core'

import type { Box } from '../layout/layout.ts'
import { number } from './_shapes.ts'

const signs: Readonly<Record<Change, string>> = { added: '+', removed: '−', changed: '~' }

/** What became of an arrow. */
export function changeOf(
  arrow: string,
  changes: Pick<ChartDifference, 'arrows'> | undefined,
): Change | undefined {
  return changes?.arrows.get(arrow)
}

/** The sign of a change at the upper right corner of a box: colour alone does not say it to everyone. */
export function changeMark(
  change: Change | undefined,
  { x, y, width }: Pick<Box, 'x' | 'y' | 'width'>,
): string {
  if (change === undefined) return ''
  const [left, top] = [x + width, y]
  return `<g class="oc-sign"><title>${change}</title><circle cx="${number(left)}" cy="${number(top)}" r="8"/><text x="${number(left)}" y="${number(top + 5)}">${signs[change]}</text></g>`
}

/** Colours of what was added, removed and changed; they stand on both grounds. */
export const changeStyle = `
.oc-added { --oc-change: light-dark(#15703a, #6fdc95); }
.oc-removed { --oc-change: light-dark(#b42318, #ff9b8f); }
.oc-changed { --oc-change: light-dark(#8a4b08, #f0b46a); }
:is(.oc-added, .oc-removed, .oc-changed) > :is(.oc-box, .oc-pill) { stroke: var(--oc-change); stroke-width: 2.5; }
:is(.oc-added, .oc-removed, .oc-changed) > .oc-line { stroke: var(--oc-change); stroke-width: 2.5; }
:is(.oc-added, .oc-removed, .oc-changed) > .oc-head { fill: var(--oc-change); }
.oc-removed > :is(.oc-line, .oc-box, .oc-pill) { stroke-dasharray: 6 4; }
.oc-sign circle { fill: var(--oc-change); }
.oc-sign text { fill: var(--oc-ground); font-size: 14px; font-weight: 700; text-anchor: middle; }
`
