import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { OpschartError, type LogEntryView } from '@opschart/core'
import { socketPathOf, type InspectorAsked, type InspectorPlace } from '@opschart/hosts/http'

import { connectDaemon } from './_client.ts'
import type { RunningDaemon } from './_composition.ts'
import { type CommandContext, isJson, lookOf, printJson, type Run } from './_context.ts'
import { exitCodes, type ExitCode } from './_exit.ts'
import { argumentsOf, besideLines, inspectorAsked } from './_inspector-options.ts'
import { addressOf, placeLines } from './_page-address.ts'
import { renderLine } from './_render-line.ts'
import { rowsUntil } from './_rows-until.ts'
import { visible, visibleLines } from './_text.ts'
import { dayOf } from './_time.ts'
import { untilStopped } from './_until-stopped.ts'

/** `opschart up`: runs the daemon in the foreground, or starts it in the background. */
export const run: Run = (context) =>
  context.options['detach'] === true ? detach(context) : foreground(context)

/** Words of the message by which a daemon in the background says that it answers. */
const ready = 'ready'

async function foreground(context: CommandContext): Promise<ExitCode> {
  const { composition, root, terminal } = context
  const say = (line: string) => (isJson(context) ? terminal.note(visible(line)) : terminal.out(visible(line)))
  const inspect = inspectOption(context)
  await untilStopped(async (stopped, stop) => {
    const daemon = await composition.startDaemon({ root, onLine: say, onDown: stop, ...inspect })
    try {
      const { paint } = lookOf(context)
      terminal.note(
        `${paint('green', '●')} opschart runs for ${visible(root)} (process ${process.pid}); Ctrl-C ends it`,
      )
      // In the background these words go to a file: whoever started it says where the page is.
      if (daemon.inspect !== undefined && process.send === undefined) {
        terminal.note(`inspector: ${addressOf(daemon.inspect.address, daemon.inspect.token)}`)
        for (const line of linesOf(daemon.inspect)) terminal.note(visible(line))
      }
      process.send?.(ready)
      await timeline(context, daemon, stopped)
    } finally {
      terminal.note('ending …')
      await daemon.close()
    }
  })
  return exitCodes.done
}

/** How the inspector is to be opened at once; nothing where it is not. */
function inspectOption(context: CommandContext): { inspect?: InspectorAsked } {
  const asked = inspectorAsked(context)
  if (context.options['inspect'] === true) return { inspect: asked }
  const [first] = Object.keys(asked)
  if (first !== undefined)
    throw new OpschartError('input', `--${first} is the inspector’s: it goes with --inspect`)
  return {}
}

/** Shows each row as it is written, until the daemon is to end. */
async function timeline(
  context: CommandContext,
  { client }: RunningDaemon,
  stop: AbortSignal,
): Promise<void> {
  const [last] = await client.log({ backwards: true, limit: 1 })
  let day: string | undefined
  for await (const row of rowsUntil(client, (last?.sequence ?? 0) + 1, stop)) day = showRow(context, row, day)
}

function showRow(context: CommandContext, row: LogEntryView, day: string | undefined): string {
  const { terminal } = context
  const look = lookOf(context)
  const today = dayOf(row.at, look)
  if (isJson(context)) {
    terminal.out(JSON.stringify(row))
    return today
  }
  if (today !== day) terminal.out(look.paint('bold', `── ${today} ──`))
  terminal.out(renderLine(row, look))
  return today
}

/** Starts the daemon in a process of its own, and waits until it answers. */
async function detach(context: CommandContext): Promise<ExitCode> {
  const { root, terminal } = context
  const { inspect } = inspectOption(context)
  await refuseSecond(context)
  const folder = join(root, '.opschart')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = join(folder, 'daemon.log')
  const file = openSync(log, 'a', 0o600)
  const { size: before } = fstatSync(file)
  terminal.progress('starting the daemon …')
  const more = inspect === undefined ? [] : ['--inspect', ...argumentsOf(inspect)]
  const argv = ['up', '--root', root, ...more]
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...argv], {
    cwd: root,
    detached: true,
    env: environmentOf(context),
    stdio: ['ignore', file, file, 'ipc'],
  })
  closeSync(file)
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown]
  terminal.progress('')
  if (message !== ready) {
    const words = readFileSync(log).subarray(before).toString('utf8').trimEnd()
    for (const line of visibleLines(words.slice(-20_000), 20_000).slice(-60)) terminal.note(`  ${line}`)
    terminal.note(
      `opschart: the daemon ended before it answered; the whole of its words is in ${visible(log)}`,
    )
    return exitCodes.failed
  }
  child.disconnect()
  child.unref()
  const place = await inspectorOf(context, inspect)
  const page = place && addressOf(place.address, place.token)
  if (isJson(context)) {
    printJson(context, {
      pid: child.pid,
      log,
      socket: socketPathOf(root),
      ...(place === undefined ? {} : { inspect: page, ...place.beside }),
    })
    return exitCodes.done
  }
  terminal.out(`opschart runs in the background: process ${child.pid}; its words go to ${log}`)
  if (page !== undefined) terminal.out(`inspector: ${page}`)
  if (place !== undefined) for (const line of linesOf(place)) terminal.out(visible(line))
  return exitCodes.done
}

const linesOf = (place: InspectorPlace) => [...placeLines(place), ...besideLines(place.beside)]

/** Where the inspector of the daemon in the background is: where that was asked for, or had been open before a kill. */
async function inspectorOf(
  context: CommandContext,
  asked: InspectorAsked | undefined,
): Promise<InspectorPlace | undefined> {
  const remote = await connectDaemon(context)
  if (asked === undefined && (await remote.daemon()).page === undefined) return undefined
  return remote.inspect(asked ?? {})
}

async function refuseSecond(context: CommandContext): Promise<void> {
  try {
    const { pid } = await (await connectDaemon(context)).daemon()
    throw new OpschartError(
      'conflict',
      `a daemon runs here already: process ${pid}; end it with \`opschart down\``,
    )
  } catch (error) {
    if (!(error instanceof OpschartError) || error.code !== 'unreachable') throw error
  }
}

/** The environment without what only an operation's process has: the daemon is nobody's operation. */
function environmentOf({ terminal }: CommandContext): NodeJS.ProcessEnv {
  const kept = Object.entries(terminal.environment).filter(([name]) => !name.startsWith('OPSCHART_'))
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}
