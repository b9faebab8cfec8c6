import { OpschartError, type Store } from '@opschart/core'

/** What a test does to a store. */
export interface Weather {
  /** True: nothing can be written, as on a full disk. */
  full: boolean
  /** Told of every commit that was asked for. */
  tries: number
}

/** A store that cannot write while the weather says so. What was written stays, and can be read. */
export function failingStore(store: Store, weather: Weather): Store {
  const whenWritable = async <Answer>(write: () => Promise<Answer>): Promise<Answer> => {
    weather.tries += 1
    if (weather.full) throw new OpschartError('storage', 'the disk is full')
    return write()
  }
  return {
    ...store,
    commit: (units) => whenWritable(() => store.commit(units)),
    claim: (claim) => whenWritable(() => store.claim(claim)),
    renew: (renewal) => whenWritable(() => store.renew(renewal)),
  }
}
