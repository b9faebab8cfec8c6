import type { ChartView } from '@opschart/core'

import { drawnOf, type Drawn } from './_drawn.ts'
import { elkEngine, type LayoutEngine } from './engine.ts'
import { faultsOf } from './geometry.ts'
import { lanesOf } from './_lanes.ts'
import { graphOf, layoutOfGraph, type EngineOptions } from './_layers.ts'
import type { Detail, Direction, Layout } from './layout.ts'
import { measureSans, type Measure } from './measure.ts'
import { withRegionsInOrder } from './_regions.ts'
import { shownOf } from './_shown.ts'
import { straightened } from './_straighten.ts'

/** How a chart is laid out. */
export interface LayoutOptions {
  /** `down` unless told. */
  readonly direction?: Direction
  /** Ids of the states whose inner states are folded away; none unless told. */
  readonly collapsed?: ReadonlySet<string>
  /** `full` unless told. */
  readonly detail?: Detail
  /** How wide texts are; by the table of {@link measureSans} unless told. */
  readonly measure?: Measure
  /** What lays graphs out; ELK in this process unless told. */
  readonly engine?: LayoutEngine
}

/** Larger charts are drawn by the plain layout at once: the engine would need many seconds for them. */
const most = { states: 250, arrows: 400 } as const

const plain: EngineOptions = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
}
const spaced: EngineOptions = {
  ...plain,
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.nodeSelfLoop': '20',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
}
/** Where little is written, little room is left between: what stands apart is smaller on the screen. */
const close: EngineOptions = {
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '10',
  'elk.spacing.edgeEdge': '10',
  'elk.layered.spacing.nodeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeNodeBetweenLayers': '9',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
}
/** From the best to the plainest. ELK fails at some charts with some options; then the next are tried. */
const ways: readonly EngineOptions[] = [
  {
    ...spaced,
    'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
    'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
    'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  },
  {
    ...spaced,
    'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
    'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  },
  { ...spaced, 'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX' },
  spaced,
  plain,
]

const inProcess = elkEngine()

/**
 * Lays a chart out. It always succeeds: what the engine cannot do, or does with a fault that {@link faultsOf} finds, is
 * tried with other options, and at last done without the engine. The same chart gives the same layout.
 */
export async function layoutChart(chart: ChartView, given: LayoutOptions = {}): Promise<Layout> {
  const { direction = 'down', collapsed = new Set(), detail = 'full' } = given
  const { measure = measureSans, engine = inProcess } = given
  const drawn = drawnOf(shownOf(chart, collapsed), measure, detail)
  if (drawn.shown.states.length <= most.states && drawn.shown.arrows.length <= most.arrows) {
    for (const way of ways) {
      const options = detail !== 'full' && way !== plain ? { ...way, ...close } : way
      const layout = await tried(drawn, direction, options, engine)
      if (layout === undefined || faultsOf(layout).length > 0) continue
      return drawn.whole(
        refined(
          refined(layout, (one) => withRegionsInOrder(drawn, one)),
          straightened,
        ),
      )
    }
  }
  return drawn.whole(lanesOf(drawn, direction))
}

/** A layout after a change for the better, if that did no harm. */
function refined(layout: Layout, change: (layout: Layout) => Layout): Layout {
  const changed = change(layout)
  return faultsOf(changed).length === 0 ? changed : layout
}

async function tried(
  drawn: Drawn,
  direction: Direction,
  way: EngineOptions,
  engine: LayoutEngine,
): Promise<Layout | undefined> {
  try {
    return layoutOfGraph(drawn, direction, await engine.layout(graphOf(drawn, direction, way)))
  } catch {
    // An engine's failure is not the chart's: the next way is tried, and the last has no engine.
    return undefined
  }
}
