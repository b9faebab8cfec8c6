/** A graph as the engine takes and gives it: of ELK's JSON form, the part that is used here. */
export interface EngineNode {
  readonly id: string
  readonly layoutOptions?: Readonly<Record<string, string>>
  readonly x?: number
  readonly y?: number
  readonly width?: number
  readonly height?: number
  readonly children?: readonly EngineNode[]
  readonly edges?: readonly EngineEdge[]
}

/** A line between two nodes of an engine's graph. */
export interface EngineEdge {
  readonly id: string
  readonly sources: readonly string[]
  readonly targets: readonly string[]
  readonly layoutOptions?: Readonly<Record<string, string>>
  readonly labels?: readonly EngineLabel[]
  readonly sections?: readonly EngineSection[]
}

/** A text on an engine's line. */
export interface EngineLabel {
  readonly text: string
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly layoutOptions?: Readonly<Record<string, string>>
}

/** The way that an engine's line takes. */
export interface EngineSection {
  readonly startPoint: EnginePoint
  readonly bendPoints?: readonly EnginePoint[]
  readonly endPoint: EnginePoint
}

interface EnginePoint {
  readonly x: number
  readonly y: number
}

/**
 * Lays graphs out. A page gives one of its own, of `elkjs/lib/elk-api.js` with a worker:
 * `{ layout: (graph) => elk.layout(graph) }`.
 */
export interface LayoutEngine {
  /** The graph with places. It may fail; then the same graph is asked for again with fewer options. */
  layout(graph: EngineNode): Promise<EngineNode>
}

/** ELK in this process. It is loaded by the first layout, and works on this thread. */
export function elkEngine(): LayoutEngine {
  let elk: Promise<LayoutEngine> | undefined
  return {
    async layout(graph) {
      elk ??= import('elkjs/lib/elk.bundled.js').then(
        ({ default: { default: Elk } }) => new Elk() as unknown as LayoutEngine,
      )
      return await (await elk).layout(graph)
    },
  }
}
