import { OpschartError, type LogEntryView } from '@opschart/core'

import { connectDaemon, withClient } from './_client.ts'
import {
  type CommandContext,
  isJson,
  lookOf,
  printJson,
  printLines,
  type Run,
  textOption,
} from './_context.ts'
import { exitCodes, type ExitCode } from './_exit.ts'
import { renderLine, renderLines } from './_render-line.ts'
import { dayOf } from './_time.ts'

/** `opschart log`: the latest rows of the journal, and with `--follow` what comes. */
export const run: Run = (context) => {
  const [actor] = context.operands
  const lines = numberOption(context, 'lines') ?? 40
  const from = numberOption(context, 'from')
  if (lines < 1 || lines > 1_000) throw new OpschartError('input', '--lines is from 1 to 1000')
  if (context.options['head'] === true) return printHead(context)
  const query = { limit: lines, ...(actor === undefined ? {} : { actor }) }
  if (context.options['follow'] === true)
    return follow(context, { ...query, ...(from === undefined ? {} : { from }) })
  return withClient(context, async ({ client }) => {
    const rows =
      from === undefined
        ? (await client.log({ ...query, backwards: true })).reverse()
        : await client.log({ ...query, from })
    if (isJson(context)) printJson(context, rows)
    else if (rows.length === 0) context.terminal.note('no rows')
    else printLines(context, renderLines(rows, lookOf(context), { age: true }))
    return exitCodes.done
  })
}

/** Sequence and hash of the last row, in the form that `opschart audit --head` takes. */
function printHead(context: CommandContext): Promise<ExitCode> {
  return withClient(context, async ({ client }) => {
    const { head } = await client.status()
    if (isJson(context)) printJson(context, head)
    else context.terminal.out(`${head.sequence}:${head.hash}`)
    return exitCodes.done
  })
}

async function follow(
  context: CommandContext,
  query: { limit: number; actor?: string; from?: number },
): Promise<ExitCode> {
  const { terminal } = context
  const client = await connectDaemon(context)
  const latest = query.from === undefined ? (await client.log({ ...query, backwards: true })).reverse() : []
  const next = query.from ?? (latest.at(-1)?.sequence ?? (await client.status()).head.sequence) + 1
  let day: string | undefined
  const show = (row: LogEntryView) => {
    if (query.actor !== undefined && row.actor !== query.actor) return
    if (isJson(context)) return terminal.out(JSON.stringify(row))
    const look = lookOf(context)
    const today = dayOf(row.at, look)
    if (today !== day) terminal.out(look.paint('bold', `── ${today} ──`))
    day = today
    terminal.out(renderLine(row, look))
  }
  latest.forEach(show)
  for await (const row of client.subscribe({ from: next })) show(row)
  return exitCodes.done
}

function numberOption(context: CommandContext, name: string): number | undefined {
  const text = textOption(context, name)
  if (text === undefined) return undefined
  if (!/^#?\d{1,15}$/.test(text))
    throw new OpschartError('input', `--${name} is a number, not ${text.slice(0, 40)}`)
  return Number(text.replace('#', ''))
}
