// The law, typed by hand from the design's table of the default chart. It imports nothing: it is what the code is held
// to, so nothing of the code may flow into it. Change it only when the law itself is meant to change.

/** Phases in the order of the chart; ties are decided by it. */
export const phases = [
  'DEVELOPMENT',
  'REVIEW',
  'STAGING',
  'PRODUCTION',
  'INCIDENT',
  'ROLLBACK',
  'OPTIMIZATION',
  'RETIRED',
] as const

export type TablePhase = (typeof phases)[number]

export const agents = [
  'developer-agent',
  'reviewer-agent',
  'test-executor',
  'contract-guardian',
  'data-migration-agent',
  'monitoring-agent',
  'documentation-agent',
  'performance-optimizer-agent',
  'incident-response-agent',
] as const

/** Who may act in each phase. */
export const allowed: Readonly<Record<TablePhase, readonly string[]>> = {
  DEVELOPMENT: ['developer-agent', 'test-executor'],
  REVIEW: ['reviewer-agent', 'contract-guardian'],
  STAGING: ['data-migration-agent', 'monitoring-agent'],
  PRODUCTION: ['incident-response-agent', 'performance-optimizer-agent'],
  INCIDENT: ['incident-response-agent', 'monitoring-agent'],
  ROLLBACK: ['incident-response-agent'],
  OPTIMIZATION: ['performance-optimizer-agent', 'data-migration-agent', 'test-executor'],
  RETIRED: [],
}

/** Allowed in every phase: its tasks touch no running service. */
export const everywhere: readonly string[] = ['documentation-agent']

export interface Row {
  readonly phases: readonly TablePhase[]
  readonly signal: string
  /** An agent, a kind, or `workflow:<name>`. `watcher`: those that see for themselves, not the inbox, not HTTP. */
  readonly by: readonly string[]
  /** In the order in which they are asked. */
  readonly gates: readonly string[]
  /** Null: it stays. `named`: the phase that the signal's data names. */
  readonly to: TablePhase | 'named' | null
  readonly starts: string | null
  /** Comes again and again; where it has no arrow it is ignored, not a violation. */
  readonly measured?: true
  /** Why the row, or a part of it, is there although the design's table does not have it. */
  readonly addition?: string
}

const row = (
  phase: TablePhase | readonly TablePhase[],
  signal: string,
  by: readonly string[],
  gates: readonly string[],
  to: Row['to'],
  starts: string | null,
  more: { measured?: true; addition?: string } = {},
): Row => ({ phases: typeof phase === 'string' ? [phase] : phase, signal, by, gates, to, starts, ...more })

const measured = true
const inbox =
  'anyone can write to the inbox, so a row must name it to let it in: here a line in it does no harm'

export const rows: readonly Row[] = [
  row(
    'DEVELOPMENT',
    'REVIEW_REQUESTED',
    ['developer-agent', 'person', 'watcher', 'watcher:inbox'],
    [],
    'REVIEW',
    null,
    {
      addition: inbox,
    },
  ),

  row('REVIEW', 'REVIEW_APPROVED', ['reviewer-agent', 'person'], ['not_the_author'], null, null),
  row(
    'REVIEW',
    'CHANGES_REQUESTED',
    ['reviewer-agent', 'contract-guardian', 'person'],
    [],
    'DEVELOPMENT',
    null,
  ),
  row('REVIEW', 'CODE_MERGED', ['watcher'], ['review_approved'], 'STAGING', 'post_merge'),

  row(
    'STAGING',
    'DEPLOYMENT_REQUESTED',
    ['person', 'rule'],
    ['post_merge_passed', 'deploy_configured', 'nothing_else_under_way'],
    null,
    'deploy',
    {
      addition:
        'deploy_configured: no command, no deployment; nothing_else_under_way: [L15], they exclude each other',
    },
  ),
  row(
    'STAGING',
    'DEPLOYMENT_COMPLETE',
    ['workflow:deploy', 'watcher'],
    ['environment_is_production', 'request_open'],
    'PRODUCTION',
    'post_deployment',
  ),
  row('STAGING', 'DEPLOYMENT_FAILED', ['workflow:deploy'], [], null, null),
  row(
    'STAGING',
    'DEPLOYMENT_REJECTED',
    ['monitoring-agent', 'data-migration-agent', 'person', 'workflow:post_merge'],
    [],
    'REVIEW',
    null,
  ),

  row(
    'PRODUCTION',
    'ERROR_THRESHOLD_EXCEEDED',
    ['rule', 'watcher', 'watcher:inbox'],
    [],
    'INCIDENT',
    'incident_detected',
    { measured, addition: inbox },
  ),
  row(
    'PRODUCTION',
    'INCIDENT_DECLARED',
    ['person', 'incident-response-agent', 'system'],
    [],
    'INCIDENT',
    'incident_detected',
  ),
  row(
    'PRODUCTION',
    'PERFORMANCE_DEGRADED',
    ['rule', 'watcher', 'watcher:inbox'],
    [],
    'OPTIMIZATION',
    'optimize',
    {
      measured,
      addition: inbox,
    },
  ),
  row('PRODUCTION', 'SLOW_QUERY', ['rule', 'watcher', 'watcher:inbox'], [], 'OPTIMIZATION', 'optimize', {
    measured,
    addition: inbox,
  }),
  row(
    'PRODUCTION',
    'MAINTENANCE_WINDOW_STARTED',
    ['watcher'],
    ['optimization_scheduled'],
    null,
    'apply_optimization',
    {
      measured,
      addition: 'measured: a window opens whether or not anything is scheduled for it',
    },
  ),
  row('PRODUCTION', 'SUPERSEDED', ['system'], [], 'RETIRED', null),

  row(
    'INCIDENT',
    'ROLLBACK_REQUESTED',
    ['workflow:incident_detected', 'incident-response-agent', 'person'],
    ['rollback_possible'],
    'ROLLBACK',
    'rollback',
  ),
  row(
    'INCIDENT',
    'INCIDENT_RESOLVED',
    ['workflow:incident_detected', 'incident-response-agent', 'rule', 'person'],
    ['measure_cleared_or_person'],
    'PRODUCTION',
    null,
  ),
  row('INCIDENT', 'INCIDENT_ACKNOWLEDGED', ['person'], ['incident_open'], null, null, {
    addition: '[L17]: incidents have an owner and an acknowledgement; this is how a person gives it',
  }),
  row('INCIDENT', 'SUPERSEDED', ['system'], [], 'RETIRED', null),

  row('ROLLBACK', 'ROLLED_BACK', ['workflow:rollback'], [], 'DEVELOPMENT', null),
  row('ROLLBACK', 'ROLLBACK_FAILED', ['workflow:rollback'], [], 'INCIDENT', null),

  row('ROLLBACK', 'SUPERSEDED', ['system'], [], 'RETIRED', null, {
    addition:
      '[L15]: a person may adopt another release meanwhile; two would be live if a failed roll-back then led to INCIDENT',
  }),

  row('OPTIMIZATION', 'OPTIMIZED', ['workflow:optimize'], [], 'PRODUCTION', null),
  row('OPTIMIZATION', 'OPTIMIZATION_ABANDONED', ['workflow:optimize'], [], 'PRODUCTION', null),
  row(
    'OPTIMIZATION',
    'ERROR_THRESHOLD_EXCEEDED',
    ['rule', 'watcher', 'watcher:inbox'],
    [],
    'INCIDENT',
    'incident_detected',
    { measured, addition: inbox },
  ),
  row(
    'OPTIMIZATION',
    'INCIDENT_DECLARED',
    ['person', 'incident-response-agent', 'system'],
    [],
    'INCIDENT',
    'incident_detected',
  ),
  row('OPTIMIZATION', 'SUPERSEDED', ['system'], [], 'RETIRED', null),

  row('RETIRED', 'REINSTATED', ['system'], [], 'PRODUCTION', null),

  row(
    phases.filter((phase) => phase !== 'RETIRED'),
    'SCHEMA_CHANGED',
    ['watcher'],
    ['not_drift_in_production'],
    null,
    'schema_change',
    { addition: 'the gate: drift in PRODUCTION is a violation, as the design says of schema_change' },
  ),
  row(phases, 'ADOPTED', ['person'], [], 'named', null),
  row(phases, 'CODE_COMMITTED', ['watcher'], [], null, null, {
    addition: '[L14]: delivery signals tell a release its head and its authors; not_the_author needs them',
  }),
  row(phases, 'VERSION_TAGGED', ['watcher'], [], null, null, {
    addition: 'a tag names the version of a release',
  }),
  row(phases, 'ERROR_THRESHOLD_CLEARED', ['rule', 'watcher'], [], null, null, {
    addition: '[L15]: the open incident closes when the measure clears',
  }),
]

/** What every law answers by itself: a person's answers to operations [L9] [L10]. */
export const acts: readonly Row[] = [
  row(phases, 'OPERATION_APPROVED', ['person'], ['plan_matches', 'still_its_turn', 'four_eyes'], null, null),
  row(phases, 'OPERATION_REJECTED', ['person'], ['operation_open'], null, null),
  row(phases, 'OPERATION_CANCELLED', ['person', 'system'], ['operation_open'], null, null),
]

/** Agents and tasks of the workflows, which their warrants name. */
export const workflows: Readonly<Record<string, readonly string[]>> = {
  post_merge: [
    'test-executor.run_integration_tests',
    'monitoring-agent.update_dashboards',
    'documentation-agent.regenerate_api_docs',
    'performance-optimizer-agent.baseline_performance',
  ],
  deploy: ['developer-agent.deploy', 'monitoring-agent.verify_health'],
  post_deployment: [
    'monitoring-agent.setup_metrics',
    'monitoring-agent.setup_dashboard',
    'monitoring-agent.setup_alerts',
    'documentation-agent.regenerate_api_docs',
    'documentation-agent.update_readme',
    'documentation-agent.update_deployment_guide',
    'performance-optimizer-agent.baseline_performance',
    'performance-optimizer-agent.setup_profiling',
  ],
  incident_detected: [
    'incident-response-agent.triage',
    'incident-response-agent.decide',
    'monitoring-agent.gather_metrics',
    'performance-optimizer-agent.analyze_bottlenecks',
    'documentation-agent.update_runbook',
  ],
  rollback: [
    'incident-response-agent.roll_back',
    'incident-response-agent.verify_recovery',
    'incident-response-agent.update_status_page',
    'incident-response-agent.write_report',
  ],
  schema_change: [
    'contract-guardian.validate_change',
    'data-migration-agent.generate_migration',
    'test-executor.test_migration',
    'documentation-agent.update_schema_docs',
  ],
  optimize: [
    'performance-optimizer-agent.analyze_query',
    'performance-optimizer-agent.propose_index',
    'data-migration-agent.create_migration',
    'test-executor.test_in_staging',
    'performance-optimizer-agent.schedule_in_window',
  ],
  apply_optimization: [
    'data-migration-agent.apply_migration',
    'performance-optimizer-agent.verify_optimization',
    'data-migration-agent.revert_migration',
  ],
}
