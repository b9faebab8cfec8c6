import { isJson, lookOf, type Run, textOption } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { colourPaint } from './_text.ts'

/** `opschart demo`: an incident from deployment to roll-back, in a folder of its own. */
export const run: Run = async (context) => {
  const { composition, options } = context
  const defect = textOption(context, 'defect')
  const { passed } = await composition.runDemo({
    out: process.stdout,
    colour: lookOf(context).paint === colourPaint,
    json: isJson(context),
    keep: options['keep'] === true,
    crash: options['crash'] === true,
    ...(defect === undefined ? {} : { defect: Number(defect) }),
  })
  return passed ? exitCodes.done : exitCodes.failed
}
