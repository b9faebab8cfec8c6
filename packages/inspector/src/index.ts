export { mermaidOf } from './draw/mermaid-of.ts'
export { svgOf, type Look } from './draw/svg-of.ts'
export { palettes, styleOf, type Palette, type Theme } from './draw/theme.ts'
export {
  elkEngine,
  type EngineEdge,
  type EngineLabel,
  type EngineNode,
  type EngineSection,
  type LayoutEngine,
} from './layout/engine.ts'
export { faultsOf, type Fault, type FaultKind } from './layout/geometry.ts'
export type {
  ArrowPath,
  Box,
  Detail,
  Direction,
  InitialMark,
  Label,
  Layout,
  Point,
  Row,
  RowKind,
  StateBox,
  TextPiece,
  TextRole,
} from './layout/layout.ts'
export { layoutChart, type LayoutOptions } from './layout/layout-chart.ts'
export { createLayouts, type Layouts } from './layout/layouts.ts'
export { fontFamily, measureSans, type Measure } from './layout/measure.ts'
export { pageFiles, type PageFile } from './page-files.ts'
export { storyPage, type Story } from './story/story-page.ts'
