import { defineLifecycle } from '../law/lifecycle.ts'

/** Agents of the default law. */
export const releaseAgents = [
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

/** The default law: the life of one release of one service. */
export const releaseLifecycle = defineLifecycle({
  id: 'release',
  version: 1,
  agents: releaseAgents,
  everywhere: ['documentation-agent'],
  initial: 'DEVELOPMENT',
  delays: { acknowledgement: 15 * 60_000, rollback_time: 20 * 60_000 },
  phases: {
    DEVELOPMENT: {
      allow: ['developer-agent', 'test-executor'],
      on: {
        REVIEW_REQUESTED: {
          to: 'REVIEW',
          by: ['developer-agent', 'person', 'watcher', 'watcher:inbox'],
          does: ['note_commit'],
        },
      },
    },
    REVIEW: {
      allow: ['reviewer-agent', 'contract-guardian'],
      on: {
        REVIEW_APPROVED: {
          by: ['reviewer-agent', 'person'],
          gate: 'not_the_author',
          does: ['approve_review'],
        },
        CHANGES_REQUESTED: {
          to: 'DEVELOPMENT',
          by: ['reviewer-agent', 'contract-guardian', 'person'],
          does: ['clear_review'],
        },
        CODE_MERGED: {
          to: 'STAGING',
          by: ['watcher'],
          gate: 'review_approved',
          starts: 'post_merge',
          does: ['note_merge'],
        },
      },
    },
    STAGING: {
      allow: ['data-migration-agent', 'monitoring-agent'],
      on: {
        DEPLOYMENT_REQUESTED: {
          by: ['person', 'rule'],
          gate: ['post_merge_passed', 'deploy_configured', 'nothing_else_under_way'],
          starts: 'deploy',
          does: ['open_deployment'],
        },
        DEPLOYMENT_COMPLETE: {
          to: 'PRODUCTION',
          by: ['workflow:deploy', 'watcher'],
          gate: ['environment_is_production', 'request_open'],
          starts: 'post_deployment',
          does: ['go_live'],
        },
        DEPLOYMENT_FAILED: { by: ['workflow:deploy'], does: ['close_deployment', 'ask_a_person'] },
        DEPLOYMENT_REJECTED: {
          to: 'REVIEW',
          by: ['monitoring-agent', 'data-migration-agent', 'person', 'workflow:post_merge'],
          does: ['clear_review', 'close_deployment'],
        },
      },
    },
    PRODUCTION: {
      allow: ['incident-response-agent', 'performance-optimizer-agent'],
      on: {
        ERROR_THRESHOLD_EXCEEDED: {
          measured: true,
          to: 'INCIDENT',
          by: ['rule', 'watcher', 'watcher:inbox'],
          starts: 'incident_detected',
          does: ['open_incident'],
        },
        INCIDENT_DECLARED: {
          to: 'INCIDENT',
          by: ['person', 'incident-response-agent', 'system'],
          starts: 'incident_detected',
          does: ['open_incident'],
        },
        PERFORMANCE_DEGRADED: {
          measured: true,
          to: 'OPTIMIZATION',
          by: ['rule', 'watcher', 'watcher:inbox'],
          starts: 'optimize',
        },
        SLOW_QUERY: {
          measured: true,
          to: 'OPTIMIZATION',
          by: ['rule', 'watcher', 'watcher:inbox'],
          starts: 'optimize',
        },
        MAINTENANCE_WINDOW_STARTED: {
          measured: true,
          by: ['watcher'],
          gate: 'optimization_scheduled',
          starts: 'apply_optimization',
          does: ['take_optimization'],
        },
        SUPERSEDED: { to: 'RETIRED', by: ['system'] },
      },
    },
    INCIDENT: {
      auto_trigger: true,
      allow: ['incident-response-agent', 'monitoring-agent'],
      on: {
        ROLLBACK_REQUESTED: {
          to: 'ROLLBACK',
          by: ['workflow:incident_detected', 'incident-response-agent', 'person'],
          gate: 'rollback_possible',
          starts: 'rollback',
          does: ['count_rollback'],
        },
        INCIDENT_RESOLVED: {
          to: 'PRODUCTION',
          by: ['workflow:incident_detected', 'incident-response-agent', 'rule', 'person'],
          gate: 'measure_cleared_or_person',
          does: ['close_incident'],
        },
        INCIDENT_ACKNOWLEDGED: { by: ['person'], gate: 'incident_open', does: ['acknowledge_incident'] },
        SUPERSEDED: { to: 'RETIRED', by: ['system'] },
      },
      after: { acknowledgement: { does: ['escalate_unacknowledged'] } },
    },
    ROLLBACK: {
      allow: ['incident-response-agent'],
      on: {
        ROLLED_BACK: { to: 'DEVELOPMENT', by: ['workflow:rollback'], does: ['roll_back'] },
        ROLLBACK_FAILED: { to: 'INCIDENT', by: ['workflow:rollback'], does: ['ask_a_person'] },
        // A person may adopt another release while this one is rolled back: then it is not what runs any more.
        SUPERSEDED: { to: 'RETIRED', by: ['system'] },
      },
      after: { rollback_time: { does: ['escalate_rollback'] } },
    },
    OPTIMIZATION: {
      allow: ['performance-optimizer-agent', 'data-migration-agent', 'test-executor'],
      on: {
        OPTIMIZED: { to: 'PRODUCTION', by: ['workflow:optimize'], does: ['schedule_optimization'] },
        OPTIMIZATION_ABANDONED: { to: 'PRODUCTION', by: ['workflow:optimize'] },
        ERROR_THRESHOLD_EXCEEDED: {
          measured: true,
          to: 'INCIDENT',
          by: ['rule', 'watcher', 'watcher:inbox'],
          starts: 'incident_detected',
          does: ['open_incident'],
        },
        INCIDENT_DECLARED: {
          to: 'INCIDENT',
          by: ['person', 'incident-response-agent', 'system'],
          starts: 'incident_detected',
          does: ['open_incident'],
        },
        SUPERSEDED: { to: 'RETIRED', by: ['system'] },
      },
    },
    RETIRED: {
      allow: [],
      on: { REINSTATED: { to: 'PRODUCTION', by: ['system'], does: ['reinstate'] } },
    },
  },
  all: {
    SCHEMA_CHANGED: {
      by: ['watcher'],
      starts: 'schema_change',
      gate: 'not_drift_in_production',
      except: ['RETIRED'],
    },
    CODE_COMMITTED: { by: ['watcher'], does: ['note_commit'] },
    VERSION_TAGGED: { by: ['watcher'], does: ['name_version'] },
    ERROR_THRESHOLD_CLEARED: { by: ['rule', 'watcher'], does: ['measure_cleared'] },
    ADOPTED: { to: '*', by: ['person'], does: ['adopt'] },
  },
})

/** Phases of the default law. */
export type Phase = keyof typeof releaseLifecycle.definition.phases
