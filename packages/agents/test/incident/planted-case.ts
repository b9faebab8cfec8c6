import { mkdirSync } from 'node:fs'
import path from 'node:path'

import type { JsonObject, OperationInput, Service } from '@opschart/core'

import { gitProject, type GitProject } from './git-project.ts'
import { readLogFile } from './log-lines.ts'
import { runService, type Traffic } from './running-service.ts'
import { requests } from './shop-service.ts'
import { operationInput, steppedClock, taskContext } from './task-context.ts'

/** When the release that fails goes live, or, where it does not begin with one, when the errors begin. */
export const zero = 1_767_225_600_000
export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute

/** A run of the service: which commit, what traffic, and whether its log names the version. */
export interface Run {
  readonly tag: string
  readonly traffic: readonly Traffic[]
  readonly namesVersion?: boolean
  /** What is put beside the checked out files before it starts. */
  readonly prepare?: () => void
}

/** An incident whose cause is known, because it was planted. */
export interface Planted {
  /** Tags in order of their deployments, oldest first; the last one is live. */
  readonly deployments: readonly { readonly tag: string; readonly time: number }[]
  readonly runs: readonly Run[]
  readonly service?: Partial<Service>
  readonly autonomy?: 'observe' | 'ask' | 'act'
  readonly signal?: number
  readonly now?: number
  readonly expected: {
    /** The commit that must rank first; null where naming one would be wrong. */
    readonly commit: string | null
    readonly kind: string
    readonly inRelease: boolean
    readonly decision: 'rollback' | 'resolve' | 'ask'
  }
}

export interface PlantedCase {
  readonly name: string
  plant(project: GitProject): Planted | Promise<Planted>
}

/** What the tasks made of a planted incident. */
export interface Outcome {
  readonly planted: Planted
  readonly triage: JsonObject
  readonly decision: JsonObject
  readonly input: OperationInput
  readonly root: string
}

/** Healthy traffic in the six minutes before a time. */
export function quiet(until: number): Traffic {
  return { from: until - 6 * minute, to: until, count: 40, paths: requests }
}

/** Traffic in the three minutes after a time. */
export function busy(from: number, paths: readonly string[] = requests): Traffic {
  return { from: from + 1500, to: from + 3 * minute, count: 60, paths }
}

/** The usual course: v1 has run for hours, v2 goes live, and its errors begin with its first requests. */
export function afterDeployment(namesVersion: boolean): Pick<Planted, 'deployments' | 'runs'> {
  return {
    deployments: [
      { tag: 'v1', time: zero - 3 * hour },
      { tag: 'v2', time: zero },
    ],
    runs: [
      { tag: 'v1', traffic: [quiet(zero)], namesVersion },
      { tag: 'v2', traffic: [busy(zero)], namesVersion },
    ],
  }
}

/** Plants a case, runs the service through it, and lets triage and decide loose on what is left behind. */
export async function play(
  planted: PlantedCase,
  tasks: {
    triage(input: OperationInput, context: ReturnType<typeof taskContext>): Promise<unknown>
    decide(input: OperationInput, context: ReturnType<typeof taskContext>): Promise<unknown>
  },
  look: (outcome: Outcome) => void | Promise<void>,
): Promise<void> {
  const project = gitProject()
  try {
    const plan = await planted.plant(project)
    const logFile = path.join(project.root, '.git', 'logs-of-the-service', 'shop.log')
    mkdirSync(path.dirname(logFile), { recursive: true })
    for (const run of plan.runs) {
      project.git('checkout', '--quiet', '--force', run.tag)
      run.prepare?.()
      await runService(project.root, logFile, run.traffic, run.namesVersion ? run.tag : undefined)
    }
    const now = plan.now ?? zero + 3 * minute
    const context = taskContext({
      root: project.root,
      logs: readLogFile(logFile),
      clock: steppedClock(now),
      service: { rollback: ['./deploy', '{previous}'], ...plan.service },
      ...(plan.autonomy === undefined ? {} : { autonomy: plan.autonomy }),
    })
    const deployments = plan.deployments.map(({ tag, time }) => ({
      lifecycle: `shop/${tag}`,
      version: tag,
      commit: project.git('rev-parse', `${tag}^{commit}`),
      time,
    }))
    const [previous, live] = [deployments.at(-2) ?? null, deployments.at(-1)]
    if (live === undefined) throw new Error('a planted case needs a live release')
    const input = operationInput({
      release: {
        lifecycle: live.lifecycle,
        name: live.lifecycle,
        version: live.version,
        commit: live.commit,
        previous,
        deployments,
      },
      signal: { time: plan.signal ?? zero + 40 * second },
    })
    const triage = (await tasks.triage(input, context)) as JsonObject
    const decision = (await tasks.decide({ ...input, results: { triage } }, context)) as JsonObject
    await look({ planted: plan, triage, decision, input, root: project.root })
  } finally {
    project.remove()
  }
}
