import type { Clock, Crypto, Principal, SignalDraft, Verdict } from '@opschart/core'

import { createResolveName } from '../driver/resolve-name.ts'
import { createSender } from '../driver/sender.ts'
import { createSwitches, type Switchable } from '../driver/switches.ts'
import { createTurns, type TurnSources } from '../driver/turn.ts'
import type { NamesUnknown } from '../driver/unknown-signal.ts'
import { createMachineSender } from '../machines/machine-sender.ts'
import { createTrees } from '../machines/trees.ts'
import type { Ground } from './ground.ts'
import { supposedStore, type SupposedStore } from './supposed-store.ts'

/** What decides in a sandbox: what decides outside. */
export interface SandboxSources extends Omit<TurnSources, 'store' | 'clock'> {
  readonly known: Switchable
  readonly namesUnknown: NamesUnknown
}

/** Where signals are only supposed: decided as outside, by the same law and machines, and nothing else is there. */
export interface Sandbox {
  readonly store: SupposedStore
  readonly sources: TurnSources
  readonly clock: Clock
  send(by: Principal, to: string, draft: SignalDraft): Promise<Verdict>
  /** What would come of a signal to a machine's actor; what it would write is not there afterwards. */
  foresee(by: Principal, to: string, draft: SignalDraft): Promise<Verdict>
}

const nothing = () => {}

/**
 * Makes a sandbox. There is nothing in it that starts work, fires timers or tells anybody, and its store is its own: what
 * is there is read, and never written. Time stands still, and ids are counted, so that one question has one answer.
 */
export function createSandbox(given: SandboxSources, ground: Ground, now: number): Sandbox {
  const store = supposedStore(ground)
  const clock: Clock = { now: () => now, at: () => nothing }
  let ids = 0
  const crypto: Crypto = { sha256: (text) => given.crypto.sha256(text), randomId: () => `supposed-${++ids}` }
  const sources: TurnSources = { ...given, store, clock, crypto }
  const turns = createTurns(sources)
  const trees = createTrees({ store, clock, charts: given.charts, onMisfit: nothing })
  const machines = { clock, crypto, after: nothing }
  const { services } = given.known
  const senders = {
    store,
    clock,
    crypto,
    turns,
    switches: createSwitches({ store, clock, known: given.known, after: nothing }),
    services: services && new Set(services),
    resolveName: createResolveName(store),
    namesUnknown: given.namesUnknown,
    machines: (by: Principal) => createMachineSender({ ...machines, trees }, by),
    free: (id: string) => trees.mayGoOn(id),
    after: nothing,
    runningFor: () => Promise.resolve([]),
  }
  const foreseeing = { ...trees, take: trees.foresee }
  const foreseen = {
    ...senders,
    machines: (by: Principal) => createMachineSender({ ...machines, trees: foreseeing }, by),
  }
  return {
    store,
    sources,
    clock,
    send: (by, to, draft) => createSender(senders, by).send(to, draft),
    foresee: (by, to, draft) => createSender(foreseen, by).send(to, draft),
  }
}
