/** A connection that is made again whenever it ends. */
export interface Dialled {
  close(): void
}
