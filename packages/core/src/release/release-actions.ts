import type { Action, Hands } from '../law/actions.ts'
import { nameOf } from '../principal.ts'
import { plainText } from '../law/plain-text.ts'
import { predecessorOf } from './service-state.ts'

const text = (hands: Hands, key: string): string | null => {
  const value = hands.event.signal.data[key]
  return typeof value === 'string' ? value : null
}

/** What the default law's arrows note and ask for, by name. Pure, like every action. */
export const releaseActions = {
  /** A commit, or a review request that names one: the head, and who wrote it. */
  note_commit(hands) {
    const { context, event, note } = hands
    const commit = text(hands, 'commit')
    const author =
      text(hands, 'author') ?? (event.type === 'REVIEW_REQUESTED' ? nameOf(event.signal.by) : null)
    note((draft) => {
      if (commit !== null) draft.commit = commit
      draft.branch ??= text(hands, 'branch')
      if (author !== null && !context.authors.includes(author))
        draft.authors = [...draft.authors, author].slice(-50)
    })
  },
  /** A tag or a deployment names the version. */
  name_version(hands) {
    const { context, event, note } = hands
    const version = text(hands, 'version')
    // Once deployed, it keeps the name it was deployed under: a later tag would choose what a roll-back runs with.
    const named = ![null, context.id, context.commit?.slice(0, 12)].includes(context.version)
    if (version === null || (named && event.facts.service.stack.includes(context.id))) return
    note((draft) => void (draft.version = version))
  },
  approve_review({ context, event, note }) {
    note((draft) => void (draft.review = { by: event.signal.by, commit: context.commit, at: event.now }))
  },
  clear_review({ note }) {
    note((draft) => void (draft.review = null))
  },
  /** The merge is what will be deployed: its commit becomes the release's head. */
  note_merge(hands) {
    const commit = text(hands, 'commit')
    if (commit !== null) hands.note((draft) => void (draft.commit = commit))
  },
  open_deployment(hands) {
    const { event, note } = hands
    const { id, by } = event.signal
    const environment = text(hands, 'environment') ?? 'production'
    note((draft) => {
      draft.deployment = { signal: id, by, environment, at: event.now }
      draft.version = text(hands, 'version') ?? draft.version
    })
  },
  close_deployment({ note }) {
    note((draft) => void (draft.deployment = null))
  },
  /** Moves the live pointer here, in this commit, and tells the release that was live [L15]. */
  go_live(hands) {
    const { context, event, note, emit } = hands
    const version = text(hands, 'version') ?? context.version ?? context.commit?.slice(0, 12) ?? context.id
    note((draft) => {
      draft.deployment = null
      draft.version = version
      draft.rollbacks = 0
    })
    const before = event.facts.service.live
    const deployment = { lifecycle: context.id, version, commit: context.commit, time: event.now }
    emit({
      type: 'service',
      change: { kind: event.type === 'ADOPTED' ? 'adopt_live' : 'go_live', deployment },
    })
    if (before !== null && before !== context.id) {
      emit({
        type: 'signal',
        signal: { type: 'SUPERSEDED', data: { by: context.id } },
        to: before,
        by: 'system',
      })
    }
  },
  open_incident({ context, event, emit }) {
    const { id, type } = event.signal
    if (event.facts.service.incident !== null) return
    const incident = {
      id: `incident-${id}`,
      since: event.signal.time,
      signal: id,
      type,
      opened_on: context.id,
      owner: null,
      acknowledged: false,
    }
    emit({ type: 'service', change: { kind: 'open_incident', incident } })
    emit({
      type: 'escalate',
      about: context.id,
      text: `${type} on ${context.id}: an incident is open`,
      severity: 'HIGH',
    })
  },
  close_incident({ event, note, emit }) {
    note((draft) => void (draft.rollbacks = 0))
    if (event.facts.service.incident !== null) emit({ type: 'service', change: { kind: 'close_incident' } })
  },
  acknowledge_incident({ event, emit }) {
    emit({ type: 'service', change: { kind: 'acknowledge_incident', owner: nameOf(event.signal.by) } })
  },
  /** The measure is well again: the incident closes, here or, when it came along with the live pointer, by itself [L15]. */
  measure_cleared({ context, event, emit }) {
    const { incident, live, exclusive } = event.facts.service
    if (incident === null || live !== context.id || exclusive?.acting === true) return
    const data = { reason: `${event.type}: the measure is well again`, incident: incident.id }
    if (incident.opened_on === context.id)
      emit({ type: 'signal', signal: { type: 'INCIDENT_RESOLVED', data }, by: event.signal.by })
    else emit({ type: 'service', change: { kind: 'close_incident' } })
  },
  count_rollback({ note }) {
    note((draft) => void (draft.rollbacks += 1))
  },
  /** The earlier release is live again, in this commit; it goes to INCIDENT itself when it has not recovered. */
  roll_back(hands) {
    const { context, event, note, emit } = hands
    const { live } = event.facts.service
    const target = live === context.id ? predecessorOf(event.facts.service) : null
    note((draft) => {
      draft.deployment = null
      draft.review = null
      draft.rollbacks = 0
      draft.workflows = {}
    })
    if (target === null) {
      // Overtaken (another release was adopted meanwhile): it is not what runs any more, and no way back leads to it.
      emit({ type: 'service', change: { kind: 'leave_live', lifecycle: context.id } })
      return
    }
    const recovered = event.signal.data['recovered'] === true
    emit({
      type: 'service',
      change: {
        kind: 'roll_back',
        from: context.id,
        to: target.id,
        version: target.version,
        time: event.now,
      },
    })
    emit({
      type: 'signal',
      signal: { type: 'REINSTATED', data: { from: context.id, recovered } },
      to: target.id,
      by: 'system',
    })
    if (recovered) emit({ type: 'service', change: { kind: 'close_incident' } })
    else {
      const reason = `rolled back from ${context.id}, but recovery was not seen`
      const declared = {
        type: 'INCIDENT_DECLARED',
        data: { reason, from: context.id },
        severity: 'HIGH' as const,
      }
      emit({ type: 'signal', signal: declared, to: target.id, by: 'system' })
    }
  },
  /** Back in service after a roll-back. In an incident that goes on, no second roll-back starts by itself. */
  reinstate({ event, note }) {
    note((draft) => void (draft.rollbacks = event.signal.data['recovered'] === true ? 0 : 1))
  },
  schedule_optimization({ event, note }) {
    note((draft) => void (draft.optimization = { scheduled: true, at: event.now }))
  },
  take_optimization({ note }) {
    note((draft) => void (draft.optimization = null))
  },
  ask_a_person({ context, event, emit }) {
    const reason = event.signal.data['reason']
    const why = typeof reason === 'string' ? `: ${plainText(reason)}` : ''
    emit({
      type: 'escalate',
      about: context.id,
      text: `${event.type} on ${context.id}${why}; a person must decide`,
      severity: 'HIGH',
    })
  },
  /** A person says where the release really is [L7]. Adopted into a live phase, it is the live release. */
  adopt(hands) {
    const { context, event, note, emit } = hands
    const phase = text(hands, 'phase')
    note((draft) => {
      draft.version = text(hands, 'version') ?? draft.version
      draft.commit = text(hands, 'commit') ?? draft.commit
      draft.deployment = null
      if (phase === 'STAGING') draft.workflows['post_merge'] = 'succeeded'
    })
    const live = phase !== null && ['PRODUCTION', 'INCIDENT', 'OPTIMIZATION', 'ROLLBACK'].includes(phase)
    if (live && event.facts.service.live !== context.id) releaseActions.go_live(hands)
    const { service } = event.facts
    // A retired release may be gone back to; one that is worked on again may not.
    if (
      !live &&
      (service.live === context.id || (phase !== 'RETIRED' && service.stack.includes(context.id)))
    ) {
      emit({ type: 'service', change: { kind: 'leave_live', lifecycle: context.id } })
    }
    const well = phase === 'PRODUCTION' || phase === 'OPTIMIZATION'
    if (well && service.live === context.id && service.incident?.opened_on === context.id) {
      emit({ type: 'service', change: { kind: 'close_incident' } })
    }
  },
  escalate_unacknowledged({ context, event, emit }) {
    const incident = event.facts.service.incident
    if (incident === null || incident.acknowledged) return
    const text = `${incident.id} on ${context.id} has not been acknowledged`
    emit({ type: 'escalate', about: incident.id, text, severity: 'CRITICAL' })
  },
  escalate_rollback({ context, emit }) {
    const text = `the roll-back of ${context.id} has not ended in its time`
    emit({ type: 'escalate', about: context.id, text, severity: 'CRITICAL' })
  },
} satisfies Record<string, Action>
