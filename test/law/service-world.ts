// Several releases of one service, decided one signal at a time, with all that a signal makes happen in the same
// commit: changes of the service's facts in the step that asks for them, then the messages that it sends.

import {
  changeService,
  contextOf,
  decide,
  emptyService,
  phaseOf,
  releaseLifecycle,
  type ActorState,
  type Emission,
  type JsonObject,
  type LawFacts,
  type Lifecycle,
  type Principal,
  type ServiceState,
  type Verdict,
} from '@opschart/core'

import { event, facts } from '../../packages/core/test/law-world.ts'

const law = releaseLifecycle as Lifecycle

/** What one commit did. */
export interface Commit {
  readonly verdict: Verdict
  readonly liveBefore: string | null
  readonly liveAfter: string | null
  /** Messages between releases, with what was answered. */
  readonly messages: readonly { to: string; type: string; verdict: Verdict }[]
}

export interface ServiceWorld {
  service(): ServiceState
  phase(id: string): string
  context(id: string): ReturnType<typeof contextOf>
  open(id: string): void
  send(id: string, type: string, by: Principal, data?: JsonObject, facts?: Partial<LawFacts>): Commit
  /** The newest open run of a workflow begins to change the service. */
  begin(id: string, workflow: string): void
  /** Ends the newest open run of a workflow of a release, if there is one. */
  end(id: string, workflow: string): Commit | undefined
}

export function serviceWorld(): ServiceWorld {
  const releases = new Map<string, { state: ActorState; version: number }>()
  let service = emptyService('user-service')
  let now = 1_700_000_000_000
  let count = 0

  const commit = (
    id: string,
    effects: readonly { kind: string; event?: unknown }[],
    messages: { to: string; type: string; verdict: Verdict }[],
  ) => {
    const emissions = effects.flatMap((effect) => (effect.kind === 'emit' ? [effect.event as Emission] : []))
    for (const emission of emissions)
      if (emission.type === 'service') service = changeService(service, emission.change)
    const { state } = releases.get(id)!
    const { branch, version, commit: head } = contextOf(state)
    service = changeService(service, {
      kind: 'release',
      id,
      name: id,
      branch,
      version,
      commit: head,
      phase: phaseOf(state),
    })
    for (const emission of emissions) {
      if (emission.type !== 'signal' || emission.to === undefined || emission.to === id) continue
      const { type, data } = emission.signal
      const verdict = decideOne(emission.to, type, emission.by, data, {}, messages)
      messages.push({ to: emission.to, type, verdict })
    }
  }
  const decideOne = (
    id: string,
    type: string,
    by: Principal,
    data: JsonObject,
    more: Partial<LawFacts>,
    messages: { to: string; type: string; verdict: Verdict }[],
  ): Verdict => {
    const release = releases.get(id)!
    count += 1
    const asked = event(type, by, data, {
      now,
      signal: { id: `s${count}`, time: now },
      facts: { ...more, service },
    })
    const { verdict, step } = decide(law, release.state, asked, { id, version: release.version + 1, now })
    releases.set(id, { state: step?.state ?? release.state, version: release.version + 1 })
    if (step !== undefined) commit(id, step.effects, messages)
    return verdict
  }
  return {
    service: () => service,
    phase: (id) => phaseOf(releases.get(id)!.state),
    context: (id) => contextOf(releases.get(id)!.state),
    open(id) {
      const input = { id, service: 'user-service', branch: id.slice(id.indexOf('/') + 1) }
      const step = law.kernel.initial(input, { id, version: 1, now })
      if (step.kind === 'threw') throw new Error(step.reason)
      releases.set(id, { state: step.state, version: 1 })
      commit(id, [], [])
    },
    send(id, type, by, data = {}, facts = {}) {
      now += 1_000
      const messages: { to: string; type: string; verdict: Verdict }[] = []
      const liveBefore = service.live
      const verdict = decideOne(id, type, by, data, facts, messages)
      return { verdict, liveBefore, liveAfter: service.live, messages }
    },
    begin(id, workflow) {
      const warrants = Object.values(contextOf(releases.get(id)!.state).warrants)
      const run = warrants.findLast((warrant) => warrant.workflow === workflow)!.run
      service = changeService(service, { kind: 'act', run })
    },
    end(id, workflow) {
      const { state, version } = releases.get(id)!
      const run = Object.values(contextOf(state).warrants)
        .filter((warrant) => warrant.workflow === workflow)
        .at(-1)?.run
      if (run === undefined) return undefined
      const output = { outcome: 'cancelled', signal: null, failure: null, results: [] }
      const told = {
        type: `xstate.done.actor.${run}`,
        output,
        actorId: run,
        now,
        facts: facts({ service }) as unknown as JsonObject,
      }
      const step = law.kernel.step(state, told, { id, version: version + 1, now })
      if (step.kind === 'threw') throw new Error(step.reason)
      const messages: { to: string; type: string; verdict: Verdict }[] = []
      const liveBefore = service.live
      releases.set(id, { state: step.state, version: version + 1 })
      commit(id, step.effects, messages)
      return { verdict: { kind: 'ignored', reason: '' }, liveBefore, liveAfter: service.live, messages }
    },
  }
}
