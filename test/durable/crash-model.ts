import type { ActorView } from '@opschart/core'
import { isDeepStrictEqual } from 'node:util'

import type { CrashRecord } from './crash-record.ts'
import { mostLines, ticks } from './order-machines.ts'

/** What does not stand as plain counting of what was sent says it must; written apart from the machines. */
export function modelFaults(
  { acknowledged }: Pick<CrashRecord, 'acknowledged'>,
  views: ReadonlyMap<string, ActorView>,
): string[] {
  const faults: string[] = []
  const same = (what: string, found: unknown, expected: unknown) => {
    if (!isDeepStrictEqual(found, expected))
      faults.push(`${what} is ${JSON.stringify(found)}, and ${JSON.stringify(expected)} was expected`)
  }
  const amounts = new Map<string, number[]>()
  const notes = new Map<string, number>()
  const actors = new Set<string>()
  for (const { message } of acknowledged) {
    const { to } = message
    actors.add(to)
    if ('start' in message) continue
    const { type, data } = message.draft
    if (type === 'LINE' || type === 'ADD')
      amounts.set(to, [...(amounts.get(to) ?? []), data!['amount'] as number])
    if (type === 'NOTE') notes.set(to, (notes.get(to) ?? 0) + 1)
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((whole, number) => whole + number, 0)
  for (const actor of actors) {
    const view = views.get(`machine:${actor}`)
    const given = amounts.get(actor) ?? []
    if (actor.startsWith('tally/')) {
      const { count, sum: total } = (view?.context ?? {}) as { count?: number; sum?: number }
      same(
        actor,
        { status: view?.status, count, total },
        { status: 'active', count: given.length, total: sum(given) },
      )
      continue
    }
    const total = sum(given.slice(0, mostLines))
    const context = (view?.context ?? {}) as Record<string, unknown>
    const { by: _, ...paid } = (context['receipt'] ?? {}) as Record<string, unknown>
    same(
      actor,
      {
        status: view?.status,
        value: view?.value,
        lines: context['lines'],
        bells: context['bells'],
        ticks: context['ticks'],
        delivered: context['delivered'],
        paid,
        output: (view?.output as { total?: number } | undefined)?.total,
        timers: view?.timers,
      },
      {
        status: 'done',
        value: { business: 'closed', clock: 'stopped' },
        lines: Math.min(given.length, mostLines),
        bells: notes.get(actor) ?? 0,
        ticks,
        delivered: [0, 1, 2],
        paid: { paid: total },
        output: total,
        timers: [],
      },
    )
  }
  return faults
}
