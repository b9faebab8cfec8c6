import { OpschartError, shellWord, type Client, type PastView } from '@opschart/core'

import { withClient } from './_client.ts'
import { isJson, lookOf, printJson, printLines, textOption, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { renderActor, renderPast } from './_render-actor.ts'
import { renderStatus } from './_render-status.ts'
import { visible } from './_text.ts'

/** `opschart status`: services, releases, and what is going on; or one actor of a machine. */
export const run: Run = (context) =>
  withClient(context, async ({ client, daemon }) => {
    const [id] = context.operands
    const at = textOption(context, 'at')
    if (at !== undefined) {
      const view = await pastOf(client, id, at)
      if (isJson(context)) printJson(context, view)
      else printLines(context, renderPast(view, lookOf(context)))
      return exitCodes.done
    }
    if (id !== undefined) {
      const actor = await client.actor(id)
      if (actor === undefined)
        throw new OpschartError(
          'input',
          `there is no actor ${visible(id, 200)}; \`opschart status\` shows what there is`,
        )
      if (isJson(context)) printJson(context, actor)
      else printLines(context, renderActor(actor, lookOf(context)))
      return exitCodes.done
    }
    const status = await client.status()
    if (isJson(context)) printJson(context, { daemon, ...status })
    else printLines(context, renderStatus(status, daemon, lookOf(context)))
    return exitCodes.done
  })

/** What a release, a workflow's run or an actor was after a row. */
async function pastOf(client: Client, id: string | undefined, at: string): Promise<PastView> {
  if (id === undefined)
    throw new OpschartError('input', '--at needs whom: a release, a workflow run or an actor, such as web/v2')
  if (!/^\d{1,15}$/.test(at))
    throw new OpschartError(
      'input',
      `--at is the number of a row, not ${visible(at, 40)}; \`opschart log ${shellWord(id)}\` shows them`,
    )
  const view = await client.past({ actor: id, sequence: Number(at) })
  if (view !== undefined) return view
  throw new OpschartError(
    'input',
    `there was no ${visible(id, 200)} at row ${at}; \`opschart log ${shellWord(id)}\` shows when it began`,
  )
}
