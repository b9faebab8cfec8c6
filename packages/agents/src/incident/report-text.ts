import { member, numberMember, textMember, textsMember } from '../project/json-value.ts'
import { markdownCode, markdownText } from '../project/plain-text.ts'
import { actionItems } from './action-items.ts'
import { firstOf, listOf, reportTitle, type ReportFacts } from './report-facts.ts'
import { duration, isoTime } from './status-page.ts'

/**
 * An incident's report as Markdown, without front matter: summary, timeline, impact, cause, what was done, recovery,
 * action items. Numbers are measured ones; people are not named.
 */
export function reportText(facts: ReportFacts): string {
  const title = markdownText(reportTitle(facts), 100)
  const sections = [
    `# ${title}`,
    `## Summary\n\n${summary(facts)}`,
    `## Timeline\n\n${timeline(facts)}`,
    `## Impact\n\n${impactText(facts)}`,
    `## Cause\n\n${causeText(facts)}`,
    `## What was done\n\n${doneText(facts)}`,
    `## Recovery\n\n${recoveryText(facts)}`,
    `## Action items\n\n${items(facts)}`,
  ]
  return `${sections.join('\n\n')}\n`
}

function summary(facts: ReportFacts): string {
  const { impact } = facts
  const cause = textMember(facts.triage, 'cause', 'summary') ?? 'not known'
  const kind = textMember(facts.triage, 'cause', 'kind') ?? 'unknown'
  const to = textMember(facts.rollBack, 'to')
  const done = to === undefined ? 'No roll-back was made.' : `Version ${markdownText(to, 80)} was put back.`
  const recovered = member(facts.recovery, 'recovered')
  const end =
    recovered === true
      ? 'The service has recovered.'
      : recovered === false
        ? 'The service had not recovered then.'
        : 'The recovery is not confirmed.'
  return [
    `In ${markdownText(facts.service, 80)} ${markdownText(facts.version, 80)}, ${impact.failed} of ${impact.requests} requests failed within ${duration(impact.to - impact.from)}.`,
    kind === 'unknown'
      ? `The cause is not known: ${markdownText(cause, 400)}.`
      : `Most likely cause: ${markdownText(cause, 400)}.`,
    `${done} ${end}`,
  ].join(' ')
}

function timeline(facts: ReportFacts): string {
  const rows: { time: number; what: string }[] = facts.deployments.map(({ version, time }) => ({
    time,
    what: `${markdownText(version, 80)} went live`,
  }))
  const onset = numberMember(facts.triage, 'onset')
  if (onset !== undefined)
    rows.push({
      time: onset,
      what: `first failure of the incident: ${markdownText(reportTitle(facts), 100)}`,
    })
  rows.push({ time: facts.signal.time, what: `signal ${markdownText(facts.signal.type, 64)}` })
  const to = textMember(facts.rollBack, 'to')
  const restarted = numberMember(facts.rollBack, 'restarted_at')
  if (to !== undefined && restarted !== undefined)
    rows.push({ time: restarted, what: `${markdownText(to, 80)} was put back` })
  const measured = numberMember(facts.recovery, 'window', 'to')
  if (measured !== undefined)
    rows.push({ time: measured, what: `recovery measured: ${recoveryWord(facts.recovery)}` })
  return table(
    ['UTC', 'What happened'],
    rows
      .toSorted((a, b) => a.time - b.time)
      .map(({ time, what }) => [isoTime(time).slice(0, 19).replace('T', ' '), what]),
  )
}

function impactText({ impact, triage }: ReportFacts): string {
  const rate =
    impact.requests === 0
      ? 'no requests were logged'
      : `${impact.failed} of ${impact.requests} requests failed (${percent(impact.failed / impact.requests)})`
  const before = numberMember(triage, 'before', 'error_rate')
  const usual = before === undefined ? '' : `, against ${percent(before)} in the minutes before`
  const text = `From ${isoTime(impact.from)} to ${isoTime(impact.to)} (${duration(impact.to - impact.from)}), ${rate}${usual}.`
  const common = listOf(triage, 'common')
    .slice(0, 5)
    .map((trait) => {
      const [failing, succeeding] = [
        numberMember(trait, 'failing') ?? 0,
        numberMember(trait, 'succeeding') ?? 0,
      ]
      return `- ${markdownText(textMember(trait, 'what'), 80)} ${markdownCode(textMember(trait, 'value'), 120)}: ${failing} failing requests, ${succeeding} succeeding ones`
    })
  const routes = impact.routes.map((one) => [
    markdownCode(one.route, 120),
    String(one.failed),
    String(one.requests),
  ])
  return [
    text,
    ...(routes.length === 0 ? [] : [table(['Route', 'Failed', 'Requests'], routes)]),
    ...(common.length === 0
      ? []
      : [
          `What the failing requests had in common, and the succeeding ones had not:\n\n${common.join('\n')}`,
        ]),
  ].join('\n\n')
}

function causeText({ triage }: ReportFacts): string {
  const kind = textMember(triage, 'cause', 'kind') ?? 'unknown'
  const confidence = numberMember(triage, 'cause', 'confidence') ?? 0
  const told =
    kind === 'unknown'
      ? 'Triage names no cause'
      : `Triage names a cause of kind ${markdownText(kind, 40)}, with confidence ${confidence}`
  const groups = listOf(triage, 'groups').slice(0, 5).map(groupText)
  const suspects = listOf(triage, 'suspects').slice(0, 5).map(suspectText)
  const notes = textsMember(triage, 'notes').map((note) => `- ${markdownText(note, 300)}`)
  return [
    `${told}: ${markdownText(textMember(triage, 'cause', 'summary') ?? 'nothing is known', 400)}.`,
    ...(groups.length === 0 ? [] : [`### Errors\n\n${groups.join('\n')}`]),
    ...(suspects.length === 0 ? [] : [`### Suspects\n\n${suspects.join('\n')}`]),
    ...(notes.length === 0 ? [] : [`### Not looked at\n\n${notes.join('\n')}`]),
  ].join('\n\n')
}

function groupText(group: unknown): string {
  const frame = firstOf(group, 'frames')
  const place =
    frame === undefined
      ? ''
      : ` at ${markdownCode(`${textMember(frame, 'file') ?? ''}:${numberMember(frame, 'line') ?? 0}`)}`
  const age =
    member(group, 'is_new') === true ? 'new' : `there before (${numberMember(group, 'before') ?? 0} times)`
  return `- ${numberMember(group, 'count') ?? 0} × ${markdownCode(textMember(group, 'sample'), 300)}${place}; ${age}`
}

function suspectText(suspect: unknown, place: number): string {
  const commit = textMember(suspect, 'commit')
  const name = commit === undefined ? '' : `${markdownCode(commit.slice(0, 12))} `
  const reasons = listOf(suspect, 'evidence')
    .slice(0, 4)
    .map((one) => {
      const [file, line] = [textMember(one, 'file'), numberMember(one, 'line')]
      const where =
        file === undefined ? '' : ` (${markdownCode(line === undefined ? file : `${file}:${line}`)})`
      return `   - ${markdownText(textMember(one, 'detail'), 240)}${where}`
    })
  const head = `${place + 1}. ${name}${markdownText(textMember(suspect, 'title'), 160)}: ${markdownText(textMember(suspect, 'kind'), 40)}, score ${numberMember(suspect, 'score') ?? 0}`
  return [head, ...reasons].join('\n')
}

function doneText({ rollBack, decision }: ReportFacts): string {
  const decided = textMember(decision, 'decision')
  const why =
    decided === undefined
      ? ''
      : `Decision: ${markdownText(decided, 40)}, because ${markdownText(textMember(decision, 'reason'), 400)}.`
  const command = textsMember(rollBack, 'command')
  if (command.length === 0)
    return why === '' ? 'Nothing was changed in production.' : `${why}\n\nNothing was changed in production.`
  const run =
    member(rollBack, 'already_done') === true
      ? `Not run again, because ${markdownText(textMember(rollBack, 'known_by'), 200)}: ${markdownCode(JSON.stringify(command), 600)}.`
      : `Run: ${markdownCode(JSON.stringify(command), 600)}`
  return [...(why === '' ? [] : [why]), run].join('\n\n')
}

function recoveryText({ recovery }: ReportFacts): string {
  if (recovery === undefined) return 'Not measured.'
  const reason = textMember(recovery, 'reason')
  return `${capital(recoveryWord(recovery))}${reason === undefined ? '' : `: ${markdownText(reason, 300)}`}.`
}

function recoveryWord(recovery: unknown): string {
  const recovered = member(recovery, 'recovered')
  return recovered === true ? 'recovered' : recovered === false ? 'not recovered' : 'not confirmed'
}

function items(facts: ReportFacts): string {
  const found = actionItems(facts)
  return found.length === 0
    ? 'None follow from the evidence.'
    : found.map((item) => `- [ ] ${item}`).join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(rate > 0 && rate < 0.1 ? 1 : 0)} %`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
