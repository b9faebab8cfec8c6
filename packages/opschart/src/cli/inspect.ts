import { once } from 'node:events'

import { OpschartError } from '@opschart/core'
import type { InspectorAsked, InspectorPlace, RemoteClient } from '@opschart/hosts/http'

import { connectDaemon } from './_client.ts'
import { type CommandContext, isJson, lookOf, printJson, type Run } from './_context.ts'
import { exitCodes, type ExitCode } from './_exit.ts'
import { besideLines, inspectorAsked } from './_inspector-options.ts'
import { addressOf, isOpened, placeLines } from './_page-address.ts'
import { visible } from './_text.ts'
import { timeOfDay } from './_time.ts'
import { untilStopped } from './_until-stopped.ts'

/** `opschart inspect`: opens the inspector of the daemon, or of the store where none runs. */
export const run: Run = async (context) => {
  const asked = inspectorAsked(context)
  const control = context.options['control'] === true
  if (control && !context.terminal.interactive)
    throw new OpschartError(
      'forbidden',
      'only a person may turn control on, at a terminal: not through a pipe or a file',
    )
  const remote = await reached(context)
  if (remote === undefined) return foreground(context, asked, control)
  const place = await remote.inspect(asked)
  const granted = control ? await remote.control() : undefined
  await show(context, place, { ...granted, pid: (await remote.daemon()).pid })
  return exitCodes.done
}

/** Shows the store itself, until the command is told to end. Nothing is carried out meanwhile. */
function foreground(context: CommandContext, asked: InspectorAsked, control: boolean): Promise<ExitCode> {
  if (control)
    throw new OpschartError(
      'unreachable',
      'no daemon runs here, and only a daemon acts; start it with `opschart up`',
    )
  const { composition, root, terminal } = context
  return untilStopped(async (stopped) => {
    const onLine = (line: string) => terminal.note(visible(line))
    const door = await composition.inspectLocal({ root, onLine, ...asked })
    try {
      await show(context, door, { pid: null })
      if (door.pid !== process.pid) {
        terminal.note(`process ${door.pid} shows this store there already, until it is ended with Ctrl-C`)
        return exitCodes.done
      }
      terminal.note('no daemon runs here: this shows the store, and nothing is carried out; Ctrl-C ends it')
      if (!stopped.aborted) await once(stopped, 'abort')
    } finally {
      await door.close()
    }
    return exitCodes.done
  })
}

/** Prints the address of the page, and opens it where a person sits before a screen. */
async function show(
  context: CommandContext,
  place: Pick<InspectorPlace, 'address' | 'token' | 'taken'> & Partial<InspectorPlace>,
  known: { readonly pid: number | null; readonly secret?: string; readonly expires?: number },
): Promise<void> {
  const { terminal } = context
  const { secret, expires } = known
  const address = addressOf(place.address, place.token, secret)
  if (isJson(context)) {
    const { beside } = place
    printJson(context, {
      address,
      page: place.address,
      daemon: known.pid,
      control: expires ?? null,
      ...beside,
    })
    return
  }
  terminal.out(address)
  for (const line of placeLines(place)) terminal.note(line)
  if (place.beside !== undefined) for (const line of besideLines(place.beside)) terminal.note(visible(line))
  if (expires !== undefined) {
    const until = timeOfDay(expires, lookOf(context))
    terminal.note(`paste it into your browser before ${until}: that one may then act as you, for 12 hours`)
    return
  }
  terminal.note(
    (await isOpened(context, place))
      ? 'it is open in your browser; whoever has the address can read there'
      : 'open it in a browser on this machine; whoever has the address can read there',
  )
  if (known.pid !== null)
    terminal.note('the page changes nothing; `opschart inspect --control` lets one browser act')
}

async function reached(context: CommandContext): Promise<RemoteClient | undefined> {
  try {
    return await connectDaemon(context)
  } catch (error) {
    if (error instanceof OpschartError && error.code === 'unreachable') return undefined
    throw error
  }
}
