/**
 * Who asks or reports, as text. It comes from the channel a message arrived on, never from what the message says of
 * itself: an agent is known by its operation's token or by its host, a person by a terminal or a host's dialog.
 */
export type Principal =
  | `agent:${string}`
  | `watcher:${string}`
  | `person:${string}`
  | `rule:${string}`
  | `workflow:${string}`
  | 'system'

/** The kinds of principal: the part before the colon. */
export type PrincipalKind = 'agent' | 'watcher' | 'person' | 'rule' | 'workflow' | 'system'

/** The kind of a principal: `agent` of `agent:deployer`. */
export function kindOf(principal: Principal): PrincipalKind {
  const colon = principal.indexOf(':')
  return (colon < 0 ? principal : principal.slice(0, colon)) as PrincipalKind
}

/** The name of a principal: `deployer` of `agent:deployer`; the system has the name `system`. */
export function nameOf(principal: Principal): string {
  return principal.slice(principal.indexOf(':') + 1)
}

const form = /^(?:system|(?:agent|watcher|person|rule|workflow):[A-Za-z0-9][A-Za-z0-9._@/-]{0,99})$/

/** Whether a text is a well-formed principal. Says nothing about whether the sender may use it. */
export function isPrincipal(text: string): text is Principal {
  return form.test(text)
}
