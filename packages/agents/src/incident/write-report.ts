import { createHash } from 'node:crypto'

import {
  OperationError,
  type JsonObject,
  type OperationInput,
  type Task,
  type TaskContext,
} from '@opschart/core'

import { fileName } from '../project/plain-text.ts'
import { projectFiles, type ProjectFiles } from '../project/project-files.ts'
import { frontMatter, reportFacts, reportTitle, type ReportFacts } from './report-facts.ts'
import { reportText } from './report-text.ts'

const folder = 'incidents'
const mostReportsOfOneName = 50

/**
 * Writes the report of an incident to `incidents/<date>-<slug>.md`. One operation writes one report, however often it is
 * started. A report that a person has edited, or that is of another incident, is never overwritten: the new one gets a
 * number.
 */
export function writeReport(): Task {
  return {
    agent: 'incident-response-agent',
    task: 'write_report',
    title: 'Writes the report of the incident',
    changes: 'repository',
    timeout: 120_000,
    run: (input, context) => write(input, context),
  }
}

async function write(input: OperationInput, context: TaskContext): Promise<JsonObject> {
  const files = projectFiles(context.root)
  const existing = await findByKey(files, context.key)
  if (existing !== undefined) {
    context.progress(`${existing} is written already`)
    return { path: existing, changed: false }
  }
  const facts = await reportFacts(input, context)
  const path = await freeName(files, facts)
  await context.footprint({ paths: [path] })
  context.progress(`writing ${path}`)
  await files.write(path, withHead(facts, context.key, reportText(facts)))
  return { path, changed: true }
}

/** The report that an earlier attempt at this operation has written, whatever its name became since. */
async function findByKey(files: ProjectFiles, key: string): Promise<string | undefined> {
  const mark = `operation: ${JSON.stringify(key)}\n`
  for (const file of (await files.list(folder, (path) => path.endsWith('.md'))).toReversed()) {
    const text = await files.read(file).catch(() => undefined)
    if (text !== undefined && headOf(text).includes(`\n${mark}`)) return file
  }
  return undefined
}

/** The first name that is free, or that an earlier report of the same incident has which nobody edited. */
async function freeName(files: ProjectFiles, facts: ReportFacts): Promise<string> {
  const date = new Date(facts.impact.from).toISOString().slice(0, 10)
  const base = `${folder}/${date}-${slugOf(facts)}`
  for (let number = 1; number <= mostReportsOfOneName; number++) {
    const path = number === 1 ? `${base}.md` : `${base}-${number}.md`
    const text = await files.read(path)
    if (
      text === undefined ||
      (isUntouched(text) && headOf(text).includes(`\nincident: ${JSON.stringify(facts.incident)}\n`))
    )
      return path
  }
  throw new OperationError({
    code: 'needs_person',
    message: `${mostReportsOfOneName} reports are named ${base}; move some of them, and run this again`,
  })
}

function slugOf(facts: ReportFacts): string {
  const name = fileName(reportTitle(facts).replace(/\./g, '-'))
    .slice(0, 50)
    .replace(/-{2,}/g, '-')
    .replace(/-$/, '')
  return name === 'unnamed' ? 'incident' : name
}

// The hash of the body, by which an edit by a person is seen. JSON texts are YAML scalars too.
function withHead(facts: ReportFacts, key: string, body: string): string {
  const head = { title: reportTitle(facts), ...frontMatter(facts), operation: key, content: digest(body) }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return `---\n${lines.join('\n')}\n---\n\n${body}`
}

function headOf(text: string): string {
  return text.startsWith('---\n') ? text.slice(0, Math.max(0, text.indexOf('\n---\n', 4)) + 1) : ''
}

function isUntouched(text: string): boolean {
  const head = headOf(text)
  const body = text.slice(head.length + '---\n\n'.length)
  return head !== '' && head.includes(`\ncontent: ${JSON.stringify(digest(body))}\n`)
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16)
}
