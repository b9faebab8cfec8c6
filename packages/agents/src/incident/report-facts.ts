import {
  isFailedRequest,
  isRequest,
  type JsonObject,
  type OperationInput,
  type TaskContext,
} from '@opschart/core'

import { member, numberMember, textMember } from '../project/json-value.ts'
import { compare } from '../project/project-files.ts'
import { incidentOf, outputOf } from './incident-facts.ts'
import { investigate } from './investigate.ts'
import { triageOutput } from './triage.ts'

/** How much users felt an incident, measured in the log. */
export interface Impact {
  readonly from: number
  readonly to: number
  readonly requests: number
  readonly failed: number
  /** Routes with failures, most first. */
  readonly routes: readonly { readonly route: string; readonly requests: number; readonly failed: number }[]
}

/** What a report is written from. Texts may be outside text; the writer makes them harmless. */
export interface ReportFacts {
  readonly incident: string
  readonly service: string
  readonly release: string
  readonly version: string
  readonly previous: string | null
  readonly signal: { readonly type: string; readonly time: number }
  readonly deployments: readonly { readonly version: string; readonly time: number }[]
  readonly triage: unknown
  readonly decision: unknown
  readonly rollBack: unknown
  readonly recovery: unknown
  readonly impact: Impact
  /** A roll-back is configured. */
  readonly canRollBack: boolean
}

/** Gathers what is known of an incident; investigates anew where no step before has handed on its findings. */
export async function reportFacts(input: OperationInput, context: TaskContext): Promise<ReportFacts> {
  const triage: unknown = outputOf(input, 'triage') ?? triageOutput(await investigate(input, context))
  const rollBack = outputOf(input, 'roll_back')
  const recovery = outputOf(input, 'verify_recovery')
  const from = numberMember(triage, 'onset') ?? input.signal.time
  const to = Math.max(from, numberMember(rollBack, 'restarted_at') ?? context.clock.now())
  return {
    incident: incidentOf(input),
    service: input.release.service,
    release: input.release.name,
    version: input.release.version,
    previous: input.release.previous?.version ?? null,
    signal: { type: input.signal.type, time: input.signal.time },
    deployments: input.release.deployments
      .filter((deployment) => deployment.time <= to)
      .slice(-3)
      .map(({ version, time }) => ({ version, time })),
    triage,
    decision: outputOf(input, 'decide'),
    rollBack,
    recovery,
    impact: await measureImpact(context, triage, from, to),
    canRollBack: context.service.rollback !== undefined,
  }
}

/** The incident's title: what the most frequent failure said, or the kind of the signal where nothing is known. */
export function reportTitle(facts: ReportFacts): string {
  return (
    textMember(firstOf(facts.triage, 'groups'), 'title') ??
    facts.signal.type.toLowerCase().replaceAll('_', ' ')
  )
}

/** The first element of a list that an output has; undefined when it has none. */
export function firstOf(value: unknown, list: string): unknown {
  return listOf(value, list)[0]
}

/** A list that an output has; empty when it has none. */
export function listOf(value: unknown, list: string): unknown[] {
  const found = member(value, list)
  return Array.isArray(found) ? found : []
}

async function measureImpact(
  context: Pick<TaskContext, 'logs'>,
  triage: unknown,
  from: number,
  to: number,
): Promise<Impact> {
  const requests = (await context.logs(from, to + 1)).filter(isRequest)
  const routes = new Map<string, { requests: number; failed: number }>()
  for (const entry of requests) {
    const route = entry.route ?? '(no route)'
    const counts = routes.get(route) ?? { requests: 0, failed: 0 }
    counts.requests++
    if (isFailedRequest(entry)) counts.failed++
    routes.set(route, counts)
  }
  const failed = requests.filter(isFailedRequest).length
  // The log keeps the newest entries only: triage, which looked earlier, may have seen more.
  const [seen, seenFailed] = [numberMember(triage, 'requests') ?? 0, numberMember(triage, 'failed') ?? 0]
  const best =
    seenFailed > failed ? { requests: seen, failed: seenFailed } : { requests: requests.length, failed }
  return {
    from,
    to,
    ...best,
    routes: [...routes]
      .filter(([, counts]) => counts.failed > 0)
      .map(([route, counts]) => ({ route, ...counts }))
      .toSorted((a, b) => b.failed - a.failed || compare(a.route, b.route))
      .slice(0, 10),
  }
}

/** The facts of a report's head, as its front matter holds them. */
export function frontMatter(facts: ReportFacts): JsonObject {
  const { impact } = facts
  return {
    incident: facts.incident,
    service: facts.service,
    release: facts.release,
    began: new Date(impact.from).toISOString(),
    ended: member(facts.recovery, 'recovered') === true ? new Date(impact.to).toISOString() : null,
    requests: impact.requests,
    failed: impact.failed,
    cause: textMember(facts.triage, 'cause', 'kind') ?? 'unknown',
    confidence: numberMember(facts.triage, 'cause', 'confidence') ?? 0,
    recovered: (member(facts.recovery, 'recovered') as boolean | string | undefined) ?? null,
  }
}
