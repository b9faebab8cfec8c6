import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import {
  chartOfLaw,
  differenceOf,
  OpschartError,
  statesOf,
  type Change,
  type ChartDifference,
  type LifecycleDefinition,
} from '@opschart/core'

import { configurationFile, configurationModule } from '../config/load-configuration.ts'
import { isJson, printJson, printLines, type CommandContext } from './_context.ts'
import { visible } from './_text.ts'

const run = promisify(execFile)
const largest = 16 * 1024 * 1024

/** The law of another version: of a file that `opschart chart --json` wrote, or of a commit, tag or branch. */
export async function lawAgainst(context: CommandContext, version: string): Promise<LifecycleDefinition> {
  return version.endsWith('.json') ? lawOfFile(version) : lawOfCommit(context, version)
}

async function lawOfFile(file: string): Promise<LifecycleDefinition> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new OpschartError(
      'input',
      `${visible(file, 200)} cannot be read: ${visible(messageOf(error), 200)}`,
    )
  })
  try {
    const { law } = JSON.parse(text) as { law?: LifecycleDefinition }
    if (law !== undefined) {
      // What is no law fails here, where it can be said.
      chartOfLaw(law)
      return law
    }
  } catch {
    // Told below, like whatever else it may be.
  }
  throw new OpschartError(
    'input',
    `${visible(file, 200)} holds no law; \`opschart chart --json > before.json\` writes one`,
  )
}

/** Reads the configuration as it was, without touching the work tree, and completes it in a folder of its own. */
async function lawOfCommit(
  { composition, root }: CommandContext,
  version: string,
): Promise<LifecycleDefinition> {
  if (version.startsWith('-')) throw notThere(version)
  const shown = async (file: string): Promise<string | undefined> =>
    run('git', ['show', `${version}:./${file}`], { cwd: root, maxBuffer: largest }).then(
      ({ stdout }) => stdout,
      () => undefined,
    )
  await run('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${version}^{commit}`], {
    cwd: root,
  }).catch(() => {
    throw notThere(version)
  })
  if ((await shown(configurationModule)) !== undefined)
    throw new OpschartError(
      'input',
      `${configurationModule} of ${visible(version, 100)} may need what only its own work tree has: check it out elsewhere, write \`opschart chart --json > before.json\` there, and give that file to --against`,
    )
  const folder = await mkdtemp(join(tmpdir(), 'opschart-against-'))
  try {
    const text = await shown(configurationFile)
    if (text === undefined) return (await composition.lawOf(undefined)).definition
    await mkdir(dirname(join(folder, configurationFile)), { recursive: true })
    await writeFile(join(folder, configurationFile), text)
    const { configuration, problems } = await composition.loadConfiguration(folder)
    if (configuration !== undefined) return (await composition.lawOf(configuration)).definition
    const [first] = problems
    throw new OpschartError(
      'input',
      `the configuration of ${visible(version, 100)} is not sound today: ${first === undefined ? 'it has problems' : visible(await composition.formatProblem(first, { colour: false }), 500)}`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const notThere = (version: string): OpschartError =>
  new OpschartError(
    'input',
    `--against takes a commit, tag or branch, or a file that \`opschart chart --json\` wrote; there is no ${visible(version, 100)}`,
  )

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Compares the law with that of another version. */
export function differenceAgainst(before: LifecycleDefinition, law: LifecycleDefinition): ChartDifference {
  return differenceOf(chartOfLaw(before), chartOfLaw(law))
}

const signs: Readonly<Record<Change, string>> = { added: '+', removed: '-', changed: '~' }

/** Tells a difference: a line for each state and arrow. */
export function printDifference(context: CommandContext, version: string, difference: ChartDifference): void {
  const { chart, states, arrows } = difference
  if (isJson(context)) {
    printJson(context, {
      against: version,
      phases: Object.fromEntries(states),
      arrows: Object.fromEntries(arrows),
    })
    return
  }
  const phaseLines = statesOf(chart).flatMap(({ id, key }) => {
    const change = states.get(id)
    return change === undefined ? [] : [`${signs[change]} ${key}`]
  })
  const arrowLines = chart.arrows.flatMap(({ id, from, event, to, guard }) => {
    const change = arrows.get(id)
    const where = `${from === '' ? 'anywhere' : from}: ${event}${to.length === 0 ? '' : ` → ${to.join(', ')}`}`
    return change === undefined
      ? []
      : [`${signs[change]} ${where}${guard === undefined ? '' : ` [${guard}]`}`]
  })
  const lines = [...phaseLines, ...arrowLines]
  printLines(
    context,
    lines.length === 0
      ? [`The law is the same as at ${visible(version, 100)}.`]
      : [
          ...lines,
          '',
          '`opschart store migrate --plan` says what of the store would not fit the law of today.',
        ],
  )
}
