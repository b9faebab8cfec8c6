import { produce } from 'immer'

import type { Deployment } from '../release.ts'
import type { FootprintEntry, Incident, ServiceState } from './service-state.ts'

/** A change of a service's durable facts: written in the same commit as the arrow that asks for it [L15]. */
export type ServiceChange =
  | { readonly kind: 'go_live'; readonly deployment: Deployment }
  | {
      readonly kind: 'roll_back'
      readonly from: string
      readonly to: string
      readonly version: string | null
      readonly time: number
    }
  | { readonly kind: 'adopt_live'; readonly deployment: Deployment }
  | { readonly kind: 'leave_live'; readonly lifecycle: string }
  | { readonly kind: 'take'; readonly lifecycle: string; readonly run: string }
  /** The run that has taken the service begins to change it. */
  | { readonly kind: 'act'; readonly run: string }
  | { readonly kind: 'give_back'; readonly run: string }
  | { readonly kind: 'open_incident'; readonly incident: Incident }
  | { readonly kind: 'acknowledge_incident'; readonly owner: string }
  | { readonly kind: 'close_incident' }
  | { readonly kind: 'remedy'; readonly workflow: string; readonly at: number; readonly within: number }
  | { readonly kind: 'resume_remedies' }
  | { readonly kind: 'footprint'; readonly footprint: FootprintEntry }
  | { readonly kind: 'footprint_ended'; readonly operation: string; readonly at: number }
  | {
      readonly kind: 'release'
      readonly id: string
      readonly name: string
      readonly branch: string | null
      readonly version: string | null
      readonly commit: string | null
      readonly phase: string
    }

const keptDeployments = 20
const keptCommits = 50
const keptReleases = 200
/** A footprint counts for so long after its operation's end, in milliseconds: watchers see things a little later. */
export const footprintTail = 60_000

/** The service after a change. Pure. */
export function changeService(service: ServiceState, change: ServiceChange): ServiceState {
  return produce(service, (draft) => {
    switch (change.kind) {
      case 'go_live':
      case 'adopt_live': {
        const { deployment } = change
        draft.live = deployment.lifecycle
        draft.stack = [
          ...draft.stack.filter((id) => id !== deployment.lifecycle),
          deployment.lifecycle,
        ].slice(-keptDeployments)
        draft.deployments = [...draft.deployments, { ...deployment }].slice(-keptDeployments)
        return
      }
      case 'roll_back': {
        const target = draft.releases[change.to]
        draft.stack = draft.stack.filter((id) => id !== change.from)
        draft.live = change.to
        // What is left of the workflow (the report) touches no running service.
        if (draft.exclusive?.lifecycle === change.from) draft.exclusive = null
        draft.deployments = [
          ...draft.deployments,
          {
            lifecycle: change.to,
            version: change.version ?? target?.version ?? change.to,
            commit: target?.commit ?? null,
            time: change.time,
          },
        ].slice(-keptDeployments)
        return
      }
      case 'leave_live':
        if (draft.live === change.lifecycle) draft.live = null
        draft.stack = draft.stack.filter((id) => id !== change.lifecycle)
        return
      case 'take':
        draft.exclusive = { lifecycle: change.lifecycle, run: change.run, acting: false }
        return
      case 'act':
        if (draft.exclusive?.run === change.run) draft.exclusive.acting = true
        return
      case 'give_back':
        if (draft.exclusive?.run === change.run) draft.exclusive = null
        return
      case 'open_incident':
        draft.incident ??= { ...change.incident }
        return
      case 'acknowledge_incident':
        if (draft.incident !== null) {
          draft.incident.acknowledged = true
          draft.incident.owner = change.owner
        }
        return
      case 'close_incident':
        draft.incident = null
        return
      case 'remedy': {
        const recent = draft.remedies.filter((remedy) => remedy.at > change.at - change.within)
        const repeated = recent.some((remedy) => remedy.workflow === change.workflow)
        draft.remedies = [...recent, { workflow: change.workflow, at: change.at }]
        if (repeated && !draft.oscillating.includes(change.workflow)) draft.oscillating.push(change.workflow)
        return
      }
      case 'resume_remedies':
        draft.oscillating = []
        draft.remedies = []
        return
      case 'footprint': {
        const known = draft.footprints.find((entry) => entry.operation === change.footprint.operation)
        if (known === undefined) {
          draft.footprints = [...draft.footprints, structuredFootprint(change.footprint)].slice(-50)
        } else {
          known.commits = union(known.commits, change.footprint.commits)
          known.versions = union(known.versions, change.footprint.versions)
          known.paths = union(known.paths, change.footprint.paths)
        }
        return
      }
      case 'footprint_ended':
        for (const entry of draft.footprints)
          if (entry.operation === change.operation) entry.ended ??= change.at
        draft.footprints = draft.footprints.filter(
          (entry) => entry.ended === null || entry.ended > change.at - footprintTail,
        )
        return
      case 'release': {
        const known = draft.releases[change.id]
        const commits = known?.commits ?? []
        draft.releases[change.id] = {
          id: change.id,
          order: known?.order ?? Math.max(0, ...Object.values(draft.releases).map(({ order }) => order)) + 1,
          name: change.name,
          branch: change.branch,
          version: change.version,
          commit: change.commit,
          phase: change.phase,
          commits:
            change.commit === null || commits.includes(change.commit)
              ? [...commits]
              : [...commits, change.commit].slice(-keptCommits),
        }
        forgetOldReleases(draft)
      }
    }
  })
}

/** The directory stays bounded: the oldest retired releases that no roll-back can lead to are forgotten. */
function forgetOldReleases(draft: ServiceState): void {
  const oldest = Object.values(draft.releases).sort((one, other) => one.order - other.order)
  let surplus = oldest.length - keptReleases
  for (const { id, phase } of oldest) {
    if (surplus <= 0) return
    if (phase !== 'RETIRED' || draft.stack.includes(id)) continue
    delete draft.releases[id]
    surplus -= 1
  }
}

const union = (one: readonly string[], other: readonly string[]) =>
  [...new Set([...one, ...other])].slice(-200)

const structuredFootprint = (entry: FootprintEntry): FootprintEntry => ({
  ...entry,
  commits: [...entry.commits],
  versions: [...entry.versions],
  paths: [...entry.paths],
})
