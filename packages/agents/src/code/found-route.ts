/** A route as it stands in one file, before prefixes are known. */
export interface FoundRoute {
  readonly method: string
  readonly path: string
  /** The router's variable; empty for plain node:http. */
  readonly receiver: string
  /** Token where the route begins. */
  readonly start: number
  /** Tokens [from, to) of the handler. */
  readonly handler: readonly [number, number]
}
