import { OpschartError } from '@opschart/core'

import { withClient } from './_client.ts'
import { isJson, lookOf, printJson, printLines, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { renderActor } from './_render-actor.ts'
import { renderStatus } from './_render-status.ts'
import { visible } from './_text.ts'

/** `opschart status`: services, releases, and what is going on; or one actor of a machine. */
export const run: Run = (context) =>
  withClient(context, async ({ client, daemon }) => {
    const [id] = context.operands
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
