import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { OpschartError, type FitView } from '@opschart/core'

import { isJson, lookOf, printJson, printLines, type CommandContext, type Run } from './_context.ts'
import { exitCodes, type ExitCode } from './_exit.ts'
import { fitted, paragraph, type Look } from './_look.ts'
import { visible } from './_text.ts'

/** Lines between two words on how far it is. */
const rhythm = 5_000

/** `opschart store`: moves a project's store, and shows how what it holds stands to the configuration. */
export const run: Run = (context) => {
  const [what = '', file] = context.operands
  switch (what) {
    case 'export':
      return exportTo(context, file)
    case 'import':
      return importFrom(context, file)
    case 'migrate':
      return plan(context)
    default:
      throw new OpschartError(
        'input',
        `store ${visible(what, 60)} is nothing; write export, import or migrate`,
      )
  }
}

/** The store beside whoever uses it; loaded here, since most commands need none of it. */
async function opened(context: CommandContext) {
  const [{ sqliteStore }, moving] = await Promise.all([
    import('@opschart/runtime/sqlite'),
    import('../move-store.ts'),
  ])
  return { store: sqliteStore(join(context.root, '.opschart', 'state.db')), ...moving }
}

async function exportTo(context: CommandContext, file: string | undefined): Promise<ExitCode> {
  const { terminal } = context
  const { store, exportStore } = await opened(context)
  try {
    // Whoever may not read the store may not read its copy either.
    const to = file === undefined ? undefined : await open(file, 'wx', 0o600)
    let lines = 0
    try {
      for await (const line of exportStore(store)) {
        if (to === undefined) terminal.out(line)
        else await to.write(`${line}\n`)
        lines += 1
        if (to !== undefined && lines % rhythm === 0) terminal.progress(`${lines} lines exported …`)
      }
    } finally {
      terminal.progress('')
      await to?.close()
    }
    const { sequence, hash } = await store.head()
    if (file === undefined) return exitCodes.done
    if (isJson(context)) printJson(context, { file, lines, head: { sequence, hash } })
    else printLines(context, [`✓ exported ${lines} lines to ${file}; the journal has ${sequence} rows`])
    return exitCodes.done
  } finally {
    await store.close()
  }
}

async function importFrom(context: CommandContext, file: string | undefined): Promise<ExitCode> {
  if (file === undefined) throw new OpschartError('input', 'store import needs the file that an export wrote')
  const { terminal } = context
  const { store, importStore } = await opened(context)
  try {
    const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })
    const imported = await importStore(
      store,
      counted(lines, (count) => terminal.progress(`${count} lines read …`)),
    )
    terminal.progress('')
    if (isJson(context)) printJson(context, imported)
    else
      printLines(context, [
        `✓ imported ${imported.lines} lines; the journal has ${imported.head.sequence} rows`,
        '  `opschart audit` replays them under the configuration of today',
      ])
    return exitCodes.done
  } finally {
    await store.close()
  }
}

async function* counted(lines: AsyncIterable<string>, tell: (count: number) => void) {
  let count = 0
  for await (const line of lines) {
    yield line
    count += 1
    if (count % rhythm === 0) tell(count)
  }
}

/** What would become of each stored actor under the configuration as it is written now, whatever a daemon runs with. */
async function plan(context: CommandContext): Promise<ExitCode> {
  if (context.options['plan'] !== true) {
    throw new OpschartError(
      'input',
      'what is stored is migrated when the daemon starts, each with a row of its own; `opschart store migrate --plan` says beforehand what becomes of it',
    )
  }
  const onLine = (line: string) => context.terminal.note(visible(line))
  const local = await context.composition.openLocal({ root: context.root, onLine })
  try {
    const fits = await local.client.fits()
    if (isJson(context)) printJson(context, fits)
    else printLines(context, renderPlan(fits, lookOf(context)))
    return fits.some(({ kind }) => kind === 'misfit') ? exitCodes.failed : exitCodes.done
  } finally {
    await local.close()
  }
}

const signs = { fits: '✓', migrates: '→', misfit: '✗' } as const
const styles = { fits: 'green', migrates: 'yellow', misfit: ['bold', 'red'] } as const

/** The plan line by line, the worst first. */
export function renderPlan(fits: readonly FitView[], look: Look): string[] {
  if (fits.length === 0) return ['✓ all that is stored was decided by the configuration of today']
  const order = ['misfit', 'migrates', 'fits'] as const
  const lines = order.flatMap((kind) =>
    fits
      .filter((fit) => fit.kind === kind)
      .flatMap(({ actor, text }) =>
        paragraph(look, `${signs[kind]} `, `${visible(actor, 200)} ${visible(text, 500)}`, styles[kind]),
      ),
  )
  const count = (kind: FitView['kind']) => fits.filter((fit) => fit.kind === kind).length
  return fitted(
    [...lines, '', `${count('fits')} fit, ${count('migrates')} are migrated, ${count('misfit')} do not fit`],
    look,
  )
}
