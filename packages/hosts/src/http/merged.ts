/**
 * Several streams as one: each item as it comes, in turn where several have some; of each stream one item is asked for
 * ahead of the reader. It ends with the last of them, fails with the first that fails, and a reader that leaves ends all.
 */
export function merged<Item>(streams: readonly AsyncIterable<Item>[]): AsyncIterable<Item> {
  return { [Symbol.asyncIterator]: () => iterate(streams.map((stream) => stream[Symbol.asyncIterator]())) }
}

type Arrived<Item> = { readonly iterator: AsyncIterator<Item> } & (
  | { readonly result: IteratorResult<Item> }
  | { readonly error: unknown }
)

function iterate<Item>(iterators: readonly AsyncIterator<Item>[]): AsyncIterator<Item> {
  const open = new Set(iterators)
  const arrived: Arrived<Item>[] = []
  let idle = [...iterators]
  // Woken by whatever comes: racing the same sleeping promise for each item would pile up on it.
  let wake = () => {}
  const come = (item: Arrived<Item>) => {
    arrived.push(item)
    wake()
  }
  const end = () => {
    arrived.length = 0
    // Not waited for: one that sleeps until its next item would only end with it.
    for (const iterator of open) void Promise.resolve(iterator.return?.()).catch(() => {})
    open.clear()
    wake()
  }
  return {
    async next() {
      while (open.size > 0) {
        for (const iterator of idle.splice(0)) {
          iterator.next().then(
            (result) => come({ iterator, result }),
            (error: unknown) => come({ iterator, error }),
          )
        }
        const item = arrived.shift()
        if (item === undefined) {
          await new Promise<void>((resolve) => (wake = resolve))
          continue
        }
        if ('error' in item) {
          open.delete(item.iterator)
          end()
          throw item.error
        }
        if (item.result.done === true) open.delete(item.iterator)
        else {
          idle = [item.iterator]
          return item.result
        }
      }
      return { done: true, value: undefined }
    },
    return() {
      end()
      return Promise.resolve({ done: true, value: undefined })
    },
  }
}
