import { OpschartError, parseDuration } from '@opschart/core'

import { withClient } from './_client.ts'
import { isJson, lookOf, printJson, printLines, type Run, textOption } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { renderDigest } from './_render-digest.ts'

/** `opschart digest`: what happened since. */
export const run: Run = (context) => {
  const since = momentOf(textOption(context, 'since') ?? '24h', context.clock.now())
  return withClient(context, async ({ client }) => {
    const digest = await client.digest({ since })
    if (isJson(context)) printJson(context, digest)
    else printLines(context, renderDigest(digest, lookOf(context)))
    return exitCodes.done
  })
}

/** A moment that was written as a length of time back from now, or as a date. */
function momentOf(text: string, now: number): number {
  const length = parseDuration(text)
  if (length !== undefined) return Math.max(0, now - length)
  // `Date.parse` takes much more than this, each engine its own.
  const date = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isNaN(date))
    throw new OpschartError(
      'input',
      `--since is a length of time such as 8h or 2d, or a moment such as 2026-03-02T18:00`,
    )
  return date
}
