import type { Client, LogEntryView } from '@opschart/core'

/** Each row from there on, until the command is to end. */
export async function* rowsUntil(
  client: Pick<Client, 'subscribe'>,
  from: number,
  stopped: AbortSignal,
): AsyncGenerator<LogEntryView> {
  const rows = client.subscribe({ from })[Symbol.asyncIterator]()
  // Told anew for each row: racing one promise of the end for all of them would pile up on it.
  let leave = () => {}
  stopped.addEventListener('abort', () => leave(), { once: true })
  try {
    while (!stopped.aborted) {
      const next = await new Promise<IteratorResult<LogEntryView> | undefined>((resolve, reject) => {
        leave = () => resolve(undefined)
        rows.next().then(resolve, reject)
      })
      if (next === undefined || next.done === true) return
      yield next.value
    }
  } finally {
    // Not waited for: it may be asleep until a row comes.
    void Promise.resolve(rows.return?.()).catch(() => {})
  }
}
