import {
  didYouMean,
  kindOf,
  isPrincipal,
  OpschartError,
  type ActAnswer,
  type Clock,
  type Crypto,
  type JsonObject,
  type Principal,
  type Sender,
  type Signal,
  type SignalDraft,
  type Store,
  type Verdict,
} from '@opschart/core'

import { machineActor } from '../machines/actor-names.ts'
import type { MachineSender } from '../machines/machine-sender.ts'
import { plainLine } from '../plain-text.ts'
import { signalOf } from './draft.ts'
import type { Message } from './message.ts'
import { isLifecycleId, lifecycleOf, serviceOf } from './names.ts'
import { areThese, type Switches } from './switches.ts'
import type { TurnOutcome } from './lines.ts'
import type { Turns } from './turn.ts'
import type { NamesUnknown } from './unknown-signal.ts'

/** What senders work with. */
export interface SenderSources {
  readonly store: Pick<Store, 'actor'>
  readonly clock: Clock
  readonly crypto: Crypto
  readonly turns: Pick<Turns, 'take'>
  readonly switches: Switches
  /** The services of the configuration; undefined: any name is one, and lifecycles are opened by their first signal. */
  readonly services: ReadonlySet<string> | undefined
  readonly resolveName: (name: string) => Promise<string | undefined>
  readonly namesUnknown: NamesUnknown
  /** After a turn: wakes what waits for its outcome. */
  readonly after: (outcome: TurnOutcome) => void
  /** What sends to the actors of machines, for a principal. */
  readonly machines: (by: Principal) => MachineSender
  /** Lets a parked actor of a machine go on. */
  readonly free: (id: string, by: Principal) => Promise<ActAnswer>
  /** Ids of the operations that run here and that a pause of this target holds. */
  readonly runningFor: (target: string) => Promise<readonly string[]>
}

/** The principal of a call, in its text form. */
export function principalOf(
  who: Principal | { readonly agent: string } | { readonly person: string } | { readonly watcher: string },
): Principal {
  const text =
    typeof who === 'string' ? who : (`${Object.keys(who)[0]}:${Object.values(who)[0] as string}` as Principal)
  if (isPrincipal(text)) return text
  throw new OpschartError(
    'input',
    `${JSON.stringify(plainLine(text, 100))} is no principal; write { agent: 'name' }, { person: 'name' } or { watcher: 'name' }`,
  )
}

/** Makes the sender of one principal. `operation` is the one whose token it showed. */
export function createSender(sources: SenderSources, by: Principal, operation?: string): Sender {
  const { store, turns, switches } = sources
  const machines = sources.machines(by)
  const carried = operation === undefined ? {} : { operation }
  const checked = (draft: SignalDraft) => signalOf(draft, by, sources)

  async function take(shard: string, message: Message): Promise<Verdict> {
    const outcome = await turns.take(shard, [message])
    sources.after(outcome)
    return outcome.verdict ?? { kind: 'ignored', reason: 'nothing came of it' }
  }

  async function send(to: string, draft: SignalDraft): Promise<Verdict> {
    if (typeof to !== 'string' || typeof draft !== 'object' || draft === null) {
      throw new OpschartError('input', 'a signal is sent to a text (`web/v2`), as an object with a type')
    }
    // Never accepted from outside; said as a verdict, since it is an asker's illegal request [L5].
    if (typeof draft.type === 'string' && draft.type.startsWith('xstate.')) return refuse(to, draft.type)
    if (machines.isMine(to) || (await isKept(to)))
      return (await barred(to, draft.type)) ?? machines.send(to, draft)
    const signal = checked({ ...draft, ...(draft.subject === undefined && to !== '' ? { subject: to } : {}) })
    const target = to === '' ? (signal.subject ?? '') : to
    const service = serviceOf(target)
    if (operation !== undefined && service !== serviceOf(operation)) return refuseForeign(signal, operation)
    if (sources.services === undefined) return toAnything(target, { signal, ...carried, outside: true })
    if (!sources.services.has(service)) {
      const reason = noService(service, sources.services)
      return take('', {
        kind: 'told',
        entry: 'signal',
        type: signal.type,
        by,
        data: { signal: signal as unknown as JsonObject },
        verdict: { kind: 'unrouted', reason, signal: signal.id },
        key: { source: signal.source, id: signal.id },
      })
    }
    return take(service, { kind: 'routed', signal, ...carried, outside: true })
  }

  /** Whether there is an actor of that name whose machine this process does not have: it says so, and opens no release. */
  async function isKept(to: string): Promise<boolean> {
    if (!to.includes('/') || sources.services?.has(serviceOf(to)) === true) return false
    return (await store.actor(machineActor(to))) !== undefined
  }

  /** A machine's actors are not for whoever has an operation's token, nor for what anyone can write to. */
  async function barred(to: string, asked: unknown): Promise<Verdict | undefined> {
    const reason =
      operation === undefined
        ? machines.refusal(to)
        : `${by} has the token of an operation of ${serviceOf(operation)}, and speaks for nothing else`
    if (reason === undefined) return undefined
    const verdict: Verdict = {
      kind: 'refused',
      phase: '',
      reason,
      allowed: { phase: '', signals: [], agents: [] },
    }
    const data = { type_asked: plainLine(String(asked), 200), to: plainLine(to, 300) }
    return take('', { kind: 'told', entry: 'signal', type: 'refused', by, data, verdict })
  }

  /** Without services in the configuration any name is one, and a lifecycle is opened by the first signal that names it. */
  async function toAnything(
    target: string,
    message: Omit<Extract<Message, { kind: 'signal' }>, 'kind' | 'lifecycle'>,
  ): Promise<Verdict> {
    const service = serviceOf(target)
    if (!target.includes('/')) {
      if (!isLifecycleId(`${target}/x`))
        throw new OpschartError('input', `${JSON.stringify(plainLine(target, 100))} is no service's name`)
      return take(service, { kind: 'routed', ...message })
    }
    const resolved = await sources.resolveName(target)
    if (resolved !== undefined) return take(service, { kind: 'signal', lifecycle: resolved, ...message })
    if (!isLifecycleId(target)) {
      throw new OpschartError(
        'input',
        `${JSON.stringify(plainLine(target, 100))} is no lifecycle's id; write service/name`,
      )
    }
    return take(service, { kind: 'signal', lifecycle: target, open: { branch: null }, ...message })
  }

  function refuse(to: string, type: string): Promise<Verdict> {
    const asked = plainLine(type, 200)
    const verdict: Verdict = {
      kind: 'refused',
      phase: '',
      reason: `${asked.slice(0, 60)} is no signal's name: nothing that begins with xstate. is accepted from outside`,
      allowed: { phase: '', signals: [], agents: [] },
    }
    const service = serviceOf(to)
    const known =
      sources.services === undefined ? isLifecycleId(`${service}/x`) : sources.services.has(service)
    const data = { type_asked: asked, to: plainLine(to, 300) }
    return take(known ? service : '', { kind: 'told', entry: 'signal', type: 'refused', by, data, verdict })
  }

  /** An operation is known by its token where it works, and nowhere else: what it was told there may speak for anyone. */
  function refuseForeign(signal: Signal, own: string): Promise<Verdict> {
    const reason = `${by} has the token of an operation of ${serviceOf(own)}, and speaks for no other service`
    const allowed = { phase: '', signals: [], agents: [] }
    return take(serviceOf(own), {
      kind: 'told',
      entry: 'signal',
      type: signal.type,
      by,
      data: { signal: signal as unknown as JsonObject },
      verdict: { kind: 'refused', phase: '', reason, allowed, signal: signal.id },
      key: { source: signal.source, id: signal.id },
    })
  }

  async function answer(type: string, id: string, data: JsonObject): Promise<ActAnswer> {
    const lifecycle = lifecycleOf(id)
    if (!isLifecycleId(lifecycle) || (await store.actor(lifecycle)) === undefined) {
      return { done: false, reason: `there is no operation ${plainLine(id, 300)}` }
    }
    const signal = checked({ type, data: { operation: id, ...data } })
    return answered(await take(serviceOf(lifecycle), { kind: 'signal', lifecycle, signal, outside: true }))
  }

  const isPerson = kindOf(by) === 'person'

  async function refusedAct(what: string): Promise<ActAnswer> {
    const reason = `only a person may ${what}, not ${by}`
    await take('', { kind: 'told', entry: 'act', type: 'refused', by, data: { text: `refused: ${reason}` } })
    return { done: false, reason }
  }

  async function resumeRemedies(service: string): Promise<ActAnswer> {
    if (sources.services !== undefined && !sources.services.has(service)) {
      return { done: false, reason: noService(service, sources.services) }
    }
    const text = `remedies of ${plainLine(service, 100)} may act again`
    const changes = [{ kind: 'resume_remedies' as const }]
    await take(service, { kind: 'told', entry: 'act', type: 'remedies.resumed', by, data: { text }, changes })
    return { done: true, reason: text }
  }

  return {
    send: async (to, draft) => sources.namesUnknown(await send(to, draft), draft),
    start: async (to, opening) => (await barred(to, 'start')) ?? machines.start(to, opening),
    approve: ({ operation: id, plan }) => answer('OPERATION_APPROVED', id, { plan }),
    reject: ({ operation: id, reason }) =>
      answer('OPERATION_REJECTED', id, { reason: plainLine(reason, 500) }),
    cancel: (id) => answer('OPERATION_CANCELLED', id, {}),
    async adopt({ to, phase, reason, version, commit, branch }) {
      if (!isPerson) return refusedAct('adopt')
      const named = {
        ...(version === undefined ? {} : { version }),
        ...(commit === undefined ? {} : { commit }),
      }
      const known = await sources.resolveName(to)
      const service = serviceOf(to)
      if (known === undefined) {
        const reason = whyNotOpened(to, sources.services)
        if (reason !== undefined) return { done: false, reason }
      }
      const signal = checked({ type: 'ADOPTED', data: { phase, reason: plainLine(reason, 500), ...named } })
      const open = { branch: branch ?? null }
      return answered(
        await take(service, { kind: 'signal', lifecycle: known ?? to, signal, open, outside: true }),
      )
    },
    async move(to, phase) {
      if (!isPerson) return refusedAct('move a release by hand')
      const draft = { type: 'MOVE_REQUESTED', data: { phase } }
      if (sources.services !== undefined || !isLifecycleId(`${serviceOf(to)}/x`))
        return answered(await send(to, draft))
      // Elsewhere the first signal that names a lifecycle opens it; what is not there is not moved either.
      const signal = checked({ ...draft, subject: to })
      return answered(await take(serviceOf(to), { kind: 'routed', signal, outside: true }))
    },
    async pause({ target, reason, now }) {
      if (!isPerson && by !== 'system') return refusedAct('pause')
      const done = await switches.pause(by, target, reason)
      if (!done.done || now !== true) return done
      const running = await sources.runningFor(target)
      await Promise.all(running.map((id) => answer('OPERATION_CANCELLED', id, {})))
      return done
    },
    async resume(target) {
      if (!isPerson) return refusedAct('resume')
      const parked = /^actor:(.+)$/s.exec(target)
      if (parked !== null) return sources.free(parked[1]!, by)
      const remedies = /^remedy:(.+)$/.exec(target)
      return remedies === null ? switches.resume(by, target) : resumeRemedies(remedies[1]!)
    },
    async promote({ target, autonomy }) {
      if (!isPerson) return refusedAct('promote')
      return switches.promote(by, target, autonomy)
    },
  }
}

/** Why there is no such service, and which there are. */
function noService(name: string, services: ReadonlySet<string>): string {
  const known = [...services]
  return `there is no service ${plainLine(name, 100) || '(none named)'}; there ${areThese(known)}${didYouMean(name, known)}`
}

/** Why a release that is not known cannot be opened under a name; undefined when it can. */
function whyNotOpened(name: string, services: ReadonlySet<string> | undefined): string | undefined {
  const service = serviceOf(name)
  if (services !== undefined && !services.has(service)) return noService(service, services)
  if (isLifecycleId(name)) return undefined
  const shown = plainLine(name, 300)
  return name === service
    ? `${shown} names no release; write ${shown}/<version>`
    : `${shown} can be no release's name; write ${plainLine(service, 100)}/<version>`
}

const answered = (verdict: Verdict): ActAnswer => ({
  done: verdict.kind === 'accepted',
  reason: verdict.reason,
  verdict,
})
