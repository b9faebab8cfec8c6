import type { Arrow } from '@opschart/core'

import { defaultArrow } from './default-law.ts'
import type { Finding } from './problem.ts'
import type { ArrowConfiguration, StateConfiguration } from './state-schema.ts'

/** `next_states` in its long form: null where a phase is merely named. */
export type Targets = Readonly<Record<string, ArrowConfiguration | null>>

/** `next_states` behind its short form; undefined when the row leaves it out. */
export function normalTargets(next: StateConfiguration['next_states']): Targets | undefined {
  return Array.isArray(next) ? Object.fromEntries(next.map((to) => [to, null])) : next
}

interface Question {
  readonly phase: string
  readonly next: Targets
  /** The default law's arrows out of this phase. */
  readonly inherited: Readonly<Record<string, string | Arrow>>
  /** Phases that exist. */
  readonly known: ReadonlySet<string>
  /** Whether an arrow to a phase that is not listed stays all the same. */
  readonly keeps: (to: string) => boolean
}

interface Answer {
  readonly on: Record<string, string | Arrow>
  readonly moves: readonly string[]
  /** Phases that were not listed and are led to all the same. */
  readonly kept: readonly string[]
  readonly findings: readonly Finding[]
  /** Signals that lead to two phases: a mistake whatever else is wrong with the row. */
  readonly clashes: readonly Finding[]
}

/** The arrows out of one phase whose row says where it leads. */
export function composeArrows({ phase, next, inherited, known, keeps }: Question): Answer {
  const findings: Finding[] = []
  const clashes: Finding[] = []
  const written = new Map<string, Arrow>()
  for (const [to, entry] of Object.entries(next)) {
    if (!known.has(to)) continue
    for (const signal of [entry?.on ?? []].flat()) {
      const before = written.get(signal)
      if (before !== undefined) {
        clashes.push(
          atTarget(
            phase,
            to,
            'error',
            `${signal} leads from ${phase} to ${before.to ?? phase} already`,
            'one arrow for each signal',
          ),
        )
      } else written.set(signal, arrowFrom(phase, to, signal, entry!))
    }
  }

  const on: Record<string, string | Arrow> = {}
  const kept = new Set<string>()
  for (const [signal, short] of Object.entries(inherited)) {
    const arrow: Arrow = typeof short === 'string' ? { to: short } : short
    const { to } = arrow
    const own = written.get(signal)
    if (own !== undefined) on[signal] = own
    else if (to === undefined || to === '*' || to === phase) on[signal] = short
    else if (Object.hasOwn(next, to)) {
      const entry = next[to]
      if (entry?.on === undefined)
        on[signal] = entry === null || entry === undefined ? short : overridden(arrow, entry)
    } else if (keeps(to)) {
      on[signal] = short
      kept.add(to)
    }
  }
  for (const [signal, arrow] of written) on[signal] ??= arrow

  const led = new Set(Object.values(on).map((arrow) => (typeof arrow === 'string' ? arrow : arrow.to)))
  const moves = Object.keys(next).filter((to) => known.has(to) && next[to]?.on === undefined && !led.has(to))
  for (const to of moves) findings.push(moveFinding(phase, to, next[to]))
  return { on, moves: moves.filter((to) => to !== phase), kept: [...kept], findings, clashes }
}

/** An arrow as it was written, with the default law's bookkeeping for its signal, and its senders, gates and workflow where none are named. */
function arrowFrom(phase: string, to: string, signal: string, entry: ArrowConfiguration): Arrow {
  const { to: _, ...origin } = defaultArrow(phase, signal) ?? {}
  return overridden({ ...(to === phase ? {} : { to }), ...origin }, entry)
}

function overridden(arrow: Arrow, { by, gate, starts }: ArrowConfiguration): Arrow {
  const { starts: started, ...rest } = arrow
  const workflow = starts === undefined ? started : starts
  return {
    ...rest,
    ...(by === undefined ? {} : { by: by as NonNullable<Arrow['by']> }),
    ...(gate === undefined ? {} : { gate }),
    ...(workflow === undefined || workflow === null ? {} : { starts: workflow }),
  }
}

function moveFinding(phase: string, to: string, entry: ArrowConfiguration | null | undefined): Finding {
  const named = entry !== null && entry !== undefined && Object.keys(entry).length > 0
  if (named)
    return atTarget(
      phase,
      to,
      'error',
      `the default law has no arrow from ${phase} to ${to} that this could change`,
      'say which signal leads there: on',
    )
  if (to === phase)
    return atTarget(
      phase,
      to,
      'warning',
      `${phase} is always its own next phase: this says nothing`,
      'take it out, or name a signal that stays: on',
    )
  if (to === 'PRODUCTION') {
    return atTarget(
      phase,
      to,
      'warning',
      `no signal leads from ${phase} to ${to}: a release that is moved there does not become the live one`,
      '{PRODUCTION: {on: DEPLOYMENT_COMPLETE}}',
    )
  }
  return atTarget(
    phase,
    to,
    'note',
    `no signal leads from ${phase} to ${to}: a person asks for it with opschart move <lifecycle> ${to}`,
  )
}

/** A finding at a target of `next_states`. Whether it stands in a list or a map is for the one who knows the text. */
function atTarget(
  phase: string,
  to: string,
  severity: Finding['severity'],
  message: string,
  expected?: string,
): Finding {
  return {
    severity,
    path: ['states', phase, 'next_states', to],
    at: 'key',
    message,
    ...(expected === undefined ? {} : { expected }),
  }
}
