import { realpath } from 'node:fs/promises'
import path from 'node:path'

import {
  OperationError,
  type JsonObject,
  type OperationInput,
  type Task,
  type TaskContext,
} from '@opschart/core'

import { member, numberMember, textMember } from '../project/json-value.ts'
import { oneLine } from '../project/plain-text.ts'
import { projectFiles, type ProjectFiles } from '../project/project-files.ts'
import { incidentOf, outputOf } from './incident-facts.ts'
import { readHistory, withIncident, type StatusIncident, type StatusState } from './status-history.ts'
import { statusPage } from './status-page.ts'

/**
 * Writes the service's status page: how it stands, and the incidents so far. What people wrote around our part stays. The
 * page is public, so that it names what was measured and done, and nothing of commits, code or people.
 */
export function updateStatusPage(): Task {
  return {
    agent: 'incident-response-agent',
    task: 'update_status_page',
    title: 'Writes the status page: how the service stands, and what happened',
    changes: 'repository',
    timeout: 30_000,
    run: (input, context) => update(input, context),
  }
}

async function update(input: OperationInput, context: TaskContext): Promise<JsonObject> {
  const file = context.service.status_page
  if (file === undefined) {
    context.progress('the service has no status_page in the configuration: nothing to write')
    return {
      path: null,
      changed: false,
      reason: `${context.service.name} has no status_page in the configuration`,
    }
  }
  const files = projectFiles(context.root)
  await refuseLinks(files, file)
  const present = (await files.read(file)) ?? ''
  const history = readHistory(present)
  const known = history.find((one) => one.id === incidentOf(input))
  const incident = incidentNow(input, context.clock.now(), known)
  // Written again after a crash, the page is the one that the first attempt wrote.
  if (known !== undefined && isSameNews(known, incident)) {
    return { path: file, state: incident.state, changed: false }
  }
  const next = withIncident(history, incident)
  const page = {
    service: context.service.name,
    state: stateOf(next),
    updated: context.clock.now(),
    history: next,
  }
  await context.footprint({ paths: [file] })
  context.progress(`writing ${file}`)
  await files.write(file, statusPage(present, page))
  return { path: file, state: incident.state, changed: true }
}

function incidentNow(input: OperationInput, now: number, known: StatusIncident | undefined): StatusIncident {
  const triage = outputOf(input, 'triage')
  const rolledBack = outputOf(input, 'roll_back')
  const recovery = outputOf(input, 'verify_recovery')
  const recovered = member(recovery, 'recovered')
  const state: StatusState =
    recovered === true
      ? 'operational'
      : recovered === false
        ? 'degraded'
        : rolledBack === undefined
          ? 'investigating'
          : 'unconfirmed'
  const began = numberMember(triage, 'onset') ?? known?.began ?? input.signal.time
  const updates: { time: number; text: string }[] = []
  const requests = numberMember(triage, 'requests')
  const failed = numberMember(triage, 'failed')
  const measured =
    requests === undefined || failed === undefined || requests === 0
      ? ''
      : `: ${failed} of ${requests} requests failed`
  updates.push({ time: input.signal.time, text: `Elevated error rate${measured}.` })
  const to = textMember(rolledBack, 'to')
  if (to !== undefined) {
    const time = numberMember(rolledBack, 'restarted_at') ?? now
    updates.push({ time, text: `The earlier version ${oneLine(to, 80)} was put back.` })
  }
  if (recovery !== undefined)
    updates.push({ time: numberMember(recovery, 'window', 'to') ?? now, text: recoveryText(recovery) })
  return {
    id: incidentOf(input),
    title: 'Elevated error rate',
    state,
    began,
    ended: state === 'operational' ? (numberMember(rolledBack, 'restarted_at') ?? now) : null,
    updates,
  }
}

function recoveryText(recovery: unknown): string {
  const requests = numberMember(recovery, 'requests') ?? 0
  const failed = numberMember(recovery, 'failed') ?? 0
  const told = `${failed} of ${requests} requests failed since`
  const recovered = member(recovery, 'recovered')
  if (recovered === true) return `The service has recovered: ${told}.`
  if (recovered === false) return `The service has not recovered yet: ${told}.`
  return requests === 0
    ? 'No traffic has come since; the recovery is not confirmed.'
    : `The recovery is not confirmed yet: ${told}.`
}

// An incident that an update leaves unchanged: the same state, and nothing to tell that is not told.
function isSameNews(known: StatusIncident, now: StatusIncident): boolean {
  if (known.state !== now.state) return false
  return now.updates.every((update) =>
    known.updates.some((other) => other.time === update.time && other.text === update.text),
  )
}

// A service has one open incident at a time: the newest tells how it stands.
function stateOf(history: readonly StatusIncident[]): StatusState {
  return history[0]?.state ?? 'operational'
}

/** The page is served to the public: a link in its path could put it, or what it replaces, somewhere else. */
async function refuseLinks(files: ProjectFiles, file: string): Promise<void> {
  const expected = path.resolve(await realpath(files.root), file)
  if ((await files.locate(file)) !== expected) {
    throw new OperationError({
      code: 'outside_project',
      message: `${JSON.stringify(file.slice(0, 200))} is not written: a symbolic link stands in its path`,
    })
  }
}
