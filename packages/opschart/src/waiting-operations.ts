import type { Client, OperationView } from '@opschart/core'

/**
 * The operations that wait for something, of all open releases, in the order of their ids. Each time only those releases
 * are asked for that may be others than the last time: there may be thousands.
 */
export function createWaiting(client: Pick<Client, 'status'>): () => Promise<readonly OperationView[]> {
  let mark: string | undefined
  let waiting = new Map<string, readonly OperationView[]>()
  return async () => {
    const status = await client.status(mark === undefined ? {} : { since: mark })
    if (status.gone === undefined) waiting = new Map()
    for (const id of status.gone ?? []) waiting.delete(id)
    for (const { lifecycles } of status.services) {
      for (const { id, operations } of lifecycles) {
        const own = operations.filter(({ status: now }) => now !== 'running' && now !== 'queued')
        if (own.length === 0) waiting.delete(id)
        else waiting.set(id, own)
      }
    }
    mark = status.mark
    return [...waiting].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, own]) => own)
  }
}
