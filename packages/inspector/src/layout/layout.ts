/** A place on the drawing; all coordinates are absolute, in pixels, from its top left corner. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** An upright rectangle. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** What a piece of text says; the drawing gives each its look. */
export type TextRole =
  | 'title'
  | 'event'
  | 'guard'
  | 'action'
  | 'by'
  | 'starts'
  | 'description'
  | 'keyword'
  | 'name'
  | 'tag'

/** A piece of text on one line: `x` is where it begins, `y` its base line. */
export interface TextPiece extends Point {
  readonly role: TextRole
  readonly text: string
  readonly width: number
}

/** What a row in a state says of it; `stays` is an arrow that leads nowhere else. */
export type RowKind = 'description' | 'tags' | 'allow' | 'entry' | 'exit' | 'invoke' | 'stays' | 'folded'

/** A row in a state's box. */
export interface Row extends Box {
  readonly kind: RowKind
  readonly pieces: readonly TextPiece[]
  /** Id of the arrow that stays. */
  readonly arrow?: string
}

/** A state as it stands on the drawing. */
export interface StateBox extends Box {
  readonly id: string
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  /** Id of the state that it lies in; the root has none. */
  readonly parent?: string
  readonly depth: number
  /** Whether it is a region of a parallel state. */
  readonly region: boolean
  /** Whether its inner states are folded away. */
  readonly folded: boolean
  /** Height of the strip that holds its title. */
  readonly header: number
  readonly title: readonly TextPiece[]
  readonly rows: readonly Row[]
}

/** The dot from which a state's inner life begins, and the way to its first state. */
export interface InitialMark extends Point {
  /** Id of the state that it lies in. */
  readonly parent: string
  /** Id of the state that it leads to. */
  readonly to: string
  readonly radius: number
  readonly points: readonly Point[]
}

/** What is written on an arrow. */
export interface Label extends Box {
  readonly pieces: readonly TextPiece[]
}

/** An arrow's way from one box to another: straight pieces, upright or level. */
export interface ArrowPath {
  /** Id of the chart's arrow; one with several targets has a path to each, and its label on the first. */
  readonly arrow: string
  /** The states that it is drawn between: where one is folded away, the box that holds it. */
  readonly from: string
  readonly to: string
  readonly points: readonly Point[]
  readonly label?: Label
}

/** The direction in which a chart is read. */
export type Direction = 'down' | 'right'

/** How much is written, from the least: only what states are called, events as well, or everything that the chart says. */
export type Detail = 'states' | 'terse' | 'full'

/** Where everything of a chart stands: plain JSON. */
export interface Layout {
  readonly width: number
  readonly height: number
  readonly direction: Direction
  /** How it came about: `layers` is the good one; `lanes` is the plain one, which always succeeds. */
  readonly way: 'layers' | 'lanes'
  /** Parents before their children. */
  readonly states: readonly StateBox[]
  readonly initials: readonly InitialMark[]
  readonly arrows: readonly ArrowPath[]
}
