import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { OpschartError, type FitView } from '@opschart/core'

import { connectDaemon } from './_client.ts'
import { isJson, lookOf, printJson, printLines, type CommandContext, type Run } from './_context.ts'
import { exitCodes, type ExitCode } from './_exit.ts'
import { fitted, paragraph, type Look } from './_look.ts'
import { visible } from './_text.ts'

/** Lines between two words on how far it is. */
const rhythm = 5_000

/** `opschart store`: moves and prunes a project's store, and shows how what it holds stands to the configuration. */
export const run: Run = async (context) => {
  const [what = '', file] = context.operands
  switch (what) {
    case 'export':
      return exportTo(context, file)
    case 'import':
      return importFrom(context, file)
    case 'prune':
      checkThere(context)
      return (await import('./_prune.ts')).prune(context, fileOf(context))
    case 'migrate':
      return plan(context)
    default:
      throw new OpschartError(
        'input',
        `store ${visible(what, 60)} is nothing; write export, import, prune or migrate`,
      )
  }
}

const fileOf = ({ root }: CommandContext) => join(root, '.opschart', 'state.db')

/** The store beside whoever uses it; loaded here, since most commands need none of it. */
async function opened(context: CommandContext) {
  const [{ sqliteStore }, moving] = await Promise.all([
    import('@opschart/runtime/sqlite'),
    import('../move-store.ts'),
  ])
  return { store: sqliteStore(fileOf(context)), ...moving }
}

/** @throws OpschartError `input` where there is no store: opening one would make it. */
function checkThere(context: CommandContext): void {
  if (existsSync(fileOf(context))) return
  throw new OpschartError(
    'input',
    `there is no store in ${visible(context.root)}; \`opschart up\` makes one, --root names another project`,
  )
}

/** @throws OpschartError `conflict` where a daemon runs: it works on what is there. */
async function refuseBesideDaemon(context: CommandContext): Promise<void> {
  try {
    const { pid } = await (await connectDaemon(context)).daemon()
    throw new OpschartError(
      'conflict',
      `a daemon runs here (process ${pid}) and works on this store; end it with \`opschart down\`, then import`,
    )
  } catch (error) {
    if (!(error instanceof OpschartError) || error.code !== 'unreachable') throw error
  }
}

async function exportTo(context: CommandContext, file: string | undefined): Promise<ExitCode> {
  const { terminal } = context
  checkThere(context)
  const { store, exportStore } = await opened(context)
  try {
    const lines = counted(exportStore(store), (count) => {
      if (file !== undefined) terminal.progress(`${count} lines exported …`)
    })
    if (file === undefined) {
      for await (const line of lines) terminal.out(line)
      return exitCodes.done
    }
    const { count, first } = await written(file, lines)
    terminal.progress('')
    const { sequence, hash } = JSON.parse(first) as { sequence: number; hash: string }
    if (isJson(context)) printJson(context, { file, lines: count, head: { sequence, hash } })
    else printLines(context, [`✓ exported ${count} lines to ${file}; the journal ends with row ${sequence}`])
    return exitCodes.done
  } finally {
    await store.close()
  }
}

/** Characters that are written at once. */
const chunk = 256 * 1024

/** Writes lines to a new file, whole or not at all: flushed when it is told, gone when it fails. */
async function written(
  file: string,
  lines: AsyncIterable<string>,
): Promise<{ count: number; first: string }> {
  // Whoever may not read the store may not read its copy either.
  const to = await open(file, 'wx', 0o600).catch(unusable(file))
  let [count, first, text] = [0, '', '']
  try {
    for await (const line of lines) {
      if (count === 0) first = line
      count += 1
      text += `${line}\n`
      if (text.length < chunk) continue
      await to.write(text)
      text = ''
    }
    await to.write(text)
    await to.sync()
  } catch (error) {
    await to.close()
    await rm(file)
    throw error instanceof OpschartError ? error : unusable(file)(error)
  }
  await to.close()
  return { count, first }
}

async function importFrom(context: CommandContext, file: string | undefined): Promise<ExitCode> {
  if (file === undefined) throw new OpschartError('input', 'store import needs the file that an export wrote')
  const { terminal } = context
  await refuseBesideDaemon(context)
  const from = await open(file).catch(unusable(file))
  const { store, importStore } = await opened(context)
  try {
    const lines = counted(from.readLines({ encoding: 'utf8' }), (count) =>
      terminal.progress(`${count} lines read …`),
    )
    const imported = await importStore(store, lines)
    terminal.progress('')
    if (isJson(context)) printJson(context, imported)
    else
      printLines(context, [
        `✓ imported ${imported.lines} lines; the journal ends with row ${imported.head.sequence}`,
        '  `opschart audit` replays them under the configuration of today',
      ])
    return exitCodes.done
  } finally {
    await from.close()
    await store.close()
  }
}

const unusable =
  (file: string) =>
  (error: unknown): never => {
    const { code, message } = error as NodeJS.ErrnoException
    const said = code === 'EEXIST' ? 'it is there already; name another file' : message
    throw new OpschartError('input', `${visible(file)} cannot be used: ${visible(said)}`, { cause: error })
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
