import {
  arrowsOf,
  emptyService,
  type JsonObject,
  type LawFacts,
  type Lifecycle,
  type OperationFacts,
  type Principal,
  type ServiceState,
} from '@opschart/core'
import * as fc from 'fast-check'

/**
 * One step of a sequence, not yet bound to a state: what it comes to is decided where the lifecycle then stands (see
 * `createLawRun`), so that a sequence stays meaningful when it is shrunk.
 */
export type LawStep =
  /** A signal that has an arrow there, from a sender that the arrow names. Gates and data may still say no. */
  | {
      readonly kind: 'legal'
      readonly pick: number
      readonly sender: number
      readonly data: JsonObject
      readonly facts: LawFacts
    }
  /** Any signal from anybody. */
  | {
      readonly kind: 'any'
      readonly type: string
      readonly by: Principal
      readonly data: JsonObject
      readonly facts: LawFacts
    }
  /** An operation is asked for, or an open one is answered or ends. */
  | {
      readonly kind: 'operation'
      readonly what: OperationMove
      readonly pick: number
      readonly agent: string
      readonly facts: LawFacts
    }
  /** A workflow that runs ends. */
  | {
      readonly kind: 'workflow'
      readonly pick: number
      readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'broken'
      readonly facts: LawFacts
    }
  /** Time passes until the next timer, which fires. */
  | { readonly kind: 'timer'; readonly facts: LawFacts }

/** What happens to an operation. */
export type OperationMove =
  | 'asked'
  | 'asked under a warrant'
  | 'asked again'
  | 'approved'
  | 'rejected'
  | 'cancelled'
  | 'settled'

/** Arbitraries for one law. */
export interface LawArbitraries {
  /** Everybody that the law names, and some that it does not. */
  readonly principal: fc.Arbitrary<Principal>
  /** Signals of the law, the law's own, and names that must never get in. */
  readonly type: fc.Arbitrary<string>
  /** Data with members that mean something to the law, and hostile ones. */
  readonly data: fc.Arbitrary<JsonObject>
  readonly facts: fc.Arbitrary<LawFacts>
  readonly step: fc.Arbitrary<LawStep>
  /** Sequences, half of whose steps are legal where they are taken. */
  readonly steps: fc.Arbitrary<LawStep[]>
}

/** How sequences are made. */
export interface LawArbitraryOptions {
  /** Legal steps in a hundred; 50 when absent. Uniform ones would hardly ever get far. */
  readonly legal?: number
  /** Longest sequence; 40 when absent. */
  readonly steps?: number
  /** Facts that gates of your own read. */
  readonly extra?: fc.Arbitrary<JsonObject>
  /** Data that gates and actions of your own read; its members go before the others. */
  readonly data?: fc.Arbitrary<JsonObject>
}

/** The lifecycle that {@link lawArbitraries} speak of. */
export const sampleLifecycle = { id: 'user-service/feature', service: 'user-service' } as const

const strangeNames = [
  'xstate.done.actor.run',
  'xstate.init',
  'operation.settled',
  '__proto__',
  'constructor',
  'toString',
  '',
  'UNHEARD_OF',
]

/** Arbitraries for a law: who may send, what, with which facts, and sequences of it that get somewhere. */
export function lawArbitraries(lifecycle: Lifecycle, options: LawArbitraryOptions = {}): LawArbitraries {
  const { definition, workflows } = lifecycle
  const phases = Object.keys(definition.phases)
  const agents = [...definition.agents, 'stranger-agent']
  const arrows = arrowsOf(definition)
  const named = arrows
    .flatMap(({ arrow }) => arrow.by ?? [])
    .filter((entry): entry is Principal => entry.includes(':'))

  const principal = fc.constantFrom<Principal>(
    ...new Set<Principal>([
      ...agents.map((agent): Principal => `agent:${agent}`),
      ...Object.keys(workflows).map((workflow): Principal => `workflow:${workflow}`),
      ...named,
      'person:ann',
      'person:bob',
      'watcher:git',
      'watcher:inbox',
      'rule:error_spike',
      'system',
    ]),
  )
  const own = [
    'OPERATION_REQUESTED',
    'OPERATION_APPROVED',
    'OPERATION_REJECTED',
    'OPERATION_CANCELLED',
    'MOVE_REQUESTED',
  ]
  const type = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...new Set(arrows.map(({ signal }) => signal)), 'UNHEARD_OF') },
    { weight: 2, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: fc.constantFrom(...strangeNames) },
  )
  const data = fc
    .tuple(knownData(phases, agents), hostileData, options.data ?? fc.constant({}))
    .map(([known, hostile, given]): JsonObject => ({ ...hostile, ...known, ...given }))
  const facts = factsArbitrary(options.extra)
  const pick = fc.nat(1_000)
  const share = Math.round(options.legal ?? 50)
  const part = (of: number) => Math.max(1, Math.round((100 - share) / of))

  const step: fc.Arbitrary<LawStep> = fc.oneof(
    {
      weight: share,
      arbitrary: fc.record({ kind: fc.constant('legal' as const), pick, sender: pick, data, facts }),
    },
    {
      weight: part(2),
      arbitrary: fc.record({ kind: fc.constant('any' as const), type, by: principal, data, facts }),
    },
    {
      weight: part(4),
      arbitrary: fc.record({
        kind: fc.constant('operation' as const),
        what: fc.constantFrom<OperationMove>(
          'asked',
          'asked under a warrant',
          'asked again',
          'approved',
          'rejected',
          'cancelled',
          'settled',
        ),
        pick,
        agent: fc.constantFrom(...agents),
        facts,
      }),
    },
    {
      weight: part(8),
      arbitrary: fc.record({
        kind: fc.constant('workflow' as const),
        pick,
        outcome: fc.constantFrom('succeeded', 'failed', 'cancelled', 'broken'),
        facts,
      }),
    },
    { weight: part(8), arbitrary: fc.record({ kind: fc.constant('timer' as const), facts }) },
  )
  const steps = fc.array(step, { maxLength: options.steps ?? 40, size: 'max' })
  return { principal, type, data, facts, step, steps }
}

function knownData(phases: readonly string[], agents: readonly string[]): fc.Arbitrary<JsonObject> {
  const name = fc.constantFrom('a1b2c3', 'v1.0.0', 'main', '__proto__')
  return fc.record(
    {
      phase: fc.constantFrom(...phases, 'NOWHERE', '__proto__'),
      environment: fc.constantFrom('production', 'staging'),
      origin: fc.constantFrom('file', 'drift'),
      operation: fc.constantFrom('operation-1', '__proto__', 'toString'),
      id: fc.constantFrom('operation-1', '__proto__', 'constructor', ''),
      agent: fc.constantFrom(...agents),
      task: fc.constantFrom('work', '__proto__'),
      warrant: fc.constantFrom('workflow:forged', '__proto__', 'constructor'),
      plan: fc.constantFrom('plan-1', 'plan-2'),
      recovered: fc.boolean(),
      commit: name,
      version: name,
      branch: name,
      author: fc.constantFrom('ann', 'bob', 'agent:bob'),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>
}

// Through JSON, so that `__proto__` is a member of its own, as it is when it comes from outside.
const hostileData: fc.Arbitrary<JsonObject> = fc
  .dictionary(
    fc.constantFrom('__proto__', 'constructor', 'toJSON', 'type', 'by', 'signal', 'facts'),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 2 },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)

function factsArbitrary(extra: fc.Arbitrary<JsonObject> | undefined): fc.Arbitrary<LawFacts> {
  const operation: fc.Arbitrary<OperationFacts> = fc.record({
    autonomy: fc.constantFrom('observe', 'ask', 'act'),
    changes: fc.constantFrom('nothing', 'repository', 'monitoring', 'production'),
    plan: fc.constantFrom('plan-1', 'plan-2'),
  })
  return fc
    .record({
      service: serviceArbitrary,
      deployable: fc.boolean(),
      rollback_configured: fc.boolean(),
      four_eyes: fc.boolean(),
      measure: fc.constantFrom('exceeded', 'cleared', 'unknown'),
      operation,
      extra: extra ?? fc.constant({}),
    })
    .map((facts): LawFacts => ({ ...facts, waiting_limit: 86_400_000, approval_limit: 3_600_000 }))
}

const serviceArbitrary: fc.Arbitrary<ServiceState> = fc
  .record({
    live: fc.constantFrom(null, sampleLifecycle.id, 'user-service/other'),
    busy: fc.boolean(),
    incident: fc.boolean(),
  })
  .map(({ live, busy, incident }): ServiceState => {
    const entry = (id: string, order: number) => ({
      id,
      order,
      name: id,
      branch: null,
      version: null,
      commit: null,
      commits: [],
      phase: 'RETIRED',
    })
    return {
      ...emptyService(sampleLifecycle.service),
      live,
      stack: live === null ? [] : ['user-service/earlier', live],
      releases: { 'user-service/earlier': entry('user-service/earlier', 1) },
      exclusive: busy ? { lifecycle: 'user-service/other', run: 'deploy:other', acting: true } : null,
      incident: incident
        ? {
            id: 'incident-1',
            since: 0,
            signal: 'signal-0',
            type: 'ERRORS',
            opened_on: sampleLifecycle.id,
            owner: null,
            acknowledged: false,
          }
        : null,
    }
  })
