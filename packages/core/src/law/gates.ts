import type { Json } from '../json.ts'
import { kindOf, nameOf } from '../principal.ts'
import { predecessorOf } from '../release/service-state.ts'
import type { LawEvent } from './law-event.ts'
import { shownValue } from './plain-text.ts'
import { operationOf, warrantOf, type LifecycleContext } from './lifecycle-context.ts'

/** What a gate may look at. All of it is data that the journal holds. */
export interface GateQuestion {
  readonly context: LifecycleContext
  readonly event: LawEvent
}

/**
 * A named condition of an arrow: `true`, or the reason why it does not hold, as a person would say it. Synchronous and
 * pure: what it needs from elsewhere is in `event.facts`.
 */
export type Gate = (question: GateQuestion) => true | string

const data = (event: LawEvent, key: string): Json | undefined => event.signal.data[key]

/** The one word by which a person or an author is compared: a name, or an address's part before the `@`. */
const handle = (name: string) => name.trim().toLowerCase().replace(/@.*$/, '')

/** The gates of the default law, by name. */
export const gates = {
  not_the_author({ context, event }) {
    const reviewer = handle(nameOf(event.signal.by))
    const author = context.authors.find((name) => handle(name) === reviewer)
    return (
      author === undefined ||
      `${nameOf(event.signal.by)} wrote it, or asked for its review, and so may not approve it`
    )
  },
  review_approved({ context, event }) {
    if (context.review === null) return `nobody has approved the review of ${context.branch ?? context.id}`
    const merged = event.signal.data['commits']
    const reviewed = context.review.commit
    if (reviewed !== null && context.commit !== null && reviewed !== context.commit) {
      return `${short(reviewed)} was approved, but ${short(context.commit)} has been added since`
    }
    if (
      reviewed !== null &&
      Array.isArray(merged) &&
      merged.length > 0 &&
      !merged.includes(reviewed) &&
      event.signal.data['how'] !== 'squash'
    ) {
      return `${short(reviewed)} was approved, but it is not what was merged`
    }
    return true
  },
  post_merge_passed({ context }) {
    const outcome = context.workflows['post_merge']
    if (outcome === 'succeeded') return true
    return outcome === undefined
      ? 'post_merge has not run'
      : outcome === 'running'
        ? 'post_merge is still running'
        : `post_merge ${outcome}`
  },
  deploy_configured({ event }) {
    return event.facts.deployable || 'the service has no deploy command in the configuration'
  },
  nothing_else_under_way({ context, event }) {
    const other = event.facts.service.exclusive
    return (
      other === null ||
      `${other.run} of ${other.lifecycle} is under way; deployments and roll-backs of ${context.service} exclude each other`
    )
  },
  environment_is_production({ event }) {
    const environment = data(event, 'environment') ?? 'production'
    return environment === 'production' || `the environment is ${shownValue(environment)}, not production`
  },
  request_open({ context, event }) {
    if (context.deployment === null) return 'nobody has asked for this deployment'
    const { environment } = context.deployment
    const reported = data(event, 'environment') ?? 'production'
    return environment === reported || `it was asked for in ${environment}, not in ${shownValue(reported)}`
  },
  optimization_scheduled({ context }) {
    return context.optimization?.scheduled === true || 'no optimization is scheduled'
  },
  rollback_possible({ context, event }) {
    const { service, rollback_configured } = event.facts
    if (!rollback_configured) return 'the service has no rollback command in the configuration'
    if (service.live !== context.id) return `${context.id} is not the live release`
    if (predecessorOf(service) === null) return 'no earlier release is known to go back to'
    // A deployment that has only been asked for does not stand in the way: the roll-back takes its place.
    if (service.exclusive?.acting === true)
      return `${service.exclusive.run} of ${service.exclusive.lifecycle} is under way`
    if (context.rollbacks > 0 && kindOf(event.signal.by) !== 'person') {
      return 'a roll-back was already tried in this incident; the next one is a person’s'
    }
    return true
  },
  measure_cleared_or_person({ event }) {
    if (kindOf(event.signal.by) === 'person') return true
    return event.facts.measure === 'cleared' || `the measure is ${event.facts.measure}, not cleared`
  },
  plan_matches({ context, event }) {
    const operation = operationOf(context, data(event, 'operation'))
    if (operation === undefined)
      return 'no such operation is open: it was answered, cancelled, or never asked for'
    if (operation.status !== 'awaiting_approval')
      return `the operation is ${operation.status}, not awaiting approval`
    if (data(event, 'plan') !== operation.plan)
      return 'the plan is not the one that awaits approval; look at it again'
    if (event.facts.operation !== undefined && event.facts.operation.plan !== operation.plan) {
      return 'what the plan would do has changed since it was shown; look at it again'
    }
    if (operation.expires !== null && operation.expires <= event.now) return 'the time to answer is over'
    return true
  },
  four_eyes({ context, event }) {
    if (!event.facts.four_eyes) return true
    const operation = operationOf(context, data(event, 'operation'))
    // What a workflow asks for was asked for by whoever set the workflow going.
    const asked = [operation?.requested_by, warrantOf(context, operation?.warrant)?.by]
    return !asked.includes(event.signal.by) || 'four_eyes is on: someone else must approve what you asked for'
  },
  still_its_turn({ context, event }) {
    const operation = operationOf(context, data(event, 'operation'))
    const warrant = warrantOf(context, operation?.warrant)
    if (warrant === undefined || !warrant.exclusive) return true
    return (
      event.facts.service.exclusive?.run === warrant.run ||
      'a roll-back has taken its place since it was asked for; ask again'
    )
  },
  operation_open({ context, event }) {
    return operationOf(context, data(event, 'operation')) !== undefined || 'no such operation is open'
  },
  not_drift_in_production({ context, event }) {
    const drifted = data(event, 'origin') === 'drift' && event.facts.service.live === context.id
    return !drifted || 'the live schema differs from the migrations, and nobody deployed that'
  },
  incident_open({ event }) {
    return event.facts.service.incident !== null || 'no incident is open'
  },
} satisfies Record<string, Gate>

const short = (commit: string) => commit.slice(0, 12)
