import { withClient } from './_client.ts'
import { isJson, lookOf, printJson, printLines, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { renderWhy } from './_render-why.ts'

/** `opschart why`: the rows that explain something. */
export const run: Run = (context) =>
  withClient(context, async ({ client }) => {
    const about = context.operands[0]!
    const rows = await client.why(about)
    if (isJson(context)) printJson(context, rows)
    else {
      const release = await client.read(about)
      printLines(context, renderWhy(about, rows, lookOf(context), release?.timers))
    }
    return rows.length === 0 ? exitCodes.failed : exitCodes.done
  })
