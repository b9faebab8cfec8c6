import { chartOfLaw, OpschartError, type StatusView } from '@opschart/core'

import { differenceAgainst, lawAgainst, printDifference } from './_chart-against.ts'
import { withClient } from './_client.ts'
import {
  type CommandContext,
  isJson,
  lookOf,
  printJson,
  printLines,
  type Run,
  textOption,
} from './_context.ts'
import { drawingOf, drawInto } from './_draw-chart.ts'
import { exitCodes } from './_exit.ts'
import { occupationOf, renderChart } from './_render-chart.ts'
import { watchChart } from './_watch-chart.ts'

/** `opschart chart`: draws the law, and who stands where. */
export const run: Run = async (context) => {
  const { composition, root, terminal } = context
  const drawing = drawingOf(context)
  const { configuration } = await composition.loadConfiguration(root)
  const law = await composition.lawOf(configuration)
  const chosen = textOption(context, 'lifecycle')
  const version = textOption(context, 'against')
  if (version !== undefined) {
    const difference = differenceAgainst(await lawAgainst(context, version), law.definition)
    if (drawing === undefined) printDifference(context, version, difference)
    else await drawInto(context, drawing, law.definition, undefined, difference)
    return exitCodes.done
  }
  if (context.options['watch'] === true) return watchChart(context, law.definition, chosen)
  if (context.options['mermaid'] === true) {
    const { mermaidOf } = await import('@opschart/inspector')
    terminal.out(mermaidOf(chartOfLaw(law.definition)))
    return exitCodes.done
  }
  if (drawing !== undefined && chosen === undefined) {
    await drawInto(context, drawing, law.definition, undefined)
    return exitCodes.done
  }
  const status = await statusOf(context, chosen !== undefined)
  const occupation = occupationOf(status, chosen)
  if (chosen !== undefined && ![...occupation.values()].some((phase) => phase.chosen)) {
    throw new OpschartError(
      'input',
      `there is no release ${chosen.slice(0, 100)}; \`opschart status\` lists them`,
    )
  }
  if (drawing !== undefined) {
    const [phase] = [...occupation].find(([, { chosen: stands }]) => stands) ?? []
    await drawInto(context, drawing, law.definition, phase)
  } else if (isJson(context))
    printJson(context, {
      law: law.definition,
      workflows: law.workflows,
      phases: Object.fromEntries(occupation),
    })
  else printLines(context, renderChart(law.definition, occupation, lookOf(context)))
  return exitCodes.done
}

/** Who stands where, where that is known; a chart of a project that never ran is still a chart. */
async function statusOf(context: CommandContext, needed: boolean): Promise<StatusView | undefined> {
  let status: StatusView | undefined
  try {
    await withClient(context, async ({ client }) => {
      status = await client.status()
      return exitCodes.done
    })
  } catch (error) {
    if (needed || !(error instanceof OpschartError)) throw error
    context.terminal.note(`where releases stand is not known: ${error.message}`)
  }
  return status
}
