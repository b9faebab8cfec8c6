import { createKernel, feedbackLoopMachine, releaseLifecycle, type Kernel, type Lifecycle, type LogEntryView, type Principal, type Sender, type ServiceState } from '@opschart/core'
import { EventEmitter } from 'eventemitter3'

import { checkLoops, definitionHashes } from './definitions.ts'
import { audit } from './driver/audit.ts'
import { createEffects } from './driver/effects.ts'
import type { FactSources } from './driver/law-facts.ts'
import { lifecycleOf, ruleActor, serviceOf } from './driver/names.ts'
import { autonomyOf, defaultPolicy, pauseOf, type Policy } from './driver/policy.ts'
import { createSender, principalOf, type SenderSources } from './driver/sender.ts'
import { createTimers } from './driver/timers.ts'
import { createTurns, type TurnOutcome } from './driver/turn.ts'
import { nodeCrypto } from './node-crypto.ts'
import type { Runtime, RuntimeOptions } from './runtime-options.ts'
import { createRuleHost } from './senses/rule-host.ts'
import { createWatcherHost } from './senses/watcher-host.ts'
import { memoryStore } from './stores/memory.ts'
import { systemClock } from './system-clock.ts'
import { digest } from './views/digest.ts'
import { createFeed } from './views/feed.ts'
import { logView } from './views/log-view.ts'
import { recordOf } from './views/record.ts'
import { createViews } from './views/status-view.ts'
import { why } from './views/why.ts'
import { createDispatcher } from './work/dispatcher.ts'
import { createOperations } from './work/operations.ts'
import { isOwnerDead } from './work/owners.ts'
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
  checkLoops(loops)
  const store = options.store ?? memoryStore({ crypto })
  const policy: Policy = { ...defaultPolicy, ...options.policy }
  const kernels = new Map<string, Kernel>(loops.map((loop) => [loop.name, createKernel(feedbackLoopMachine(loop))]))
  const services = new Map((options.services ?? []).map((service) => [service.name, service]))
  const tasks = new Map((options.tasks ?? []).map((task) => [`${task.agent}.${task.task}`, task]))
  const works = options.work !== false
  const problem = options.onProblem ?? (() => {})
  const emitter = new EventEmitter<{ row: [LogEntryView] }>()
  /** Footprints by service, as last committed: what watchers ask for each write that they see. */
  const footprints = new Map<string, ServiceState['footprints']>()
  let closed = false

  const facts: FactSources = { services, tasks, policy, crypto, root, ruleActors: (service) => loops.map(({ name }) => ruleActor(name, service)) }
  const definitionOf = definitionHashes(crypto, lifecycle, loops)
  const turnSources = { ...facts, store, clock, lifecycle, rules: kernels, triggers: options.triggers ?? {}, definitionOf }
  const turns = createTurns(turnSources, (service) => void footprints.set(service.service, service.footprints))
  const feed = createFeed({ store, clock, onRow: (row) => void emitter.emit('row', logView(row)), problem })

  const moved = (): void => {
    if (closed) return
    feed.look()
    if (!works) return
    dispatcher.wake()
    timers.look()
  }
  const after = (outcome: TurnOutcome): void => {
    dispatcher.cancel(outcome.withdrawn)
    moved()
  }

  const operations = createOperations({
    turns,
    clock,
    services,
    survivors,
    after,
    async autonomy(service) {
      const [system, states] = await Promise.all([views.systemState(), views.serviceStates()])
      const state = states.find((known) => known.service === service)
      return (agent, task) => {
        const rollback = task === 'roll_back'
        const changes = tasks.get(`${agent}.${task}`)?.changes ?? 'production'
        const question = { agent, task, changes, workflow: rollback ? 'rollback' : null, phase: rollback ? 'ROLLBACK' : '' }
        return autonomyOf(question, policy, system, state).autonomy
      }
    },
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
    crypto,
    owner: options.owner ?? `${process.pid}:${crypto.randomId()}`,
    concurrency: options.concurrency ?? 4,
    taskOf: ({ agent, task }) => tasks.get(`${agent}.${task}`),
    deadOwners: (owners) => owners.filter(options.isOwnerDead ?? isOwnerDead),
    async held({ task, actor }) {
      const { operation } = task as unknown as { operation?: { agent: string; task: string; requested_by: string; attempt?: number } }
      if (operation === undefined) return undefined
      const { pauses } = await views.systemState()
      const rollingBack = operation.requested_by === 'workflow:rollback'
      const pause = pauseOf(pauses, { service: serviceOf(lifecycleOf(actor)), agent: operation.agent, by: operation.requested_by })
      // The rest of a roll-back that has begun is not held: half a roll-back is the worst place to stop [L11].
      return pause === undefined || rollingBack ? undefined : `paused: ${pause.target}`
    },
    perform: operations.perform,
    settle: operations.settle,
    clearAway: (key) => survivors.end(key),
    notify: options.notify ?? (() => Promise.resolve()),
    problem,
  })
  const timers = createTimers({ store, clock, turns, problem, after: moved })
  const rules = createRuleHost({ store, clock, turns, loops, kernels, services: [...services.keys()], problem, after: moved })
  const watchers = createWatcherHost({
    root,
    store,
    clock,
    rules,
    problem,
    async take(watcher, service, draft) {
      const to = draft.subject ?? service ?? ''
      await senderFor(`watcher:${watcher}`).send(to, { source: watcher, ...draft })
    },
    async tell(watcher, service, text) {
      const data = { text: text.slice(0, 500) }
      after(await turns.take(service ?? '', [{ kind: 'told', entry: 'problem', type: 'problem', by: `watcher:${watcher}`, data }]))
    },
    isOwnWrite(service, path) {
      const relative = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path
      const known = service === null ? [...footprints.values()].flat() : (footprints.get(service) ?? [])
      return known.some(({ paths, ended }) => (ended === null || ended > clock.now() - 60_000) && paths.includes(relative))
    },
  })
  const views = createViews({ ...facts, store, lifecycle, running: dispatcher.running, rules, watchers: watchers.states, now: () => clock.now() })

  const senderSources: SenderSources = {
    store,
    clock,
    crypto,
    turns,
    services: options.services === undefined ? undefined : new Set(services.keys()),
    resolveName: views.resolveName,
    after,
    runningFor(target) {
      return [...dispatcher.running.values()]
        .filter(({ operation, work }) => {
          const place = { service: serviceOf(lifecycleOf(work.actor)), agent: operation.agent, by: operation.requested_by }
          return pauseOf([{ target, by: 'system', at: 0, reason: '' }], place) !== undefined
        })
        .map(({ operation }) => operation.id)
    },
  }
  const senderFor = (by: Principal, operation?: string): Sender => createSender(senderSources, by, operation)

  for (const state of await views.serviceStates()) footprints.set(state.service, state.footprints)
  await feed.start()
  if (works) {
    moved()
    for (const place of options.watchers ?? []) watchers.start(place)
  }

  const runtime: Runtime = {
    store,
    lifecycle,
    as: (who) => senderFor(principalOf(who)),
    withToken(token) {
      const holder = dispatcher.holder(token)
      return Promise.resolve(holder && senderFor(`agent:${holder.operation.agent}`, holder.operation.id))
    },
    status: () => views.status(),
    read: (name) => views.read(name),
    log: async (query = {}) => (await store.history({ ...query, limit: Math.min(query.limit ?? 1_000, 1_000) })).map(logView),
    async why(about) {
      return why(store, about, await views.resolveName(about))
    },
    subscribe: ({ from }) => feed.from(from ?? 1, logView),
    audit: ({ head } = {}) => audit({ store, crypto, lifecycle, kernelOf, definitionOf }, head),
    digest: async ({ since }) => digest(store, since, clock.now(), await views.waiting()),
    async record(target) {
      const system = await views.systemState()
      const [agent = target, task = ''] = target.split('.')
      const changes = tasks.get(target)?.changes ?? 'nothing'
      const { autonomy } = autonomyOf({ agent, task, changes, workflow: null, phase: '' }, policy, system, undefined)
      return recordOf(store, target, [...tasks.values()], autonomy)
    },
    on(event, listener) {
      emitter.on(event, listener)
      return () => void emitter.off(event, listener)
    },
    async idle() {
      do {
        await rules.check()
        await turns.idle()
        await timers.idle()
        if (works) await dispatcher.idle()
      } while (!turns.isIdle())
      await feed.idle()
    },
    async check() {
      await rules.check()
      moved()
    },
    async poll() {
      for (const place of options.watchers ?? []) await watchers.poll(place)
      await rules.check()
    },
    async close() {
      if (closed) return
      await watchers.close()
      closed = true
      rules.close()
      timers.close()
      await dispatcher.close()
      await turns.idle()
      feed.close()
      await store.close()
    },
    [Symbol.asyncDispose]: () => runtime.close(),
  }
  return runtime

  function kernelOf(decider: string): Kernel {
    return createEffects(turnSources, undefined as never, () => {}).kernelOf(decider)
  }
}
