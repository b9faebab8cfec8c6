import { canonicalJson, OpschartError, type ErrorCode, type Store } from '@opschart/core'

/**
 * One promise of a port, as data. An implementation proves itself by running each case with what makes a fresh one of
 * it, under any test runner; a broken promise is an exception that says what was expected.
 */
export interface Case<Port> {
  /** What is promised; begins with the clause of the specification that it proves, where there is one. */
  readonly name: string
  readonly run: (make: () => Port | Promise<Port>) => Promise<void>
}

/** A place where a durable store lies: each `open` gives another store over the same data. */
export interface StorePlace {
  open(): Store | Promise<Store>
}

/** A case of a store: it gets a fresh one, which is closed afterwards. */
export function storeCase(name: string, body: (store: Store) => Promise<void>): Case<Store> {
  return {
    name,
    async run(make) {
      const store = await make()
      try {
        await body(store)
      } finally {
        await store.close()
      }
    },
  }
}

/** A case of a durable store: it gets what opens stores over one place; all of them are closed afterwards. */
export function placeCase(
  name: string,
  body: (open: () => Promise<Store>) => Promise<void>,
): Case<StorePlace> {
  return {
    name,
    async run(make) {
      const place = await make()
      const opened: Store[] = []
      try {
        await body(async () => {
          const store = await place.open()
          opened.push(store)
          return store
        })
      } finally {
        for (const store of opened) await store.close()
      }
    },
  }
}

/** @throws Error when the two are not the same JSON. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, shouldBe] = [shown(actual), shown(expected)]
  if (is !== shouldBe) throw new Error(`${what}: expected ${shouldBe}, got ${is}`)
}

function shown(value: unknown): string {
  return value === undefined ? 'undefined' : canonicalJson(value)
}

/** @throws Error when the promise does not reject with an OpschartError of this code. */
export async function rejects(promise: Promise<unknown>, code: ErrorCode, what: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error === undefined) throw new Error(`${what}: expected a rejection with code ${code}, got an answer`)
  if (!(error instanceof OpschartError)) {
    throw new Error(`${what}: expected an OpschartError, got ${String(error as Error)}`, { cause: error })
  }
  same(error.code, code, `${what}: the code`)
}
