import { withStatus, type Client, type OperationView, type StatusView } from '@opschart/core'

/**
 * The operations that wait for something, of all open releases, in the order of their ids. Each time only those releases
 * are asked for that may be others than the last time: there may be thousands.
 */
export function createWaiting(client: Pick<Client, 'status'>): () => Promise<readonly OperationView[]> {
  let known: StatusView | null = null
  return async () => {
    known = withStatus(known, await client.status(known === null ? {} : { since: known.mark }))
    return known.services.flatMap(({ lifecycles }) =>
      lifecycles.flatMap(({ operations }) =>
        operations.filter(({ status }) => status !== 'running' && status !== 'queued'),
      ),
    )
  }
}
