import type { JsonObject } from './json.ts'
import type { LifecycleDefinition } from './law/definition.ts'
import { plainText } from './law/plain-text.ts'

/** What the escalations of the default law do, as one would say it; others are told by the names of their actions. */
const told: Readonly<Record<string, (phase: string) => string>> = {
  escalate_unacknowledged: (phase) =>
    `a person is told, unless somebody has acknowledged the incident or ${phase} is left`,
  escalate_rollback: (phase) => `a person is told that the roll-back has not ended, unless ${phase} is left`,
}

/**
 * What happens when a timer's time comes, and what keeps it from happening, as a person would say it. `nameOf` gives an
 * operation's `agent.task`; undefined for one that is not known any more.
 */
export function timerText(
  definition: LifecycleDefinition,
  { id, event }: { readonly id: string; readonly event: JsonObject & { readonly type: string } },
  nameOf: (operation: string) => string | undefined,
): string {
  const { operation } = event
  if (typeof operation === 'string') {
    const name = nameOf(operation)
    return id.startsWith('approval:')
      ? `the approval of ${name ?? 'an operation'} expires: unanswered, it is not done, and a person is told`
      : `${name ?? 'an operation'} is given up, unless a phase admits it`
  }
  const [, delay, machine, place] = /^xstate\.after\.([^.]+)\.([^.]+)\.(.+)$/.exec(id) ?? []
  if (delay === undefined || machine === undefined || place === undefined) return plainText(id, 100)
  if (machine.startsWith('rule:'))
    return `${machine.slice('rule:'.length)} fires, unless the measure falls below its threshold`
  const does = Object.hasOwn(definition.phases, place)
    ? definition.phases[place]?.after?.[delay]?.does
    : undefined
  if (machine === definition.id && does !== undefined) return escalation(does, place)
  const states = place.split('.')
  if (delay === 'backoff') return `${states.at(-2) ?? place} of ${machine} is tried again`
  if (/^\d+$/.test(delay)) return `${states.at(-1)} of ${machine} runs out of time, unless it ends`
  return `${delay.replaceAll('_', ' ')} is over in ${place}`
}

function escalation(does: readonly string[], phase: string): string {
  const [only] = does
  if (only !== undefined && does.length === 1 && Object.hasOwn(told, only)) return told[only]!(phase)
  return `${does.map((action) => action.replaceAll('_', ' ')).join(', ')}, unless ${phase} is left`
}
