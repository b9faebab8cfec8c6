// Properties:
//   - The default law is drawn as its reference pictures show it, to the byte. When a change is meant to alter them, renew
//     them with `pnpm exec vitest run packages/inspector/test/pictures.test.ts -u`, and look at them before you commit.

import path from 'node:path'

import { activeIn, chartOfLaw, releaseLifecycle } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { layoutChart } from '../src/layout/layout-chart.ts'
import { svgOf } from '../src/draw/svg-of.ts'

const law = chartOfLaw(releaseLifecycle.definition)
const look = {
  active: activeIn(law, 'STAGING'),
  last: 'REVIEW|CODE_MERGED|0',
  allowed: new Set(['STAGING|DEPLOYMENT_REQUESTED|0', 'STAGING|DEPLOYMENT_COMPLETE|0']),
}

describe('the picture of the default law, renewed by vitest -u', () => {
  it.each(['light', 'dark'] as const)('is the reference in the %s theme', async (theme) => {
    const svg = svgOf(law, await layoutChart(law), { ...look, theme })
    await expect(svg).toMatchFileSnapshot(path.join(import.meta.dirname, 'pictures', `release-${theme}.svg`))
  })
})
