import { OpschartError, type LifecycleDefinition, type LogEntryView, type StatusView } from '@opschart/core'

import { connectDaemon } from './_client.ts'
import { type CommandContext, isJson, lookOf } from './_context.ts'
import { exitCodes, type ExitCode } from './_exit.ts'
import { fitted } from './_look.ts'
import { occupationOf, renderChart, renderPhases } from './_render-chart.ts'
import { renderLine } from './_render-line.ts'
import { rowsUntil } from './_rows-until.ts'
import { untilStopped } from './_until-stopped.ts'

/**
 * Draws the law anew with each row that is written, until the command is told to end; then the drawing is taken away. Where
 * it is not as high as the terminal, each phase is one line. In a pipe each change of a phase is one line.
 */
export async function watchChart(
  context: CommandContext,
  law: LifecycleDefinition,
  chosen: string | undefined,
): Promise<ExitCode> {
  if (['mermaid', 'svg'].some((name) => context.options[name] !== undefined))
    throw new OpschartError('input', '--watch draws on the terminal: leave --mermaid and --svg out')
  const { terminal } = context
  const client = await connectDaemon(context)
  let status = await client.status()
  const draw = (row: LogEntryView | undefined) => {
    if (isJson(context)) return false
    return terminal.redraw((height) => pictureOf(context, { law, status, chosen, row }, height))
  }
  draw(undefined)
  await untilStopped(async (stopped) => {
    try {
      for await (const row of rowsUntil(client, status.head.sequence + 1, stopped)) {
        // Rows that came while it was asked are in the answer.
        if (row.sequence > status.head.sequence) status = await client.status()
        if (!draw(row)) printMove(context, row, chosen === undefined ? undefined : idsOf(status, chosen))
      }
    } finally {
      terminal.redraw(() => [])
    }
  })
  return exitCodes.done
}

interface Picture {
  readonly law: LifecycleDefinition
  readonly status: StatusView
  readonly chosen: string | undefined
  readonly row: LogEntryView | undefined
}

/** The whole chart where it fits, else a line for each phase; and the last row below. */
function pictureOf(context: CommandContext, { law, status, chosen, row }: Picture, height: number): string[] {
  const look = lookOf(context)
  const occupation = occupationOf(status, chosen)
  const last = [row === undefined ? look.paint('gray', 'Ctrl-C ends it') : renderLine(row, look)]
  const whole = renderChart(law, occupation, look)
  const lines = whole.length < height ? whole : renderPhases(law, occupation, look)
  return fitted([...lines.slice(0, Math.max(0, height - 1)), ...last], look)
}

/** A release is one actor, whatever it was called by. */
function idsOf({ services }: StatusView, chosen: string): string[] {
  return services
    .flatMap(({ lifecycles }) => lifecycles)
    .filter(({ id, name }) => id === chosen || name === chosen)
    .map(({ id }) => id)
}

function printMove(context: CommandContext, row: LogEntryView, only: readonly string[] | undefined): void {
  if (row.moved === null || only?.includes(row.actor) === false) return
  context.terminal.out(isJson(context) ? JSON.stringify(row) : renderLine(row, lookOf(context)))
}
