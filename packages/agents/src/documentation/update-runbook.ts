import { createHash } from 'node:crypto'

import type { OperationInput, Task } from '@opschart/core'

import { member, numberMember, textMember } from '../project/json-value.ts'
import { planSection, sectionBody } from '../project/marked-section.ts'
import { fileName, markdownCode, markdownText } from '../project/plain-text.ts'
import { writePlanned } from '../project/planned-file.ts'
import { projectFiles } from '../project/project-files.ts'
import { docsFolder } from './docs-folder.ts'

/**
 * documentation-agent `update_runbook`: one entry for each kind of incident in `<docs>/runbook.md`: by which signs it is
 * known, what caused it, what was done, how to check. The same signs give the same entry, with the new incident added to
 * its list; the same incident again changes nothing.
 */
export function updateRunbook(): Task {
  return {
    agent: 'documentation-agent',
    task: 'update_runbook',
    title: 'writes down what this kind of incident looks like and what helped',
    changes: 'repository',
    timeout: 30_000,
    async run(input, context) {
      const files = projectFiles(context.root)
      const { service } = context
      const path = `${docsFolder(service)}/runbook.md`
      const sign = symptom(input)
      const section = `runbook ${fileName(service.name)} ${sign.signature}`
      const before = sectionBody((await files.read(path)) ?? '', section) ?? ''
      const incidents = withIncident(before, input)
      const runbook = await planSection(files, path, {
        name: section,
        title: 'Runbook',
        body: entry(input, service.health, service.name, sign, incidents),
      })
      return {
        signature: sign.signature,
        seen: incidents.length,
        files: await writePlanned(files, [runbook], context),
      }
    },
  }
}

interface Symptom {
  readonly signature: string
  readonly title: string
  /** Templates of the leading errors, with their routes. */
  readonly errors: readonly { readonly template: string; readonly routes: readonly string[] }[]
}

const listed = /^- (\S{1,200}) \(/

/** What an incident is known by: the errors that lead it, without their numbers; else the signal that reported it. */
function symptom(input: OperationInput): Symptom {
  const found = member(input.results, 'triage', 'groups')
  const groups = (Array.isArray(found) ? found : []).slice(0, 3) as unknown[]
  const errors = groups.flatMap((group) => {
    const template = textMember(group, 'template') ?? textMember(group, 'title')
    if (template === undefined) return []
    const routes = member(group, 'routes')
    return [
      {
        template,
        routes: (Array.isArray(routes) ? (routes as unknown[]) : []).flatMap(
          (route) => textMember(route, 'route') ?? [],
        ),
      },
    ]
  })
  const leading = errors[0]
  const key = textMember(groups[0], 'fingerprint') ?? leading?.template ?? input.signal.type
  const signature = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const title = textMember(groups[0], 'title') ?? leading?.template ?? input.signal.type
  return { signature, title, errors }
}

/** The incidents that the entry lists, this one among them once, the newest last; the last twenty. */
function withIncident(before: string, input: OperationInput): string[] {
  const lines = before.split('\n').filter((line) => listed.test(line))
  const id = (input.incident ?? input.run).replace(/[^\w:.-]/g, '_').slice(0, 200)
  const release = markdownCode(input.release.version, 100)
  const time = new Date(input.signal.time).toISOString().slice(0, 16).replace('T', ' ')
  const line = `- ${id} (${time} UTC, release ${release})`
  return [...lines.filter((known) => listed.exec(known)?.[1] !== id), line].slice(-20)
}

function entry(
  input: OperationInput,
  health: string | undefined,
  service: string,
  sign: Symptom,
  incidents: readonly string[],
): string {
  const { results } = input
  const decision = textMember(results, 'decide', 'decision')
  const cause =
    textMember(results, 'triage', 'cause', 'summary') ?? textMember(results, 'decide', 'cause', 'summary')
  const kind = textMember(results, 'triage', 'cause', 'kind') ?? 'unknown'
  const confidence = numberMember(results, 'triage', 'cause', 'confidence')
  const commit = textMember(results, 'triage', 'cause', 'commit')
  const worse = member(results, 'analyze_bottlenecks', 'worse')
  const routes = (Array.isArray(worse) ? (worse as unknown[]) : []).flatMap(
    (route) => textMember(route, 'route') ?? [],
  )
  const sure = confidence === undefined ? '' : ` (${kind}, confidence ${Math.round(confidence * 100)} %)`
  const lines = [
    `## ${markdownText(service)}: ${markdownText(sign.title, 120)}`,
    '',
    '### Signs',
    '',
    ...sign.errors.map(({ template, routes: on }) => {
      const where =
        on.length > 0
          ? ` on ${on
              .slice(0, 5)
              .map((route) => markdownCode(route))
              .join(', ')}`
          : ''
      return `- ${markdownCode(template, 300)}${where}`
    }),
    ...(sign.errors.length === 0
      ? [`- the signal ${markdownCode(input.signal.type)}; triage grouped no errors`]
      : []),
    ...(routes.length > 0
      ? [
          `- slower or failing more than before: ${routes
            .slice(0, 8)
            .map((route) => markdownCode(route))
            .join(', ')}`,
        ]
      : []),
    '',
    '### Cause, the last time',
    '',
    cause === undefined ? 'Not known.' : `${markdownText(cause, 400)}${sure}`,
    ...(commit === undefined ? [] : ['', `Commit ${markdownCode(commit.slice(0, 12))}`]),
    '',
    '### What was done',
    '',
    done(decision, textMember(results, 'decide', 'reason'), textMember(results, 'decide', 'to')),
    '',
    '### How to check',
    '',
    ...(health === undefined ? [] : [`- ${markdownCode(health)} answers 2xx`]),
    '- `opschart status` shows the release in PRODUCTION, and its error rate is below the threshold',
    ...sign.errors
      .slice(0, 1)
      .map(({ template }) => `- ${markdownCode(template, 200)} is no longer in the log`),
    '',
    '### Seen',
    '',
    ...incidents,
  ]
  return lines.join('\n')
}

function done(decision: string | undefined, reason: string | undefined, to: string | undefined): string {
  const why = reason === undefined ? '' : `: ${markdownText(reason, 400)}`
  switch (decision ?? '') {
    case 'rollback':
      return `The earlier release${to === undefined ? '' : ` ${markdownCode(to)}`} was asked for${why}`
    case 'resolve':
      return `Nothing: it had cleared by itself${why}`
    case 'ask':
      return `A person was asked${why}`
    default:
      return 'Nothing was decided automatically.'
  }
}
