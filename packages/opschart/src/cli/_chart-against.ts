import { readFile } from 'node:fs/promises'

import {
  chartOfLaw,
  differenceOf,
  OpschartError,
  statesOf,
  type Change,
  type ChartDifference,
  type LifecycleDefinition,
} from '@opschart/core'

import { isJson, printJson, printLines, type CommandContext } from './_context.ts'
import { visible } from './_text.ts'

/** The law of another version: of a file that `opschart chart --json` wrote, or of a commit, tag or branch. */
export async function lawAgainst(context: CommandContext, version: string): Promise<LifecycleDefinition> {
  return version.endsWith('.json')
    ? lawOfFile(version)
    : (await import('../earlier-law.ts')).earlierLaw(context.root, version)
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
