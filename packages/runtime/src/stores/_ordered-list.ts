/** A list that is always in order: adding and removing find their place by halving. */
export interface OrderedList<T> {
  add(item: T): void
  /** Takes out the item that compares as equal; nothing happens when there is none. */
  remove(item: T): void
  /** The items in order: to be read, not to be changed. */
  readonly items: readonly T[]
}

/** An empty ordered list. No two of its items may compare as equal. */
export function orderedList<T>(compare: (one: T, other: T) => number): OrderedList<T> {
  const items: T[] = []
  const place = (item: T) => {
    let [low, high] = [0, items.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(items[middle] as T, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    items,
    add(item) {
      items.splice(place(item), 0, item)
    },
    remove(item) {
      const index = place(item)
      const found = items[index]
      if (found !== undefined && compare(found, item) === 0) items.splice(index, 1)
    },
  }
}
