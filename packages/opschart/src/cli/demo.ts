import type { InspectorPlace } from '@opschart/hosts/http'

import { type CommandContext, isJson, lookOf, type Run, textOption } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { addressOf, isOpened } from './_page-address.ts'
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
    ...(options['inspect'] === true ? { onInspector: (place) => show(context, place) } : {}),
  })
  return passed ? exitCodes.done : exitCodes.failed
}

/** Says where the page is; beside the story, which goes to standard output. */
async function show(context: CommandContext, place: InspectorPlace): Promise<void> {
  const { terminal } = context
  terminal.note(`inspector: ${addressOf(place.address, place.token)}`)
  if (await isOpened(context, place)) terminal.note('it is open in your browser')
}
