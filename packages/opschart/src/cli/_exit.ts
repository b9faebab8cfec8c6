import type { ActAnswer, OpschartError, Verdict } from '@opschart/core'

/** What a command's exit code says to a script. */
export const exitCodes = {
  /** Done. */
  done: 0,
  /** It failed, or what was looked at is not sound. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** The law, or the gate before a person's act, said no. */
  refused: 3,
  /** Not yet: it waits for a phase or for an approval. */
  waiting: 4,
  /** No daemon runs, or it does not answer. */
  unreachable: 5,
} as const

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Meanings of the exit codes, for help. */
export const exitMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'failed, or not sound',
  2: 'wrong usage',
  3: 'refused by the law',
  4: 'waits: not yet',
  5: 'no daemon answers',
}

/** The exit code of a verdict. */
export function exitOfVerdict(verdict: Verdict): ExitCode {
  switch (verdict.kind) {
    case 'accepted':
      return exitCodes.done
    case 'ignored':
      // A name that nothing knows is a slip, and for a script as bad as a release that is not there.
      return verdict.unknown === undefined ? exitCodes.done : exitCodes.failed
    case 'waiting':
      return exitCodes.waiting
    case 'refused':
    case 'violation':
      return exitCodes.refused
    case 'unrouted':
      return exitCodes.failed
  }
}

/** The exit code of a person's act. */
export function exitOfAnswer(answer: ActAnswer): ExitCode {
  if (answer.done) return exitCodes.done
  return answer.verdict?.kind === 'waiting' ? exitCodes.waiting : exitCodes.refused
}

/** The exit code of an error that ended a command. */
export function exitOfError(error: unknown): ExitCode {
  if (!isOpschartError(error)) return exitCodes.failed
  switch (error.code) {
    case 'unreachable':
      return exitCodes.unreachable
    case 'forbidden':
      return exitCodes.refused
    case 'input':
      return exitCodes.usage
    case 'busy':
    case 'closed':
    case 'configuration':
    case 'conflict':
    case 'storage':
    case 'store_version':
    case 'unsupported':
      return exitCodes.failed
  }
}

/** Whether it is an error of ours. By its name: loading core for it would make `--help` wait. */
export function isOpschartError(error: unknown): error is OpschartError {
  return error instanceof Error && error.name === 'OpschartError'
}
