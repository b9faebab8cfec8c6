import {
  canonicalJson,
  OpschartError,
  type Crypto,
  type FeedbackLoop,
  type Lifecycle,
  type Task,
} from '@opschart/core'

import type { Charts } from './machines/charts.ts'

/** What decides now, by the hash of its definition. */
export interface Definitions {
  /** The hash for a decider; `unknown:<decider>` for one that is no more. A row is replayed by what it was decided under [D6]. */
  readonly of: (decider: string) => string
  /** Those of all that decides in the law: no machine's. */
  readonly ofLaw: readonly string[]
}

/** Hashes what decides. */
export function definitionHashes(
  crypto: Crypto,
  lifecycle: Lifecycle,
  loops: readonly FeedbackLoop[],
  charts: Charts,
): Definitions {
  const { definition, workflows } = lifecycle
  const known = new Map<string, string>([
    ['lifecycle', crypto.sha256(canonicalJson({ definition, workflows }))],
  ])
  for (const [name, workflow] of Object.entries(workflows)) {
    known.set(`workflow:${name}`, crypto.sha256(canonicalJson({ name, workflow })))
  }
  for (const loop of loops) known.set(`rule:${loop.name}`, crypto.sha256(canonicalJson(loop)))
  for (const decider of ['none', 'system']) known.set(decider, decider)
  return {
    of(decider) {
      const chart = decider.startsWith('machine:') ? charts.of(decider.slice('machine:'.length)) : undefined
      return chart?.definition ?? known.get(decider) ?? `unknown:${decider}`
    },
    ofLaw: [...known.values()],
  }
}

/** Refuses what cannot work together before anything is started. */
export function checkLoops(loops: readonly FeedbackLoop[]): void {
  const names = new Set<string>()
  for (const { name, threshold, clear } of loops) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
      throw new OpschartError(
        'configuration',
        `feedback loop ${JSON.stringify(name)}: a name is letters, digits, _ and -`,
      )
    }
    if (names.has(name)) throw new OpschartError('configuration', `two feedback loops are called ${name}`)
    if (clear > threshold) {
      throw new OpschartError(
        'configuration',
        `feedback loop ${name}: it clears at ${clear}, above its threshold ${threshold}`,
      )
    }
    names.add(name)
  }
}

/** Refuses a machine and a service of one name: `web/42` must be an actor of the one or a release of the other. */
export function checkNames(charts: Charts, services: ReadonlyMap<string, unknown>): void {
  const both = charts.names.find((name) => services.has(name))
  if (both === undefined) return
  throw new OpschartError(
    'configuration',
    `${both} is a machine and a service; ${both}/… could be either: call one of them another name`,
  )
}

/** Every agent there is: the law's, and those of tasks that are brought along. */
export function agentsOf({ definition }: Lifecycle, tasks: Iterable<Pick<Task, 'agent'>>): string[] {
  return [...new Set([...definition.agents, ...Array.from(tasks, ({ agent }) => agent)])].sort()
}
