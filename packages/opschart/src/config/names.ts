import { z } from 'zod'

// What compiled workflows call their own states: a task of that name would give its results under another.
const takenByWorkflows = /^(?:failing|failed|succeeded|cancelled|ended|parallel|ask)$/

/** A name's form: what it is called in messages, and the texts that have it. */
interface NameForm {
  readonly kind: string
  readonly form: RegExp
  readonly example: string
  readonly taken?: (name: string) => boolean
}

function nameSchema({ kind, form, example, taken }: NameForm) {
  return z
    .string({ error: (issue) => `${kind} is a text, such as ${example}, not ${typeName(issue.input)}` })
    .regex(form, `no name for ${kind}: write letters, digits and marks, such as ${example}`)
    .refine((name) => !(name in {}) && taken?.(name) !== true, `${kind} cannot have this name: it is taken`)
}

/** `user-service` */
export const serviceName = nameSchema({
  kind: 'a service',
  form: /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  example: 'user-service',
})

/** `reviewer-agent` */
export const agentName = nameSchema({
  kind: 'an agent',
  form: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
  example: 'reviewer-agent',
  taken: (name) => ['person', 'watcher', 'rule', 'workflow', 'system', 'agent', 'default'].includes(name),
})

/** `run_integration_tests` */
export const taskName = nameSchema({
  kind: 'a task',
  form: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
  example: 'run_integration_tests',
  taken: (name) => takenByWorkflows.test(name),
})

/** `post_merge` */
export const workflowName = nameSchema({
  kind: 'a workflow',
  form: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
  example: 'post_merge',
  taken: (name) => name === 'incident',
})

/** `PRODUCTION` */
export const phaseName = nameSchema({
  kind: 'a phase',
  form: /^(?=.{1,64}$)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/,
  example: 'PRODUCTION',
})

/** `CODE_MERGED` */
export const signalName = nameSchema({
  kind: 'a signal',
  form: /^(?=.{1,64}$)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/,
  example: 'CODE_MERGED',
})

/** `error_spike` */
export const ruleName = nameSchema({
  kind: 'a rule',
  form: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
  example: 'error_spike',
})

/** What a value is, in the words of a person who writes YAML. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'boolean') return `${value}`
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`
}
