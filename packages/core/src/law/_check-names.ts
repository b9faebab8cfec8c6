import { OpschartError } from '../errors.ts'
import { kinds } from './allowed.ts'
import { gatesOf, lawSignals, type Arrow, type LifecycleDefinition } from './definition.ts'
import { arrowsOf } from './topology.ts'

/** What the names of a law may stand for. */
export interface KnownNames {
  readonly workflows: readonly string[]
  readonly gates: readonly string[]
  readonly actions: readonly string[]
}

// Names become keys of states and contexts, parts of ids and of principals: no dot, no colon, no space.
const word = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/
const upperSnake = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/
const prefixes = ['workflow', 'watcher', 'rule', 'person']

/**
 * Checks that every name of a law is well formed and stands for something.
 *
 * @throws OpschartError code `configuration`, naming the place and what would be right.
 */
export function checkNames(definition: LifecycleDefinition, names: KnownNames): void {
  const law = `law ${definition.id}`
  const phases = Object.keys(definition.phases)
  wellFormed('law', definition.id, law)
  for (const phase of phases) wellFormed('phase', phase, law)
  for (const agent of definition.agents) {
    wellFormed('agent', agent, law)
    if (kinds.includes(agent))
      fail(law, `no agent can be called ${agent}: in \`by\` it means a kind of sender`)
  }
  known('phase', definition.initial, phases, `${law}, initial`)
  for (const agent of definition.everywhere ?? [])
    known('agent', agent, definition.agents, `${law}, everywhere`)
  checkDelays(definition, law)
  for (const [name, phase] of Object.entries(definition.phases)) {
    const where = `${law}, phase ${name}`
    for (const agent of phase.allow ?? []) known('agent', agent, definition.agents, where)
    for (const to of phase.moves ?? []) known('phase', to, phases, where)
    checkAutoTrigger(definition, name, where)
    for (const [delay, { does }] of Object.entries(phase.after ?? {})) {
      known('delay', delay, Object.keys(definition.delays ?? {}), where)
      for (const action of does) known('action', action, names.actions, where)
    }
  }
  for (const [signal, { except }] of Object.entries(definition.all ?? {})) {
    for (const phase of except ?? []) known('phase', phase, phases, `${law}, arrow ${signal} of all phases`)
  }
  for (const { phase, signal, arrow } of arrowsOf(definition)) {
    checkArrow(
      definition,
      names,
      signal,
      arrow,
      `${law}, arrow ${signal} of ${phase === '*' ? 'all phases' : phase}`,
    )
  }
}

/** A phase that says whether it triggers work by itself must be entered by arrows that do as it says. */
function checkAutoTrigger(definition: LifecycleDefinition, name: string, where: string): void {
  for (const former of definition.phases[name]!.formerly ?? []) {
    if (Object.hasOwn(definition.phases, former))
      fail(where, `it was formerly ${former}, and there is a phase of that name: take one of them out`)
    const other = Object.keys(definition.phases).find(
      (phase) => phase !== name && definition.phases[phase]!.formerly?.includes(former) === true,
    )
    if (other !== undefined)
      fail(where, `${former} was formerly ${name} and ${other}: it can only be one of them`)
  }
  const { auto_trigger } = definition.phases[name]!
  if (auto_trigger === undefined) return
  const starting = arrowsOf(definition).find(
    ({ phase, arrow }) => arrow.to === name && phase !== name && arrow.starts !== undefined,
  )
  if (auto_trigger && starting === undefined)
    fail(where, 'auto_trigger is on, and no arrow that leads there starts a workflow: give one `starts`')
  if (!auto_trigger && starting !== undefined)
    fail(
      where,
      `auto_trigger is off, and ${starting.signal} of ${starting.phase} starts ${starting.arrow.starts} on the way there: take one of them out`,
    )
}

function checkArrow(
  definition: LifecycleDefinition,
  names: KnownNames,
  signal: string,
  arrow: Arrow,
  where: string,
): void {
  if (!upperSnake.test(signal)) fail(where, 'a signal’s type is UPPER_SNAKE, such as CODE_MERGED')
  if (lawSignals.includes(signal)) fail(where, 'the law itself answers this signal; it can be no arrow')
  if (arrow.to !== undefined && arrow.to !== '*')
    known('phase', arrow.to, Object.keys(definition.phases), where)
  for (const entry of arrow.by ?? []) checkSender(definition, names, entry, where)
  for (const gate of gatesOf(arrow)) known('gate', gate, names.gates, where)
  for (const action of arrow.does ?? []) known('action', action, names.actions, where)
  if (arrow.starts !== undefined) known('workflow', arrow.starts, names.workflows, where)
}

function checkSender(definition: LifecycleDefinition, names: KnownNames, entry: string, where: string): void {
  const colon = entry.indexOf(':')
  if (colon < 0)
    return known('sender', entry, ['person', 'watcher', 'rule', 'system', ...definition.agents], where)
  const prefix = entry.slice(0, colon)
  if (prefix === 'workflow') return known('workflow', entry.slice(colon + 1), names.workflows, where)
  known('kind of sender', prefix, prefixes, where)
}

function checkDelays(definition: LifecycleDefinition, law: string): void {
  for (const [name, delay] of Object.entries(definition.delays ?? {})) {
    wellFormed('delay', name, law)
    if (!Number.isFinite(delay) || delay < 0)
      fail(`${law}, delay ${name}`, `${delay} is no number of milliseconds`)
  }
}

function wellFormed(kind: string, name: string, where: string): void {
  if (word.test(name) && !(name in Object.prototype)) return
  fail(
    where,
    `${JSON.stringify(name)} is no name for ${kind === 'agent' ? 'an agent' : `a ${kind}`}; it is a word of letters, digits, _ and -`,
  )
}

function known(kind: string, name: string, names: readonly string[], where: string): void {
  if (names.includes(name)) return
  fail(where, `no ${kind} ${name}; ${names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`}`)
}

function fail(where: string, what: string): never {
  throw new OpschartError('configuration', `${where}: ${what}`)
}
