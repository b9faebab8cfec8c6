import type { Proposal } from '../config/propose-configuration.ts'
import { run as adopt } from './adopt.ts'
import { withClient } from './_client.ts'
import type { CommandContext } from './_context.ts'
import { exitCodes, exitOfError, isOpschartError, type ExitCode } from './_exit.ts'
import { visible } from './_text.ts'

/** What became of the offers. */
export interface Offered {
  /** Services whose running release need not be adopted any more. */
  readonly settled: ReadonlySet<string>
  readonly code: ExitCode
}

/**
 * Asks, of each service in the configuration that has no live release, which one runs, and adopts it as `opschart adopt`
 * does. Until a person has chosen one, nothing is made or changed.
 */
export async function offerAdoptions(context: CommandContext, proposal: Proposal): Promise<Offered> {
  const { composition, root, terminal } = context
  const { configuration } = await composition.loadConfiguration(root)
  const settled = new Set<string>()
  let code: ExitCode = exitCodes.done
  // Nothing is known where nothing was set up before, and looking would make a store.
  if (proposal.initialised && configuration !== undefined)
    for (const name of await liveServices(context)) settled.add(name)
  const { isCancel, select } = await import('@clack/prompts')
  for (const { name, adoption } of proposal.services) {
    if (adoption === null || settled.has(name) || !Object.hasOwn(configuration?.services ?? {}, name))
      continue
    const { commit } = adoption
    const others = adoption.candidates.slice(1).filter(({ version }) => !isSame(version, adoption.version))
    const choices = [adoption, ...others].map(({ version, found }) => ({
      value: version,
      label: visible(version, 100),
      hint: visible(found, 200),
    }))
    const answer = await select({
      message: `Which release of ${visible(name, 60)} runs now? It is noted as the live one; nothing is deployed.`,
      options: [...choices, { value: '', label: 'none of these, or later' }],
    })
    terminal.out('')
    if (isCancel(answer)) break
    if (answer === '') continue
    const found = choices.find(({ value }) => value === answer)?.hint ?? ''
    const outcome = await adopted(context, {
      operands: [`${name}/${answer}`, 'PRODUCTION'],
      options: {
        version: answer,
        reason: `it ran before opschart (${found})`,
        ...(commit !== null && answer === adoption.version ? { commit } : {}),
      },
    })
    if (outcome === exitCodes.done) settled.add(name)
    else code = outcome
  }
  return { settled, code }
}

/** Whether two versions differ in their `v` at most: a tag and a package's version mostly do. */
const isSame = (one: string, other: string) => one.replace(/^v/, '') === other.replace(/^v/, '')

/** Runs `opschart adopt`. What it says no to is said, and is no reason to say nothing of the rest. */
async function adopted(
  context: CommandContext,
  line: Pick<CommandContext, 'operands' | 'options'>,
): Promise<ExitCode> {
  try {
    return await adopt({ ...context, ...line })
  } catch (error) {
    if (!isOpschartError(error)) throw error
    context.terminal.note(`opschart: ${visible(error.message)}`)
    return exitOfError(error)
  }
}

async function liveServices(context: CommandContext): Promise<string[]> {
  const live: string[] = []
  await withClient(context, async ({ client }) => {
    const { services } = await client.status()
    live.push(...services.filter((each) => each.live !== null).map(({ service }) => service))
    return exitCodes.done
  })
  return live
}
