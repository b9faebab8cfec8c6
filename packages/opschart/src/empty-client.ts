import { OpschartError, type ForeseeingClient, type InspectionMessage } from '@opschart/core'

/** The client of a process that runs nothing of ours: its journal is empty, and it answers no questions. */
export function emptyClient(): ForeseeingClient {
  const no = () => {
    throw new OpschartError(
      'unsupported',
      'there is no journal here: only other apps are inspected; createInspector({ runtime }) shows one',
    )
  }
  const none = async () => no()
  return {
    as: no,
    asIf: no,
    withToken: async () => undefined,
    status: none,
    read: async () => undefined,
    actor: async () => undefined,
    past: async () => undefined,
    log: async () => [],
    why: async () => [],
    async *subscribe() {},
    audit: none,
    digest: none,
    record: none,
    fits: async () => [],
    whatIf: async () => undefined,
    whoMay: async () => undefined,
    async *inspection(): AsyncGenerator<InspectionMessage> {},
  }
}
