import {
  canonicalJson,
  isPrincipal,
  kindOf,
  OpschartError,
  signalDraftSchema,
  type ActAnswer,
  type Autonomy,
  type Clock,
  type Crypto,
  type JournalEntry,
  type Json,
  type JsonObject,
  type Pause,
  type Principal,
  type Sender,
  type Signal,
  type SignalDraft,
  type Store,
  type Verdict,
} from '@opschart/core'

import { isLifecycleId, lifecycleOf, ledgerActor, serviceOf, systemActor } from './names.ts'
import { emptySystem, type SystemState } from './policy.ts'
import type { TurnOutcome, Turns } from './turn.ts'

/** What senders work with. */
export interface SenderSources {
  readonly store: Store
  readonly clock: Clock
  readonly crypto: Crypto
  readonly turns: Turns
  /** The services of the configuration; undefined: any name is one, and lifecycles are opened by their first signal. */
  readonly services: ReadonlySet<string> | undefined
  readonly resolveName: (name: string) => Promise<string | undefined>
  /** After a turn: wakes what waits for its outcome. */
  readonly after: (outcome: TurnOutcome) => void
  readonly runningFor: (target: string) => readonly string[]
}

/** The principal of a call, in its text form. */
export function principalOf(who: Principal | { readonly agent: string } | { readonly person: string } | { readonly watcher: string }): Principal {
  const text = typeof who === 'string' ? who : (`${Object.keys(who)[0]}:${Object.values(who)[0] as string}` as Principal)
  if (!isPrincipal(text)) throw new OpschartError('input', `${JSON.stringify(text)} is no principal; write { agent: 'name' }, { person: 'name' } or { watcher: 'name' }`)
  return text
}

/** Makes the sender of one principal. `operation` is the one whose token it showed. */
export function createSender(sources: SenderSources, by: Principal, operation?: string): Sender {
  const { store, clock, crypto, turns } = sources

  function checked(draft: SignalDraft): Signal {
    const parsed = signalDraftSchema.safeParse(draft)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new OpschartError('input', `the signal's ${issue?.path.join('.') || 'form'} is wrong: ${issue?.message ?? 'unknown'}`)
    }
    const { type, id, source, subject, time, severity, data, cause } = parsed.data
    return {
      id: id ?? crypto.randomId(),
      source: source ?? by,
      type,
      ...(subject === undefined ? {} : { subject }),
      time: time ?? clock.now(),
      severity: severity ?? 'INFO',
      data: (data ?? {}) as JsonObject,
      by,
      ...(cause === undefined ? {} : { cause }),
    }
  }

  async function take(shard: string, message: Parameters<Turns['take']>[1][number]): Promise<Verdict> {
    const outcome = await turns.take(shard, [message])
    sources.after(outcome)
    return outcome.verdict ?? { kind: 'ignored', reason: 'nothing came of it' }
  }

  async function send(to: string, draft: SignalDraft): Promise<Verdict> {
    if (/^xstate\./.test(draft.type)) {
      // Never accepted from outside; said as a verdict, since it is an asker's illegal request [L5].
      return refuse(to, draft)
    }
    const signal = checked({ ...draft, ...(draft.subject === undefined && to !== '' ? { subject: to } : {}) })
    const target = to === '' ? (signal.subject ?? '') : to
    const service = serviceOf(target)
    if (sources.services !== undefined && !sources.services.has(service)) {
      const known = [...sources.services].join(', ') || 'none'
      const verdict: Verdict = { kind: 'unrouted', reason: `there is no service ${service || '(none named)'}; there are ${known}`, signal: signal.id }
      return take('', { kind: 'told', entry: 'signal', type: signal.type, by, data: { signal: signal as unknown as JsonObject }, verdict, key: { source: signal.source, id: signal.id } })
    }
    const resolved = target.includes('/') ? await sources.resolveName(target) : undefined
    if (resolved !== undefined) {
      return take(service, { kind: 'signal', lifecycle: resolved, signal, ...(operation === undefined ? {} : { operation }) })
    }
    if (sources.services === undefined && target.includes('/')) {
      if (!isLifecycleId(target)) throw new OpschartError('input', `${JSON.stringify(target)} is no lifecycle's id; write service/name`)
      return take(service, { kind: 'signal', lifecycle: target, signal, open: { branch: null }, ...(operation === undefined ? {} : { operation }) })
    }
    return take(service, { kind: 'routed', signal })
  }

  function refuse(to: string, draft: SignalDraft): Promise<Verdict> {
    const verdict: Verdict = {
      kind: 'refused',
      phase: '',
      reason: `${draft.type.slice(0, 60)} is no signal's name: nothing that begins with xstate. is accepted from outside`,
      allowed: { phase: '', signals: [], agents: [] },
    }
    const shard = sources.services === undefined || sources.services.has(serviceOf(to)) ? serviceOf(to) : ''
    return take(shard, { kind: 'told', entry: 'signal', type: 'refused', by, data: { type_asked: draft.type.slice(0, 200), to }, verdict })
  }

  async function answer(type: string, id: string, data: JsonObject): Promise<ActAnswer> {
    const lifecycle = lifecycleOf(id)
    if ((await store.actor(lifecycle)) === undefined) return { done: false, reason: `there is no operation ${id}` }
    const signal = checked({ type, data: { operation: id, ...data } })
    return answered(await take(serviceOf(lifecycle), { kind: 'signal', lifecycle, signal }))
  }

  /** Writes what a person has switched: one row of the system's actor. */
  async function act(type: string, text: string, change: (state: SystemState) => SystemState): Promise<ActAnswer> {
    for (let tries = 0; tries < 20; tries += 1) {
      const actor = await store.actor(systemActor)
      const before = (actor?.state as unknown as SystemState | undefined) ?? emptySystem
      const state = JSON.parse(canonicalJson(change(before))) as SystemState
      const entry: JournalEntry = {
        kind: 'act',
        decider: 'system',
        service: '',
        event: { type, text, state: state as unknown as JsonObject },
        by,
        severity: null,
        facts: null,
        operation: null,
        verdict: null,
        moved: null,
        effects: [],
        changes: [],
        cause: null,
      }
      const decision = { actor: systemActor, version: (actor?.version ?? 0) + 1, definition: 'system', at: clock.now(), key: null, entry: entry as unknown as Json, shard: '', state: state as unknown as Json }
      const [outcome] = await store.commit([{ decisions: [decision] }])
      if (outcome?.kind !== 'written') continue
      sources.after({ verdict: undefined, sequence: outcome.sequence, withdrawn: [], late: false })
      return { done: true, reason: text }
    }
    throw new OpschartError('conflict', 'another process switched something at the same time, again and again; try again')
  }

  const isPerson = kindOf(by) === 'person'
  const onlyPersons = (what: string): ActAnswer => ({ done: false, reason: `only a person may ${what}, not ${by}` })

  async function refusedAct(what: string): Promise<ActAnswer> {
    const no = onlyPersons(what)
    await take('', { kind: 'told', entry: 'act', type: 'refused', by, data: { text: `refused: ${no.reason}` } })
    return no
  }

  return {
    send,
    approve: ({ operation: id, plan }) => answer('OPERATION_APPROVED', id, { plan }),
    reject: ({ operation: id, reason }) => answer('OPERATION_REJECTED', id, { reason: reason.slice(0, 500) }),
    cancel: (id) => answer('OPERATION_CANCELLED', id, {}),
    async adopt({ to, phase, reason, version, commit, branch }) {
      if (!isPerson) return refusedAct('adopt')
      const data = { phase, reason: reason.slice(0, 500), ...(version === undefined ? {} : { version }), ...(commit === undefined ? {} : { commit }) }
      const known = await sources.resolveName(to)
      const service = serviceOf(to)
      if (known === undefined && (!isLifecycleId(to) || (sources.services !== undefined && !sources.services.has(service)))) {
        return { done: false, reason: `there is no release ${to}, and it cannot be opened: write service/name, with a service of the configuration` }
      }
      const signal = checked({ type: 'ADOPTED', data })
      return answered(await take(service, { kind: 'signal', lifecycle: known ?? to, signal, open: { branch: branch ?? null } }))
    },
    async move(to, phase) {
      if (!isPerson) return refusedAct('move a release by hand')
      return answered(await send(to, { type: 'MOVE_REQUESTED', data: { phase } }))
    },
    async pause({ target, reason, now }) {
      if (!isPerson && by !== 'system') return refusedAct('pause')
      if (!/^(?:everything|service:.+|agent:.+|rule:.+)$/.test(target)) {
        return { done: false, reason: `nothing is called ${target}; write everything, service:<name>, agent:<name> or rule:<name>` }
      }
      const pause: Pause = { target, by, at: clock.now(), reason: reason.slice(0, 500) }
      const done = await act('paused', `paused ${target}: ${pause.reason}`, (state) => ({
        ...state,
        pauses: [...state.pauses.filter((known) => known.target !== target), pause],
      }))
      if (now === true) await Promise.all(sources.runningFor(target).map((id) => answer('OPERATION_CANCELLED', id, {})))
      return done
    },
    async resume(target) {
      if (!isPerson) return refusedAct('resume')
      const oscillating = /^remedy:(.+)$/.exec(target)
      if (oscillating !== null) return resumeRemedies(oscillating[1]!)
      const actor = await store.actor(systemActor)
      const pauses = (actor?.state as unknown as SystemState | undefined)?.pauses ?? []
      if (!pauses.some((pause) => pause.target === target)) {
        const list = pauses.map((pause) => pause.target).join(', ') || 'nothing is'
        return { done: false, reason: `${target} is not paused (${list})` }
      }
      return act('resumed', `resumed ${target}`, (state) => ({ ...state, pauses: state.pauses.filter((pause) => pause.target !== target) }))
    },
    async promote({ target, autonomy }) {
      if (!isPerson) return refusedAct('promote')
      return act('promoted', `${target} may now ${autonomy}`, (state) => ({
        ...state,
        autonomy: { ...state.autonomy, [target]: autonomy satisfies Autonomy },
      }))
    },
  }

  async function resumeRemedies(service: string): Promise<ActAnswer> {
    const text = `remedies of ${service} may act again`
    const event = { type: 'remedies.resumed', by, text }
    await turns.take(service, [{ kind: 'private', entry: 'message', actor: ledgerActor(service), event, changes: [{ kind: 'resume_remedies' }] }])
    return { done: true, reason: text }
  }
}

const answered = (verdict: Verdict): ActAnswer => ({ done: verdict.kind === 'accepted', reason: verdict.reason, verdict })
