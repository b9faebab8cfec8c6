import {
  canonicalJson,
  didYouMean,
  OpschartError,
  type ActAnswer,
  type Autonomy,
  type Clock,
  type JsonObject,
  type Pause,
  type Principal,
  type Store,
} from '@opschart/core'

import { plainLine } from '../plain-text.ts'
import { systemActor } from './names.ts'
import { systemDecision } from './system-row.ts'
import { emptySystem, type SystemState } from './policy.ts'

/** What there is to be switched, by name. */
export interface Switchable {
  readonly services: readonly string[] | undefined
  readonly agents: readonly string[]
  /** `agent.task` of every task there is. */
  readonly tasks: readonly string[]
  readonly rules: readonly string[]
}

const mostTries = 20
const autonomies: readonly string[] = ['observe', 'ask', 'act']

/** What a person switches while the system runs: pauses and autonomy. Each is one row of the system's own actor. */
export function createSwitches(sources: {
  store: Pick<Store, 'actor' | 'commit'>
  clock: Clock
  known: Switchable
  after: (sequence: number) => void
}) {
  const { store, clock, known } = sources

  async function act(
    by: Principal,
    type: string,
    text: string,
    change: (state: SystemState) => SystemState | string,
  ): Promise<ActAnswer> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const actor = await store.actor(systemActor)
      const next = change((actor?.state as unknown as SystemState | undefined) ?? emptySystem)
      if (typeof next === 'string') return { done: false, reason: next }
      const state = JSON.parse(canonicalJson(next)) as JsonObject
      const decision = systemDecision(actor, { by, at: clock.now(), event: { type, text } }, state)
      const [outcome] = await store.commit([{ decisions: [decision] }])
      if (outcome?.kind !== 'written') continue
      sources.after(outcome.sequence)
      return { done: true, reason: text }
    }
    throw new OpschartError(
      'conflict',
      'another process switched something at the same time, again and again; try again',
    )
  }

  return {
    pause(by: Principal, target: string, reason: string): Promise<ActAnswer> {
      const unknown = unknownPause(target, known)
      if (unknown !== undefined) return Promise.resolve({ done: false, reason: unknown })
      const pause: Pause = { target, by, at: clock.now(), reason: plainLine(reason, 500) }
      return act(by, 'paused', `paused ${target}: ${pause.reason}`, (state) => ({
        ...state,
        pauses: [...state.pauses.filter((other) => other.target !== target), pause],
      }))
    },
    resume: (by: Principal, target: string): Promise<ActAnswer> =>
      act(by, 'resumed', `resumed ${plainLine(target, 200)}`, (state) => {
        const pauses = state.pauses.filter((pause) => pause.target !== target)
        if (pauses.length < state.pauses.length) return { ...state, pauses }
        const targets = state.pauses.map((pause) => pause.target)
        const list = targets.length === 0 ? 'nothing is' : `what is: ${targets.join(', ')}`
        return `${plainLine(target, 200)} is not paused; ${list}${didYouMean(target, targets)}`
      }),
    promote(by: Principal, target: string, autonomy: Autonomy): Promise<ActAnswer> {
      const unknown = unknownTarget(target, known)
      if (unknown !== undefined) return Promise.resolve({ done: false, reason: unknown })
      // An unknown word would be neither `observe` nor `ask`, and so would act.
      if (!autonomies.includes(autonomy)) {
        return Promise.resolve({
          done: false,
          reason: `${plainLine(String(autonomy), 50)} is no autonomy; write ${autonomies.join(', ')}`,
        })
      }
      return act(by, 'promoted', `${target} may now ${autonomy}`, (state) => ({
        ...state,
        autonomy: { ...state.autonomy, [target]: autonomy },
      }))
    },
  }
}

/** Switches what a person asks to be switched. */
export type Switches = ReturnType<typeof createSwitches>

/** Why a pause would stop nothing: a mistyped name must not look like a brake. */
function unknownPause(target: string, { services, agents, rules }: Switchable): string | undefined {
  const [kind, name = ''] = target.split(/:(.*)/s, 2)
  if (target === 'everything') return undefined
  const known = kind === 'service' ? services : kind === 'agent' ? agents : kind === 'rule' ? rules : []
  if (kind === 'service' && known === undefined && name !== '') return undefined
  if (known?.includes(name) === true) return undefined
  const given = plainLine(target, 200)
  if (known === undefined || known.length === 0) {
    const all = [
      'everything',
      ...(services ?? []).map((each) => `service:${each}`),
      ...agents.map((each) => `agent:${each}`),
      ...rules.map((each) => `rule:${each}`),
    ]
    return `nothing is called ${given}; write everything, service:<name>, agent:<name> or rule:<name>${didYouMean(target, all)}`
  }
  return `there is no ${kind} ${plainLine(name, 200) || 'without a name'}; there ${areThese(known)}${didYouMean(name, known)}`
}

/** The names that there are, as a sentence about them ends. */
export function areThese(names: readonly string[]): string {
  return `${names.length === 1 ? 'is' : 'are'} ${names.join(', ') || 'none'}`
}

/** Why nothing that has an autonomy is meant; undefined when something is. */
function unknownTarget(target: string, { agents, tasks }: Switchable): string | undefined {
  if (target === '*' || agents.includes(target) || tasks.includes(target)) return undefined
  const dot = target.indexOf('.')
  const agent = dot < 0 ? target : target.slice(0, dot)
  if (dot < 0 || !agents.includes(agent)) {
    const nearest = didYouMean(target, dot < 0 ? agents : [...tasks, ...agents])
    return `no agent is called ${plainLine(agent, 200)}; write *, an agent or agent.task${nearest}`
  }
  const own = tasks.filter((task) => task.startsWith(`${agent}.`))
  const list = own.map((task) => task.slice(agent.length + 1)).join(', ') || 'none'
  return `${agent} has no task ${plainLine(target.slice(dot + 1), 200)}; it has ${list}${didYouMean(target, own)}`
}
