import type { Finding, ProblemPath } from './problem.ts'
import type { KnownNames } from './known-names.ts'
import { plainText } from './plain-text.ts'
import { listed } from './schema-findings.ts'

/** What a rule does: open an incident (the measure's own arrow), start a workflow, or ask for one task. */
export type Action =
  | { readonly kind: 'incident' }
  | { readonly kind: 'workflow'; readonly workflow: string }
  | { readonly kind: 'task'; readonly agent: string; readonly task: string }

/** Other names of actions. Written with or without `()`. */
export const actionAliases: Readonly<Record<string, string>> = {
  investigate_and_rollback: 'incident',
  investigate_errors: 'incident',
  optimize_automatically: 'optimize',
  regenerate_docs: 'documentation-agent.regenerate_api_docs',
  validate_schema_change: 'schema_change',
}

/** Reads an action, or says what is wrong with it. */
export function resolveAction(text: string, path: ProblemPath, names: KnownNames): Action | Finding {
  const bare = text.trim().replace(/\(\)$/, '')
  const meant = Object.hasOwn(actionAliases, bare) ? actionAliases[bare]! : bare
  const wrong = (message: string, more: Partial<Finding> = {}): Finding => ({
    severity: 'error',
    path,
    message,
    ...more,
  })
  if (meant === 'incident') return { kind: 'incident' }
  if (names.workflows.includes(meant)) return { kind: 'workflow', workflow: meant }
  if (meant === 'create_backup') {
    return wrong('there is no built-in backup', {
      expected:
        'agents: {backup-agent: {tasks: {create_backup: {run: [./backup], changes: nothing}}}}, and the action backup-agent.create_backup',
    })
  }
  const shown = plainText(text, 60)
  if (names.agents.includes(meant)) {
    const own = [...(names.tasks?.values() ?? [])]
      .filter(({ agent }) => agent === meant)
      .map(({ task }) => `${meant}.${task}`)
    return wrong(
      `${shown} is an agent: say which of its tasks`,
      own.length > 0 ? { expected: listed(own) } : {},
    )
  }
  const dot = meant.indexOf('.')
  if (dot < 0) {
    const candidates = ['incident', ...names.workflows, ...Object.keys(actionAliases)]
    return wrong(`the action ${shown} names nothing`, {
      expected: `incident, agent.task, or a workflow: ${listed(names.workflows)}`,
      name: bare,
      candidates,
    })
  }
  const [agent, task] = [meant.slice(0, dot), meant.slice(dot + 1)]
  const unknown = unknownTask(agent, task, path, names)
  return unknown ?? { kind: 'task', agent, task }
}

/** What is wrong with the names of an agent and its task; undefined when both are known. `paths` when they stand apart; then the task may be a hole. */
export function unknownTask(
  agent: string,
  task: string | undefined,
  path: ProblemPath,
  names: KnownNames,
  paths?: { agent: ProblemPath; task: ProblemPath },
): Finding | undefined {
  if (!names.agents.includes(agent)) {
    const apart = paths !== undefined
    return {
      severity: 'error',
      path: paths?.agent ?? path,
      message: `no agent is called ${plainText(agent, 60)}`,
      expected: listed(names.agents),
      name: apart ? agent : `${agent}.${task}`,
      candidates: apart ? names.agents : names.agents.map((each) => `${each}.${task}`),
    }
  }
  if (task === undefined || names.tasks === undefined || names.tasks.has(`${agent}.${task}`)) return undefined
  const own = [...names.tasks.values()].filter((each) => each.agent === agent).map((each) => each.task)
  return {
    severity: 'error',
    path: paths?.task ?? path,
    message: `${agent} has no task ${plainText(task, 60)}`,
    expected: own.length > 0 ? listed(own) : `${agent} has no tasks: declare one under agents`,
    name: paths === undefined ? `${agent}.${task}` : task,
    candidates: paths === undefined ? own.map((each) => `${agent}.${each}`) : own,
  }
}
