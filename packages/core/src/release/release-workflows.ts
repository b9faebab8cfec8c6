import type { WorkflowDefinition } from '../workflow/definition.ts'

/** The workflows that the default law's arrows start. */
export const releaseWorkflows = {
  post_merge: {
    steps: [
      ['test-executor', 'run_integration_tests'],
      // Only the tests reject a release: a dashboard that could not be written is noted, and is no reason to.
      { do: ['monitoring-agent', 'update_dashboards'], optional: true },
      { do: ['documentation-agent', 'regenerate_api_docs'], optional: true },
      { do: ['performance-optimizer-agent', 'baseline_performance'], optional: true },
    ],
    fails: { signal: 'DEPLOYMENT_REJECTED' },
  },
  deploy: {
    exclusive: true,
    steps: [
      { do: ['developer-agent', 'deploy'], retry: { times: 0 } },
      ['monitoring-agent', 'verify_health'],
    ],
    succeeds: {
      signal: 'DEPLOYMENT_COMPLETE',
      data: { environment: { from: 'deploy.environment' }, version: { from: 'deploy.version' } },
    },
    fails: { signal: 'DEPLOYMENT_FAILED' },
  },
  post_deployment: {
    survives: true,
    steps: [
      {
        parallel: [
          [
            ['monitoring-agent', 'setup_metrics'],
            ['monitoring-agent', 'setup_dashboard'],
            ['monitoring-agent', 'setup_alerts'],
          ],
          [
            ['documentation-agent', 'regenerate_api_docs'],
            ['documentation-agent', 'update_readme'],
            ['documentation-agent', 'update_deployment_guide'],
          ],
          [
            ['performance-optimizer-agent', 'baseline_performance'],
            ['performance-optimizer-agent', 'setup_profiling'],
          ],
        ],
      },
    ],
  },
  incident_detected: {
    steps: [
      { do: ['incident-response-agent', 'triage'], optional: true },
      { do: ['incident-response-agent', 'decide'] },
      {
        signal: 'ROLLBACK_REQUESTED',
        data: {
          reason: { from: 'decide.reason' },
          triage: { from: 'triage' },
          decide: { from: 'decide' },
          incident: { from: 'decide.incident' },
        },
        when: { 'decide.decision': 'rollback' },
      },
      {
        signal: 'INCIDENT_RESOLVED',
        data: { reason: { from: 'decide.reason' } },
        when: { 'decide.decision': 'resolve' },
      },
      {
        ask: 'the incident needs a person: see `opschart why` for the evidence',
        when: { 'decide.decision': 'ask' },
      },
      {
        survives: true,
        parallel: [
          [{ do: ['monitoring-agent', 'gather_metrics'], optional: true }],
          [{ do: ['performance-optimizer-agent', 'analyze_bottlenecks'], optional: true }],
        ],
      },
      { do: ['documentation-agent', 'update_runbook'], survives: true },
    ],
  },
  rollback: {
    exclusive: true,
    remedy: true,
    steps: [
      { do: ['incident-response-agent', 'roll_back'], retry: { times: 1 } },
      { do: ['incident-response-agent', 'verify_recovery'], optional: true },
      { signal: 'ROLLED_BACK', data: { recovered: { from: 'verify_recovery.recovered' } } },
      { do: ['incident-response-agent', 'update_status_page'], survives: true, optional: true },
      { do: ['incident-response-agent', 'write_report'], survives: true, optional: true },
    ],
    fails: { signal: 'ROLLBACK_FAILED' },
  },
  schema_change: {
    survives: true,
    steps: [
      ['contract-guardian', 'validate_change'],
      ['data-migration-agent', 'generate_migration'],
      ['test-executor', 'test_migration'],
      ['documentation-agent', 'update_schema_docs'],
    ],
  },
  optimize: {
    steps: [
      ['performance-optimizer-agent', 'analyze_query'],
      ['performance-optimizer-agent', 'propose_index'],
      ['data-migration-agent', 'create_migration'],
      ['test-executor', 'test_in_staging'],
      ['performance-optimizer-agent', 'schedule_in_window'],
    ],
    succeeds: { signal: 'OPTIMIZED' },
    fails: { signal: 'OPTIMIZATION_ABANDONED' },
  },
  apply_optimization: {
    steps: [
      {
        do: ['data-migration-agent', 'apply_migration'],
        compensate: ['data-migration-agent', 'revert_migration'],
        retry: { times: 0 },
      },
      { do: ['performance-optimizer-agent', 'verify_optimization'] },
    ],
  },
} as const satisfies Record<string, WorkflowDefinition>
