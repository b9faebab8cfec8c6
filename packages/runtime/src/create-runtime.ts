import {
  createKernel,
  feedbackLoopMachine,
  releaseLifecycle,
  type Kernel,
  type Lifecycle,
  type Principal,
  type Sender,
  type ServiceState,
} from '@opschart/core'

import { checkParts } from './check-parts.ts'
import { agentsOf, checkLoops, checkNames, definitionHashes } from './definitions.ts'
import { checkFit } from './driver/fit.ts'
import { foreseeing } from './driver/foresight.ts'
import { contextOfPlan, planHash, type FactSources } from './driver/law-facts.ts'
import { ruleActor } from './driver/names.ts'
import { createNeighbours } from './driver/neighbours.ts'
import { autonomyIn, defaultPolicy, type Policy } from './driver/policy.ts'
import { prune } from './driver/prune.ts'
import { createSender, principalOf, type SenderSources } from './driver/sender.ts'
import { createSwitches, type Switchable } from './driver/switches.ts'
import { createTimers } from './driver/timers.ts'
import type { Left, TurnOutcome } from './driver/lines.ts'
import { createTurns } from './driver/turn.ts'
import { createNamesUnknown } from './driver/unknown-signal.ts'
import { nodeCrypto } from './node-crypto.ts'
import { plainLine } from './plain-text.ts'
import type { Runtime, RuntimeOptions } from './runtime-options.ts'
import { isOwnWrite } from './senses/own-writes.ts'
import { createRuleHost } from './senses/rule-host.ts'
import { createWatcherHost } from './senses/watcher-host.ts'
import { memoryStore } from './stores/memory.ts'
import { systemClock } from './system-clock.ts'
import { createFeed, type Written } from './views/feed.ts'
import { createListeners } from './views/listeners.ts'
import { createQuestions } from './views/questions.ts'
import { createViews } from './views/status-view.ts'
import { createCharts } from './machines/charts.ts'
import { keepMachines } from './machines/keep-machines.ts'
import { createDispatcher } from './work/dispatcher.ts'
import { createHolding } from './work/holding.ts'
import { isLeafWork } from './work/leaf-work.ts'
import { createOperations } from './work/operations.ts'
import { isOwnerDead } from './work/owners.ts'
import { createPersist } from './work/persist.ts'
import { noSurvivors } from './work/survivors.ts'

/**
 * Starts a runtime on a store: takes up what was under way, fires overdue timers, starts the watchers.
 *
 * @throws OpschartError `configuration`, `storage` or `store_version`.
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const { clock = systemClock, crypto = nodeCrypto, root = process.cwd(), survivors = noSurvivors } = options
  const lifecycle = (options.lifecycle ?? releaseLifecycle) as Lifecycle
  const loops = options.feedbackLoops ?? []
  checkParts(options)
  checkLoops(loops)
  const store = options.store ?? memoryStore({ crypto })
  const policy: Policy = { ...defaultPolicy, ...options.policy }
  const kernels = new Map<string, Kernel>(
    loops.map((loop) => [loop.name, createKernel(feedbackLoopMachine(loop))]),
  )
  const services = new Map((options.services ?? []).map((service) => [service.name, service]))
  const tasks = new Map((options.tasks ?? []).map((task) => [`${task.agent}.${task.task}`, task]))
  const works = options.work !== false
  const problem = options.onProblem ?? (() => {})
  const listeners = createListeners()
  /** By service, as last committed: what watchers ask for each write that they see. */
  const footprints = new Map<string, ServiceState['footprints']>()
  const closing = new AbortController()

  const changesOf = (task: string) => tasks.get(task)?.changes ?? 'production'
  const facts: FactSources = {
    services,
    tasks,
    policy,
    crypto,
    root,
    ruleActors: (service) => loops.map(({ name }) => ruleActor(name, service)),
  }
  const charts = createCharts(options.machines ?? {}, crypto)
  checkNames(charts, services)
  const definitions = definitionHashes(crypto, lifecycle, loops, charts)
  const turnSources = {
    ...facts,
    store,
    clock,
    lifecycle,
    rules: kernels,
    charts,
    ...(options.longestLine === undefined ? {} : { longestLine: options.longestLine }),
    triggers: options.triggers ?? {},
    definitionOf: definitions.of,
  }
  const turns = createTurns(
    turnSources,
    (service) => void footprints.set(service.service, service.footprints),
  )
  const feed = createFeed({ store, clock, onRow: listeners.tell, isHeard: listeners.isHeard, problem })
  const persist = createPersist({ clock, closing: closing.signal, problem })
  const holding = createHolding({ store, lifecycle })

  const moved = (left: Left = { work: true, due: -Infinity }, written?: Written): void => {
    if (closing.signal.aborted) return
    feed.moved(written)
    if (!works) return
    if (left.work) dispatcher.wake()
    timers.look(left.due)
  }
  const after = ({ withdrawn, left, ...written }: TurnOutcome): void => {
    dispatcher.cancel(withdrawn)
    moved(left, written)
  }
  const machines = keepMachines({
    store,
    clock,
    crypto,
    charts,
    ...(options.longestLine === undefined ? {} : { longestLine: options.longestLine }),
    problem,
    after,
  })

  const operations = createOperations({
    turns,
    clock,
    crypto,
    services,
    taskOf: ({ agent, task }) => tasks.get(`${agent}.${task}`),
    survivors,
    persist,
    after,
    takenBy: (held) => holding.takenBy(held),
    autonomy: async (service) => {
      const [system, states] = await Promise.all([views.systemState(), views.serviceStates()])
      return autonomyIn(
        policy,
        system,
        states.find((known) => known.service === service),
        changesOf,
      )
    },
    planNow: async (home, operation) =>
      planHash(facts, contextOfPlan(home, (await store.actor(home))?.state, operation)),
    tasks: {
      root,
      clock,
      environment: options.environment ?? process.env,
      logs: options.logs ?? (() => Promise.resolve([])),
      ...(options.socket === undefined ? {} : { socket: options.socket }),
    },
  })
  const dispatcher = createDispatcher({
    store,
    clock,
    owner: options.owner ?? `${process.pid}:${crypto.randomId()}`,
    concurrency: options.concurrency ?? 4,
    isMine: (work) => !isLeafWork(work) || machines.leafWork.isMine(work),
    attemptOf: (work) => (isLeafWork(work) ? machines.leafWork : operations).attemptOf(work),
    deadOwners: (owners) => owners.filter(options.isOwnerDead ?? isOwnerDead),
    holding: () => holding.look(),
    clearAway: (key) => survivors.end(key),
    notify: options.notify ?? (() => Promise.resolve()),
    persist,
    closing: closing.signal,
    problem,
  })
  const timers = createTimers({ store, clock, turns, trees: machines.trees, problem, after: moved })
  const rules = createRuleHost({ store, clock, turns, loops, kernels, problem, after })
  const watchers = createWatcherHost({
    root,
    store,
    clock,
    rules,
    problem,
    async take(watcher, service, draft) {
      await senderFor(`watcher:${watcher}`).send(draft.subject ?? service ?? '', {
        source: watcher,
        ...draft,
      })
    },
    async tell(watcher, service, text) {
      const data = { text: plainLine(text, 500) }
      const told = {
        kind: 'told',
        entry: 'problem',
        type: 'problem',
        by: `watcher:${watcher}`,
        data,
      } as const
      after(await turns.take(service ?? '', [told]))
    },
    isOwnWrite: (service, path) => isOwnWrite(footprints, { root, service, path, now: clock.now() }),
  })
  const views = createViews({
    ...facts,
    store,
    lifecycle,
    running: dispatcher.running,
    holding,
    rules,
    watchers: watchers.states,
    now: () => clock.now(),
  })
  const neighbours = createNeighbours({
    store,
    clock,
    rhythm: options.others ?? (options.store === undefined ? 0 : 1_000),
    moved,
  })

  const known: Switchable = {
    services: options.services?.map(({ name }) => name),
    agents: agentsOf(lifecycle, tasks.values()),
    tasks: [...tasks.keys()].sort(),
    rules: [...loops.map(({ name }) => name), ...Object.keys(options.triggers ?? {})],
  }
  const namesUnknown = createNamesUnknown({ ...turnSources, tasks: tasks.values() })
  const senderSources: SenderSources = {
    store,
    clock,
    crypto,
    turns,
    switches: createSwitches({ store, clock, known, after: () => moved() }),
    services: options.services === undefined ? undefined : new Set(services.keys()),
    resolveName: (name) => views.resolveName(name),
    namesUnknown,
    machines: machines.sender,
    free: machines.free,
    after,
    runningFor: (target) => holding.meant(target, dispatcher.running.values()),
  }
  const senderFor = (by: Principal, operation?: string): Sender => createSender(senderSources, by, operation)

  const fitSources = { ...turnSources, loops, definitions: definitions.ofLaw }
  // Whoever only decides moves nothing that does not fit: the law refuses it.
  if (works) await checkFit(fitSources)
  for (const state of await views.serviceStates()) footprints.set(state.service, state.footprints)
  await feed.start()
  if (works) {
    moved()
    for (const place of options.watchers ?? []) watchers.start(place)
  }
  neighbours.start()
  const foresight = { store, turns, known, ...machines.foreseen }
  const questions = createQuestions({
    ...fitSources,
    known,
    namesUnknown,
    views,
    feed,
    autonomyNow: async () => autonomyIn(policy, await views.systemState(), undefined, changesOf),
  })
  const runtime: Runtime = {
    store,
    lifecycle,
    as: (who) => senderFor(principalOf(who)),
    asIf: (who) => createSender(foreseeing(senderSources, foresight), principalOf(who)),
    withToken(token) {
      const holder = dispatcher.holder(token)
      return Promise.resolve(holder && senderFor(`agent:${holder.operation.agent}`, holder.operation.id))
    },
    ...questions,
    actor: (id) => machines.view(id),
    on: listeners.on,
    async idle() {
      do {
        await rules.check()
        await turns.idle()
        await machines.trees.idle()
        await timers.idle()
        if (works) await dispatcher.idle()
      } while ([turns, machines.trees, timers, ...(works ? [dispatcher] : [])].some((part) => !part.isIdle()))
      await feed.idle()
    },
    check: () => rules.check().then(() => moved()),
    prune: (given) => prune(turnSources, given),
    async poll() {
      for (const place of options.watchers ?? []) await watchers.poll(place)
      await rules.check()
    },
    async close() {
      if (closing.signal.aborted) return
      await watchers.close()
      closing.abort()
      neighbours.close()
      await Promise.all([rules.close(), timers.close(), dispatcher.close()])
      await turns.idle()
      await machines.trees.idle()
      await feed.close()
      await store.close()
    },
    [Symbol.asyncDispose]: () => runtime.close(),
  }
  return runtime
}
