import {
  isFailedRequest,
  isRequest,
  OperationError,
  type JsonObject,
  type OperationInput,
  type Task,
  type TaskContext,
} from '@opschart/core'

import { member, numberMember, textMember } from '../project/json-value.ts'
import { oneLine } from '../project/plain-text.ts'
import { projectFiles } from '../project/project-files.ts'
import { openRepository } from './git-repository.ts'
import { outputOf } from './incident-facts.ts'
import { migrationRisks } from './migration-risk.ts'
import { rollbackCommand, type RollbackCommand } from './rollback-command.ts'

/** Fewest requests that can show that an incident is over. */
export const minSamples = 50

/** Error rate up to which a service counts as well. */
export const clearThreshold = 0.01

/** Least confidence in a cause that a roll-back may rest on. */
export const leastConfidence = 0.5

const recent = 60_000

interface Check {
  readonly check: string
  readonly holds: boolean
  readonly detail: string
}

/**
 * Decides what follows from triage: `rollback`, `resolve`, or `ask` a person. Each condition is checked and reported,
 * also those that hold. Changes nothing; asks whenever one condition for a roll-back does not hold.
 */
export function decide(): Task {
  return {
    agent: 'incident-response-agent',
    task: 'decide',
    title: 'Decides between rolling back, resolving and asking a person, with the reasons',
    changes: 'nothing',
    timeout: 60_000,
    run: (input, context) => decideIncident(input, context),
  }
}

type DecideContext = Pick<TaskContext, 'logs' | 'clock' | 'run' | 'key' | 'root' | 'service' | 'autonomy'>

async function decideIncident(input: OperationInput, context: DecideContext): Promise<JsonObject> {
  const triage = outputOf(input, 'triage')
  const cause = {
    kind: textMember(triage, 'cause', 'kind') ?? 'unknown',
    confidence: numberMember(triage, 'cause', 'confidence') ?? 0,
    commit: textMember(triage, 'cause', 'commit'),
    in_release: member(triage, 'cause', 'in_release') === true,
    summary: oneLine(textMember(triage, 'cause', 'summary') ?? 'triage gave no cause', 400),
  }
  const answer = (
    decision: string,
    reason: string,
    checks: readonly Check[],
    plan?: RollbackCommand,
  ): JsonObject => ({
    decision,
    reason: oneLine(reason, 500),
    evidence: [
      ...evidenceOf(triage),
      ...checks.map(({ check, detail }) => ({ what: check, detail: oneLine(detail, 300) })),
    ],
    checks: checks.map(({ check, holds, detail }) => ({ check, holds, detail: oneLine(detail, 300) })),
    cause,
    onset: numberMember(triage, 'onset') ?? null,
    incident: input.incident,
    ...(plan === undefined ? {} : { command: plan.command, from: plan.from, to: plan.to }),
  })

  const cleared = await hasCleared(triage, input, context)
  if (cleared.holds) return answer('resolve', cleared.detail, [cleared])

  const planned = plannedRollback(input, context)
  const plan = 'command' in planned ? planned : undefined
  const checks: Check[] = [
    cleared,
    {
      check: 'cause_is_known',
      holds: cause.kind !== 'unknown' && cause.kind !== 'external' && cause.confidence >= leastConfidence,
      detail: `${cause.kind}, confidence ${cause.confidence}: ${cause.summary}`,
    },
    {
      check: 'cause_is_in_this_release_only',
      holds: cause.in_release,
      detail: cause.in_release
        ? `the live release ${input.release.version} carries it, the one before does not`
        : 'the earlier release would not be free of it',
    },
    {
      check: 'roll_back_is_possible',
      holds: plan !== undefined,
      detail: 'command' in planned ? `to ${planned.to}` : planned.why,
    },
    await schemaAllows(input, context),
    autonomyCheck(context, plan),
  ]
  const against = checks.slice(1).filter((check) => !check.holds)
  if (against.length === 0 && plan !== undefined) {
    return answer('rollback', `${cause.summary}; ${plan.to} can be put back`, checks, plan)
  }
  return answer('ask', against.map((check) => check.detail).join('; '), checks, plan)
}

function plannedRollback(
  input: OperationInput,
  context: DecideContext,
): RollbackCommand | { readonly why: string } {
  try {
    return rollbackCommand(input, context.service)
  } catch (error) {
    if (error instanceof OperationError) return { why: error.message }
    throw error
  }
}

/** Whether requests have been well again: the last minute, or the last requests when they are few. */
async function hasCleared(triage: unknown, input: OperationInput, context: DecideContext): Promise<Check> {
  const check = 'measure_cleared'
  const now = context.clock.now()
  const onset = numberMember(triage, 'onset') ?? input.signal.time
  const requests = (await context.logs(onset, now + 1)).filter(isRequest)
  const lately = requests.filter((entry) => entry.time > now - recent)
  const sample = lately.length >= minSamples ? lately : requests.slice(-minSamples)
  const failed = sample.filter(isFailedRequest).length
  const rate = sample.length === 0 ? 0 : failed / sample.length
  const measured = `${failed} of the last ${sample.length} requests failed`
  if (sample.length < minSamples)
    return { check, holds: false, detail: `${measured}; ${minSamples} are needed to tell` }
  if (rate > clearThreshold)
    return { check, holds: false, detail: `${measured}, more than ${clearThreshold * 100} %` }
  const missing = failingRoutes(triage).filter((route) => !sample.some((entry) => entry.route === route))
  // Nobody asked for what failed: that says nothing about whether it would fail.
  if (missing.length > 0)
    return { check, holds: false, detail: `${measured}, but none asked for ${missing.join(', ')}` }
  return { check, holds: true, detail: `${measured}: the measure has cleared` }
}

function failingRoutes(triage: unknown): string[] {
  const groups = member(triage, 'groups')
  const first: unknown = Array.isArray(groups) ? groups[0] : undefined
  const routes = member(first, 'routes')
  return Array.isArray(routes) ? routes.slice(0, 1).flatMap((route) => textMember(route, 'route') ?? []) : []
}

async function schemaAllows(input: OperationInput, context: DecideContext): Promise<Check> {
  const check = 'no_irreversible_migration'
  const folder = context.service.migrations ?? 'migrations'
  const { release } = input
  if (release.previous === null)
    return { check, holds: true, detail: 'there is no earlier release to compare with' }
  const repository = await openRepository(context)
  const to = await repository?.resolve(release)
  const from = await repository?.resolve(release.previous)
  if (repository === null || !to || !from) {
    const present = await projectFiles(context.root).list(folder, () => true)
    return present.length === 0
      ? { check, holds: true, detail: `there are no migrations in ${folder}` }
      : {
          check,
          holds: false,
          detail: 'the two releases cannot be compared, so that migrations between them cannot be ruled out',
        }
  }
  const risks = await migrationRisks(repository, from, to, `${repository.prefix}${folder}`)
  if (risks.length === 0)
    return { check, holds: true, detail: 'no irreversible migration lies between the releases' }
  const named = risks.slice(0, 3).map((risk) => `${risk.file} ${risk.why}`)
  return { check, holds: false, detail: `migrations stand in the way: ${named.join('; ')}` }
}

function autonomyCheck(context: DecideContext, plan: RollbackCommand | undefined): Check {
  const autonomy = context.autonomy('incident-response-agent', 'roll_back')
  const holds = autonomy !== 'observe'
  const command = plan === undefined ? '' : `; this would have run: ${JSON.stringify(plan.command)}`
  const detail = holds ? `roll_back may ${autonomy}` : `autonomy for roll_back is observe${command}`
  return { check: 'autonomy', holds, detail }
}

function evidenceOf(triage: unknown): JsonObject[] {
  const suspects = member(triage, 'suspects')
  const evidence = member(Array.isArray(suspects) ? suspects[0] : undefined, 'evidence')
  if (!Array.isArray(evidence)) return []
  return evidence.slice(0, 4).map((one: unknown) => ({
    what: oneLine(textMember(one, 'what'), 60),
    detail: oneLine(textMember(one, 'detail'), 300),
    ...(textMember(one, 'file') === undefined ? {} : { file: oneLine(textMember(one, 'file')) }),
    ...(numberMember(one, 'line') === undefined ? {} : { line: numberMember(one, 'line') }),
  }))
}
