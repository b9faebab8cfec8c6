/** What is kept in memory of values that are read by name. */
export interface Recalled<T> {
  /** The value of a name: as it is remembered, else as it is read now. */
  get(name: string): T
  /** Remembers what has just been written. */
  set(name: string, value: T): void
  clear(): void
}

/** How many names are remembered; when there are more, all are read anew. */
const most = 10_000

/** Remembers what `read` has given, until it is cleared. */
export function recalled<T>(read: (name: string) => T): Recalled<T> {
  const values = new Map<string, T>()
  function set(name: string, value: T): void {
    if (values.size >= most) values.clear()
    values.set(name, value)
  }
  return {
    get(name) {
      const known = values.get(name)
      if (known !== undefined) return known
      const value = read(name)
      set(name, value)
      return value
    },
    set,
    clear: () => values.clear(),
  }
}
