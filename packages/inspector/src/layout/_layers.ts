import { initialRadius, markOf, placed, type Drawn } from './_drawn.ts'
import type { EngineEdge, EngineLabel, EngineNode } from './engine.ts'
import { moved } from './_text.ts'
import type { ArrowPath, Direction, InitialMark, Layout, Point, StateBox } from './layout.ts'
import type { ShownState } from './_shown.ts'

/** Options of ELK for every state that has inner ones: it does not hand them down. */
export type EngineOptions = Readonly<Record<string, string>>

const margin = 16

/** The chart as ELK's graph. Ids are numbers, whatever the states are called. */
export function graphOf(drawn: Drawn, direction: Direction, options: EngineOptions): EngineNode {
  const all = { ...options, 'elk.direction': direction === 'down' ? 'DOWN' : 'RIGHT' }
  const nodeOf = (shown: ShownState): EngineNode => {
    const { width, height } = drawn.contents.get(shown)!
    const id = `s${drawn.shown.states.indexOf(shown)}`
    // Regions begin on one line.
    const place: EngineOptions = shown.region
      ? { 'elk.alignment': direction === 'down' ? 'TOP' : 'LEFT' }
      : {}
    if (shown.inner.length === 0) return { id, width, height, layoutOptions: place }
    const mark =
      markOf(shown) === undefined
        ? []
        : [{ id: `m${id}`, width: initialRadius * 2, height: initialRadius * 2 }]
    return {
      id,
      children: [...mark, ...shown.inner.map(nodeOf)],
      layoutOptions: {
        ...all,
        ...place,
        'elk.padding': `[top=${height + 14},left=18,bottom=18,right=18]`,
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': `(${width},${height})`,
      },
    }
  }
  const numberOf = (shown: ShownState) => `s${drawn.shown.states.indexOf(shown)}`
  const marks = drawn.shown.states.flatMap((shown): EngineEdge[] => {
    const to = markOf(shown)
    if (to === undefined) return []
    const id = numberOf(shown)
    return [
      {
        id: `i${id}`,
        sources: [`m${id}`],
        targets: [numberOf(to)],
        layoutOptions: { 'elk.layered.priority.direction': '100', 'elk.layered.priority.straightness': '10' },
      },
    ]
  })
  const arrows = drawn.shown.arrows.map((arrow, index): EngineEdge => {
    const text = drawn.labels.get(arrow)
    const label: EngineLabel[] =
      text === undefined
        ? []
        : [
            {
              text: 'label',
              width: text.width,
              height: text.height,
              layoutOptions: { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' },
            },
          ]
    return { id: `a${index}`, sources: [numberOf(arrow.from)], targets: [numberOf(arrow.to)], labels: label }
  })
  return {
    id: 'drawing',
    layoutOptions: {
      ...all,
      'elk.padding': `[top=${margin},left=${margin},bottom=${margin},right=${margin}]`,
      'org.eclipse.elk.json.shapeCoords': 'ROOT',
      'org.eclipse.elk.json.edgeCoords': 'ROOT',
    },
    children: [nodeOf(drawn.shown.root)],
    edges: [...marks, ...arrows],
  }
}

/** The layout that the engine has found. */
export function layoutOfGraph(drawn: Drawn, direction: Direction, graph: EngineNode): Layout {
  const nodes = new Map<string, EngineNode>()
  const collect = (node: EngineNode): void => {
    nodes.set(node.id, node)
    for (const inner of node.children ?? []) collect(inner)
  }
  collect(graph)
  const edges = new Map((graph.edges ?? []).map((edge) => [edge.id, edge]))
  const states = drawn.shown.states.map((shown, index): StateBox => {
    const { x = NaN, y = NaN, width = NaN, height = NaN } = nodes.get(`s${index}`) ?? {}
    return placed(drawn, shown, { x: round(x), y: round(y), width: round(width), height: round(height) })
  })
  const initials = drawn.shown.states.flatMap((shown, index): InitialMark[] => {
    const to = markOf(shown)
    const mark = nodes.get(`ms${index}`)
    if (to === undefined || mark === undefined) return []
    return [
      {
        x: round((mark.x ?? NaN) + initialRadius),
        y: round((mark.y ?? NaN) + initialRadius),
        radius: initialRadius,
        parent: shown.state.id,
        to: to.state.id,
        points: pointsOf(edges.get(`is${index}`)),
      },
    ]
  })
  const arrows = drawn.shown.arrows.map((arrow, index): ArrowPath => {
    const edge = edges.get(`a${index}`)
    const text = drawn.labels.get(arrow)
    const label = edge?.labels?.[0]
    const at = { x: round(label?.x ?? NaN), y: round(label?.y ?? NaN) }
    return {
      arrow: arrow.arrow.id,
      from: arrow.from.state.id,
      to: arrow.to.state.id,
      points: pointsOf(edge),
      ...(text === undefined
        ? {}
        : {
            label: { ...at, width: text.width, height: text.height, pieces: moved(text.pieces, at.x, at.y) },
          }),
    }
  })
  const { width = NaN, height = NaN } = graph
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    direction,
    way: 'layers',
    states,
    initials,
    arrows,
  }
}

/** The points at which a line bends, without those that lie on a straight piece. */
function pointsOf(edge: EngineEdge | undefined): Point[] {
  const points: Point[] = []
  for (const { startPoint, bendPoints = [], endPoint } of edge?.sections ?? []) {
    for (const { x, y } of [startPoint, ...bendPoints, endPoint]) {
      const next = { x: round(x), y: round(y) }
      const [before, last] = [points.at(-2), points.at(-1)]
      if (last !== undefined && last.x === next.x && last.y === next.y) continue
      const straight =
        before !== undefined &&
        last !== undefined &&
        ((before.x === last.x && last.x === next.x) || (before.y === last.y && last.y === next.y))
      if (straight) points.pop()
      points.push(next)
    }
  }
  return points
}

const round = (value: number): number => Math.round(value * 10) / 10
