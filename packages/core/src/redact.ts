import type { Json, JsonObject } from './json.ts'

// Every repetition is bounded, so that the time is linear in the text, whatever it holds.
const secrets: readonly (readonly [RegExp, string | ((match: string) => string)])[] = [
  [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
    '[redacted key]',
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '[redacted]'],
  [
    /\b(?:gh[pousr]_|github_pat_|glpat-|sk-|sk_live_|rk_live_|xox[abeprs]-|npm_|AIza)[A-Za-z0-9_-]{16,255}/g,
    '[redacted]',
  ],
  [
    // What only begins like one is passed over whole: tried again at each of its letters, it would take 500 times as long.
    /\beyJ[A-Za-z0-9_-]{8,4000}(?:\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{0,1000})?/g,
    (match) => (match.includes('.') ? '[redacted]' : match),
  ],
  [/\b(Bearer|Basic) {1,3}[A-Za-z0-9._~+/=-]{8,4000}/gi, '$1 [redacted]'],
  [/(:\/\/[^\s/:@]{0,100}):[^\s/@]{1,200}@/g, '$1:[redacted]@'],
  [/\b((?:set-)?cookie["']? {0,3}[:=] {0,3})[^\r\n"]{3,4000}/gi, '$1[redacted]'],
  [
    /((?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|authorization)["']? {0,3}[:=] {0,3})(?!["']?(?:Bearer|Basic) )["']?[^\s"',;&]{3,400}["']?/gi,
    '$1[redacted]',
  ],
]

/** Names of members whose texts are secrets, whatever they look like: `client_secret`, `set-cookie`, `accessToken`. */
const secretName =
  /(?:^|[_-])(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|authorization|cookie|token)$/i
const isSecretName = (name: string): boolean =>
  secretName.test(name.slice(-64).replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_'))

/**
 * Takes out of a text what looks like a secret: private keys, access tokens, passwords in addresses, headers and
 * assignments. Takes linear time.
 */
export function redact(text: string): string {
  return secrets.reduce(
    (result, [pattern, replacement]) =>
      typeof replacement === 'string'
        ? result.replace(pattern, replacement)
        : result.replace(pattern, replacement),
    text,
  )
}

/** A value in which every text, and each member's name, is as {@link redact} gives it; a member called `password` and the like loses its texts, those in a list too. */
export function redactJson(value: Json): Json {
  if (typeof value === 'string') return redact(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item))
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, member = null]) => [
      redact(key),
      redactJson(isSecretName(key) ? hidden(member) : member),
    ]),
  )
}

function hidden(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => hidden(item))
  return typeof value === 'string' && value !== '' ? '[redacted]' : value
}
