import type { Json } from '../json.ts'
import type { BaseState, Beginning } from './pruning.ts'
import type { Fact, JournalRow, StoredActor, StoredWork, Timer } from './store.ts'

/**
 * One thing that a store holds, as it goes from one store to another. They come in the order of this list, `head` first
 * and once: the base in its own order; signals and rows by sequence; actors, facts and checkpoints by name, in the order
 * of its UTF-8 bytes (where half of a surrogate pair counts as U+FFFF and its four digits); work and timers in the order
 * in which they were written.
 */
export type StoreRecord =
  | { readonly kind: 'head'; readonly sequence: number; readonly hash: string; readonly beginning: Beginning }
  | ({ readonly kind: 'base'; readonly of: BaseState['kind'] } & Omit<BaseState, 'kind'>)
  /** A signal whose row was pruned: the first 32 digits of the SHA-256 of `<length of source>:<source><id>`. */
  | { readonly kind: 'known'; readonly hash: string; readonly sequence: number }
  | ({ readonly kind: 'row' } & JournalRow)
  | ({ readonly kind: 'actor' } & StoredActor)
  | ({ readonly kind: 'fact' } & Fact)
  | { readonly kind: 'checkpoint'; readonly watcher: string; readonly value: Json }
  | ({ readonly kind: 'work' } & Omit<StoredWork, 'status'>)
  | ({ readonly kind: 'timer' } & Timer)

/** What a store that can be moved elsewhere can do; see `exportStore` and `importStore`. */
export interface Transfer {
  /** All that the store holds at one moment, however long it is read and whatever is written meanwhile. */
  contents(): AsyncIterable<StoreRecord>
  /**
   * Takes in what another store held, whole or not at all: when `records` fails, nothing of it is there. The same records
   * come out of {@link Transfer.contents} afterwards.
   *
   * @throws OpschartError `input` when the store is not empty, or a name stands in the records twice.
   */
  fill(records: AsyncIterable<StoreRecord>): Promise<void>
}
