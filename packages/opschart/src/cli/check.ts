import { checkWorld } from './_check-world.ts'
import { isJson, lookOf, printJson, type Run } from './_context.ts'
import { exitCodes } from './_exit.ts'
import { colourPaint, visible } from './_text.ts'

/** `opschart check`: problems of the configuration, what this machine lacks of it, and what a walk over the law finds. */
export const run: Run = async (context) => {
  const { composition, root, terminal } = context
  const { configuration, source, problems } = await composition.loadConfiguration(root)
  const findings =
    configuration === undefined
      ? []
      : [
          ...(await checkWorld(root, configuration)),
          ...(await composition.checkLaw(await composition.lawOf(configuration))),
        ]
  const broken = [...problems, ...findings].filter(({ severity }) => severity === 'error').length
  const warnings = [...problems, ...findings].filter(({ severity }) => severity === 'warning').length
  const missing = source === null && problems.length === 0
  const code = broken > 0 || missing ? exitCodes.failed : exitCodes.done
  if (isJson(context)) {
    printJson(context, { sound: code === exitCodes.done, source, problems, findings })
    return code
  }
  const { paint } = lookOf(context)
  if (missing) {
    terminal.out('There is no configuration yet. `opschart init` proposes one.')
    return code
  }
  for (const problem of problems) {
    terminal.out(await composition.formatProblem(problem, { colour: paint === colourPaint }))
    terminal.out('')
  }
  for (const { severity, message, path } of findings) {
    terminal.out(
      `${paint(['bold', severity === 'error' ? 'red' : 'yellow'], severity)}${paint('bold', `: ${visible(message)}`)}`,
    )
    if (path !== undefined && path.length > 0)
      terminal.out(`  ${paint('blue', '-->')} reached by ${visible(path.join(', '))}`)
    terminal.out('')
  }
  const kinds = [
    ...(broken === 0 ? [] : [broken === 1 ? '1 error' : `${broken} errors`]),
    ...(warnings === 0 ? [] : [warnings === 1 ? '1 warning' : `${warnings} warnings`]),
  ]
  const where = source === null ? '' : `${source}: `
  terminal.out(
    kinds.length === 0
      ? paint('green', `✓ ${where}sound`)
      : paint(['bold', broken > 0 ? 'red' : 'yellow'], `${where}${kinds.join(', ')}`),
  )
  return code
}
