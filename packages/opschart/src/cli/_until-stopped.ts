/** What ends a command that goes on until it is told; a second one of a kind ends it at once. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Does something that goes on until the process is told to end, or `stop` is called. */
export async function untilStopped<Result>(
  work: (stopped: AbortSignal, stop: () => void) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const stop = () => ending.abort()
  // Before anything runs: from its first moment on, it ends in good order.
  for (const signal of signals) process.once(signal, stop)
  try {
    return await work(ending.signal, stop)
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}
