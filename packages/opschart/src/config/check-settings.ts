import { arrowsOf, type LifecycleDefinition } from '@opschart/core'
import type { z } from 'zod'

import { unknownTask } from './action.ts'
import type { agentsSchema } from './agent-schema.ts'
import { checkCommand } from './check-services.ts'
import type { KnownNames, KnownTask } from './known-names.ts'
import type { Finding } from './problem.ts'
import { listed } from './schema-findings.ts'
import { autonomyTarget, type autonomySchema } from './settings-schema.ts'
import type { Sound } from './sound-parts.ts'

/** Looks up the agents and tasks that autonomy speaks of. */
export function checkAutonomy(
  autonomy: Sound<z.output<typeof autonomySchema>>,
  names: KnownNames,
): Finding[] {
  if (typeof autonomy === 'string') return []
  return Object.keys(autonomy).flatMap((target): Finding[] => {
    if (target === 'default' || names.agents.includes(target) || !autonomyTarget.test(target)) return []
    const path = ['autonomy', target]
    const dot = target.indexOf('.')
    const candidates = ['default', ...names.agents]
    const finding: Finding | undefined =
      dot < 0
        ? {
            severity: 'error',
            path,
            message: `no agent is called ${target}`,
            expected: listed(candidates),
            name: target,
            candidates,
          }
        : unknownTask(target.slice(0, dot), target.slice(dot + 1), path, names)
    return finding === undefined ? [] : [{ ...finding, at: 'key' }]
  })
}

/** Holds what the inbox is trusted with against the law: anyone can write there. */
export function checkTrusted(
  trusted: readonly (string | undefined)[],
  definition: LifecycleDefinition,
): Finding[] {
  const arrows = arrowsOf(definition)
  const signals = [...new Set(arrows.map(({ signal }) => signal))]
  return trusted.flatMap((signal, index): Finding[] => {
    if (signal === undefined) return []
    const path = ['inbox', 'trusted', index]
    const taking = arrows.filter((each) => each.signal === signal)
    if (taking.length === 0) {
      return [
        {
          severity: 'error',
          path,
          message: `the law has no arrow for ${signal}`,
          expected: listed(signals),
          name: signal,
          candidates: signals,
        },
      ]
    }
    const senders = taking
      .flatMap(({ arrow }): readonly string[] => arrow.by ?? ['watcher'])
      .filter((sender) => sender !== 'watcher:inbox')
    if (
      senders.every((sender) => sender === 'person' || sender === 'system' || sender.startsWith('workflow:'))
    ) {
      return [
        {
          severity: 'error',
          path,
          message: `${signal} is the word of ${listed([...new Set(senders)])}: no file may speak for them`,
        },
      ]
    }
    if (senders.some((sender) => sender === 'watcher' || sender.startsWith('watcher:'))) return []
    return [
      {
        severity: 'warning',
        path,
        message: `anything that can append to the inbox may then send ${signal}, which is else for ${listed([...new Set(senders)])}`,
      },
    ]
  })
}

/** Looks over the user's own tasks. */
export function checkAgents(
  agents: Sound<z.output<typeof agentsSchema>>,
  builtIn: readonly KnownTask[],
): Finding[] {
  return Object.entries(agents).flatMap(([agent, declared]) =>
    Object.entries(declared?.tasks ?? {}).flatMap(([task, body]): Finding[] => {
      const path = ['agents', agent, 'tasks', task]
      const replaces = builtIn.some((each) => each.agent === agent && each.task === task)
      const note: Finding[] = replaces
        ? [{ severity: 'note', path, at: 'key', message: `in place of the built-in ${agent}.${task}` }]
        : []
      return [...checkCommand(body?.run ?? [], [...path, 'run']), ...note]
    }),
  )
}
