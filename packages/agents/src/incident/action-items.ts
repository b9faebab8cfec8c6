import { member, numberMember, textMember } from '../project/json-value.ts'
import { markdownCode, markdownText } from '../project/plain-text.ts'
import { firstOf, listOf, type ReportFacts } from './report-facts.ts'

/**
 * What would keep an incident from coming back, or make the next one shorter: derived from the evidence, never from a
 * list of good advice. Markdown, one sentence each; each for a reason that the report shows.
 */
export function actionItems(facts: ReportFacts): string[] {
  return [...aboutCause(facts), ...aboutDetection(facts), ...aboutRecovery(facts)]
}

function aboutCause({ triage, version }: ReportFacts): string[] {
  const cause = textMember(triage, 'cause', 'kind') ?? 'unknown'
  if (cause === 'unknown') {
    return [
      'Find the cause: triage did not name one. Begin with the error groups above.',
      ...(hasStacks(triage)
        ? []
        : ['Write stack traces into the log: without them no error could be traced to a line.']),
    ]
  }
  const commit = textMember(triage, 'cause', 'commit')
  const suspect =
    listOf(triage, 'suspects').find((one) => textMember(one, 'commit') === commit) ??
    firstOf(triage, 'suspects')
  const evidence = listOf(suspect, 'evidence')
  const again =
    commit === undefined
      ? []
      : [
          `Mend or revert ${markdownCode(commit.slice(0, 12))} before ${markdownText(version, 80)} is deployed again.`,
        ]
  return [...again, ...evidence.slice(0, 2).flatMap(itemFor)]
}

function itemFor(evidence: unknown): string[] {
  const file = textMember(evidence, 'file')
  const line = numberMember(evidence, 'line')
  const place =
    file === undefined ? 'the failing code' : markdownCode(line === undefined ? file : `${file}:${line}`)
  switch (textMember(evidence, 'what') ?? '') {
    case 'removed_check':
      return [
        `Put the check at ${place} back, or make sure that what it guarded against cannot come; add a test with such a value.`,
      ]
    case 'changed_failing_line':
    case 'changed_failing_function':
    case 'changed_value':
    case 'removed_near_failing_line':
      return [`Add a test that runs ${place} with the input that failed.`]
    case 'changed_called_function':
      return [
        `Add a test over the border between ${place} and what calls it: the failure shows in the caller.`,
      ]
    case 'removed_name':
    case 'edited_name':
    case 'added_name':
      return [
        `Find every use of what was renamed or removed at ${place}; a contract test or a type would have shown it.`,
      ]
    case 'configuration_value':
    case 'configuration_key':
      return [
        `Check the setting at ${place} when the service starts, so that a wrong one fails the deployment and not requests.`,
      ]
    case 'dependency_in_stack':
    case 'dependency_named':
    case 'dependency_called':
      return [`Hold the dependency in ${place} at its earlier version, and add a test of what is used of it.`]
    case 'database_object':
      return [
        `Split the migration ${place}: first a release that no longer needs the old form, then its removal.`,
      ]
    case 'outside':
      return [
        'Give calls to this upstream a time-out, a fallback or a circuit breaker, and an alert of its own.',
      ]
    case 'time':
      return ['Deploy in smaller steps: no single commit could be told apart as the cause.']
    default:
      return []
  }
}

function aboutDetection({ triage, signal, impact }: ReportFacts): string[] {
  const items: string[] = []
  const delay = signal.time - impact.from
  if (numberMember(triage, 'onset') !== undefined && delay > 120_000) {
    items.push(
      `Notice it sooner: ${Math.round(delay / 60_000)} minutes passed from the first failure to the signal; lower the threshold or its \`for\`.`,
    )
  }
  if (member(triage, 'deployment', 'began_before') === true) {
    items.push('Alert on this error: it was there before this release, and nothing told of it.')
  }
  return items
}

function aboutRecovery({ rollBack, recovery, canRollBack, previous }: ReportFacts): string[] {
  const items: string[] = []
  if (!canRollBack && previous !== null)
    items.push('Configure `rollback` for this service: there was no command to go back with.')
  if (rollBack !== undefined && member(recovery, 'recovered') === 'unknown') {
    items.push('Confirm the recovery by hand: too few requests came after the roll-back to tell.')
  }
  if (member(recovery, 'recovered') === false)
    items.push('The roll-back did not help: look for a second cause, or an outside one.')
  return items
}

function hasStacks(triage: unknown): boolean {
  return listOf(triage, 'groups').some((group) => listOf(group, 'frames').length > 0)
}
