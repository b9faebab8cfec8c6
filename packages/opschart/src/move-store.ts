import {
  exportStore as exportLines,
  importStore as importLines,
  type Imported,
  type Store,
} from '@opschart/core'
import { nodeCrypto } from '@opschart/runtime'

/** Everything that a store holds, as lines of JSON without their ends; see `opschart store export`. */
export function exportStore(store: Store): AsyncGenerator<string> {
  return exportLines(store, nodeCrypto)
}

/** Fills an empty store with such lines, whole or not at all; see `opschart store import`. */
export function importStore(
  store: Store,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<Imported> {
  return importLines(store, lines, nodeCrypto)
}
