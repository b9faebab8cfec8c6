import { withClient } from './_client.ts'
import { isJson, lookOf, printJson, printLines, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { renderStatus } from './_render-status.ts'

/** `opschart status`: services, releases, and what is going on. */
export const run: Run = (context) =>
  withClient(context, async ({ client, daemon }) => {
    const status = await client.status()
    if (isJson(context)) printJson(context, { daemon, ...status })
    else printLines(context, renderStatus(status, daemon, lookOf(context)))
    return exitCodes.done
  })
